//! Deliveries: claimed, tried, finished. A claim moves `due` to the time it lapses, so what a dead owner held comes back by
//! itself.

use repin_core::api::UnixMs;
use sqlx::Row;

use super::dialect::{self, DbRow, skip_locked};
use super::operator::{About, audit};
use super::row::{int, optional, time, unsigned};
use super::statements::Statements;
use super::{Result, SqlStore};
use crate::store::values::values;
use crate::store::{Attempt, By, Claim, Delivery, NewDelivery, Outbox, Outcome};

/// Adds a delivery.
pub(super) const INSERT_DELIVERY: &str =
    "INSERT INTO deliveries (id, subscription, type, body, created, due) VALUES ($1, $2, $3, $4, $5, $6)";

/// Adds a delivery, due at once.
pub(super) async fn insert_delivery(
    tx: &mut impl Statements,
    subscription: &str,
    new: &NewDelivery<'_>,
    now: UnixMs,
) -> Result<()> {
    let values = values![new.id, subscription, new.kind, new.body, int(now), int(now)];
    tx.rows(INSERT_DELIVERY, values).await.map(drop)
}

impl SqlStore {
    pub(super) async fn select_due(&self) -> Result<Vec<(String, UnixMs)>> {
        // One look into the index for each subscription, however much waits.
        let rows = sqlx::query(
            "SELECT id, due FROM (SELECT id, (SELECT MIN(due) FROM deliveries d WHERE d.subscription = s.id
             AND d.due IS NOT NULL) AS due FROM subscriptions s WHERE enabled) AS work WHERE due IS NOT NULL ORDER BY due",
        )
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(|row| Ok((row.try_get("id")?, time(row, "due")?))).collect()
    }

    pub(super) async fn claim(&self, claim: &Claim<'_>, now: UnixMs) -> Result<Vec<Delivery>> {
        // Picked first, and once: a subquery of the UPDATE may be run for each row, and would pick more than wanted.
        let mut tx = self.begin().await?;
        let rows = sqlx::query(concat!(
            "WITH picked AS MATERIALIZED
             (SELECT d.id FROM deliveries d JOIN subscriptions s ON s.id = d.subscription AND s.enabled
              WHERE d.subscription = $3 AND d.due <= $4 ORDER BY d.due, d.rowid LIMIT $5",
            skip_locked!(d),
            ")
             UPDATE deliveries SET due = $1, owner = $2, attempts = attempts + 1 WHERE id IN (SELECT id FROM picked)
             RETURNING id, subscription, type, body, attempts,
                       (SELECT endpoint FROM subscriptions s WHERE s.id = subscription) AS endpoint,
                       (SELECT secret FROM subscriptions s WHERE s.id = subscription) AS secret"
        ))
        .bind(int(claim.until))
        .bind(claim.owner)
        .bind(claim.subscription)
        .bind(int(now))
        .bind(int(claim.limit as u64))
        .fetch_all(&mut *tx)
        .await?;
        tx.commit().await?;
        let delivery = |row| {
            Ok(Delivery {
                id: DbRow::try_get(row, "id")?,
                subscription: row.try_get("subscription")?,
                endpoint: row.try_get("endpoint")?,
                kind: row.try_get("type")?,
                body: row.try_get("body")?,
                secret: row.try_get("secret")?,
                attempt: unsigned(row, "attempts")?,
            })
        };
        rows.iter().map(delivery).collect()
    }

    pub(super) async fn count_outbox(&self) -> Result<Outbox> {
        // What waits for a disabled subscription waits for its host, and not for this gateway.
        let row = sqlx::query(
            "SELECT count(*) AS waiting, min(d.created) AS oldest,
             (SELECT count(*) FROM deliveries WHERE dead IS NOT NULL) AS dead
             FROM deliveries d JOIN subscriptions s ON s.id = d.subscription WHERE s.enabled AND d.due IS NOT NULL",
        )
        .fetch_one(&self.readers)
        .await?;
        Ok(Outbox { waiting: row.try_get("waiting")?, oldest: optional(&row, "oldest")?, dead: row.try_get("dead")? })
    }

    pub(super) async fn finish(&self, attempt: &Attempt<'_>) -> Result<()> {
        let mut tx = self.begin().await?;
        let delivery = attempt.delivery;
        sqlx::query(
            "INSERT INTO delivery_attempts (at, subscription, delivery, attempt, status, error, millis)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(int(attempt.at))
        .bind(&delivery.subscription)
        .bind(&delivery.id)
        .bind(i64::from(delivery.attempt))
        .bind(attempt.status.map(i64::from))
        .bind(attempt.error)
        .bind(int(attempt.millis))
        .execute(&mut *tx)
        .await?;
        let at = int(attempt.at);
        // Before its delivery, which is the order in which a deletion takes the two.
        if attempt.outcome == Outcome::Gone {
            let disabled: Option<String> = sqlx::query_scalar(
                "UPDATE subscriptions SET enabled = false, updated = $1 WHERE id = $2 AND enabled RETURNING app",
            )
            .bind(at)
            .bind(&delivery.subscription)
            .fetch_optional(&mut *tx)
            .await?;
            if let Some(app) = disabled {
                let by = By { operator: "the receiver (410)", now: attempt.at };
                let about = About { app: Some(&app), subject: Some(&delivery.subscription), ..About::default() };
                audit(&mut tx, by, "SUBSCRIPTION_DISABLED", about).await?;
            }
        }
        let change = match attempt.outcome {
            Outcome::Delivered => {
                sqlx::query("UPDATE deliveries SET delivered = $1, dead = NULL, due = NULL, owner = NULL WHERE id = $2")
                    .bind(at)
                    .bind(&delivery.id)
            }
            Outcome::Retry(due) => {
                sqlx::query("UPDATE deliveries SET due = $1, owner = NULL WHERE id = $2 AND owner = $3 AND attempts = $4")
                    .bind(int(due))
                    .bind(&delivery.id)
                    .bind(attempt.owner)
                    .bind(i64::from(delivery.attempt))
            }
            Outcome::Dead | Outcome::Gone => sqlx::query(
                "UPDATE deliveries SET dead = $1, due = NULL, owner = NULL WHERE id = $2 AND owner = $3 AND attempts = $4",
            )
            .bind(at)
            .bind(&delivery.id)
            .bind(attempt.owner)
            .bind(i64::from(delivery.attempt)),
        };
        change.execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(())
    }

    pub(super) async fn release(&self, owner: &str, now: UnixMs) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query(
            "UPDATE deliveries SET due = $1, owner = NULL, attempts = attempts - 1 WHERE owner = $2 AND due IS NOT NULL",
        )
        .bind(int(now))
        .bind(owner)
        .execute(&mut *tx)
        .await?;
        tx.commit().await
    }

    /// Where the lock on the data folder says that no other gateway has this database. Their tries may have reached the
    /// receiver, so they stay counted.
    pub(super) async fn end_claims(&self, now: UnixMs) -> Result<()> {
        if dialect::SHARED {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        sqlx::query(
            "UPDATE deliveries SET due = CASE WHEN due < $1 THEN due ELSE $1 END, owner = NULL WHERE owner IS NOT NULL",
        )
        .bind(int(now))
        .execute(&mut *tx)
        .await?;
        tx.commit().await
    }
}
