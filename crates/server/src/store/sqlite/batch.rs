//! A transaction of few statements, on SQLite: each is done as it is asked for, and nothing waits between them but whoever asks.

use super::direct::{Fields, Given};
use super::group::{Turn, Turns};
use crate::store::values::{Statement, Value};
use crate::store::{Result, StoreError};

/// The transaction. Dropped without a commit, it is undone.
pub struct Batch {
    /// `None` after the end.
    turn: Option<Turn>,
    /// How many rows each of those changed that were added since something was last waited for.
    added: Vec<u64>,
}

#[allow(clippy::unused_async, reason = "on PostgreSQL they wait")]
impl Batch {
    /// Waits for its turn to write, alone.
    pub async fn begin(turns: &Turns) -> Result<Self> {
        Ok(Self::of(turns.alone().await?))
    }

    /// The same for one that may be committed together with others (`group.rs`). A forgetful one is not waited for until it is on
    /// the disk, unless one of the others is.
    pub async fn join(turns: &Turns, forgetful: bool) -> Result<Self> {
        Ok(Self::of(turns.next(forgetful).await?))
    }

    fn of(turn: Turn) -> Self {
        Self { turn: Some(turn), added: Vec::new() }
    }

    /// Does this.
    pub async fn add(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<()> {
        let changed = self.given(sql, values)?.changed;
        self.added.push(changed);
        Ok(())
    }

    /// What each of these gives, one after the other.
    pub async fn all<const N: usize>(&mut self, statements: [Statement<'_>; N]) -> Result<[Given; N]> {
        self.added.clear();
        let mut given = [const { Given { rows: Vec::new(), changed: 0 } }; N];
        for ((sql, values), given) in statements.into_iter().zip(&mut given) {
            *given = self.given(sql, values)?;
        }
        Ok(given)
    }

    /// How many rows this changed.
    pub async fn changed(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64> {
        self.all([(sql, values)]).await.map(|[given]| given.changed)
    }

    /// The rows that this gives.
    pub async fn rows(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<Fields>> {
        self.all([(sql, values)]).await.map(|[given]| given.rows)
    }

    /// Commits. How many rows each of those changed that were added since something was last waited for.
    pub async fn commit(mut self) -> Result<Vec<u64>> {
        self.turn.take().ok_or_else(over)?.commit().await?;
        Ok(self.added)
    }

    /// Undoes what was done here, and waits until what was seen here of others is on the disk: what was read may be told then.
    pub async fn leave(mut self) -> Result<()> {
        self.turn.take().ok_or_else(over)?.leave().await
    }

    fn given(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Given> {
        self.turn.as_mut().ok_or_else(over)?.connection()?.given(sql, values)
    }
}

fn over() -> StoreError {
    sqlx::Error::PoolClosed.into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::direct::{Direct, Opening};
    use super::super::sql::statements::{Columns, Statements};
    use super::*;
    use crate::store::values::values;

    /// Turns at a file with a table, and another connection to it.
    fn place(folder: &tempfile::TempDir) -> (Turns, Direct) {
        let file = folder.path().join("a");
        let made = rusqlite::Connection::open(&file).unwrap();
        made.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE t (n INTEGER PRIMARY KEY, text TEXT)").unwrap();
        let opening = |read_only| Opening { file: file.clone(), read_only };
        (Turns::of(opening(false)), opening(true).open().unwrap())
    }

    fn count(reader: &mut Direct) -> i64 {
        reader.given("SELECT count(*) AS n FROM t", &[]).unwrap().rows[0].column("n").unwrap()
    }

    /// 1 is NORMAL, 2 is FULL.
    async fn synchronous(batch: &mut Batch) -> i64 {
        batch.row("PRAGMA synchronous", &[]).await.unwrap().unwrap().column("synchronous").unwrap()
    }

    const ADD: &str = "INSERT INTO t (text, n) VALUES ($2, $1)";

    #[tokio::test]
    async fn statements_keep_their_own_parameters_and_say_what_they_changed() {
        let folder = tempfile::tempdir().unwrap();
        let (turns, mut reader) = place(&folder);
        let mut batch = Batch::begin(&turns).await.unwrap();
        batch.add(ADD, values![1, "one"]).await.unwrap();
        batch.add(ADD, values![2, "two"]).await.unwrap();
        assert_eq!(batch.changed("UPDATE t SET text = $1 WHERE n >= $2", values!["new", 2]).await.unwrap(), 1);
        let texts = "SELECT text FROM t WHERE n < $1 ORDER BY n";
        let [changed, given] =
            batch.all([("UPDATE t SET text = $1", values!["last"]), (texts, values![9])]).await.unwrap();
        let texts: Vec<String> = given.rows.iter().map(|row| row.column("text").unwrap()).collect();
        assert_eq!((changed.changed, given.changed), (2, 0));
        assert_eq!(texts, ["last", "last"]);
        batch.add("UPDATE t SET text = $1 WHERE n = $2", values!["one", 1]).await.unwrap();
        batch.add("DELETE FROM t WHERE n > $1", values![2]).await.unwrap();
        assert_eq!(batch.commit().await.unwrap(), [1, 0], "each of those that were added since");
        assert_eq!(count(&mut reader), 2);
    }

    #[tokio::test]
    async fn what_is_read_keeps_its_kind() {
        let folder = tempfile::tempdir().unwrap();
        let (turns, _) = place(&folder);
        let mut batch = Batch::begin(&turns).await.unwrap();
        let query = "SELECT $2 AS text, $1 AS number, $3 AS bytes, $4 AS empty, $1 = 7 AS yes";
        let no_number: Option<i64> = None;
        let row = batch.row(query, values![7, "seven", &[7; 2], no_number]).await.unwrap().unwrap();
        assert_eq!(row.column::<i64>("number").unwrap(), 7);
        assert_eq!((row.column::<&str>("text").unwrap(), row.column::<bool>("yes").unwrap()), ("seven", true));
        assert_eq!(row.column::<Option<Vec<u8>>>("bytes").unwrap(), Some(vec![7; 2]));
        assert_eq!(row.column::<Option<i64>>("empty").unwrap(), None);
        assert!(row.has("number") && !row.has("empty") && !row.has("no such column"));
        assert!(row.column::<i64>("text").is_err() && row.column::<i64>("empty").is_err());
        assert!(row.column::<Option<i64>>("no such column").is_err());
    }

    #[tokio::test]
    async fn a_batch_that_fails_or_is_dropped_is_undone_and_the_next_one_begins() {
        let folder = tempfile::tempdir().unwrap();
        let (turns, mut reader) = place(&folder);
        for forgetful in [false, true] {
            let mut batch = Batch::join(&turns, forgetful).await.unwrap();
            assert_eq!(batch.changed(ADD, values![1, "one"]).await.unwrap(), 1);
            drop(batch);
            let mut batch = Batch::join(&turns, forgetful).await.unwrap();
            assert_eq!(batch.changed(ADD, values![1, "one"]).await.unwrap(), 1);
            batch.leave().await.unwrap();
            let mut batch = Batch::join(&turns, forgetful).await.unwrap();
            batch.add(ADD, values![1, "one"]).await.unwrap();
            assert!(batch.add(ADD, values![1, "again"]).await.is_err(), "the same number twice");
            drop(batch);
            assert_eq!(count(&mut reader), 0);
        }
    }

    #[tokio::test]
    async fn whatever_becomes_of_a_forgetful_one_the_next_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let (turns, mut reader) = place(&folder);
        let again = async |turns: &Turns| synchronous(&mut Batch::begin(turns).await.unwrap()).await;
        for n in 1..=2 {
            let mut batch = Batch::join(&turns, true).await.unwrap();
            assert_eq!(synchronous(&mut batch).await, 1);
            batch.add(ADD, values![n, "one"]).await.unwrap();
            batch.commit().await.unwrap();
            assert_eq!((again(&turns).await, count(&mut reader)), (2, n));
        }
        drop(Batch::join(&turns, true).await.unwrap());
        assert_eq!(again(&turns).await, 2, "dropped");
        let mut batch = Batch::join(&turns, true).await.unwrap();
        assert!(batch.changed(ADD, values![1, "again"]).await.is_err());
        drop(batch);
        assert_eq!(again(&turns).await, 2, "failed");
    }
}
