//! Transactions that are committed together: while somebody waits for the one connection that writes, whoever is done hands it on
//! with the transaction open, and all of them wait for one commit and one sync of the disk.
//!
//! Each is a savepoint of its own, so that one that fails takes nothing of the others with it. Nobody is told anything before the
//! commit has succeeded, also who only looked: what they saw may be another's, and not on the disk yet. Nobody leads. Whoever hands
//! on queues again, behind those who waited then, and the first of them to come by commits for all: so a group is never longer
//! than the queue was.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sqlx::pool::PoolConnection;
use sqlx::{Executor, Pool, Sqlite};
use tokio::sync::{Mutex, OwnedMutexGuard, watch};
use tokio::time::timeout;

use super::ACQUIRE;
use super::dialect::BEGIN;
use crate::store::{Result, StoreError};

/// How the second of a group and those after it begin, and how each of them ends.
const SAVEPOINT: &str = "SAVEPOINT member";
const RELEASE: &str = "RELEASE member";
/// Undoes one of them, and leaves the rest.
pub const UNDO: [&str; 2] = ["ROLLBACK TO member", RELEASE];

/// Whose turn it is to write.
#[derive(Clone, Default)]
pub struct Turns {
    seat: Seat,
    /// How many wait for their turn to begin.
    wanted: Arc<AtomicUsize>,
}

type Seat = Arc<Mutex<Option<Open>>>;

/// A transaction that is open, with the work of some who wait for its commit.
struct Open {
    connection: PoolConnection<Sqlite>,
    told: watch::Sender<Option<Outcome>>,
}

/// What became of a group.
type Outcome = std::result::Result<(), Undone>;

/// The group was not committed.
#[derive(Clone, Debug, thiserror::Error)]
#[error("what was written together was undone: {0}")]
struct Undone(Arc<str>);

impl From<Undone> for StoreError {
    // Nothing happened to whoever is told so, and it was nothing of theirs: the same can be done again.
    fn from(undone: Undone) -> Self {
        Self::Away(Box::new(undone))
    }
}

/// Somebody's turn. Nobody else writes until it is over.
pub struct Turn {
    seat: OwnedMutexGuard<Option<Open>>,
    turns: Turns,
    told: watch::Sender<Option<Outcome>>,
    /// Whether work of others is in the transaction.
    others: bool,
}

impl Turns {
    /// The next turn, and the connection: with a transaction open, or not.
    pub async fn next(&self, pool: &Pool<Sqlite>) -> Result<(Turn, PoolConnection<Sqlite>)> {
        let mut seat = {
            let _wanted = Wanted::count(&self.wanted);
            let seat = timeout(ACQUIRE, self.seat.clone().lock_owned()).await;
            seat.map_err(|_| sqlx::Error::PoolTimedOut)?
        };
        let turn = |seat, told, others| Turn { seat, turns: self.clone(), told, others };
        if let Some(Open { connection, told }) = seat.take() {
            return Ok((turn(seat, told, true), connection));
        }
        let connection = pool.acquire().await?;
        Ok((turn(seat, watch::Sender::new(None), false), connection))
    }

    /// Waits until the group of this receiver is committed, and commits it when it is this one's turn.
    async fn settle(self, mut told: watch::Receiver<Option<Outcome>>) -> Outcome {
        let mut seat = tokio::select! {
            biased;
            outcome = read(&mut told) => return outcome,
            seat = self.seat.clone().lock_owned() => seat,
        };
        // Told before the seat was free, if it was another group's.
        let open = if told.borrow().is_none() { seat.take() } else { None };
        if let Some(open) = open {
            // Of its own, so that it is not cut off with whoever waits here.
            tokio::spawn(async move {
                open.commit().await;
                drop(seat);
            });
        } else {
            drop(seat);
        }
        read(&mut told).await
    }
}

impl Open {
    async fn commit(mut self) {
        let outcome = self.connection.execute("COMMIT").await.map_err(|error| undone(&error));
        if outcome.is_err() {
            // An error says that none is open: SQLite has undone it by itself.
            let _ = self.connection.execute("ROLLBACK").await;
        }
        self.told.send_replace(Some(outcome.map(drop)));
    }
}

