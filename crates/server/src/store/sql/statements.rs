//! Statements and rows, whoever runs them: a batch, which on SQLite goes without sqlx, or a connection of sqlx's.

use sqlx::{Decode, Row, Type, ValueRef};

use super::Result;
use super::dialect::{Batch, BatchRow, Connection, Db, DbRow, Field};
use super::writer::Tx;
use crate::store::values::{Value, bind_values};

/// What runs statements.
pub trait Statements {
    /// What they give.
    type Row: Columns;

    /// The rows that this gives, with `$1` and so on for the values.
    async fn rows(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<Self::Row>>;

    /// The first of them.
    async fn row(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Option<Self::Row>> {
        Ok(self.rows(sql, values).await?.into_iter().next())
    }
}

impl Statements for Batch {
    type Row = BatchRow;

    async fn rows(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<BatchRow>> {
        Self::rows(self, sql, values).await
    }
}

impl Statements for Connection {
    type Row = DbRow;

    async fn rows(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<DbRow>> {
        let mut query = sqlx::query(sql);
        bind_values!(query, values);
        Ok(query.fetch_all(self).await?)
    }
}

impl Statements for Tx {
    type Row = DbRow;

    async fn rows(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<DbRow>> {
        Statements::rows(&mut **self, sql, values).await
    }
}

/// A row.
pub trait Columns {
    /// What is in a column.
    ///
    /// # Errors
    /// [`StoreError`](crate::store::StoreError), if there is none of this name, or it is of another kind.
    fn column<'r, T: Decode<'r, Db> + Type<Db> + Field<'r>>(&'r self, name: &'static str) -> Result<T>;

    /// Whether what was joined is there: its column is never empty where it is.
    fn has(&self, name: &'static str) -> bool;
}

impl Columns for DbRow {
    fn column<'r, T: Decode<'r, Db> + Type<Db> + Field<'r>>(&'r self, name: &'static str) -> Result<T> {
        Ok(self.try_get(name)?)
    }

    fn has(&self, name: &'static str) -> bool {
        self.try_get_raw(name).is_ok_and(|value| !value.is_null())
    }
}
