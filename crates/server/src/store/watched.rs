//! A store that is watched: how long each operation takes, whether it fails, and where it stands in a request's trace. What
//! it is asked and what it answers is seen by nobody here but the store itself.
//!
//! And none is waited for without an end. A server that is gone without a word answers nothing and closes nothing: whoever asked would hold
//! their connection until a restart.

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use repin_core::api::{CredentialKind, UnixMs};
use repin_core::credential::CredentialId;

use super::*;
use crate::keys::KeyMark;
use crate::metrics::Metrics;
use crate::traces::Traces;

/// A store and who watches it.
pub struct Watched {
    store: Arc<dyn Store>,
    metrics: Arc<Metrics>,
    traces: Arc<Traces>,
}

impl Watched {
    /// Watches `store`.
    pub fn new(store: Arc<dyn Store>, metrics: Arc<Metrics>, traces: Arc<Traces>) -> Self {
        Self { store, metrics, traces }
    }

    async fn watch<T>(&self, operation: &'static str, work: impl Future<Output = Result<T>> + Send) -> Result<T> {
        self.watch_for(self.store.longest(), operation, work).await
    }

    async fn watch_for<T>(
        &self,
        longest: Option<Duration>,
        operation: &'static str,
        work: impl Future<Output = Result<T>> + Send,
    ) -> Result<T> {
        let _at_work = self.metrics.operation_begins();
        let span = self.traces.operation(operation);
        let started = Instant::now();
        let result = span.around(ended(longest, work)).await;
        self.metrics.operation(operation, started.elapsed(), result.as_ref().err());
        span.end(result.is_ok());
        result
    }
}

/// For how many operations the sweep may take: it has transactions enough. Each is a part that stays done, and what was not reached is a
/// minute later.
const SWEEP: u32 = 4;

/// Does the work, or gives it up.
async fn ended<T>(longest: Option<Duration>, work: impl Future<Output = Result<T>>) -> Result<T> {
    match longest {
        Some(longest) => within(longest, work).await,
        None => work.await,
    }
}

/// One trait of the store's: each operation by its name, watched; and the rest as it stands.
macro_rules! watched {
    (impl $trait:ident { $(fn $name:ident($($argument:ident: $type:ty),*) -> $result:ty;)* } $($rest:tt)*) => {
        #[async_trait]
        impl $trait for Watched {
            $(async fn $name(&self, $($argument: $type),*) -> $result {
                self.watch(stringify!($name), self.store.$name($($argument),*)).await
            })*
            $($rest)*
        }
    };
}

