//! Statements that wait to be sent together, as one text with their parameters numbered on.

use std::fmt::Write;

use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;
use sqlx::{AssertSqlSafe, Sqlite};

use crate::store::values::Value;

/// So many parameters go to the database at once, and those of the last that was added.
const MOST: usize = 1_000;

/// How long the text of several statements is, or it would be moved with each that is added.
const TEXT: usize = 1_024;

/// They, in their order.
#[derive(Default)]
pub struct Pending {
    sql: String,
    values: Vec<Owned>,
    statements: usize,
}

/// A [`Value`] that waits.
enum Owned {
    Text(String),
    Int(Option<i64>),
    Bytes(Option<Vec<u8>>),
}

impl Pending {
    /// Adds one without parameters.
    pub fn push(&mut self, sql: &str) {
        self.write(sql);
        self.sql.push(';');
        self.statements += 1;
    }

    fn write(&mut self, sql: &str) {
        if self.sql.is_empty() {
            self.sql.reserve(TEXT);
        }
        self.sql.push_str(sql);
    }

    /// Adds one whose parameters are `$1` and so on, and tells which of all it is.
    pub fn push_with(&mut self, sql: &str, values: &[Value<'_>]) -> usize {
        let before = self.values.len();
        let mut parts = sql.split('$');
        self.write(parts.next().unwrap_or_default());
        for part in parts {
            let digits = part.bytes().take_while(u8::is_ascii_digit).count();
            let (number, rest) = part.split_at(digits);
            let number = number.parse::<usize>().unwrap_or_default() + before;
            // A text takes whatever is written to it.
            let _ = write!(self.sql, "${number}{rest}");
        }
        self.push("");
        self.values.extend(values.iter().map(|value| match *value {
            Value::Text(text) => Owned::Text(text.to_owned()),
            Value::Int(number) => Owned::Int(number),
            Value::Bytes(bytes) => Owned::Bytes(bytes.map(<[u8]>::to_vec)),
        }));
        self.statements - 1
    }

    /// Whether the next ones have to wait for another time: SQLite takes some thousands of parameters at once, and no more.
    pub fn is_full(&self) -> bool {
        self.values.len() >= MOST
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.statements
    }

    /// All of them, to be run in one go. Compiled once for each text.
    pub fn take(&mut self) -> Query<'static, Sqlite, SqliteArguments> {
        let Self { sql, values, .. } = std::mem::take(self);
        // All of it is ours, put together from what is written in the program.
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for value in values {
            query = match value {
                Owned::Text(text) => query.bind(text),
                Owned::Int(number) => query.bind(number),
                Owned::Bytes(bytes) => query.bind(bytes),
            };
        }
        query
    }
}
