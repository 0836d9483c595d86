//! Transactions that are committed together: while somebody waits for the one connection that writes, whoever is done hands it on
//! with the transaction open, and all of them wait for one commit and one sync of the disk.
//!
//! Each is a savepoint of its own, so that one that fails takes nothing of the others with it. Nobody is told anything before the
//! commit has succeeded, also who only looked: what they saw may be another's, and not on the disk yet. Nobody leads. Whoever hands
//! on queues again, behind those who waited then, and the first of them to come by commits for all: so a group is never longer
//! than the queue was.
//!
//! Between a transaction's beginning and its end nothing here waits but for its own caller, so nobody who goes away leaves a
//! statement or a commit half done.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rusqlite::ErrorCode;
use tokio::sync::{Mutex, OwnedMutexGuard, watch};
use tokio::time::{sleep, timeout};

use super::dialect::BEGIN;
use super::direct::{Direct, Fields, Opening};
use super::{ACQUIRE, BUSY};
use crate::store::values::Value;
use crate::store::{Connections, Readiness, Result, StoreError};

/// How the second of a group and those after it begin, and how each of them ends.
const SAVEPOINT: &str = "SAVEPOINT member";
const RELEASE: &str = "RELEASE member";
/// Undoes one of them, and leaves the rest.
const UNDO: &str = "ROLLBACK TO member";
/// For what need not be on the disk at once: the log is not synced at the commit, and is before it is copied into the file and with the
/// next commit that is waited for, so that what can be lost is its end and never a part from its middle.
const FORGETFUL: &str = "PRAGMA synchronous = NORMAL";
/// As every connection is opened.
const DURABLE: &str = "PRAGMA synchronous = FULL";
/// After how long it is tried again to begin while another program writes.
const AGAIN: Duration = Duration::from_millis(5);

/// Whose turn it is to write.
#[derive(Clone)]
pub struct Turns {
    seat: Arc<Mutex<Seat>>,
    /// How many wait for their turn to begin.
    wanted: Arc<AtomicUsize>,
}

/// Where one at a time writes.
struct Seat {
    opening: Opening,
    /// `None` until it is needed, when it could not be brought back to what it was, and at the end.
    connection: Option<Direct>,
    /// Of the transaction that is open, with the work of some who wait for its commit.
    open: Option<Told>,
    closed: bool,
}

/// Who is told what became of a group.
type Told = watch::Sender<Option<Outcome>>;

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

/// Somebody's turn. Nobody else writes until it is over. Dropped before its end, what was done in it is undone.
pub struct Turn {
    /// `None` when it was handed on.
    seat: Option<OwnedMutexGuard<Seat>>,
    turns: Turns,
    told: Told,
    /// Whether work of others is in the transaction.
    others: bool,
    /// Whether others' work may come into it.
    joins: bool,
    /// Whether the connection has to be made durable again.
    forgetful: bool,
    begun: bool,
}

impl Turns {
    /// Of a file.
    pub fn of(opening: Opening) -> Self {
        let seat = Seat { opening, connection: None, open: None, closed: false };
        Self { seat: Arc::new(Mutex::new(seat)), wanted: Arc::default() }
    }

    /// The next turn, in a transaction that others' work may be in.
    pub async fn next(&self, forgetful: bool) -> Result<Turn> {
        let mut seat = self.wait().await?;
        let open = seat.open.take();
        let others = open.is_some();
        let told = open.unwrap_or_else(|| watch::Sender::new(None));
        let turn =
            Turn { seat: Some(seat), turns: self.clone(), told, others, joins: true, forgetful: false, begun: false };
        turn.begin(forgetful && !others).await
    }

    /// The next turn, in a transaction of its own.
    pub async fn alone(&self) -> Result<Turn> {
        let seat = self.for_another().await?.0;
        let told = watch::Sender::new(None);
        let (turns, others) = (self.clone(), false);
        Turn { seat: Some(seat), turns, told, others, joins: false, forgetful: false, begun: false }.begin(false).await
    }

    /// Keeps the turn for another connection's transaction.
    pub async fn for_another(&self) -> Result<Kept> {
        let mut seat = self.wait().await?;
        seat.commit();
        Ok(Kept(seat))
    }

