//! What writes: nothing but a transaction, so that each says how durable it is.

use sqlx::Pool;

use super::dialect::{self, Batch, Db, Turns};
use super::{Result, Tx};

/// The connections that write.
pub struct Writer {
    pool: Pool<Db>,
    turns: Turns,
}

impl Writer {
    /// On a pool that may be the readers', too.
    pub fn new(pool: Pool<Db>) -> Self {
        Self { pool, turns: Turns::default() }
    }

    /// A transaction that is on the disk when its commit is done.
    pub async fn begin(&self) -> Result<Tx> {
        Ok(self.pool.begin_with(dialect::BEGIN).await?)
    }

    /// The same for few statements, which go to the database with as little waiting between them as it can do with.
    pub async fn batch(&self) -> Result<Batch> {
        Batch::begin(&self.pool).await
    }

    /// The same for what every message writes: it may be committed together with others. What it reads may be another's that is
    /// not on the disk yet, so nothing of it is told before [`Batch::commit`] or [`Batch::leave`] has returned.
    pub async fn joining(&self) -> Result<Batch> {
        Batch::join(&self.pool, &self.turns, false).await
    }

    /// The same again; on SQLite it is seen by all when its commit is done, and on the disk with the next that is, or a little later.
    /// A power cut before that takes all of it. For what may be lost then.
    pub async fn forgetful(&self) -> Result<Batch> {
        Batch::join(&self.pool, &self.turns, true).await
    }

    /// The pool, to be counted, probed and closed.
    pub fn pool(&self) -> &Pool<Db> {
        &self.pool
    }
}
