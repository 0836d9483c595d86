//! Forgetting what is old, a part at a time: a transaction that took all of it would have everybody who writes wait on SQLite, and on
//! PostgreSQL be ended by the limit on a statement, after which nothing would be gone.

use repin_core::api::UnixMs;

use super::row::int;
use super::{Result, SqlStore};

/// Rows of one transaction.
pub(super) const PART: u16 = 500;
/// Parts of one sweep for each statement; the rest is for the next. More than a full load leaves behind in the minute between.
pub(super) const PARTS: u16 = 200;

/// Deletes at most `$2` rows of a table that are old by `$1`. What another transaction has locked is left to the next sweep.
macro_rules! forget {
    ($table:literal, $key:literal, $old:literal) => {
        concat!(
            "WITH old AS MATERIALIZED (SELECT ",
            $key,
            " FROM ",
            $table,
            " WHERE ",
            $old,
            " LIMIT $2",
            skip_locked!(),
            ") DELETE FROM ",
            $table,
            " WHERE (",
            $key,
            ") IN (SELECT ",
            $key,
            " FROM old)"
        )
    };
}
pub(super) use forget;

impl SqlStore {
    /// Does a statement of [`forget`]'s until there is nothing more for it, or enough for this time.
    pub(super) async fn forget(&self, statement: &'static str, before: UnixMs) -> Result<()> {
        for _ in 0..PARTS {
            let mut tx = self.begin().await?;
            let query = sqlx::query(statement).bind(int(before)).bind(i64::from(PART));
            let gone = query.execute(&mut *tx).await?.rows_affected();
            tx.commit().await?;
            if gone < u64::from(PART) {
                break;
            }
        }
        Ok(())
    }
}