    async fn wait(&self) -> Result<OwnedMutexGuard<Seat>> {
        let _wanted = Wanted::count(&self.wanted);
        let seat = timeout(ACQUIRE, self.seat.clone().lock_owned()).await;
        Ok(seat.map_err(|_| sqlx::Error::PoolTimedOut)?)
    }

    /// Waits until the group of this receiver is committed, and commits it when it is this one's turn.
    async fn settle(self, mut told: watch::Receiver<Option<Outcome>>) -> Outcome {
        let mut seat = tokio::select! {
            biased;
            outcome = read(&mut told) => return outcome,
            seat = self.seat.clone().lock_owned() => seat,
        };
        // Told before the seat was free, if it was another group's.
        if told.borrow().is_none() {
            seat.commit();
        }
        drop(seat);
        read(&mut told).await
    }

    /// Writes a number that stands there already, for only what is written shows that the disk has room. Whoever writes just now
    /// finds out without this.
    pub fn try_to_write(&self) -> Result<Readiness> {
        let Ok(mut seat) = self.seat.clone().try_lock_owned() else { return Ok(Readiness::Ready) };
        if seat.open.is_some() {
            return Ok(Readiness::Ready);
        }
        let Err(error) = seat.connection()?.set("PRAGMA user_version = 0") else { return Ok(Readiness::Ready) };
        match error.sqlite_error_code() {
            // Another program writes.
            Some(ErrorCode::DatabaseBusy) => Ok(Readiness::Ready),
            Some(ErrorCode::ReadOnly) => Ok(Readiness::ReadOnly),
            Some(ErrorCode::SystemIoFailure | ErrorCode::DiskFull) => Ok(Readiness::Full),
            _ => Err(error.into()),
        }
    }

    /// The rows that a SELECT gives, when nobody writes. `None`: somebody does, what was written is not committed yet, or this
    /// connection cannot read.
    pub fn look(&self, sql: &'static str, values: &[Value<'_>]) -> Option<Vec<Fields>> {
        let mut seat = self.seat.try_lock().ok().filter(|seat| seat.open.is_none())?;
        Some(seat.connection().ok()?.given(sql, values).ok()?.rows)
    }

    /// What its connection does now.
    pub fn connections(&self) -> Connections {
        let in_use = u32::from(self.seat.try_lock().is_err());
        Connections { in_use, idle: 1 - in_use, limit: 1 }
    }

    /// Waits for what is being written, and closes.
    pub async fn close(&self) {
        let mut seat = self.seat.lock().await;
        seat.commit();
        (seat.connection, seat.closed) = (None, true);
    }
}

/// A turn that is kept for another connection. Whoever comes next waits.
pub struct Kept(OwnedMutexGuard<Seat>);

impl Seat {
    fn connection(&mut self) -> Result<&mut Direct> {
        if self.closed {
            return Err(sqlx::Error::PoolClosed.into());
        }
        if self.connection.is_none() {
            self.connection = Some(self.opening.open()?);
        }
        self.connection.as_mut().ok_or_else(|| sqlx::Error::PoolClosed.into())
    }

    /// Commits what others wait for, if any do.
    fn commit(&mut self) {
        let Some(told) = self.open.take() else { return };
        let outcome = self.connection().and_then(|connection| Ok(connection.run("COMMIT")?));
        if outcome.is_err() {
            self.roll_back();
        }
        told.send_replace(Some(outcome.map_err(|error| undone(&error))));
    }

    /// Undoes the whole transaction, if there is one.
    fn roll_back(&mut self) {
        let Some(connection) = &self.connection else { return };
        // SQLite has undone it by itself where it found the disk full.
        if connection.is_in_transaction() && connection.run("ROLLBACK").is_err() {
            self.connection = None;
        }
    }
}

impl Turn {
    async fn begin(mut self, forgetful: bool) -> Result<Self> {
        if self.others {
            self.connection()?.run(SAVEPOINT)?;
            self.begun = true;
            return Ok(self);
        }
        if forgetful {
            self.forgetful = true;
            self.connection()?.set(FORGETFUL)?;
        }
        let since = Instant::now();
        while let Err(error) = self.connection()?.run(BEGIN) {
            // Another program writes, or a transaction of sqlx's is about to end.
            if error.sqlite_error_code() != Some(ErrorCode::DatabaseBusy) || since.elapsed() > BUSY {
                return Err(error.into());
            }
            sleep(AGAIN).await;
        }
        self.begun = true;
        Ok(self)
    }