impl Turn {
    /// Whether nobody else's work is in the transaction, and it has yet to begin.
    pub fn is_first(&self) -> bool {
        !self.others
    }

    /// How it begins.
    pub fn begin(&self) -> &'static str {
        if self.others { SAVEPOINT } else { BEGIN }
    }

    /// What ends it before the commit.
    pub fn end(&self) -> Option<&'static str> {
        self.others.then_some(RELEASE)
    }

    /// Whether somebody waits to write.
    pub fn is_wanted(&self) -> bool {
        self.turns.wanted.load(Ordering::SeqCst) > 0
    }

    /// All is committed.
    pub fn committed(&mut self) {
        self.others = false;
        self.told.send_replace(Some(Ok(())));
    }

    /// All is undone.
    pub fn failed(&self) {
        self.told.send_replace(Some(Err(Undone("one of them could not be undone by itself".into()))));
    }

    /// Ends the turn and leaves the transaction open, for the next one or for whoever waits for its commit.
    pub fn put_back(mut self, connection: PoolConnection<Sqlite>) {
        *self.seat = Some(Open { connection, told: self.told });
    }

    /// The same, and waits for the commit.
    pub async fn hand_on(self, connection: PoolConnection<Sqlite>) -> Result<()> {
        let mut waiting = Waiting { turns: self.turns.clone(), told: self.told.subscribe(), over: false };
        self.put_back(connection);
        let outcome = waiting.turns.clone().settle(waiting.told.clone()).await;
        waiting.over = true;
        Ok(outcome?)
    }
}

/// Somebody who waits for a commit. If they go away, their work is committed all the same: others' may be with it.
struct Waiting {
    turns: Turns,
    told: watch::Receiver<Option<Outcome>>,
    over: bool,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let (false, Ok(runtime)) = (self.over, tokio::runtime::Handle::try_current()) {
            runtime.spawn(self.turns.clone().settle(self.told.clone()));
        }
    }
}

/// Counted while it is there.
struct Wanted(Arc<AtomicUsize>);

impl Wanted {
    fn count(wanted: &Arc<AtomicUsize>) -> Self {
        wanted.fetch_add(1, Ordering::SeqCst);
        Self(wanted.clone())
    }
}

impl Drop for Wanted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

async fn read(told: &mut watch::Receiver<Option<Outcome>>) -> Outcome {
    let outcome = told.wait_for(Option::is_some).await.ok().and_then(|outcome| outcome.clone());
    outcome.unwrap_or_else(|| Err(Undone("its connection was closed".into())))
}

