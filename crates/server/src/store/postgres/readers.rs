//! What looks something up: the pool.

use sqlx::postgres::PgRow;

use super::dialect::Pool;
use crate::store::values::{Value, bind_values};
use crate::store::{Connections, Result};

/// The pool.
pub struct Readers(Pool);

impl Readers {
    /// Of a pool that others use, too.
    pub fn of(pool: Pool) -> Self {
        Self(pool)
    }

    /// The rows that a SELECT gives.
    pub async fn rows(&self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<PgRow>> {
        let mut query = sqlx::query(sql);
        bind_values!(query, values);
        Ok(query.fetch_all(&self.0).await?)
    }

    /// The pool is counted elsewhere.
    pub fn connections(&self) -> Connections {
        Connections::default()
    }

    /// The pool is closed elsewhere.
    pub async fn close(&self) {}
}
