//! Deliveries: claimed, tried, finished. A claim moves `due` to the time it lapses, so what a dead owner held comes back by
//! itself.

use repin_core::api::UnixMs;
use sqlx::Row;

use super::row::{int, time, unsigned};
use super::{Result, SqliteStore, Tx};
use crate::store::{Attempt, Claim, Delivery, NewDelivery, Outcome};

/// Adds a delivery, due at once.
pub(super) async fn insert_delivery(tx: &mut Tx, subscription: &str, new: &NewDelivery<'_>, now: UnixMs) -> Result<()> {
    sqlx::query("INSERT INTO deliveries (id, subscription, type, body, created, due) VALUES (?, ?, ?, ?, ?5, ?5)")
        .bind(new.id)
        .bind(subscription)
        .bind(new.kind)
        .bind(new.body)
        .bind(int(now))
        .execute(&mut **tx)
        .await?;
    Ok(())
}

impl SqliteStore {
    pub(super) async fn select_due(&self) -> Result<Vec<(String, UnixMs)>> {
        // One look into the index for each subscription, however much waits.
        let rows = sqlx::query(
            "SELECT * FROM (SELECT id, (SELECT MIN(due) FROM deliveries d WHERE d.subscription = s.id
             AND d.due IS NOT NULL) AS due FROM subscriptions s WHERE enabled) WHERE due IS NOT NULL ORDER BY due",
        )
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(|row| Ok((row.try_get("id")?, time(row, "due")?))).collect()
    }

    pub(super) async fn claim(&self, claim: &Claim<'_>, now: UnixMs) -> Result<Vec<Delivery>> {
        let rows = sqlx::query(
            "UPDATE deliveries SET due = ?, owner = ?, attempts = attempts + 1 WHERE id IN
             (SELECT d.id FROM deliveries d JOIN subscriptions s ON s.id = d.subscription AND s.enabled
              WHERE d.subscription = ? AND d.due <= ? ORDER BY d.due, d.rowid LIMIT ?)
             RETURNING id, subscription, type, body, attempts,
                       (SELECT endpoint FROM subscriptions s WHERE s.id = subscription) AS endpoint",
        )
        .bind(int(claim.until))
        .bind(claim.owner)
        .bind(claim.subscription)
        .bind(int(now))
        .bind(int(claim.limit as u64))
        .fetch_all(&self.writer)
        .await?;
        let delivery = |row| {
            Ok(Delivery {
                id: sqlx::sqlite::SqliteRow::try_get(row, "id")?,
                subscription: row.try_get("subscription")?,
                endpoint: row.try_get("endpoint")?,
                kind: row.try_get("type")?,
                body: row.try_get("body")?,
                attempt: unsigned(row, "attempts")?,
            })
        };
        rows.iter().map(delivery).collect()
    }

    pub(super) async fn finish(&self, attempt: &Attempt<'_>) -> Result<()> {
        let mut tx = self.begin().await?;
        let delivery = attempt.delivery;
        sqlx::query(
            "INSERT INTO delivery_attempts (at, subscription, delivery, attempt, status, error, millis)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
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
        let change = match attempt.outcome {
            Outcome::Delivered => {
                sqlx::query("UPDATE deliveries SET delivered = ?, dead = NULL, due = NULL, owner = NULL WHERE id = ?")
                    .bind(at)
                    .bind(&delivery.id)
            }
            Outcome::Retry(due) => {
                sqlx::query("UPDATE deliveries SET due = ?, owner = NULL WHERE id = ? AND owner = ? AND attempts = ?")
                    .bind(int(due))
                    .bind(&delivery.id)
                    .bind(attempt.owner)
                    .bind(i64::from(delivery.attempt))
            }
            Outcome::Dead | Outcome::Gone => sqlx::query(
                "UPDATE deliveries SET dead = ?, due = NULL, owner = NULL WHERE id = ? AND owner = ? AND attempts = ?",
            )
            .bind(at)
            .bind(&delivery.id)
            .bind(attempt.owner)
            .bind(i64::from(delivery.attempt)),
        };
        change.execute(&mut *tx).await?;
        if attempt.outcome == Outcome::Gone {
            sqlx::query("UPDATE subscriptions SET enabled = 0, updated = ? WHERE id = ? AND enabled")
                .bind(at)
                .bind(&delivery.subscription)
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    pub(super) async fn release(&self, owner: &str, now: UnixMs) -> Result<()> {
        sqlx::query(
            "UPDATE deliveries SET due = ?, owner = NULL, attempts = attempts - 1 WHERE owner = ? AND due IS NOT NULL",
        )
        .bind(int(now))
        .bind(owner)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// The lock on the data folder says that no other gateway has this file. Their tries may have reached the receiver, so
    /// they stay counted.
    pub(super) async fn end_claims(&self, now: UnixMs) -> Result<()> {
        sqlx::query("UPDATE deliveries SET due = MIN(due, ?), owner = NULL WHERE owner IS NOT NULL")
            .bind(int(now))
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}
