//! Events for the host, written in the transaction that made them true, with one delivery for each subscription that
//! wants to know.

use repin_core::api::{ChallengeType, UnixMs};
use repin_core::error::Code;
use sqlx::Row;
use uuid::Uuid;

use super::deliveries::insert_delivery;
use super::dialect::skip_locked;
use super::row::int;
use super::{Connection, Result, SqlStore};
use crate::store::{NewDelivery, Status};
use crate::webhooks::event::{self, ChallengeEvent};
use crate::webhooks::types;

/// Challenges that one transaction of the sweep writes down: more would keep a guess waiting.
const SWEPT_AT_ONCE: i64 = 100;
/// How long what was delivered is kept.
const DELIVERED_KEPT_MS: u64 = 7 * 24 * 60 * 60 * 1000;
/// How long everything else of webhooks is kept: events, dead letters, what waits for a disabled subscription, the log.
const KEPT_MS: u64 = 90 * 24 * 60 * 60 * 1000;

/// Writes down that a challenge has come to its end.
pub(super) async fn write_event(
    tx: &mut Connection,
    challenge: &str,
    status: Status,
    error: Option<Code>,
    now: UnixMs,
) -> Result<()> {
    sqlx::query("INSERT INTO outbox (id, challenge, status, error_code, created) VALUES ($1, $2, $3, $4, $5)")
        .bind(Uuid::new_v4().to_string())
        .bind(challenge)
        .bind(status.name())
        .bind(error.map_or(0, |code| i64::from(code.number())))
        .bind(int(now))
        .execute(&mut *tx)
        .await?;
    let subscriptions = sqlx::query(
        "SELECT s.id, s.types, c.type, c.correlation_id, u.user_id
         FROM challenges c JOIN users u ON u.id = c.person JOIN subscriptions s ON s.app = u.app
         WHERE c.id = $1 AND s.enabled",
    )
    .bind(challenge)
    .fetch_all(&mut *tx)
    .await?;
    for row in subscriptions {
        let (name, wanted): (String, String) = (row.try_get("type")?, row.try_get("types")?);
        let kind = ChallengeType::ALL.into_iter().find(|kind| kind.name() == name);
        let Some(kind) = kind.map(types::of_challenge).filter(|kind| types::wants(wanted.split(' '), kind)) else {
            continue;
        };
        let (subscription, id): (String, _) = (row.try_get("id")?, Uuid::new_v4().to_string());
        let event = ChallengeEvent {
            challenge,
            user_id: row.try_get("user_id")?,
            challenge_type: &name,
            status,
            correlation_id: row.try_get("correlation_id")?,
            error,
        };
        let body = event::challenge(&subscription, &id, kind, &event, now);
        insert_delivery(tx, &subscription, &NewDelivery { id: &id, kind, body: &body }, now).await?;
    }
    Ok(())
}

impl SqlStore {
    /// Writes down which challenges have expired, and tells who wants to know.
    pub(super) async fn expire_challenges(&self, now: UnixMs) -> Result<()> {
        loop {
            let mut tx = self.begin().await?;
            let expired = sqlx::query(concat!(
                "WITH due AS MATERIALIZED
                 (SELECT id FROM challenges WHERE status = 'PENDING' AND expires_at <= $1 LIMIT $2",
                skip_locked!(),
                ") UPDATE challenges SET status = 'EXPIRED' WHERE id IN (SELECT id FROM due) RETURNING id"
            ))
            .bind(int(now))
            .bind(SWEPT_AT_ONCE)
            .fetch_all(&mut *tx)
            .await?;
            for row in &expired {
                let id: String = row.try_get("id")?;
                write_event(&mut tx, &id, Status::Expired, Some(Code::ChallengeExpired), now).await?;
            }
            tx.commit().await?;
            if !expired.is_empty() {
                self.delivery_added.notify_one();
            }
            if expired.len() < SWEPT_AT_ONCE as usize {
                return Ok(());
            }
        }
    }

    /// Forgets what is old.
    pub(super) async fn sweep_webhooks(&self, now: UnixMs) -> Result<()> {
        let (delivered, kept) = (int(now.saturating_sub(DELIVERED_KEPT_MS)), int(now.saturating_sub(KEPT_MS)));
        let mut tx = self.begin().await?;
        for (statement, before) in [
            ("DELETE FROM deliveries WHERE created <= $1 AND delivered IS NOT NULL", delivered),
            ("DELETE FROM deliveries WHERE created <= $1 AND COALESCE(dead, created) <= $1", kept),
            ("DELETE FROM outbox WHERE created <= $1", kept),
            ("DELETE FROM delivery_attempts WHERE at <= $1", kept),
        ] {
            sqlx::query(statement).bind(before).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}
