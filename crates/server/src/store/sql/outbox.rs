//! Events for the host, written in the transaction that made them true, with one delivery for each subscription that
//! wants to know.

use repin_core::api::{ChallengeType, UnixMs};
use repin_core::error::Code;
use sqlx::Row;
use uuid::Uuid;

use super::deliveries::insert_delivery;
use super::dialect::{DbRow, skip_locked};
use super::row::int;
use super::{Connection, Result, SqlStore};
use crate::store::{NewDelivery, Status};
use crate::webhooks::event::{self, ChallengeEvent};
use crate::webhooks::{planbok, types};

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
        "SELECT s.id, s.types, s.secret IS NOT NULL AS planbok, c.type, c.correlation_id, u.user_id,
         (SELECT ref_id FROM customers k WHERE k.person = u.id) AS ref_id
         FROM challenges c JOIN users u ON u.id = c.person JOIN subscriptions s ON s.app = u.app
         WHERE c.id = $1 AND s.enabled",
    )
    .bind(challenge)
    .fetch_all(&mut *tx)
    .await?;
    for row in subscriptions {
        let (name, wanted): (String, String) = (row.try_get("type")?, row.try_get("types")?);
        let kind = ChallengeType::ALL.into_iter().find(|kind| kind.name() == name);
        if row.try_get("planbok")? {
            write_planbok(tx, &row, challenge, kind.map(|kind| planbok::of_challenge(kind, status)), now).await?;
            continue;
        }
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

/// The same for a subscription to Planbok's events: one delivery for each that it wants. Expects the row of the query above.
async fn write_planbok(
    tx: &mut Connection,
    row: &DbRow,
    challenge: &str,
    events: Option<&[&str]>,
    now: UnixMs,
) -> Result<()> {
    let (subscription, wanted): (String, String) = (row.try_get("id")?, row.try_get("types")?);
    let customer = customer(row)?;
    let data = customer.data(challenge);
    for kind in events.unwrap_or_default().iter().filter(|kind| types::wants(wanted.split(' '), kind)) {
        let id = Uuid::new_v4().to_string();
        let body = planbok::event(&id, kind, &data, now);
        insert_delivery(tx, &subscription, &NewDelivery { id: &id, kind, body: &body }, now).await?;
    }
    Ok(())
}

/// Whom an event in Planbok's form is about, and the type of their challenge.
pub(super) struct Customer {
    id: String,
    reference: Option<String>,
    challenge_type: String,
}

impl Customer {
    pub(super) fn data<'a>(&'a self, challenge: &'a str) -> planbok::Data<'a> {
        planbok::Data {
            customer_id: &self.id,
            ref_id: self.reference.as_deref(),
            challenge_id: challenge,
            r#type: &self.challenge_type,
        }
    }
}

/// Expects `user_id`, `ref_id` and the challenge's `type`.
pub(super) fn customer(row: &DbRow) -> Result<Customer> {
    let (id, reference, challenge_type) = (row.try_get("user_id")?, row.try_get("ref_id")?, row.try_get("type")?);
    Ok(Customer { id, reference, challenge_type })
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
