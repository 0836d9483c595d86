//! [`Store`] in SQL. These files are compiled once for each database: `super::dialect` says what is the database's own (its
//! types, how a transaction begins, how rows are locked), and everything else is written once, in the SQL that both know.

use std::time::Duration;

use async_trait::async_trait;
use repin_core::api::UnixMs;
use repin_core::credential::CredentialId;
use tokio::sync::{Mutex, Notify};
use tokio::time::Instant;

use super::dialect::{self, Pool, Probe, Readers};
use crate::store::{
    AppIdentity, Apps, Arrival, Arrived, Challenge, Change, Charge, CodeClaim, CodeClaimed, Commit, Committed,
    Connections, Created, KnownKey, Listed, Member, MessageKey, NewChallenge, NewRun, Page, Readiness, Recorded, Reply,
    Result, Seen, SentCode, Status, Store, User, UserFilter, WayBack,
};

mod api_keys;
mod apps;
mod arrival;
mod audit;
mod challenges;
mod codes;
pub(in crate::store) mod commit;
mod dead_letters;
mod deliveries;
mod guesses;
mod hosted;
mod lock_events;
mod locks;
mod magic;
mod magic_rotations;
mod operator;
mod outbox;
mod page;
mod ring_keys;
pub(in crate::store) mod row;
mod runs;
pub(in crate::store) mod statements;
mod subscriptions;
mod sweep;
pub(in crate::store) mod users;
mod wallets;
mod webhooks;
pub(in crate::store) mod writer;

use writer::{Tx, Writer};

use guesses::Table;

/// The store in a database.
pub struct SqlStore {
    writer: Writer,
    /// For what every message looks up.
    arrivals: Readers,
    readers: Pool,
    /// For the question whether the database is there.
    probe: Probe,
    /// See [`Store::longest`].
    longest: Option<Duration>,
    /// Told after each transaction that added something to deliver.
    delivery_added: Notify,
    /// Told after each transaction that began rotations.
    rotation_added: Notify,
    /// When it was last found to take writes.
    written: Mutex<Option<Instant>>,
}

/// For how long it is then taken to do so: trying is a write, and anybody can have it tried.
const WRITTEN_FOR: Duration = Duration::from_secs(1);

impl SqlStore {
    /// On a migrated database. All may be one pool.
    pub(super) fn new(
        writer: Writer,
        arrivals: Readers,
        readers: Pool,
        probe: Probe,
        longest: Option<Duration>,
    ) -> Self {
        Self {
            writer,
            arrivals,
            readers,
            probe,
            longest,
            delivery_added: Notify::new(),
            rotation_added: Notify::new(),
            written: Mutex::default(),
        }
    }

    async fn begin(&self) -> Result<Tx> {
        self.writer.begin().await
    }
}

#[async_trait]
impl Store for SqlStore {
    async fn ready(&self) -> Result<Readiness> {
        // Whoever comes when it is back need not find out of each connection that it is dead.
        let (writable, needed) = self.probe.ask().await.inspect_err(|_| dialect::forget_idle(&self.readers))?;
        if !writable {
            return Ok(Readiness::ReadOnly);
        }
        if needed > dialect::known() {
            return Ok(Readiness::Newer);
        }
        // One after the other, so that a crowd that asks at once has it tried once.
        let mut written = self.written.lock().await;
        if written.is_some_and(|at| at.elapsed() < WRITTEN_FOR) {
            return Ok(Readiness::Ready);
        }
        let ready = self.writer.turns().try_to_write()?;
        *written = (ready == Readiness::Ready).then(Instant::now);
        Ok(ready)
    }

    fn longest(&self) -> Option<Duration> {
        self.longest
    }

    fn connections(&self) -> Connections {
        // Where several gateways share a database, one pool is all there is. Elsewhere whoever writes is counted by their turn, over
        // whichever connection they do.
        let pool = if dialect::SHARED { self.writer.pool() } else { &self.readers };
        let idle = u32::try_from(pool.num_idle()).unwrap_or(u32::MAX);
        let in_use = pool.size().saturating_sub(idle);
        let pooled = Connections { in_use, idle, limit: pool.options().get_max_connections() };
        pooled + self.writer.turns().connections() + self.arrivals.connections()
    }

    async fn close(&self) {
        self.arrivals.close().await;
        self.readers.close().await;
        self.probe.close().await;
        self.writer.pool().close().await;
        self.writer.turns().close().await;
    }

    async fn create_user(&self, app: &str, user_id: &str, now: UnixMs) -> Result<Option<User>> {
        self.insert_user(app, user_id, now).await
    }

    async fn user(&self, app: &str, user_id: &str) -> Result<Option<User>> {
        self.select_user(app, user_id).await
    }

    async fn member(&self, app: &str, user_id: &str) -> Result<Option<Member>> {
        self.select_member(app, user_id).await
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

    async fn arrival(
        &self,
        app: &str,
        user_id: &str,
        message: &Arrived<'_>,
        now: UnixMs,
    ) -> Result<Option<(Member, Option<Arrival>)>> {
        self.select_arrival(app, user_id, message, now).await
    }

    async fn open_run(&self, key: &MessageKey<'_>, new: &NewRun<'_>, reply: &Reply, now: UnixMs) -> Result<Recorded> {
        self.insert_run(key, new, reply, now).await
    }

    async fn record(&self, key: &MessageKey<'_>, reply: &Reply, change: &Change, now: UnixMs) -> Result<Recorded> {
        self.advance_run(key, reply, change, now).await
    }

    async fn charge(&self, key: &MessageKey<'_>, credential: CredentialId, now: UnixMs) -> Result<Charge> {
        self.charge_guess(key, (Table::Credentials, credential), now).await
    }

    async fn charge_code(&self, key: &MessageKey<'_>, code: CredentialId, now: UnixMs) -> Result<Charge> {
        self.charge_guess(key, (Table::Codes, code), now).await
    }

    async fn answer_guess(&self, key: &MessageKey<'_>, reply: &Reply, state: &[u8]) -> Result<Recorded> {
        self.store_guess_reply(key, reply, state).await
    }

    async fn commit(&self, key: &MessageKey<'_>, commit: &Commit<'_>, reply: &Reply, now: UnixMs) -> Result<Committed> {
        self.commit_challenge(key, commit, None, reply, now).await
    }

    async fn claim_code(&self, key: &MessageKey<'_>, claim: &CodeClaim<'_>, now: UnixMs) -> Result<CodeClaimed> {
        self.take_code_claim(key, claim, now).await
    }

    async fn keep_code(
        &self,
        key: &MessageKey<'_>,
        code: &SentCode<'_>,
        reply: &Reply,
        state: &[u8],
        now: UnixMs,
    ) -> Result<Recorded> {
        self.store_sent_code(key, code, reply, state, now).await
    }

    async fn release_code(
        &self,
        key: &MessageKey<'_>,
        claim: &CodeClaim<'_>,
        refusal: &Reply,
        at: UnixMs,
    ) -> Result<Recorded> {
        self.take_back_code(key, claim, refusal, at).await
    }

    async fn set_way_back(
        &self,
        key: &MessageKey<'_>,
        commit: &Commit<'_>,
        way: &WayBack,
        reply: &Reply,
        now: UnixMs,
    ) -> Result<Committed> {
        self.commit_challenge(key, commit, Some(way), reply, now).await
    }

    async fn sweep(&self, now: UnixMs) -> Result<()> {
        self.sweep_expired(now).await?;
        self.sweep_codes(now).await?;
        self.sweep_webhooks(now).await
    }
}
