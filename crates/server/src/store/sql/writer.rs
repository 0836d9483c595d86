//! What writes: nothing but a transaction, so that each says how durable it is.

use sqlx::Pool;

use super::dialect::{self, Db};
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

    /// A transaction that is seen by all when its commit is done, and on the disk with the next of [`Self::begin`]'s, or a little
    /// later. A power cut before that takes all of it. For what may be lost then.
    pub async fn begin_forgetful(&self) -> Result<Tx> {
        Ok(self.0.begin_with(dialect::BEGIN_FORGETFUL).await?)
    }

    /// The pool, to be counted, probed and closed.
    pub fn pool(&self) -> &Pool<Db> {
        &self.0
    }
}
