//! Under the hood: the clock, the tables as stored, the search through every byte, and what went over the wire.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Query, State};
use repin_core::error::Code;
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::sqlite::{SqliteRow, SqliteValueRef};
use sqlx::{AssertSqlSafe, Row, SqlitePool, TypeInfo, ValueRef};

use super::Stage;
use super::backend::{Answer, Refusal};
use super::search;
use crate::clock::AdjustableClock;

/// Rows shown of a table, the newest first.
const SHOWN_ROWS: usize = 8;
/// A day: longer than anything the demo has to wait for.
const MAX_ADVANCE_MS: u64 = 24 * 60 * 60 * 1000;

/// `GET /demo/api/clock`: the gateway's time, and how far it was put forward, in milliseconds.
pub async fn clock(State(stage): State<Arc<Stage>>) -> Json<Value> {
    let clock = &stage.gateway.clock;
    let ahead = clock.adjustable().map(AdjustableClock::ahead).unwrap_or_default();
    Json(json!({"now": clock.now(), "ahead_ms": u64::try_from(ahead.as_millis()).unwrap_or(u64::MAX)}))
}

#[derive(Deserialize)]
pub struct Advance {
    advance_ms: u64,
}

/// `POST /demo/api/clock`: puts it forward, by a day at most. It never goes back.
pub async fn advance(stage: State<Arc<Stage>>, Json(wanted): Json<Advance>) -> Answer {
    let adjustable = stage.gateway.clock.adjustable().filter(|_| wanted.advance_ms <= MAX_ADVANCE_MS);
    adjustable.ok_or(Code::ParameterInvalid)?.advance(Duration::from_millis(wanted.advance_ms));
    Ok(clock(stage).await)
}

#[derive(Deserialize)]
pub struct Since {
    #[serde(default)]
    after: u64,
}

/// `GET /demo/api/wire?after=n`: the exchanges since, oldest first.
pub async fn wire(State(stage): State<Arc<Stage>>, Query(Since { after }): Query<Since>) -> Json<Value> {
    Json(json!({"exchanges": stage.wire.since(after)}))
}

/// `GET /demo/api/store`: every table, as it is stored.
pub async fn tables(State(stage): State<Arc<Stage>>) -> Answer {
    let tables = read_tables(&stage.database).await.map_err(unreadable)?;
    Ok(Json(json!({"tables": tables})))
}

fn unreadable(error: sqlx::Error) -> Refusal {
    tracing::error!(%error, "demo: the database cannot be read");
    Code::Unknown.into()
}

async fn read_tables(database: &SqlitePool) -> sqlx::Result<Vec<Value>> {
    let mut tables = Vec::new();
    for name in table_names(database).await? {
        let columns: Vec<String> =
            sqlx::query_scalar("SELECT name FROM pragma_table_info(?)").bind(&name).fetch_all(database).await?;
        // The names come from the schema, not from a visitor.
        let count = AssertSqlSafe(format!("SELECT count(*) FROM \"{name}\""));
        let total: i64 = sqlx::query_scalar(count).fetch_one(database).await?;
        let newest = AssertSqlSafe(format!("SELECT * FROM \"{name}\" ORDER BY rowid DESC LIMIT {SHOWN_ROWS}"));
        let rows = sqlx::query(newest).fetch_all(database).await?;
        let rows: Vec<Vec<Value>> = rows.iter().map(cells).collect::<sqlx::Result<_>>()?;
        tables.push(json!({"name": name, "total": total, "columns": columns, "rows": rows}));
    }
    Ok(tables)
}

async fn table_names(database: &SqlitePool) -> sqlx::Result<Vec<String>> {
    let ours =
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '_sqlx*'";
    sqlx::query_scalar(ours).fetch_all(database).await
}

fn cells(row: &SqliteRow) -> sqlx::Result<Vec<Value>> {
    (0..row.len()).map(|at| Ok(cell(row, at, &row.try_get_raw(at)?))).collect()
}

/// Numbers and text as they are; bytes as hexadecimal.
fn cell(row: &SqliteRow, at: usize, raw: &SqliteValueRef<'_>) -> Value {
    match raw.type_info().name() {
        _ if raw.is_null() => Value::Null,
        "INTEGER" => json!(row.get_unchecked::<i64, _>(at)),
        "BLOB" => {
            let bytes: Vec<u8> = row.get_unchecked(at);
            json!({"bytes": bytes.len(), "hex": search::hex(&bytes)})
        }
        _ => json!(row.get_unchecked::<String, _>(at)),
    }
}

#[derive(Deserialize)]
pub struct Wanted {
    text: String,
}

/// `POST /demo/api/store/search`: looks for a text in every file the gateway keeps and in what went over the wire. The
/// text is neither kept nor logged.
pub async fn search(State(stage): State<Arc<Stage>>, Json(wanted): Json<Wanted>) -> Answer {
    let numbers = numbers(&stage.database, &wanted.text).await.map_err(unreadable)?;
    let found = tokio::task::spawn_blocking(move || {
        let mut places = search::files(&stage.gateway.config.data);
        places.push(stage.wire.place());
        search::search(&wanted.text, &places, &numbers)
    });
    Ok(Json(found.await.map_err(|_| Code::Unknown)?))
}

/// The columns that hold the text as a number, which no search for its digits would find.
async fn numbers(database: &SqlitePool, text: &str) -> sqlx::Result<Vec<String>> {
    let Ok(number) = text.trim().parse::<i64>() else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for table in table_names(database).await? {
        let columns: Vec<String> = sqlx::query_scalar("SELECT name FROM pragma_table_info(?) WHERE type = 'INTEGER'")
            .bind(&table)
            .fetch_all(database)
            .await?;
        for column in columns {
            let count = AssertSqlSafe(format!("SELECT count(*) FROM \"{table}\" WHERE \"{column}\" = ?"));
            let count: i64 = sqlx::query_scalar(count).bind(number).fetch_one(database).await?;
            if count > 0 {
                found.push(format!("{table}.{column}"));
            }
        }
    }
    Ok(found)
}
