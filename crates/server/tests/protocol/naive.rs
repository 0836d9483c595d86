//! The control of the guess limit: a counter as it is easily written, read first and written then.

use std::path::Path;
use std::sync::Arc;

use repin_server::attempts::Counter;
use sqlx::postgres::PgConnection;
use sqlx::{Connection, Row};
use tokio::sync::Barrier;

use crate::common::START;
use crate::facts::sqlite;

/// Guessers at once.
const RACERS: usize = 32;
const READ: &str = "SELECT failed, consecutive, locked_until FROM credentials WHERE kind = 1";
const WRITE: &str = "UPDATE credentials SET failed = $1, consecutive = $2, locked_until = $3 WHERE kind = 1";
/// What a count is before the first guess.
pub const FORGET: &str = "UPDATE credentials SET failed = 0, consecutive = 0, locked_at = NULL, locked_until = NULL";

/// One racer: each time all of them have read, all of them write.
macro_rules! race {
    ($connection:expr, $barrier:expr, $times:expr) => {{
        let mut connection = $connection;
        let mut through = 0;
        for _ in 0..$times {
            let row = sqlx::query(READ).fetch_one(&mut connection).await.unwrap();
            let until: Option<i64> = row.get(2);
            let counter = Counter {
                failed: row.get::<i64, _>(0) as u8,
                consecutive: row.get::<i64, _>(1) as u32,
                locked_at: None,
                locked_until: until.map(|until| until as u64),
            };
            $barrier.wait().await;
            if let Some(charged) = counter.charged(START) {
                through += 1;
                let write = sqlx::query(WRITE).bind(i64::from(charged.failed)).bind(i64::from(charged.consecutive));
                write.bind(charged.locked_until.map(|until| until as i64)).execute(&mut connection).await.unwrap();
            }
            $barrier.wait().await;
        }
        through
    }};
}

/// How many of so many guesses it lets through, on the PostgreSQL database of this address or the SQLite database in this folder.
pub async fn let_through(url: Option<String>, data: &Path, guesses: usize) -> usize {
    let barrier = Arc::new(Barrier::new(RACERS));
    let mut racers = tokio::task::JoinSet::new();
    for _ in 0..RACERS {
        let (barrier, url, data) = (barrier.clone(), url.clone(), data.to_owned());
        racers.spawn(async move {
            let times = guesses / RACERS;
            match url {
                Some(url) => race!(PgConnection::connect(&url).await.unwrap(), barrier, times),
                None => race!(sqlite(&data).await, barrier, times),
            }
        });
    }
    racers.join_all().await.into_iter().sum()
}