fn undone(error: &sqlx::Error) -> Undone {
    Undone(error.to_string().into())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
    use tokio::task::{JoinHandle, yield_now};

    use super::super::batch::Batch;
    use super::*;
    use crate::store::pool::unswept;
    use crate::store::values::values;

    /// The one connection that writes, the turns at it, and another that reads.
    struct Place {
        _folder: tempfile::TempDir,
        pool: Pool<Sqlite>,
        turns: Turns,
        reader: Pool<Sqlite>,
    }

    impl Place {
        async fn make() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let options = SqliteConnectOptions::new().filename(folder.path().join("a")).create_if_missing(true);
            let options = options.journal_mode(SqliteJournalMode::Wal).foreign_keys(true);
            let pool = unswept(1).connect_with(options.clone()).await.unwrap();
            // What refers to nobody is found at the commit, and not before.
            let table = "CREATE TABLE t (n INTEGER PRIMARY KEY, of INTEGER REFERENCES t (n) DEFERRABLE INITIALLY DEFERRED, filling)";
            sqlx::query(table).execute(&pool).await.unwrap();
            let reader = unswept(4).connect_with(options).await.unwrap();
            Self { _folder: folder, pool, turns: Turns::default(), reader }
        }

        async fn begin(&self) -> Batch {
            Batch::join(&self.pool, &self.turns, false).await.unwrap()
        }

        /// Somebody who has begun and added this number.
        async fn begin_with(&self, n: i64) -> Batch {
            let mut batch = self.begin().await;
            batch.add(ADD, values![n, NOBODY]).await.unwrap();
            batch
        }

        /// Somebody who queues for their turn and does this then.
        async fn queue_for<T: Send + 'static, F>(&self, work: impl FnOnce(Batch) -> F + Send + 'static) -> JoinHandle<T>
        where
            F: Future<Output = T> + Send,
        {
            let before = self.turns.wanted.load(Ordering::SeqCst);
            let (pool, turns) = (self.pool.clone(), self.turns.clone());
            let work = tokio::spawn(async move { work(Batch::join(&pool, &turns, false).await.unwrap()).await });
            while self.turns.wanted.load(Ordering::SeqCst) == before {
                yield_now().await;
            }
            work
        }

        /// Somebody who queues for their turn and adds this number then, referring to another.
        async fn queue(&self, n: i64, of: Option<i64>) -> JoinHandle<Result<Vec<u64>>> {
            let work = async move |mut batch: Batch| {
                batch.add(ADD, values![n, of]).await?;
                batch.commit().await
            };
            self.queue_for(work).await
        }

        /// One who has added 1, is done and waits, and the turn of the next.
        async fn pair(&self) -> (JoinHandle<Result<Vec<u64>>>, Batch) {
            let first = self.begin_with(1).await;
            let second = self.queue_for(async |batch| batch).await;
            (tokio::spawn(first.commit()), second.await.unwrap())
        }

        async fn numbers(&self) -> Vec<i64> {
            sqlx::query_scalar("SELECT n FROM t ORDER BY n").fetch_all(&self.reader).await.unwrap()
        }
    }

    const ADD: &str = "INSERT INTO t (n, of) VALUES ($1, $2)";
    const NOBODY: Option<i64> = None;

    #[tokio::test]
    async fn whoever_is_done_while_another_waits_is_told_when_all_are_on_the_disk() {
        let place = Place::make().await;
        let (first, mut second) = place.pair().await;
        // It has its turn, and sees what the first has done, which is not committed.
        assert_eq!(second.rows("SELECT n FROM t", values![]).await.unwrap().len(), 1);
        assert!(!first.is_finished());
        assert_eq!(place.numbers().await, [0; 0]);
        second.add(ADD, values![2, NOBODY]).await.unwrap();
        assert_eq!(second.commit().await.unwrap(), [1]);
        assert_eq!(first.await.unwrap().unwrap(), [1]);
        assert_eq!(place.numbers().await, [1, 2]);
    }

    #[tokio::test]
    async fn one_that_fails_takes_nothing_of_the_others_with_it() {
        let place = Place::make().await;
        let first = place.begin_with(1).await;
        let again = place.queue(1, None).await;
        let other = place.queue(2, None).await;
        assert!(first.commit().await.is_ok());
        assert!(again.await.unwrap().is_err(), "the same number twice");
        assert!(other.await.unwrap().is_ok());
        assert_eq!(place.numbers().await, [1, 2]);
    }

    #[tokio::test]
    async fn one_that_panics_takes_nothing_of_the_others_with_it() {
        let place = Place::make().await;
        let first = place.begin_with(1).await;
        let work = async |mut batch: Batch| {
            assert_eq!(batch.changed(ADD, values![2, NOBODY]).await.unwrap(), 0, "it is one, and so this panics");
        };
        let panics = place.queue_for(work).await;
        let other = place.queue(3, None).await;
        assert!(first.commit().await.is_ok());
        assert!(panics.await.unwrap_err().is_panic());
        assert!(other.await.unwrap().is_ok());
        assert_eq!(place.numbers().await, [1, 3]);
    }

    #[tokio::test]
    async fn one_that_goes_away_takes_nothing_of_the_others_with_it_and_does_not_end_by_half() {
        let place = Place::make().await;
        let (first, mut second) = place.pair().await;
        let mut at_work = Box::pin(async move { second.changed(ADD, values![2, NOBODY]).await });
        let _ = futures_util::poll!(&mut at_work);
        drop(at_work);
        assert!(first.await.unwrap().is_ok());
        assert_eq!(place.numbers().await, [1], "at work");

        let place = Place::make().await;
        let (first, mut second) = place.pair().await;
        second.add(ADD, values![2, NOBODY]).await.unwrap();
        let mut ends = Box::pin(second.commit());
        assert!(futures_util::poll!(&mut ends).is_pending());
        drop(ends);
        assert!(first.await.unwrap().is_ok());
        assert_eq!(place.numbers().await, [1, 2], "at the commit, which is the first one's, too");

        let place = Place::make().await;
        let (first, mut second) = place.pair().await;
        second.changed(ADD, values![2, NOBODY]).await.unwrap();
        let mut leaves = Box::pin(second.leave());
        assert!(futures_util::poll!(&mut leaves).is_pending());
        drop(leaves);
        assert!(first.await.unwrap().is_ok());
        assert_eq!(place.numbers().await, [1], "as it leaves");
    }

    #[tokio::test]
    async fn of_a_group_that_fills_the_disk_nobody_is_told_yes_who_was_undone() {
        let place = Place::make().await;
        let most: i64 = sqlx::query_scalar("PRAGMA max_page_count = 1").fetch_one(&place.pool).await.unwrap();
        assert!(most > 1, "as many as there are: {most}");
        let first = place.begin_with(1).await;
        let fills = async |mut batch: Batch| {
            batch.add("INSERT INTO t (n, filling) VALUES ($1, zeroblob(1000000))", values![2]).await?;
            batch.commit().await
        };
        let fills = place.queue_for(fills).await;
        // SQLite undoes all of a transaction that finds the disk full.
        assert!(matches!(first.commit().await, Err(StoreError::Away(_))));
        assert!(fills.await.unwrap().is_err());
        assert_eq!(place.numbers().await, [0; 0]);
        assert!(place.begin_with(3).await.commit().await.is_ok());
        assert_eq!(place.numbers().await, [3], "and the next one is as if nothing had been");
    }

    #[tokio::test]
    async fn of_a_group_whose_commit_fails_nobody_is_told_yes() {
        let place = Place::make().await;
        let first = place.begin_with(1).await;
        let looks = async |mut batch: Batch| {
            let seen = batch.rows("SELECT n FROM t", values![]).await?.len();
            batch.leave().await.map(|()| seen)
        };
        let looks = place.queue_for(looks).await;
        let others = [place.queue(2, None).await, place.queue(3, Some(9)).await, place.queue(4, None).await];
        assert!(first.commit().await.is_err());
        assert!(looks.await.unwrap().is_err(), "also who only looked: what they saw never was");
        for other in others {
            assert!(other.await.unwrap().is_err());
        }
        assert_eq!(place.numbers().await, [0; 0]);
        assert_eq!(place.begin_with(5).await.commit().await.unwrap(), [1]);
        assert_eq!(place.numbers().await, [5], "and the next one is as if nothing had been");
    }

    #[tokio::test]
    async fn whoever_commits_for_all_in_the_end_is_told_when_that_fails() {
        let place = Place::make().await;
        let mut first = place.begin().await;
        first.add(ADD, values![1, Some(9)]).await.unwrap();
        let again = place.queue(1, None).await;
        assert!(matches!(first.commit().await, Err(StoreError::Away(_))));
        assert!(again.await.unwrap().is_err(), "the same number twice");
        assert!(place.begin_with(2).await.commit().await.is_ok());
        assert_eq!(place.numbers().await, [2]);
    }

    #[tokio::test]
    async fn what_was_handed_on_is_committed_also_when_nobody_waits_for_it_any_more() {
        let place = Place::make().await;
        let first = place.begin_with(1).await;
        let again = place.queue(1, None).await;
        let mut commit = Box::pin(first.commit());
        // Until it waits for the other's work.
        while !again.is_finished() {
            let _ = futures_util::poll!(&mut commit);
            yield_now().await;
        }
        drop(commit);
        place.begin_with(2).await.commit().await.unwrap();
        assert_eq!(place.numbers().await, [1, 2]);
    }
}
