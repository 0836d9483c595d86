//! The sweep of many: in parts, each of which stays done.

use sqlx::{Connection, Executor, PgConnection, SqliteConnection};

use crate::common::database::{Place, database_of, empty_store};

/// More than two parts.
const ATTEMPTS: &str = "INSERT INTO delivery_attempts (at, subscription, delivery, attempt, millis)
    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1200)
    SELECT n, 's', 'd', n, 1 FROM numbers";
/// Names of five bytes, on either database.
const SENT: &str = "INSERT INTO codes_sent (tag, times, last)
    WITH RECURSIVE numbers (n) AS (SELECT 10001 UNION ALL SELECT n + 1 FROM numbers WHERE n < 11200)
    SELECT CAST(CAST(n AS TEXT) AS %bytes%), CAST('' AS %bytes%), 0 FROM numbers";
/// The newest of them cannot be deleted.
const STUCK: [&str; 2] = [
    "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''in a test''; END';
     CREATE TRIGGER stuck BEFORE DELETE ON delivery_attempts FOR EACH ROW WHEN (old.attempt = 1200) EXECUTE FUNCTION refuse()",
    "CREATE TRIGGER stuck BEFORE DELETE ON delivery_attempts WHEN old.attempt = 1200
     BEGIN SELECT RAISE(ABORT, 'in a test'); END",
];
const FREE: [&str; 2] = ["DROP TRIGGER stuck ON delivery_attempts", "DROP TRIGGER stuck"];

/// Changes the database behind its store's back, by the statement for PostgreSQL or the one for SQLite.
async fn execute(place: &Place, [postgres, sqlite]: [&str; 2]) {
    let safe = |statement: &str| sqlx::AssertSqlSafe(statement.to_owned());
    match database_of(place.path()) {
        Some((_, url)) => {
            let mut connection = PgConnection::connect(&url).await.unwrap();
            connection.execute(safe(postgres)).await.unwrap();
        }
        None => {
            let file = place.path().join("repin.db");
            let mut connection = SqliteConnection::connect(file.to_str().unwrap()).await.unwrap();
            connection.execute(safe(sqlite)).await.unwrap();
        }
    }
}

/// Rows of both tables.
async fn left(place: &Place) -> (i64, i64) {
    let query = "SELECT (SELECT count(*) FROM delivery_attempts), (SELECT count(*) FROM codes_sent)";
    match database_of(place.path()) {
        Some((_, url)) => {
            sqlx::query_as(query).fetch_one(&mut PgConnection::connect(&url).await.unwrap()).await.unwrap()
        }
        None => {
            let file = place.path().join("repin.db");
            let mut connection = SqliteConnection::connect(file.to_str().unwrap()).await.unwrap();
            sqlx::query_as(query).fetch_one(&mut connection).await.unwrap()
        }
    }
}

#[tokio::test]
async fn what_is_old_goes_in_parts_that_stay_done_until_nothing_is_left() {
    const LONG_AFTER: u64 = 1_000_000_000_000;
    let (place, store) = empty_store().await;
    execute(&place, [ATTEMPTS; 2]).await;
    execute(&place, ["BYTEA", "BLOB"].map(|bytes| SENT.replace("%bytes%", bytes)).each_ref().map(String::as_str)).await;
    execute(&place, STUCK).await;
    assert_eq!(left(&place).await, (1200, 1200));
    assert!(store.sweep(LONG_AFTER).await.is_err(), "one of them is stuck");
    let (attempts, sent) = left(&place).await;
    assert!((1..1200).contains(&attempts), "{attempts}: what went before it is gone, and it is not");
    assert_eq!(sent, 0, "of several parts none is left");
    execute(&place, FREE).await;
    store.sweep(LONG_AFTER).await.unwrap();
    assert_eq!(left(&place).await, (0, 0));
}
