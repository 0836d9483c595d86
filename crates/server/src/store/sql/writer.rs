//! What writes: nothing but a transaction, so that each says how durable it is.

use sqlx::Pool;

use super::dialect::{self, Batch, Db};
use super::{Result, Tx};

/// The connections that write.
pub struct Writer(Pool<Db>);

impl Writer {
    /// On a pool that may be the readers', too.
    pub fn new(pool: Pool<Db>) -> Self {
        Self(pool)
    }

    /// A transaction that is on the disk when its commit is done.
    pub async fn begin(&self) -> Result<Tx> {
        Ok(self.0.begin_with(dialect::BEGIN).await?)
    }

    /// The same for few statements, which go to the database with as little waiting between them as it can do with.
    pub async fn batch(&self) -> Result<Batch> {
        Batch::begin(&self.0, false).await
    }

    /// The same again, seen by all when its commit is done, and on the disk with the next that is, or a little later. A power cut
    /// before that takes all of it. For what may be lost then.
    pub async fn forgetful_batch(&self) -> Result<Batch> {
        Batch::begin(&self.0, true).await
    }

    /// The pool, to be counted, probed and closed.
    pub fn pool(&self) -> &Pool<Db> {
        &self.0
    }
}
