//! [`Store`] on SQLite: one file in WAL mode, one connection that writes, several that read.
//!
//! Every write takes the database's write lock at once (`BEGIN IMMEDIATE`), so a transaction sees nothing change under
//! it and never fails half-way for a lock. `synchronous = FULL`: what was answered survives a power cut.

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use repin_core::api::{RunId, UnixMs};
use repin_core::credential::CredentialId;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Sqlite, SqlitePool, Transaction};
use tokio::sync::Notify;

use super::{
    AppIdentity, Apps, Challenge, Change, Charge, Commit, Committed, Created, KnownKey, Listed, MessageKey,
    NewChallenge, NewRun, Page, Recorded, Reply, Result, Run, Seen, Status, Store, StoreError, User, UserFilter,
};

mod api_keys;
mod apps;
mod challenges;
mod commit;
mod dead_letters;
mod deliveries;
mod guesses;
mod operator;
mod outbox;
mod page;
mod row;
mod runs;
mod subscriptions;
mod users;
mod webhooks;

type Tx = Transaction<'static, Sqlite>;

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self(Box::new(error))
    }
}

/// The store in one file.
pub struct SqliteStore {
    writer: SqlitePool,
    readers: SqlitePool,
    /// Told after each transaction that added something to deliver.
    delivery_added: Notify,
}

impl SqliteStore {
    /// Opens the file, creating and migrating it first where needed.
    ///
    /// # Errors
    /// [`StoreError`] when the file cannot be used, or was made by a newer version.
    pub async fn open(file: &Path) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            // A replaced PIN's record must not linger in a free page.
            .pragma("secure_delete", "ON")
            .busy_timeout(Duration::from_secs(10))
            // Statements would come with their timing and text into the log, whose fields are an allow-list.
            .disable_statement_logging();
        // One: writes queue here, in order, and not at SQLite's lock, where waiters poll.
        let writer = pool(1).connect_with(options.clone()).await?;
        sqlx::migrate!("migrations/sqlite").run(&writer).await.map_err(|error| StoreError(Box::new(error)))?;
        let readers = pool(4).connect_with(options.read_only(true)).await?;
        Ok(Self { writer, readers, delivery_added: Notify::new() })
    }

    async fn begin(&self) -> Result<Tx> {
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
    }
}

fn pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections)
        // A burst queues rather than fails: a thousand guesses at once must all get their answer.
        .acquire_timeout(Duration::from_secs(60))
}

#[async_trait]
impl Store for SqliteStore {
    async fn ready(&self) -> Result<()> {
        sqlx::query("SELECT 1 FROM apps").fetch_optional(&self.readers).await?;
        Ok(())
    }

    async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    async fn create_user(&self, app: &str, user_id: &str, now: UnixMs) -> Result<Option<User>> {
        self.insert_user(app, user_id, now).await
    }

    async fn user(&self, app: &str, user_id: &str) -> Result<Option<User>> {
        self.select_user(app, user_id).await
    }

    async fn users(&self, app: &str, wanted: &UserFilter, page: &Page, now: UnixMs) -> Result<Option<Listed<User>>> {
        self.select_users(app, wanted, page, now).await
    }

    async fn create_challenge(&self, new: &NewChallenge<'_>, now: UnixMs) -> Result<Created> {
        self.insert_challenge(new, now).await
    }

    async fn challenge(&self, user: &str, id: &str, now: UnixMs) -> Result<Option<Challenge>> {
        self.select_challenge(user, id, now).await
    }

    async fn challenges(
        &self,
        user: &str,
        wanted: Option<Status>,
        page: &Page,
        now: UnixMs,
    ) -> Result<Option<Listed<Challenge>>> {
        self.select_challenges(user, wanted, page, now).await
    }

    async fn run(&self, challenge: &str, run: RunId) -> Result<Option<Run>> {
        self.select_run(challenge, run).await
    }

    async fn seen(&self, challenge: &str, run: RunId, seq: u32) -> Result<Option<Seen>> {
        self.select_seen(challenge, run, seq).await
    }

    async fn open_run(&self, key: &MessageKey<'_>, new: &NewRun<'_>, reply: &Reply, now: UnixMs) -> Result<Recorded> {
        self.insert_run(key, new, reply, now).await
    }

    async fn record(&self, key: &MessageKey<'_>, reply: &Reply, change: &Change, now: UnixMs) -> Result<Recorded> {
        self.advance_run(key, reply, change, now).await
    }

    async fn charge(&self, key: &MessageKey<'_>, credential: CredentialId, now: UnixMs) -> Result<Charge> {
        self.charge_guess(key, credential, now).await
    }

    async fn answer_guess(&self, key: &MessageKey<'_>, reply: &Reply, state: &[u8]) -> Result<Recorded> {
        self.store_guess_reply(key, reply, state).await
    }

    async fn commit(&self, key: &MessageKey<'_>, commit: &Commit<'_>, reply: &Reply, now: UnixMs) -> Result<Committed> {
        self.commit_challenge(key, commit, reply, now).await
    }

    async fn sweep(&self, now: UnixMs) -> Result<()> {
        self.sweep_expired(now).await?;
        self.sweep_webhooks(now).await
    }
}