    /// The connection, in the transaction.
    pub fn connection(&mut self) -> Result<&mut Direct> {
        self.seat.as_mut().ok_or_else(|| StoreError::from(sqlx::Error::PoolClosed))?.connection()
    }

    /// Commits, or leaves that to the next one and waits for it.
    pub async fn commit(mut self) -> Result<()> {
        // Whoever waits for the connection anyway can do their work before the disk is waited for, once for all. What is not waited
        // for is not worth it.
        let hands_on = self.joins && !self.forgetful && self.turns.wanted.load(Ordering::SeqCst) > 0;
        if self.others {
            self.connection()?.run(RELEASE)?;
        }
        if hands_on {
            return self.hand_on().await;
        }
        self.connection()?.run("COMMIT")?;
        // Nothing is left to be undone, and nothing of others to be kept.
        (self.begun, self.others) = (false, false);
        self.told.send_replace(Some(Ok(())));
        Ok(())
    }

    /// Undoes what was done in it, and waits for the commit of what was seen of others.
    pub async fn leave(mut self) -> Result<()> {
        if !self.others {
            return Ok(());
        }
        self.undo_member()?;
        self.hand_on().await
    }

    fn undo_member(&mut self) -> Result<()> {
        let connection = self.connection()?;
        connection.run(UNDO)?;
        Ok(connection.run(RELEASE)?)
    }

    /// Ends the turn and leaves the transaction open, for the next one, and waits until somebody commits it.
    async fn hand_on(mut self) -> Result<()> {
        let mut waiting = Waiting { turns: self.turns.clone(), told: self.told.subscribe(), over: false };
        self.put_back();
        let outcome = waiting.turns.clone().settle(waiting.told.clone()).await;
        waiting.over = true;
        Ok(outcome?)
    }

