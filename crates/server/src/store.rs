//! What the gateway remembers, as one trait whose every operation is whole: it happens altogether or not at all.
//!
//! The rules that must hold under races (a guess is charged once, a commit is all or nothing, a challenge is created
//! once) live behind these operations, so that each database keeps them in its own best way. Secrets arrive sealed.

use std::time::Duration;

use async_trait::async_trait;
use repin_core::api::UnixMs;
use repin_core::credential::CredentialId;
use sqlx::migrate::MigrateError;
use tokio::time::timeout;

mod apps;
mod audit;
mod away;
mod codes;
mod hosted;
mod magic;
mod operator;
mod page;
pub mod pool;
pub mod postgres;
mod ring_keys;
pub mod sqlite;
mod types;
mod values;
mod wallets;
mod watched;
mod webhooks;

pub use apps::*;
pub use audit::*;
pub use codes::*;
pub use hosted::*;
pub use magic::*;
pub use operator::*;
pub use page::*;
pub use ring_keys::*;
pub use types::*;
pub use wallets::*;
pub use watched::Watched;
pub use webhooks::*;

/// The database did not do its work. Nothing was half-applied; the same request can be made again.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It is away, full, overloaded or open for reading only: it will pass, or an operator is already busy with it.
    #[error("the store is away: {0}")]
    Away(Box<dyn std::error::Error + Send + Sync>),
    /// It cannot be used as it is.
    #[error("the store failed: {0}")]
    Failed(Box<dyn std::error::Error + Send + Sync>),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        if away::is_away(&error) { Self::Away(Box::new(error)) } else { Self::Failed(Box::new(error)) }
    }
}

impl From<MigrateError> for StoreError {
    fn from(error: MigrateError) -> Self {
        Self::Failed(Box::new(error))
    }
}

/// Does the work, or gives it up after so long.
///
/// # Errors
/// Those of the work, and [`StoreError::Away`] when it is given up.
pub(crate) async fn within<T>(longest: Duration, work: impl Future<Output = Result<T>>) -> Result<T> {
    timeout(longest, work).await.unwrap_or_else(|_| Err(StoreError::Away("no answer in time".into())))
}

/// What a store operation gives.
pub type Result<T> = std::result::Result<T, StoreError>;

/// The gateway's memory.
#[async_trait]
pub trait Store: Apps + AuditChain + Hosted + MagicStore + Operator + RingKeys + Wallets + WebhookStore {
    /// Answers if the database does: whether it can be worked on.
    async fn ready(&self) -> Result<Readiness>;
    /// What the connections to the database do now.
    fn connections(&self) -> Connections;
    /// How long an operation can take while the database is there. `None` where it cannot go away.
    fn longest(&self) -> Option<Duration>;
    /// Waits for what is being written, and closes.
    async fn close(&self);

    /// Creates a user. `None` if there is one of this name.
    async fn create_user(&self, app: &str, user_id: &str, now: UnixMs) -> Result<Option<User>>;
    /// Finds a user by the host's name.
    async fn user(&self, app: &str, user_id: &str) -> Result<Option<User>>;
    /// The same, with their app; what a session is held against.
    async fn member(&self, app: &str, user_id: &str) -> Result<Option<Member>>;
    /// A page of an app's users. `None` if there is no user of the cursor's id, theirs or ours.
    async fn users(&self, app: &str, wanted: &UserFilter, page: &Page, now: UnixMs) -> Result<Option<Listed<User>>>;

    /// Creates a challenge, unless its key was used or the user is not in the state it needs.
    async fn create_challenge(&self, new: &NewChallenge<'_>, now: UnixMs) -> Result<Created>;
    /// A user's challenge. One answer for unknown and for another's.
    async fn challenge(&self, user: &str, id: &str, now: UnixMs) -> Result<Option<Challenge>>;
    /// A page of a user's challenges, of one status or of all. `None` if there is no challenge of the cursor's id.
    async fn challenges(
        &self,
        user: &str,
        wanted: Option<Status>,
        page: &Page,
        now: UnixMs,
    ) -> Result<Option<Listed<Challenge>>>;

    /// All that a message is answered by, as it is at one moment: [`Self::member`], and what is known of the message's challenge.
    /// Nothing of a challenge that is unknown or another's. One look into the database, for it is done at every message.
    async fn arrival(
        &self,
        app: &str,
        user_id: &str,
        message: &Arrived<'_>,
        now: UnixMs,
    ) -> Result<Option<(Member, Option<Arrival>)>>;
    /// Takes an OPEN: creates the run.
    async fn open_run(&self, key: &MessageKey<'_>, new: &NewRun<'_>, reply: &Reply, now: UnixMs) -> Result<Recorded>;
    /// Takes a message with its reply and what it changes.
    async fn record(&self, key: &MessageKey<'_>, reply: &Reply, change: &Change, now: UnixMs) -> Result<Recorded>;
    /// Takes a guess and charges it, before anything is evaluated.
    async fn charge(&self, key: &MessageKey<'_>, credential: CredentialId, now: UnixMs) -> Result<Charge>;
    /// The same for a guess at a code.
    async fn charge_code(&self, key: &MessageKey<'_>, code: CredentialId, now: UnixMs) -> Result<Charge>;
    /// Keeps a charged guess's reply and the new state; if another evaluation of the same bytes was first, its reply counts.
    async fn answer_guess(&self, key: &MessageKey<'_>, reply: &Reply, state: &[u8]) -> Result<Recorded>;
    /// Takes a COMMIT: new credentials for old, the challenge complete, the user's others failed, all runs ended.
    async fn commit(&self, key: &MessageKey<'_>, commit: &Commit<'_>, reply: &Reply, now: UnixMs) -> Result<Committed>;

    /// Takes a SEND_CODE and counts it, before a code is made. Not before it is time for another.
    async fn claim_code(&self, key: &MessageKey<'_>, claim: &CodeClaim<'_>, now: UnixMs) -> Result<CodeClaimed>;
    /// Keeps a code that was sent in place of the one before, with the reply and the run's new state. The guesses at the one
    /// before count on.
    async fn keep_code(
        &self,
        key: &MessageKey<'_>,
        code: &SentCode<'_>,
        reply: &Reply,
        state: &[u8],
        now: UnixMs,
    ) -> Result<Recorded>;
    /// Keeps the refusal of a code that could not be sent; what was claimed at this time counts no more.
    async fn release_code(
        &self,
        key: &MessageKey<'_>,
        claim: &CodeClaim<'_>,
        refusal: &Reply,
        at: UnixMs,
    ) -> Result<Recorded>;
    /// Takes what ends a SET_RECOVERY: a commit as [`Self::commit`]'s, and the new way back in place of the one before.
    async fn set_way_back(
        &self,
        key: &MessageKey<'_>,
        commit: &Commit<'_>,
        way: &WayBack,
        reply: &Reply,
        now: UnixMs,
    ) -> Result<Committed>;

    /// Writes down what has expired, and forgets the runs no session can continue.
    async fn sweep(&self, now: UnixMs) -> Result<()>;
}
