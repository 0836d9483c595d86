//! A transaction of few statements, on PostgreSQL: one after the other, for a prepared statement is one here.

use futures_util::TryStreamExt;
use sqlx::postgres::PgRow;
use sqlx::{Either, Executor};

use super::dialect::{BEGIN, Pool, Transaction};
use crate::store::values::{Statement, Value, bind_values};
use crate::store::{Connections, Readiness, Result};

/// The transaction.
pub struct Batch {
    transaction: Transaction,
    /// How many rows each of those changed that were added since something was last waited for.
    added: Vec<u64>,
}

/// What a statement gave.
#[derive(Default)]
pub struct Given {
    /// Its rows.
    pub rows: Vec<PgRow>,
    /// How many it changed.
    pub changed: u64,
}

/// Transactions wait for nobody here: the server syncs its log once for all that commit meanwhile.
pub struct Turns(Pool);

/// Nothing is kept from anybody.
pub struct Kept(());

#[allow(clippy::unused_async, reason = "on SQLite they wait")]
impl Turns {
    /// On a pool.
    pub fn of(pool: Pool) -> Self {
        Self(pool)
    }

    /// Whoever writes may.
    pub async fn for_another(&self) -> Result<Kept> {
        Ok(Kept(()))
    }

    /// The server has said whether it can be written to. Of its disk it would not know before it is full.
    pub fn try_to_write(&self) -> Result<Readiness> {
        Ok(Readiness::Ready)
    }

    /// The pool is counted elsewhere.
    pub fn connections(&self) -> Connections {
        Connections::default()
    }

    /// The pool is closed elsewhere.
    pub async fn close(&self) {}
}

impl Batch {
    /// Begins.
    pub async fn begin(turns: &Turns) -> Result<Self> {
        Ok(Self { transaction: turns.0.begin_with(BEGIN).await?, added: Vec::new() })
    }

    /// The same. A forgetful one is waited for like every other: what the server has not written yet is in its own memory, so here the
    /// end of a process would take it, or a standby's promotion, and not a power cut alone.
    pub async fn join(turns: &Turns, _forgetful: bool) -> Result<Self> {
        Self::begin(turns).await
    }

    /// Does this.
    pub async fn add(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<()> {
        let changed = self.execute(sql, values).await?;
        self.added.push(changed);
        Ok(())
    }

    /// What each of these gives, one after the other.
    pub async fn all<const N: usize>(&mut self, statements: [Statement<'_>; N]) -> Result<[Given; N]> {
        let mut given = [const { Given { rows: Vec::new(), changed: 0 } }; N];
        for ((sql, values), given) in statements.into_iter().zip(&mut given) {
            *given = self.given(sql, values).await?;
        }
        self.added.clear();
        Ok(given)
    }

    /// How many rows this changed.
    pub async fn changed(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64> {
        self.added.clear();
        self.execute(sql, values).await
    }

    /// The rows that this gives.
    pub async fn rows(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<PgRow>> {
        self.all([(sql, values)]).await.map(|[given]| given.rows)
    }

    /// Commits. How many rows each of those changed that were added since something was last waited for.
    pub async fn commit(self) -> Result<Vec<u64>> {
        self.transaction.commit().await?;
        Ok(self.added)
    }

    /// Undoes what was done here. What was read here may be told: it was on the disk.
    pub async fn leave(self) -> Result<()> {
        Ok(self.transaction.rollback().await?)
    }

    async fn execute(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64> {
        let mut query = sqlx::query(sql);
        bind_values!(query, values);
        Ok(query.execute(&mut *self.transaction).await?.rows_affected())
    }

    async fn given(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Given> {
        let mut query = sqlx::query(sql);
        bind_values!(query, values);
        let mut given = Given::default();
        let mut results = self.transaction.fetch_many(query);
        while let Some(result) = results.try_next().await? {
            match result {
                Either::Left(done) => given.changed += done.rows_affected(),
                Either::Right(row) => given.rows.push(row),
            }
        }
        Ok(given)
    }
}
