//! The question whether the database is there: a file is, and is asked over whichever connection is free.

use sqlx::SqlitePool;

use super::dialect::READY;

/// Whether the database can be written to, and the migration that a program must know.
pub type Answer = (bool, i64);

/// Asks over a connection that reads.
pub struct Probe(pub SqlitePool);

impl Probe {
    /// Asks.
    ///
    /// # Errors
    /// [`sqlx::Error`].
    pub async fn ask(&self) -> sqlx::Result<Answer> {
        sqlx::query_as(READY).fetch_one(&self.0).await
    }

    /// Closes.
    pub async fn close(&self) {
        self.0.close().await;
    }
}
