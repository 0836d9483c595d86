//! A transaction of few statements, on SQLite: what need not be waited for is sent with what comes next, and the beginning and the
//! end with the first and the last.
//!
//! A connection is a thread of its own, and each statement that is waited for is two changes of threads, while everybody else who
//! writes waits. On a busy machine that is most of what a transaction takes, the disk included.

use futures_util::TryStreamExt;
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{Either, Executor, Pool, Sqlite};

use super::dialect::BEGIN;
use super::group::{Turn, Turns, UNDO};
use super::pending::Pending;
use crate::store::values::{Statement, Value};
use crate::store::{Result, StoreError};

/// For what need not be on the disk at once: the log is not synced at the commit, and is before it is copied into the file and with the
/// next commit that is waited for, so that what can be lost is its end and never a part from its middle.
const FORGETFUL: &str = "PRAGMA synchronous = NORMAL";
/// As every connection is opened.
const DURABLE: &str = "PRAGMA synchronous = FULL";

/// The transaction. Dropped without a commit, it is undone.
pub struct Batch {
    /// `None` after the end.
    connection: Option<PoolConnection<Sqlite>>,
    pending: Pending,
    /// Which of those that wait were added, and shall say what they changed.
    added: Vec<usize>,
    /// Whether something was sent, and so a transaction may be open.
    begun: bool,
    /// Whether the connection has to be made durable again.
    forgetful: bool,
    /// Where it may be committed together with others.
    turn: Option<Turn>,
}

/// What a statement gave.
#[derive(Default)]
pub struct Given {
    /// Its rows.
    pub rows: Vec<SqliteRow>,
    /// How many it changed.
    pub changed: u64,
}

impl Batch {
    /// Waits for its turn to write.
    pub async fn begin(pool: &Pool<Sqlite>) -> Result<Self> {
        Ok(Self::on(pool.acquire().await?, None, false))
    }

    /// The same for one that may be committed together with others (`group.rs`). A forgetful one is not waited for until it is on
    /// the disk, unless one of the others is.
    pub async fn join(pool: &Pool<Sqlite>, turns: &Turns, forgetful: bool) -> Result<Self> {
        let (turn, connection) = turns.next(pool).await?;
        let alone = turn.is_first();
        Ok(Self::on(connection, Some(turn), forgetful && alone))
    }

    fn on(connection: PoolConnection<Sqlite>, turn: Option<Turn>, forgetful: bool) -> Self {
        let mut pending = Pending::default();
        if forgetful {
            pending.push(FORGETFUL);
        }
        pending.push(turn.as_ref().map_or(BEGIN, |turn| turn.begin()));
        Self { connection: Some(connection), pending, added: Vec::new(), begun: false, forgetful, turn }
    }

