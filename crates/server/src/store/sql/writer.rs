//! What writes: nothing but a transaction, so that each says how durable it is.

use std::ops::{Deref, DerefMut};

use super::Result;
use super::dialect::{self, Batch, Connection, Kept, Pool, Transaction, Turns};

/// The connections that write.
pub struct Writer {
    pool: Pool,
    turns: Turns,
}

/// A transaction of any statements. Dropped without a commit, it is undone.
pub struct Tx {
    transaction: Transaction,
    /// Nobody else's turn until it is over. Behind the transaction, so that it is over after it.
    _turn: Kept,
}

impl Writer {
    /// On a pool that may be the readers', too.
    pub fn new(pool: Pool, turns: Turns) -> Self {
        Self { pool, turns }
    }

    /// A transaction that is on the disk when its commit is done.
    pub async fn begin(&self) -> Result<Tx> {
        let turn = self.turns.for_another().await?;
        Ok(Tx { transaction: self.pool.begin_with(dialect::BEGIN).await?, _turn: turn })
    }

    /// The same for few statements, which go to the database with as little waiting between them as it can do with.
    pub async fn batch(&self) -> Result<Batch> {
        Batch::begin(&self.turns).await
    }

    /// The same for what every message writes: it may be committed together with others. What it reads may be another's that is
    /// not on the disk yet, so nothing of it is told before [`Batch::commit`] or [`Batch::leave`] has returned.
    pub async fn joining(&self) -> Result<Batch> {
        Batch::join(&self.turns, false).await
    }

    /// The same again; on SQLite it is seen by all when its commit is done, and on the disk with the next that is, or a little later.
    /// A power cut before that takes all of it. For what may be lost then.
    pub async fn forgetful(&self) -> Result<Batch> {
        Batch::join(&self.turns, true).await
    }

    /// The pool, to be counted and closed.
    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    /// What keeps the others' order, to be counted, tried and closed.
    pub fn turns(&self) -> &Turns {
        &self.turns
    }
}

impl Tx {
    /// Commits.
    pub async fn commit(self) -> Result<()> {
        Ok(self.transaction.commit().await?)
    }

    /// Undoes it.
    pub async fn rollback(self) -> Result<()> {
        Ok(self.transaction.rollback().await?)
    }
}

impl Deref for Tx {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.transaction
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.transaction
    }
}
