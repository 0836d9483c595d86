//! Events for the host, written in the transaction that made them true, with one delivery for each subscription that
//! wants to know.

use repin_core::api::{ChallengeType, UnixMs};
use repin_core::error::Code;
use sqlx::Row;
use uuid::Uuid;

use super::deliveries::{INSERT_DELIVERY, insert_delivery};
use super::dialect::{Batch, keep_rows, skip_locked};
use super::row::int;
use super::statements::{Columns, Statements};
use super::sweep::forget;
use super::{Result, SqlStore};
use crate::store::values::values;
use crate::store::{NewDelivery, Status};
use crate::webhooks::event::{self, ChallengeEvent};
use crate::webhooks::{planbok, types};

/// Challenges that one transaction of the sweep writes down: more would keep a guess waiting.
const SWEPT_AT_ONCE: i64 = 100;
/// How long what was delivered is kept.
const DELIVERED_KEPT_MS: u64 = 7 * 24 * 60 * 60 * 1000;
/// How long everything else of webhooks is kept: events, dead letters, what waits for a disabled subscription, the log.
const KEPT_MS: u64 = 90 * 24 * 60 * 60 * 1000;

/// A challenge that has come to its end.
pub(super) struct Ended<'a> {
    pub challenge: &'a str,
    /// The name of its type.
    pub kind: &'a str,
    pub correlation_id: &'a str,
    pub status: Status,
    pub error: Option<Code>,
}

/// The columns of who wants to know of what becomes of user `u`.
macro_rules! audience {
    () => {
        "s.id AS subscription, s.types, s.secret IS NOT NULL AS planbok, u.user_id,
         (SELECT ref_id FROM customers k WHERE k.person = u.id) AS ref_id"
    };
}

/// Who wants to know of a user.
pub(super) const AUDIENCE: &str = concat!(
    "SELECT ",
    audience!(),
    " FROM users u JOIN subscriptions s ON s.app = u.app WHERE u.id = $1 AND s.enabled",
    keep_rows!(s)
);

/// What waits for a subscription that is not enabled.
const FORSAKEN: &str = forget!(
    "deliveries",
    "id",
    "created <= $1 AND dead IS NULL AND subscription IN (SELECT id FROM subscriptions WHERE NOT enabled)"
);

const INSERT: &str = "INSERT INTO outbox (id, challenge, status, error_code, created) VALUES ($1, $2, $3, $4, $5)";

/// Writes down that a challenge has come to its end, for this audience ([`AUDIENCE`]).
pub(super) async fn add_event(tx: &mut Batch, audience: &[impl Columns], ended: &Ended<'_>, now: UnixMs) -> Result<()> {
    let (id, code) = (Uuid::new_v4().to_string(), ended.error.map_or(0, |code| i64::from(code.number())));
    tx.add(INSERT, values![&*id, ended.challenge, ended.status.name(), code, int(now)]).await?;
    for Owed { subscription, id, kind, body } in owed(audience, ended, now)? {
        tx.add(INSERT_DELIVERY, values![&*id, &*subscription, kind, &*body, int(now), int(now)]).await?;
    }
    Ok(())
}

/// The same, for who looks for the audience by itself.
pub(super) async fn write_event(
    tx: &mut impl Statements,
    challenge: &str,
    status: Status,
    error: Option<Code>,
    now: UnixMs,
) -> Result<()> {
    let (id, code) = (Uuid::new_v4().to_string(), error.map_or(0, |code| i64::from(code.number())));
    tx.rows(INSERT, values![&*id, challenge, status.name(), code, int(now)]).await?;
    let query = concat!(
        "SELECT ",
        audience!(),
        ", c.type, c.correlation_id FROM challenges c JOIN users u ON u.id = c.person JOIN subscriptions s ON s.app = u.app
         WHERE c.id = $1 AND s.enabled",
        keep_rows!(s)
    );
    let audience = tx.rows(query, values![challenge]).await?;
    let Some(row) = audience.first() else { return Ok(()) };
    let (kind, correlation_id): (String, String) = (row.column("type")?, row.column("correlation_id")?);
    let ended = Ended { challenge, kind: &kind, correlation_id: &correlation_id, status, error };
    for Owed { subscription, id, kind, body } in owed(&audience, &ended, now)? {
        insert_delivery(tx, &subscription, &NewDelivery { id: &id, kind, body: &body }, now).await?;
    }
    Ok(())
}

/// A delivery that is to be added.
struct Owed {
    subscription: String,
    id: String,
    kind: &'static str,
    body: String,
}

/// One for each subscription to Circle's events that wants it, and for each of Planbok's events that one of those wants.
fn owed(audience: &[impl Columns], ended: &Ended<'_>, now: UnixMs) -> Result<Vec<Owed>> {
    let mut owed = Vec::new();
    let Some(known) = ChallengeType::ALL.into_iter().find(|kind| kind.name() == ended.kind) else { return Ok(owed) };
    for row in audience {
        let (subscription, wanted): (String, String) = (row.column("subscription")?, row.column("types")?);
        let wants = |kind: &&'static str| types::wants(wanted.split(' '), kind);
        if row.column("planbok")? {
            let customer = customer(row, ended.kind)?;
            let data = customer.data(ended.challenge);
            for kind in planbok::of_challenge(known, ended.status).iter().copied().filter(wants) {
                let id = Uuid::new_v4().to_string();
                let body = planbok::event(&id, kind, &data, now);
                owed.push(Owed { subscription: subscription.clone(), id, kind, body });
            }
        } else if let Some(kind) = Some(types::of_challenge(known)).filter(wants) {
            let event = ChallengeEvent {
                challenge: ended.challenge,
                user_id: row.column("user_id")?,
                challenge_type: ended.kind,
                status: ended.status,
                correlation_id: ended.correlation_id.to_owned(),
                error: ended.error,
            };
            let id = Uuid::new_v4().to_string();
            let body = event::challenge(&subscription, &id, kind, &event, now);
            owed.push(Owed { subscription, id, kind, body });
        }
    }
    Ok(owed)
}

/// Whom an event in Planbok's form is about, and the type of their challenge.
pub(super) struct Customer<'a> {
    id: String,
    reference: Option<String>,
    challenge_type: &'a str,
}

impl Customer<'_> {
    pub(super) fn data<'a>(&'a self, challenge: &'a str) -> planbok::Data<'a> {
        planbok::Data {
            customer_id: &self.id,
            ref_id: self.reference.as_deref(),
            challenge_id: challenge,
            r#type: self.challenge_type,
        }
    }
}

/// Expects `user_id` and `ref_id`.
pub(super) fn customer<'a>(row: &impl Columns, challenge_type: &'a str) -> Result<Customer<'a>> {
    Ok(Customer { id: row.column("user_id")?, reference: row.column("ref_id")?, challenge_type })
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
        let (delivered, kept) = (now.saturating_sub(DELIVERED_KEPT_MS), now.saturating_sub(KEPT_MS));
        for (statement, before) in [
            (forget!("deliveries", "id", "created <= $1 AND delivered IS NOT NULL"), delivered),
            // What was given up, and what waits for a subscription that is not enabled; not what was just replayed.
            (forget!("deliveries", "id", "dead <= $1"), kept),
            (FORSAKEN, kept),
            (forget!("outbox", "id", "created <= $1"), kept),
            (forget!("delivery_attempts", "id", "at <= $1"), kept),
        ] {
            self.forget(statement, before).await?;
        }
        Ok(())
    }
}