    /// Does this, with the next that is waited for at the latest.
    pub async fn add(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<()> {
        if self.pending.is_full() {
            self.send().await?;
        }
        let place = self.pending.push_with(sql, values);
        self.added.push(place);
        Ok(())
    }

    /// What each of these gives, one after the other; all are sent at once.
    pub async fn all<const N: usize>(&mut self, statements: [Statement<'_>; N]) -> Result<[Given; N]> {
        let places = statements.map(|(sql, values)| self.pending.push_with(sql, values));
        let mut given = self.send().await?;
        Ok(places.map(|place| given.get_mut(place).map(std::mem::take).unwrap_or_default()))
    }

    /// How many rows this changed.
    pub async fn changed(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64> {
        self.all([(sql, values)]).await.map(|[given]| given.changed)
    }

    /// The rows that this gives.
    pub async fn rows(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<SqliteRow>> {
        self.all([(sql, values)]).await.map(|[given]| given.rows)
    }

    /// The first of them.
    pub async fn row(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Option<SqliteRow>> {
        Ok(self.rows(sql, values).await?.into_iter().next())
    }

    /// The connection in the transaction, when all that was added is done.
    pub async fn connection(&mut self) -> Result<&mut SqliteConnection> {
        if self.pending.len() > 0 {
            self.send().await?;
        }
        let connection = self.connection.as_deref_mut();
        connection.ok_or_else(|| sqlx::Error::PoolClosed.into())
    }

    /// Does what was added, and commits. How many rows each of those changed that were added since something was last waited for.
    pub async fn commit(self) -> Result<Vec<u64>> {
        self.whole(Self::finish).await
    }

    /// Undoes what was done here, and waits until what was seen here of others is on the disk: what was read may be told then.
    pub async fn leave(self) -> Result<()> {
        self.whole(Self::take_back).await
    }

    /// Does this to its end also when nobody waits for it any more, if others' work is in the transaction: of an end that is cut off,
    /// nobody could say what it ended, and theirs would have to be undone with it.
    async fn whole<T, F>(self, end: impl FnOnce(Self) -> F) -> Result<T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T>> + Send + 'static,
    {
        if self.turn.as_ref().is_none_or(Turn::is_first) {
            return end(self).await;
        }
        tokio::spawn(end(self)).await.map_err(|panicked| StoreError::Failed(Box::new(panicked)))?
    }

    async fn finish(mut self) -> Result<Vec<u64>> {
        let added = std::mem::take(&mut self.added);
        // Whoever waits for the connection anyway can do their work before the disk is waited for, once for all. What is not waited
        // for is not worth it.
        let hands_on = !self.forgetful && self.turn.as_ref().is_some_and(Turn::is_wanted);
        if let Some(released) = self.turn.as_ref().and_then(Turn::end) {
            self.pending.push(released);
        }
        if !hands_on {
            self.pending.push("COMMIT");
        }
        let given = if self.pending.len() > 0 { self.send().await? } else { Vec::new() };
        self.begun = false;
        if hands_on {
            self.hand_on().await?;
        } else if let Some(turn) = &mut self.turn {
            turn.committed();
        }
        Ok(added.iter().map(|place| given.get(*place).map_or(0, |given| given.changed)).collect())
    }

    async fn take_back(mut self) -> Result<()> {
        self.pending = Pending::default();
        if self.turn.as_ref().is_none_or(Turn::is_first) {
            return Ok(());
        }
        if self.begun {
            UNDO.into_iter().for_each(|sql| self.pending.push(sql));
            self.send().await?;
            self.begun = false;
        }
        self.hand_on().await
    }

    /// Lets the next one write, and waits for the disk with them.
    async fn hand_on(&mut self) -> Result<()> {
        match (self.turn.take(), self.connection.take()) {
            (Some(turn), Some(connection)) => turn.hand_on(connection).await,
            _ => Err(sqlx::Error::PoolClosed.into()),
        }
    }

    /// What each statement that waited gave.
    async fn send(&mut self) -> Result<Vec<Given>> {
        self.added.clear();
        // SQLite does a PRAGMA when it compiles it, and not when it runs one that it has compiled before.
        let compiled_anew = self.forgetful && !self.begun;
        let query = self.pending.take().persistent(!compiled_anew);
        let connection = self.connection.as_deref_mut().ok_or(sqlx::Error::PoolClosed)?;
        self.begun = true;
        let mut given = vec![Given::default()];
        let mut results = connection.fetch_many(query);
        while let Some(result) = results.try_next().await? {
            let Some(last) = given.last_mut() else { break };
            match result {
                Either::Right(row) => last.rows.push(row),
                Either::Left(done) => {
                    last.changed = done.rows_affected();
                    given.push(Given::default());
                }
            }
        }
        drop(results);
        Ok(given)
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        let (turn, begun, forgetful) = (self.turn.take(), self.begun, self.forgetful);
        if !begun && !forgetful && turn.as_ref().is_none_or(Turn::is_first) {
            return;
        }
        // Nobody gets the connection before that is done. Without a runtime the program ends, and SQLite undoes it by itself.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return drop(connection.detach()) };
        runtime.spawn(undo(connection, turn, begun, forgetful));
    }
}

/// Undoes what was begun, and nothing of others if that can be.
async fn undo(mut connection: PoolConnection<Sqlite>, turn: Option<Turn>, begun: bool, forgetful: bool) {
    let turn = match turn {
        Some(turn) if !turn.is_first() => {
            let [back, release] = UNDO;
            if !begun || (connection.execute(back).await.is_ok() && connection.execute(release).await.is_ok()) {
                return turn.put_back(connection);
            }
            // On a full disk SQLite undoes a whole transaction. Or it was the commit that was cut off.
            Some(turn)
        }
        turn => turn,
    };
    if begun {
        // An error says that none is open: as above.
        let _ = connection.execute("ROLLBACK").await;
    }
    if let Some(turn) = turn.as_ref().filter(|turn| !turn.is_first()) {
        turn.failed();
    }
    if forgetful && set(&mut connection, DURABLE).await.is_err() {
        // Another is opened, as durable as each.
        drop(connection.detach());
    }
}

/// Sent as text each time: SQLite does this when it compiles the statement, and not when it runs one that it has compiled before.
async fn set(connection: &mut SqliteConnection, pragma: &'static str) -> sqlx::Result<()> {
    sqlx::raw_sql(pragma).execute(connection).await.map(drop)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};

    use super::*;
    use crate::store::pool::unswept;
    use crate::store::values::values;

    async fn pool(folder: &tempfile::TempDir) -> Pool<Sqlite> {
        let options = SqliteConnectOptions::new().filename(folder.path().join("a")).create_if_missing(true);
        let options = options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full);
        let pool = unswept(1).connect_with(options).await.unwrap();
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
        let mut batch = Batch::begin(&pool).await.unwrap();
        batch.add(ADD, values![1, "one"]).await.unwrap();
        batch.add(ADD, values![2, "two"]).await.unwrap();
        assert_eq!(batch.changed("UPDATE t SET text = $1 WHERE n >= $2", values!["new", 2]).await.unwrap(), 1);
        let texts = "SELECT text FROM t WHERE n < $1 ORDER BY n";
        let [changed, given] =
            batch.all([("UPDATE t SET text = $1", values!["last"]), (texts, values![9])]).await.unwrap();
        let texts: Vec<String> = given.rows.iter().map(|row| sqlx::Row::get(row, 0)).collect();
        assert_eq!((changed.changed, texts), (2, vec!["last".into(), "last".into()]));
        batch.add("UPDATE t SET text = $1 WHERE n = $2", values!["one", 1]).await.unwrap();
        batch.add("DELETE FROM t WHERE n > $1", values![2]).await.unwrap();
        assert_eq!(batch.commit().await.unwrap(), [1, 0], "each of those that were added since");
        assert_eq!(count(&pool).await, 2);
    }

    #[tokio::test]
    async fn a_batch_that_fails_or_is_dropped_is_undone_and_the_next_one_begins() {
        let folder = tempfile::tempdir().unwrap();
        let pool = pool(&folder).await;
        let turns = Turns::default();
        for forgetful in [false, true] {
            let mut batch = Batch::join(&pool, &turns, forgetful).await.unwrap();
            assert_eq!(batch.changed(ADD, values![1, "one"]).await.unwrap(), 1);
            drop(batch);
            let mut batch = Batch::join(&pool, &turns, forgetful).await.unwrap();
            assert_eq!(batch.changed(ADD, values![1, "one"]).await.unwrap(), 1);
            batch.leave().await.unwrap();
            let mut batch = Batch::join(&pool, &turns, forgetful).await.unwrap();
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
        let turns = Turns::default();
        for n in 1..=2 {
            let mut batch = Batch::join(&pool, &turns, true).await.unwrap();
            let during: i64 =
                sqlx::query_scalar("PRAGMA synchronous").fetch_one(batch.connection().await.unwrap()).await.unwrap();
            assert_eq!(during, 1, "NORMAL");
            batch.add(ADD, values![n, "one"]).await.unwrap();
            batch.commit().await.unwrap();
            assert_eq!((synchronous(&pool).await, count(&pool).await), (2, n));
        }
        drop(Batch::join(&pool, &turns, true).await.unwrap());
        assert_eq!(synchronous(&pool).await, 2, "never begun");
        let mut batch = Batch::join(&pool, &turns, true).await.unwrap();
        assert!(batch.changed(ADD, values![1, "again"]).await.is_err());
        drop(batch);
        assert_eq!(synchronous(&pool).await, 2, "failed");
    }
}