    fn put_back(&mut self) {
        if let Some(mut seat) = self.seat.take() {
            seat.open = Some(std::mem::replace(&mut self.told, watch::Sender::new(None)));
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if self.seat.is_none() {
            return;
        }
        if self.others && (!self.begun || self.undo_member().is_ok()) {
            return self.put_back();
        }
        let (begun, forgetful) = (self.begun, self.forgetful);
        let Some(seat) = &mut self.seat else { return };
        if begun {
            seat.roll_back();
        }
        if forgetful && seat.connection.as_ref().is_some_and(|connection| connection.set(DURABLE).is_err()) {
            // Another is opened, as durable as each.
            seat.connection = None;
        }
        if self.others {
            self.told.send_replace(Some(Err(Undone("one of them could not be undone by itself".into()))));
        }
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

fn undone(error: &StoreError) -> Undone {
    Undone(error.to_string().into())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use rusqlite::Connection;
    use tokio::task::{JoinHandle, yield_now};

    use super::super::batch::Batch;
    use super::*;
    use crate::store::values::values;

    /// The turns at the one connection that writes, and another connection.
    struct Place {
        folder: tempfile::TempDir,
        turns: Turns,
        other: Connection,
    }

    impl Place {
        fn make() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("a");
            let other = Connection::open(&file).unwrap();
            // What refers to nobody is found at the commit, and not before.
            let table = "CREATE TABLE t (n INTEGER PRIMARY KEY, of INTEGER REFERENCES t (n) DEFERRABLE INITIALLY DEFERRED, filling)";
            other.execute_batch(&format!("PRAGMA journal_mode = WAL; {table}")).unwrap();
            Self { folder, turns: Turns::of(Opening { file, read_only: false }), other }
        }

        async fn begin(&self) -> Batch {
            Batch::join(&self.turns, false).await.unwrap()
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
            let turns = self.turns.clone();
            let work = tokio::spawn(async move { work(Batch::join(&turns, false).await.unwrap()).await });
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

        fn numbers(&self) -> Vec<i64> {
            let mut query = self.other.prepare("SELECT n FROM t ORDER BY n").unwrap();
            query.query_map([], |row| row.get(0)).unwrap().map(|n| n.unwrap()).collect()
        }
    }

    const ADD: &str = "INSERT INTO t (n, of) VALUES ($1, $2)";
    const NOBODY: Option<i64> = None;

    #[tokio::test]
    async fn whoever_is_done_while_another_waits_is_told_when_all_are_on_the_disk() {
        let place = Place::make();
        let (first, mut second) = place.pair().await;
        // It has its turn, and sees what the first has done, which is not committed.
        assert_eq!(second.rows("SELECT n FROM t", values![]).await.unwrap().len(), 1);
        assert!(!first.is_finished());
        assert_eq!(place.numbers(), [0; 0]);
        second.add(ADD, values![2, NOBODY]).await.unwrap();
        assert_eq!(second.commit().await.unwrap(), [1]);
        assert_eq!(first.await.unwrap().unwrap(), [1]);
        assert_eq!(place.numbers(), [1, 2]);
        assert!(place.begin_with(3).await.commit().await.is_ok());
        assert_eq!(place.numbers(), [1, 2, 3], "and the next one is nobody's group");
    }

    #[tokio::test]
    async fn who_looks_sees_what_is_committed_and_nothing_else() {
        let place = Place::make();
        let seen = || place.turns.look("SELECT n FROM t", values![]).map(|rows| rows.len());
        assert_eq!(seen(), Some(0));
        let first = place.begin_with(1).await;
        assert_eq!(seen(), None, "somebody writes");
        // It hands on to one who has nothing to add, and goes away.
        let again = place.queue(1, None).await;
        let mut commit = Box::pin(first.commit());
        while !again.is_finished() {
            let _ = futures_util::poll!(&mut commit);
            yield_now().await;
        }
        drop(commit);
        assert!(place.turns.seat.try_lock().unwrap().open.is_some());
        assert_eq!(seen(), None, "nobody writes, and it is not committed yet");
        place.begin_with(2).await.commit().await.unwrap();
        assert_eq!(seen(), Some(2));
        place.turns.close().await;
        assert_eq!(seen(), None, "closed");
    }

    #[tokio::test]
    async fn one_that_fails_takes_nothing_of_the_others_with_it() {
        let place = Place::make();
        let first = place.begin_with(1).await;
        let again = place.queue(1, None).await;
        let other = place.queue(2, None).await;
        assert!(first.commit().await.is_ok());
        assert!(again.await.unwrap().is_err(), "the same number twice");
        assert!(other.await.unwrap().is_ok());
        assert_eq!(place.numbers(), [1, 2]);
    }

    #[tokio::test]
    async fn one_that_panics_takes_nothing_of_the_others_with_it() {
        let place = Place::make();
        let first = place.begin_with(1).await;
        let work = async |mut batch: Batch| {
            assert_eq!(batch.changed(ADD, values![2, NOBODY]).await.unwrap(), 0, "it is one, and so this panics");
        };
        let panics = place.queue_for(work).await;
        let other = place.queue(3, None).await;
        assert!(first.commit().await.is_ok());
        assert!(panics.await.unwrap_err().is_panic());
        assert!(other.await.unwrap().is_ok());
        assert_eq!(place.numbers(), [1, 3]);
    }

    #[tokio::test]
    async fn one_that_goes_away_takes_nothing_of_the_others_with_it_and_does_not_end_by_half() {
        let place = Place::make();
        let (first, mut second) = place.pair().await;
        second.add(ADD, values![2, NOBODY]).await.unwrap();
        drop(second);
        assert!(!first.is_finished());
        assert!(first.await.unwrap().is_ok());
        assert_eq!(place.numbers(), [1], "at work");

        let place = Place::make();
        let (first, mut second) = place.pair().await;
        second.add(ADD, values![2, NOBODY]).await.unwrap();
        let third = place.queue(3, None).await;
        let mut ends = Box::pin(second.commit());
        assert!(futures_util::poll!(&mut ends).is_pending());
        drop(ends);
        assert!(first.await.unwrap().is_ok() && third.await.unwrap().is_ok());
        assert_eq!(place.numbers(), [1, 2, 3], "at the commit, which is the first one's, too");

        let place = Place::make();
        let (first, mut second) = place.pair().await;
        second.changed(ADD, values![2, NOBODY]).await.unwrap();
        let mut leaves = Box::pin(second.leave());
        let _ = futures_util::poll!(&mut leaves);
        drop(leaves);
        assert!(first.await.unwrap().is_ok());
        assert_eq!(place.numbers(), [1], "as it leaves");
    }

    #[tokio::test]
    async fn of_a_group_that_fills_the_disk_nobody_is_told_yes_who_was_undone() {
        let place = Place::make();
        // No page more than there are.
        place.turns.seat.lock().await.connection().unwrap().set("PRAGMA max_page_count = 1").unwrap();
        let first = place.begin_with(1).await;
        let fills = async |mut batch: Batch| {
            batch.add("INSERT INTO t (n, filling) VALUES ($1, zeroblob(1000000))", values![2]).await?;
            batch.commit().await
        };
        let fills = place.queue_for(fills).await;
        // SQLite undoes all of a transaction that finds the disk full.
        assert!(matches!(first.commit().await, Err(StoreError::Away(_))));
        assert!(fills.await.unwrap().is_err());
        assert_eq!(place.numbers(), [0; 0]);
        assert!(place.begin_with(3).await.commit().await.is_ok());
        assert_eq!(place.numbers(), [3], "and the next one is as if nothing had been");
    }

    #[tokio::test]
    async fn of_a_group_whose_commit_fails_nobody_is_told_yes() {
        let place = Place::make();
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
        assert_eq!(place.numbers(), [0; 0]);
        assert_eq!(place.begin_with(5).await.commit().await.unwrap(), [1]);
        assert_eq!(place.numbers(), [5], "and the next one is as if nothing had been");
    }

    #[tokio::test]
    async fn whoever_commits_for_all_in_the_end_is_told_when_that_fails() {
        let place = Place::make();
        let mut first = place.begin().await;
        first.add(ADD, values![1, Some(9)]).await.unwrap();
        let again = place.queue(1, None).await;
        assert!(matches!(first.commit().await, Err(StoreError::Away(_))));
        assert!(again.await.unwrap().is_err(), "the same number twice");
        assert!(place.begin_with(2).await.commit().await.is_ok());
        assert_eq!(place.numbers(), [2]);
    }

    #[tokio::test]
    async fn what_was_handed_on_is_committed_also_when_nobody_waits_for_it_any_more() {
        let place = Place::make();
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
        assert_eq!(place.numbers(), [1, 2]);
    }

    #[tokio::test]
    async fn another_program_that_writes_is_waited_for_and_so_are_turns_for_another_connection() {
        let place = Place::make();
        place.other.execute_batch("BEGIN IMMEDIATE; INSERT INTO t (n) VALUES (1)").unwrap();
        let mut waits = Box::pin(place.begin_with(2));
        assert!(futures_util::poll!(&mut waits).is_pending());
        place.other.execute_batch("COMMIT").unwrap();
        assert!(waits.await.commit().await.is_ok());

        let kept = place.turns.for_another().await.unwrap();
        let waits = place.queue(4, None).await;
        place.other.execute_batch("INSERT INTO t (n) VALUES (3)").unwrap();
        assert!(!waits.is_finished());
        drop(kept);
        assert!(waits.await.unwrap().is_ok());
        assert_eq!(place.numbers(), [1, 2, 3, 4]);
    }

    #[tokio::test]
    async fn what_waits_for_its_commit_is_committed_before_another_connection_has_its_turn() {
        let place = Place::make();
        let first = place.begin_with(1).await;
        let turns = place.turns.clone();
        let other = tokio::spawn(async move { turns.for_another().await });
        while place.turns.wanted.load(Ordering::SeqCst) == 0 {
            yield_now().await;
        }
        let first = tokio::spawn(first.commit());
        let kept = other.await.unwrap().unwrap();
        assert_eq!(place.numbers(), [1], "the other connection sees it, and nothing is locked");
        drop(kept);
        assert!(first.await.unwrap().is_ok());
    }

    #[tokio::test]
    async fn whether_the_disk_takes_more_is_tried_and_after_the_end_nothing_is_done() {
        let place = Place::make();
        assert_eq!(place.turns.try_to_write().unwrap(), Readiness::Ready);
        let begun = place.begin().await;
        assert_eq!(place.turns.try_to_write().unwrap(), Readiness::Ready, "somebody writes");
        assert_eq!(place.turns.connections(), Connections { in_use: 1, idle: 0, limit: 1 });
        drop(begun);
        assert_eq!(place.turns.connections(), Connections { in_use: 0, idle: 1, limit: 1 });
        place.turns.close().await;
        assert!(matches!(Batch::join(&place.turns, false).await.map(drop), Err(StoreError::Away(_))));
        let gone = Opening { file: place.folder.path().join("not there"), read_only: false };
        assert!(Batch::begin(&Turns::of(gone)).await.is_err());
    }
}
