//! A transaction of few statements, on SQLite: what need not be waited for is sent with what comes next, and the beginning and the
//! end with the first and the last.
//!
//! A connection is a thread of its own, and each statement that is waited for is two changes of threads, while everybody else who
//! writes waits. On a busy machine that is most of what a transaction takes, the disk included.

use futures_util::TryStreamExt;
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Either, Executor, Pool, Sqlite};

use super::dialect::BEGIN;
use crate::store::Result;
use crate::store::values::Value;

/// For what need not be on the disk at once: the log is not synced at the commit, and is before it is copied into the file and with the
/// next commit that is waited for, so that what can be lost is its end and never a part from its middle.
const FORGETFUL: &str = "PRAGMA synchronous = NORMAL";
/// As every connection is opened.
const DURABLE: &str = "PRAGMA synchronous = FULL";

/// The transaction. Dropped without a commit, it is undone.
pub struct Batch {
    /// `None` after the end.
    connection: Option<PoolConnection<Sqlite>>,
    /// Statements that wait to be sent, their parameters numbered on.
    sql: String,
    values: Vec<Owned>,
    /// Whether something was sent, and so a transaction may be open.
    begun: bool,
    /// Whether the connection has to be made durable again.
    forgetful: bool,
}

/// A [`Value`] that waits.
enum Owned {
    Text(String),
    Int(Option<i64>),
    Bytes(Option<Vec<u8>>),
}

/// What a sending gave: the rows of all its statements, and how many its last one changed.
#[derive(Default)]
struct Given {
    rows: Vec<SqliteRow>,
    changed: u64,
}

impl Batch {
    /// Waits for its turn to write. A forgetful one is not waited for until it is on the disk.
    pub async fn begin(pool: &Pool<Sqlite>, forgetful: bool) -> Result<Self> {
        let connection = Some(pool.acquire().await?);
        let mut batch = Self { connection, sql: format!("{BEGIN};"), values: Vec::new(), begun: false, forgetful };
        if let Some(connection) = batch.connection.as_deref_mut().filter(|_| forgetful) {
            set(connection, FORGETFUL).await?;
        }
        Ok(batch)
    }

