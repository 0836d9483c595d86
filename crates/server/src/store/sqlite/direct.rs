//! A connection whose statements run where they are asked for, on the thread of whoever asks.
//!
//! sqlx gives each connection to SQLite a thread of its own, and a statement is two changes of threads: more than most statements
//! take themselves (`docs/load.md`). Here it keeps its caller's thread for as long as SQLite works, the disk included. There are
//! [`super::DIRECT`] such connections, and a gateway on SQLite has so many more threads than processors: nobody who does not write or read
//! waits for a disk.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::types::{ToSqlOutput, Value as Owned, ValueRef};
use rusqlite::{Connection, OpenFlags, Row, Statement};

use super::BUSY;
use crate::store::away::sqlite_passes;
use crate::store::values::Value;
use crate::store::{Result, StoreError};

/// Statements that stay compiled: more than there are on the way of a message.
const COMPILED: usize = 128;

/// How connections to a file are opened.
#[derive(Clone)]
pub struct Opening {
    /// The file, which is there and in WAL mode.
    pub file: PathBuf,
    /// Whether it is only read.
    pub read_only: bool,
}

impl Opening {
    /// Opens one, as durable and as thorough as those of sqlx.
    ///
    /// # Errors
    /// [`StoreError`] of the file.
    pub fn open(&self) -> Result<Direct> {
        let access = if self.read_only { OpenFlags::SQLITE_OPEN_READ_ONLY } else { OpenFlags::SQLITE_OPEN_READ_WRITE };
        let connection = Connection::open_with_flags(&self.file, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.set_prepared_statement_cache_capacity(COMPILED);
        // Who writes waits for another program elsewhere, where no thread waits with them (`group.rs`).
        connection.busy_timeout(if self.read_only { BUSY } else { Duration::ZERO })?;
        connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON")?;
        Ok(Direct { connection, shapes: HashMap::new() })
    }
}

/// The connection.
pub struct Direct {
    connection: Connection,
    /// Of each statement that was run, by where its text lies in the program.
    shapes: HashMap<(usize, usize), Arc<Shape>>,
}

/// What does not change of a statement from one time to the next.
struct Shape {
    columns: Box<[Box<str>]>,
    /// Which of the values is SQLite's first parameter, its second, and so on: it counts them as they first occur.
    parameters: Box<[usize]>,
    reads: bool,
}

/// What a statement gave.
#[derive(Default)]
pub struct Given {
    /// Its rows.
    pub rows: Vec<Fields>,
    /// How many it changed.
    pub changed: u64,
}

/// A row.
pub struct Fields {
    shape: Arc<Shape>,
    values: Vec<Owned>,
}

impl Direct {
    /// Runs what begins a transaction, or ends it.
    pub fn run(&self, sql: &'static str) -> rusqlite::Result<()> {
        self.connection.prepare_cached(sql)?.execute([]).map(drop)
    }

    /// Sets what a PRAGMA sets: as it is compiled, and not each time that it is run.
    pub fn set(&self, pragma: &str) -> rusqlite::Result<()> {
        self.connection.execute_batch(pragma)
    }

    /// Whether a transaction is open.
    pub fn is_in_transaction(&self) -> bool {
        !self.connection.is_autocommit()
    }

    /// What a statement gives, with `$1` and so on for the values.
    pub fn given(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Given> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let known = self.shapes.entry((sql.as_ptr().addr(), sql.len()));
        let shape = known.or_insert_with(|| Arc::new(Shape::of(&statement))).clone();
        for (place, of) in shape.parameters.iter().enumerate() {
            let value = values.get(*of).map_or(ValueRef::Null, borrowed);
            statement.raw_bind_parameter(place + 1, ToSqlOutput::Borrowed(value))?;
        }
        let mut found = Vec::new();
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next()? {
            found.push(Fields { values: fields(row, shape.columns.len())?, shape: shape.clone() });
        }
        drop(rows);
        drop(statement);
        let changed = if shape.reads { 0 } else { self.connection.changes() };
        Ok(Given { rows: found, changed })
    }
}

impl Shape {
    fn of(statement: &Statement<'_>) -> Self {
        let number = |place| {
            let digits = statement.parameter_name(place)?.strip_prefix('$')?;
            digits.parse::<usize>().ok()?.checked_sub(1)
        };
        Self {
            columns: statement.column_names().into_iter().map(Box::from).collect(),
            // What has no number is given none of the values: NULL, which no statement here would take.
            parameters: (1..=statement.parameter_count()).map(|place| number(place).unwrap_or(usize::MAX)).collect(),
            reads: statement.readonly(),
        }
    }
}

impl Fields {
    /// What is in a column. `None`: there is no such column.
    pub fn field(&self, name: &str) -> Option<&Owned> {
        let place = self.shape.columns.iter().position(|column| &**column == name)?;
        self.values.get(place)
    }
}

fn fields(row: &Row<'_>, columns: usize) -> rusqlite::Result<Vec<Owned>> {
    (0..columns).map(|place| row.get(place)).collect()
}

fn borrowed<'a>(value: &Value<'a>) -> ValueRef<'a> {
    match *value {
        Value::Text(text) => ValueRef::Text(text.as_bytes()),
        Value::Int(number) => number.map_or(ValueRef::Null, ValueRef::Integer),
        Value::Bytes(bytes) => bytes.map_or(ValueRef::Null, ValueRef::Blob),
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let passes = error.sqlite_error().is_some_and(|error| sqlite_passes(error.extended_code));
        if passes { Self::Away(Box::new(error)) } else { Self::Failed(Box::new(error)) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::sql::statements::Columns;
    use super::*;

    /// What a connection forgets to ask for, SQLite does not do: a commit would be lost with the power, and a replaced PIN's record
    /// would lie in a free page.
    #[test]
    fn a_connection_waits_for_the_disk_keeps_references_and_overwrites_what_it_deletes() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        Connection::open(&file).unwrap().execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE t (n)").unwrap();
        let mut connection = Opening { file, read_only: false }.open().unwrap();
        let mut setting = |name: &'static str, pragma| {
            let given = connection.given(pragma, &[]).unwrap();
            given.rows[0].column::<i64>(name).unwrap()
        };
        assert_eq!(setting("synchronous", "PRAGMA synchronous"), 2, "FULL");
        assert_eq!(setting("foreign_keys", "PRAGMA foreign_keys"), 1);
        assert_eq!(setting("secure_delete", "PRAGMA secure_delete"), 1);
    }

    #[test]
    fn one_that_reads_writes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        Connection::open(&file).unwrap().execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE t (n)").unwrap();
        let mut reader = Opening { file, read_only: true }.open().unwrap();
        assert!(matches!(reader.given("INSERT INTO t VALUES (1)", &[]).map(drop), Err(StoreError::Away(_))));
        let given = reader.given("SELECT count(*) AS n FROM t", &[]).unwrap();
        assert_eq!(given.rows[0].column::<i64>("n").unwrap(), 0);
    }
}
