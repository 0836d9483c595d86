//! Everything a database holds, without knowing what it means.
#![allow(dead_code)] // each test binary uses a part of it

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use serde_json::Value;
use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Column, Connection, Row as _};

use crate::common::Gateway;

/// A row: what stands in which column, as bytes; numbers as their digits.
#[derive(Clone)]
pub struct Row {
    pub table: String,
    pub columns: BTreeMap<String, Vec<u8>>,
}

impl Row {
    /// A column, empty when there is none.
    pub fn bytes(&self, column: &str) -> &[u8] {
        self.columns.get(column).map(Vec::as_slice).unwrap_or_default()
    }

    /// A column as text.
    pub fn text(&self, column: &str) -> String {
        String::from_utf8_lossy(self.bytes(column)).into_owned()
    }
}

/// The forms that bytes may lie in: as they are, in both cases of hexadecimal, and in both alphabets of base64, of which the
/// end that depends on what follows is left out.
pub fn encodings(bytes: &[u8]) -> Vec<Vec<u8>> {
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let whole = &bytes[..bytes.len() / 3 * 3];
    vec![
        bytes.to_vec(),
        hex.to_uppercase().into_bytes(),
        hex.into_bytes(),
        BASE64_STANDARD.encode(whole).into_bytes(),
        BASE64_URL_SAFE_NO_PAD.encode(whole).into_bytes(),
    ]
}

/// All rows of all tables. Of SQLite the raw files are rows too: what was deleted may still lie in them.
pub async fn of(gateway: &Gateway) -> Vec<Row> {
    match gateway.database() {
        Some(url) => of_postgres(&url).await,
        None => of_sqlite(gateway).await,
    }
}

async fn of_sqlite(gateway: &Gateway) -> Vec<Row> {
    let copy = tempfile::tempdir().unwrap();
    let mut rows = Vec::new();
    for file in std::fs::read_dir(gateway.data()).unwrap().map(|file| file.unwrap().path()) {
        let name = file.file_name().unwrap().to_str().unwrap();
        if !name.starts_with("repin.db") {
            continue;
        }
        std::fs::copy(&file, copy.path().join(name)).unwrap();
        let columns = BTreeMap::from([("file".to_owned(), std::fs::read(&file).unwrap())]);
        rows.push(Row { table: name.to_owned(), columns });
    }
    let database = copy.path().join("repin.db");
    let mut connection = SqliteConnection::connect(database.to_str().unwrap()).await.unwrap();
    let tables = sqlx::query("SELECT name FROM sqlite_master WHERE type = 'table'");
    for table in tables.fetch_all(&mut connection).await.unwrap() {
        let table: String = table.get(0);
        let statement = AssertSqlSafe(format!("SELECT * FROM {table}"));
        for row in sqlx::query(statement).fetch_all(&mut connection).await.unwrap() {
            let value = |column: &<sqlx::Sqlite as sqlx::Database>::Column| {
                let bytes: Option<Vec<u8>> = row.try_get_unchecked(column.ordinal()).unwrap();
                Some((column.name().to_owned(), bytes?))
            };
            rows.push(Row { table: table.clone(), columns: row.columns().iter().filter_map(value).collect() });
        }
    }
    rows
}

async fn of_postgres(url: &str) -> Vec<Row> {
    let mut connection = PgConnection::connect(url).await.unwrap();
    let mut rows = Vec::new();
    let tables = sqlx::query("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'");
    for table in tables.fetch_all(&mut connection).await.unwrap() {
        let table: String = table.get(0);
        let statement = AssertSqlSafe(format!("SELECT row_to_json(t)::text FROM {table} AS t"));
        for row in sqlx::query(statement).fetch_all(&mut connection).await.unwrap() {
            let json: BTreeMap<String, Value> = serde_json::from_str(row.get(0)).unwrap();
            let columns = json.into_iter().filter_map(|(name, value)| Some((name, bytes(&value)?))).collect();
            rows.push(Row { table: table.clone(), columns });
        }
    }
    rows
}

/// PostgreSQL writes bytes as `\x` and hexadecimal.
fn bytes(value: &Value) -> Option<Vec<u8>> {
    let text = match value {
        Value::Null => return None,
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let Some(hex) = text.strip_prefix("\\x") else { return Some(text.into_bytes()) };
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok()).collect()
}