    /// Does this, with the next that is waited for at the latest.
    pub async fn add(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<()> {
        self.push(sql, values);
        Ok(())
    }

    /// How many rows this changed.
    pub async fn changed(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64> {
        self.push(sql, values);
        Ok(self.send().await?.changed)
    }

    /// The rows that this gives. What was added gives none.
    pub async fn rows(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<SqliteRow>> {
        self.push(sql, values);
        Ok(self.send().await?.rows)
    }

    /// The first of them.
    pub async fn row(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Option<SqliteRow>> {
        Ok(self.rows(sql, values).await?.into_iter().next())
    }

    /// The connection in the transaction, when all that was added is done.
    pub async fn connection(&mut self) -> Result<&mut SqliteConnection> {
        if !self.sql.is_empty() {
            self.send().await?;
        }
        let connection = self.connection.as_deref_mut();
        connection.ok_or_else(|| sqlx::Error::PoolClosed.into())
    }

    /// Does what was added, and commits.
    pub async fn commit(mut self) -> Result<()> {
        self.sql.push_str("COMMIT");
        self.send().await?;
        self.begun = false;
        Ok(())
    }

    fn push(&mut self, sql: &'static str, values: &[Value<'_>]) {
        let before = self.values.len();
        let mut parts = sql.split('$');
        self.sql.extend(parts.next());
        for part in parts {
            let digits = part.bytes().take_while(u8::is_ascii_digit).count();
            let (number, rest) = part.split_at(digits);
            let number = number.parse::<usize>().unwrap_or_default() + before;
            self.sql.push_str(&format!("${number}{rest}"));
        }
        self.sql.push(';');
        self.values.extend(values.iter().map(|value| match *value {
            Value::Text(text) => Owned::Text(text.to_owned()),
            Value::Int(number) => Owned::Int(number),
            Value::Bytes(bytes) => Owned::Bytes(bytes.map(<[u8]>::to_vec)),
        }));
    }

    async fn send(&mut self) -> Result<Given> {
        let (sql, values) = (std::mem::take(&mut self.sql), std::mem::take(&mut self.values));
        // All of it is ours, put together from what is written in the program.
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for value in values {
            query = match value {
                Owned::Text(text) => query.bind(text),
                Owned::Int(number) => query.bind(number),
                Owned::Bytes(bytes) => query.bind(bytes),
            };
        }
        let connection = self.connection.as_deref_mut().ok_or(sqlx::Error::PoolClosed)?;
        self.begun = true;
        let mut given = Given::default();
        let mut results = connection.fetch_many(query);
        while let Some(result) = results.try_next().await? {
            match result {
                Either::Left(done) => given.changed = done.rows_affected(),
                Either::Right(row) => given.rows.push(row),
            }
        }
        drop(results);
        Ok(given)
    }
}

/// Sent as text each time: SQLite does this when it compiles the statement, and not when it runs one that it has compiled before.
async fn set(connection: &mut SqliteConnection, pragma: &'static str) -> sqlx::Result<()> {
    sqlx::raw_sql(pragma).execute(connection).await.map(drop)
}

impl Drop for Batch {
    fn drop(&mut self) {
        let (begun, forgetful) = (self.begun, self.forgetful);
        let Some(mut connection) = self.connection.take().filter(|_| begun || forgetful) else { return };
        // Nobody gets the connection before that is done. Without a runtime the program ends, and SQLite undoes it by itself.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return drop(connection.detach()) };
        runtime.spawn(async move {
            if begun {
                // An error says that none is open: SQLite has undone it, as on a full disk, or it was the commit that was cut off.
                let _ = connection.execute("ROLLBACK").await;
            }
            if forgetful && set(&mut connection, DURABLE).await.is_err() {
                // Another is opened, as durable as each.
                drop(connection.detach());
            }
        });
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

    use super::*;
    use crate::store::values::values;

    async fn pool(folder: &tempfile::TempDir) -> Pool<Sqlite> {
        let options = SqliteConnectOptions::new().filename(folder.path().join("a")).create_if_missing(true);
        let options = options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full);
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
        sqlx::query("CREATE TABLE t (n INTEGER PRIMARY KEY, text TEXT)").execute(&pool).await.unwrap();
        pool
    }

    async fn count(pool: &Pool<Sqlite>) -> i64 {
        sqlx::query_scalar("SELECT count(*) FROM t").fetch_one(pool).await.unwrap()
    }

    /// 2 is FULL.
    async fn synchronous(pool: &Pool<Sqlite>) -> i64 {
        sqlx::query_scalar("PRAGMA synchronous").fetch_one(pool).await.unwrap()
    }

    const ADD: &str = "INSERT INTO t (text, n) VALUES ($2, $1)";

    #[tokio::test]
    async fn statements_that_are_sent_together_keep_their_own_parameters_and_are_all_done() {
        let folder = tempfile::tempdir().unwrap();
        let pool = pool(&folder).await;
        let mut batch = Batch::begin(&pool, false).await.unwrap();
        batch.add(ADD, values![1, "one"]).await.unwrap();
        batch.add(ADD, values![2, "two"]).await.unwrap();
        assert_eq!(batch.changed("UPDATE t SET text = $1 WHERE n >= $2", values!["new", 2]).await.unwrap(), 1);
        let rows = batch.rows("SELECT text FROM t WHERE n < $1 ORDER BY n", values![9]).await.unwrap();
        let texts: Vec<String> = rows.iter().map(|row| sqlx::Row::get(row, 0)).collect();
        assert_eq!(texts, ["one", "new"]);
        batch.commit().await.unwrap();
        assert_eq!(count(&pool).await, 2);
    }

    #[tokio::test]
    async fn a_batch_that_fails_or_is_dropped_is_undone_and_the_next_one_begins() {
        let folder = tempfile::tempdir().unwrap();
        let pool = pool(&folder).await;
        for forgetful in [false, true] {
            let mut batch = Batch::begin(&pool, forgetful).await.unwrap();
            assert_eq!(batch.changed(ADD, values![1, "one"]).await.unwrap(), 1);
            drop(batch);
            let mut batch = Batch::begin(&pool, forgetful).await.unwrap();
            batch.add(ADD, values![1, "one"]).await.unwrap();
            batch.add(ADD, values![1, "again"]).await.unwrap();
            assert!(batch.commit().await.is_err(), "the same number twice");
            assert_eq!(count(&pool).await, 0);
        }
    }

    #[tokio::test]
    async fn whatever_becomes_of_a_forgetful_one_the_next_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let pool = pool(&folder).await;
        let mut batch = Batch::begin(&pool, true).await.unwrap();
        let during: i64 =
            sqlx::query_scalar("PRAGMA synchronous").fetch_one(batch.connection().await.unwrap()).await.unwrap();
        assert_eq!(during, 1, "NORMAL");
        batch.add(ADD, values![1, "one"]).await.unwrap();
        batch.commit().await.unwrap();
        assert_eq!((synchronous(&pool).await, count(&pool).await), (2, 1));
        drop(Batch::begin(&pool, true).await.unwrap());
        assert_eq!(synchronous(&pool).await, 2, "never begun");
        let mut batch = Batch::begin(&pool, true).await.unwrap();
        assert!(batch.changed(ADD, values![1, "again"]).await.is_err());
        drop(batch);
        assert_eq!(synchronous(&pool).await, 2, "failed");
    }
}
