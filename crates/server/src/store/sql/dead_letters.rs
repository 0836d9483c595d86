//! What the operator looks at: deliveries that were given up, and the log of tries.

use sqlx::Row;

use super::dialect::DbRow;
use super::operator::{About, audit};
use super::row::{int, optional, time, unsigned};
use super::{Result, SqlStore};
use crate::store::{By, DeadLetter, LoggedAttempt, Replay};

macro_rules! attempts {
    ($rest:literal) => {
        concat!("SELECT at, subscription, delivery, attempt, status, error, millis FROM delivery_attempts ", $rest)
    };
}

impl SqlStore {
    pub(super) async fn select_dead(&self, limit: usize) -> Result<Vec<DeadLetter>> {
        let rows = sqlx::query(
            "SELECT id, subscription, type, created, dead, attempts FROM deliveries WHERE dead IS NOT NULL
             ORDER BY dead DESC, rowid DESC LIMIT $1",
        )
        .bind(int(limit as u64))
        .fetch_all(&self.readers)
        .await?;
        let letter = |row| {
            Ok(DeadLetter {
                id: DbRow::try_get(row, "id")?,
                subscription: row.try_get("subscription")?,
                kind: row.try_get("type")?,
                created: time(row, "created")?,
                dead: time(row, "dead")?,
                attempts: unsigned(row, "attempts")?,
            })
        };
        rows.iter().map(letter).collect()
    }

    pub(super) async fn revive(&self, which: Replay<'_>, by: By<'_>) -> Result<u64> {
        let (one, subscription) = match which {
            Replay::One(id) => (Some(id), None),
            Replay::Subscription(id) => (None, Some(id)),
            Replay::All => (None, None),
        };
        let mut tx = self.begin().await?;
        // Whoever replays may be another process with another clock; the time of the event is past on every one.
        let revived = sqlx::query(
            "UPDATE deliveries SET dead = NULL, due = created, owner = NULL, attempts = 0 WHERE dead IS NOT NULL
             AND ($1 IS NULL OR id = $1) AND ($2 IS NULL OR subscription = $2)",
        )
        .bind(one)
        .bind(subscription)
        .execute(&mut *tx)
        .await?
        .rows_affected();
        if revived > 0 {
            let subject = one.or(subscription).unwrap_or("*");
            audit(&mut tx, by, "WEBHOOKS_REPLAYED", About { subject: Some(subject), ..About::default() }).await?;
        }
        tx.commit().await?;
        self.delivery_added.notify_one();
        Ok(revived)
    }

    pub(super) async fn select_log(&self, subscription: Option<&str>, limit: usize) -> Result<Vec<LoggedAttempt>> {
        let rows = match subscription {
            Some(id) => sqlx::query(attempts!("WHERE subscription = $1 ORDER BY id DESC LIMIT $2")).bind(id),
            None => sqlx::query(attempts!("ORDER BY id DESC LIMIT $1")),
        };
        let rows = rows.bind(int(limit as u64)).fetch_all(&self.readers).await?;
        let line = |row: &DbRow| {
            Ok(LoggedAttempt {
                at: time(row, "at")?,
                subscription: row.try_get("subscription")?,
                delivery: row.try_get("delivery")?,
                attempt: unsigned(row, "attempt")?,
                status: optional(row, "status")?,
                error: row.try_get("error")?,
                millis: unsigned(row, "millis")?,
            })
        };
        rows.iter().map(line).collect()
    }
}
