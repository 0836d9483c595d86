//! A transaction of few statements, on PostgreSQL: one after the other, for a prepared statement is one here.

use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{Pool, Postgres, Transaction};

use super::dialect::BEGIN;
use crate::store::Result;
use crate::store::values::{Value, bind_values};

/// The beginning of one that is not waited for. The server syncs its log in its order: with a later transaction that is waited for,
/// this one is on the disk, too.
const BEGIN_FORGETFUL: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL synchronous_commit = off";

/// The transaction.
pub struct Batch(Transaction<'static, Postgres>);

impl Batch {
    /// Begins. A forgetful one is not waited for until it is on the disk.
    pub async fn begin(pool: &Pool<Postgres>, forgetful: bool) -> Result<Self> {
        Ok(Self(pool.begin_with(if forgetful { BEGIN_FORGETFUL } else { BEGIN }).await?))
    }

    /// Does this, with the next that is waited for at the latest.
    pub async fn add(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<()> {
        self.changed(sql, values).await.map(drop)
    }

    /// How many rows this changed.
    pub async fn changed(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64> {
        let mut query = sqlx::query(sql);
        bind_values!(query, values);
        Ok(query.execute(&mut *self.0).await?.rows_affected())
    }

    /// The rows that this gives.
    pub async fn rows(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<PgRow>> {
        let mut query = sqlx::query(sql);
        bind_values!(query, values);
        Ok(query.fetch_all(&mut *self.0).await?)
    }

    /// The first of them.
    pub async fn row(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Option<PgRow>> {
        Ok(self.rows(sql, values).await?.into_iter().next())
    }

    /// The connection in the transaction, when all that was added is done.
    pub async fn connection(&mut self) -> Result<&mut PgConnection> {
        Ok(&mut self.0)
    }

    /// Does what was added, and commits.
    pub async fn commit(self) -> Result<()> {
        Ok(self.0.commit().await?)
    }
}