watched! {
    impl Store {
        fn create_user(app: &str, user_id: &str, now: UnixMs) -> Result<Option<User>>;
        fn user(app: &str, user_id: &str) -> Result<Option<User>>;
        fn member(app: &str, user_id: &str) -> Result<Option<Member>>;
        fn users(app: &str, wanted: &UserFilter, page: &Page, now: UnixMs) -> Result<Option<Listed<User>>>;
        fn create_challenge(new: &NewChallenge<'_>, now: UnixMs) -> Result<Created>;
        fn challenge(user: &str, id: &str, now: UnixMs) -> Result<Option<Challenge>>;
        fn challenges(user: &str, wanted: Option<Status>, page: &Page, now: UnixMs) -> Result<Option<Listed<Challenge>>>;
        fn arrival(app: &str, user_id: &str, message: &Arrived<'_>, now: UnixMs) -> Result<Option<(Member, Option<Arrival>)>>;
        fn open_run(key: &MessageKey<'_>, new: &NewRun<'_>, reply: &Reply, now: UnixMs) -> Result<Recorded>;
        fn record(key: &MessageKey<'_>, reply: &Reply, change: &Change, now: UnixMs) -> Result<Recorded>;
        fn charge(key: &MessageKey<'_>, credential: CredentialId, now: UnixMs) -> Result<Charge>;
        fn charge_code(key: &MessageKey<'_>, code: CredentialId, now: UnixMs) -> Result<Charge>;
        fn answer_guess(key: &MessageKey<'_>, reply: &Reply, state: &[u8]) -> Result<Recorded>;
        fn commit(key: &MessageKey<'_>, commit: &Commit<'_>, reply: &Reply, now: UnixMs) -> Result<Committed>;
        fn claim_code(key: &MessageKey<'_>, claim: &CodeClaim<'_>, now: UnixMs) -> Result<CodeClaimed>;
        fn keep_code(key: &MessageKey<'_>, code: &SentCode<'_>, reply: &Reply, state: &[u8], now: UnixMs) -> Result<Recorded>;
        fn release_code(key: &MessageKey<'_>, claim: &CodeClaim<'_>, refusal: &Reply, at: UnixMs) -> Result<Recorded>;
        fn set_way_back(key: &MessageKey<'_>, commit: &Commit<'_>, way: &WayBack, reply: &Reply, now: UnixMs) -> Result<Committed>;
    }

    async fn sweep(&self, now: UnixMs) -> Result<()> {
        let longest = self.store.longest().map(|longest| longest * SWEEP);
        self.watch_for(longest, "sweep", self.store.sweep(now)).await
    }

    // Asked over a connection of its own, by whoever asks how this gateway is.
    async fn ready(&self) -> Result<Readiness> {
        self.store.ready().await
    }

    fn connections(&self) -> Connections {
        self.store.connections()
    }

    fn longest(&self) -> Option<Duration> {
        self.store.longest()
    }

    async fn close(&self) {
        self.store.close().await;
    }
}

watched! {
    impl Apps {
        fn default_app(now: UnixMs) -> Result<AppIdentity>;
        fn app(id: &str) -> Result<Option<AppIdentity>>;
        fn api_key(hash: &[u8; 32]) -> Result<Option<KnownKey>>;
        fn has_origin(app: &str, origin: &str) -> Result<bool>;
        fn is_origin_of_any(origin: &str) -> Result<bool>;
    }
}

watched! {
    impl Hosted {
        fn create_customer(app: &str, new: &Customer, now: UnixMs) -> Result<Option<User>>;
        fn customer(user: &str) -> Result<Option<Customer>>;
        fn keep_link(new: &NewLink<'_>) -> Result<()>;
        fn link(challenge: &str) -> Result<Option<Link>>;
        fn links(challenges: &[&str]) -> Result<HashMap<String, Link>>;
        fn use_ticket(challenge: &str, ticket: &[u8; 32], resume: &[u8; 32], now: UnixMs) -> Result<bool>;
        fn end_visit(challenge: &str, ended: Ended) -> Result<()>;
    }
}

watched! {
    impl Operator {
        fn create_entity(name: &str, by: By<'_>) -> Result<Entity>;
        fn entities() -> Result<Vec<Entity>>;
        fn create_app(entity: &str, name: &str, by: By<'_>) -> Result<Option<App>>;
        fn apps() -> Result<Vec<App>>;
        fn add_origin(app: &str, origin: &str, by: By<'_>) -> Result<bool>;
        fn remove_origin(app: &str, origin: &str, by: By<'_>) -> Result<bool>;
        fn create_key(key: &StoredKey, hash: &[u8; 32], by: By<'_>) -> Result<()>;
        fn keys(app: Option<&str>) -> Result<Vec<StoredKey>>;
        fn revoke_key(id: &str, by: By<'_>) -> Result<bool>;
        fn set_disabled(user: &User, disabled: bool, by: By<'_>) -> Result<bool>;
        fn unlock(user: &User, kind: CredentialKind, by: By<'_>) -> Result<bool>;
        fn note(event: &str, subject: &str, by: By<'_>) -> Result<()>;
        fn audit(limit: u32) -> Result<Vec<AuditEntry>>;
    }
}

watched! {
    impl RingKeys {
        fn claim_keys(keys: &[KeyMark]) -> Result<Claimed>;
        fn use_keys(newest: &[(&'static str, &str)], now: UnixMs) -> Result<()>;
        fn ring_keys() -> Result<Vec<RingKey>>;
        fn has_ring_key(purpose: &str, kid: &str) -> Result<bool>;
        fn needs_of_key(purpose: &str, kid: &str) -> Result<u64>;
        fn add_ring_key(purpose: &str, kid: &str, by: By<'_>) -> Result<()>;
        fn retire_ring_key(purpose: &str, kid: &str, unused_since: UnixMs, by: By<'_>) -> Result<Retirement>;
        fn keep_webhook_key(key: &WebhookPublicKey) -> Result<()>;
        fn webhook_keys() -> Result<Vec<WebhookPublicKey>>;
        fn webhook_key(id: &str) -> Result<Option<WebhookPublicKey>>;
    }
}

watched! {
    impl AuditChain {
        fn audit_head() -> Result<Option<AuditLink>>;
        fn audit_rows_after(id: u64) -> Result<u64>;
        fn seal_audit(limit: u32, seal: Seal<'_>) -> Result<Sealing>;
        fn audit_links(after: u64, limit: u32) -> Result<Vec<(AuditLink, Option<AuditEntry>)>>;
        fn last_audit_link() -> Result<u64>;
        fn first_unlinked(up_to: u64) -> Result<Option<AuditEntry>>;
        fn audit_after(id: u64, limit: u32) -> Result<Vec<(AuditEntry, Option<AuditLink>)>>;
    }
}

watched! {
    impl MagicStore {
        fn register_magic_wallet(new: &NewMagicWallet<'_>, by: By<'_>) -> Result<RegisteredWallet>;
        fn magic_wallets(user: &str) -> Result<Vec<MagicWallet>>;
        fn magic_wallet(app: &str, id: &str) -> Result<Option<MagicWallet>>;
        fn begin_rotations(key: &MessageKey<'_>, user: &str, new: &[NewRotation], seal: SealReply<'_>, now: UnixMs) -> Result<BegunRotations>;
        fn claim_rotations(owner: &str, until: UnixMs, limit: u32, now: UnixMs) -> Result<Vec<Rotation>>;
        fn next_rotation() -> Result<Option<UnixMs>>;
        fn send_rotation(rotation: &Rotation, owner: &str, kid: &str, until: UnixMs, now: UnixMs) -> Result<bool>;
        fn keep_reply(rotation: &str, status: u16, body: &[u8], now: UnixMs) -> Result<()>;
        fn kept_reply(rotation: &str) -> Result<Option<(u16, Vec<u8>)>>;
        fn pause_rotation(paused: &Paused<'_>, now: UnixMs) -> Result<bool>;
        fn adopt_keys(rotation: &Rotation, owner: &str, keys: &NewKeys, now: UnixMs) -> Result<bool>;
        fn freeze_rotation(rotation: &Rotation, owner: &str, event: &str, now: UnixMs) -> Result<bool>;
        fn retry_rotation(wallet: &MagicWallet, by: By<'_>) -> Result<bool>;
        fn end_orphaned_rotations(now: UnixMs) -> Result<()>;
    }

    async fn rotations_changed(&self) {
        self.store.rotations_changed().await;
    }
}

watched! {
    impl Wallets {
        fn wallet(user: &str) -> Result<Option<Wallet>>;
        fn create_wallet(key: &MessageKey<'_>, user: &str, new: &Wallet, reply: &Reply) -> Result<Committed>;
        fn export_wallet(key: &MessageKey<'_>, user: &str, reply: &Reply, now: UnixMs) -> Result<Committed>;
    }
}

watched! {
    impl WebhookStore {
        fn create_subscription(new: &Subscription, max: usize, first: &NewDelivery<'_>, by: By<'_>) -> Result<bool>;
        fn subscription(app: &str, id: &str) -> Result<Option<Subscription>>;
        fn subscriptions(app: &str) -> Result<Vec<Subscription>>;
        fn update_subscription(app: &str, id: &str, name: Option<&str>, enabled: Option<bool>, by: By<'_>) -> Result<Option<Subscription>>;
        fn delete_subscription(app: &str, id: &str, by: By<'_>) -> Result<bool>;
        fn due_deliveries() -> Result<Vec<(String, UnixMs)>>;
        fn claim_deliveries(claim: &Claim<'_>, now: UnixMs) -> Result<Vec<Delivery>>;
        fn finish_attempt(attempt: &Attempt<'_>) -> Result<()>;
        fn release_deliveries(owner: &str, now: UnixMs) -> Result<()>;
        fn end_orphaned_claims(now: UnixMs) -> Result<()>;
        fn outbox() -> Result<Outbox>;
        fn dead_letters(limit: usize) -> Result<Vec<DeadLetter>>;
        fn replay(which: Replay<'_>, by: By<'_>) -> Result<u64>;
        fn delivery_log(subscription: Option<&str>, limit: usize) -> Result<Vec<LoggedAttempt>>;
    }

    async fn deliveries_changed(&self) {
        self.store.deliveries_changed().await;
    }

    fn announce_deliveries(&self) {
        self.store.announce_deliveries();
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    #[tokio::test]
    async fn what_does_not_end_is_given_up_where_it_may_be_gone_and_nothing_else_is() {
        let moment = Duration::from_millis(1);
        let given_up = ended(Some(moment), pending::<Result<()>>()).await;
        assert!(matches!(given_up, Err(StoreError::Away(_))), "{given_up:?}");
        let work = || async {
            tokio::time::sleep(2 * moment).await;
            Ok(7)
        };
        assert_eq!(ended(None, work()).await.ok(), Some(7));
        assert_eq!(ended(Some(Duration::from_secs(3_600)), work()).await.ok(), Some(7));
    }
}
