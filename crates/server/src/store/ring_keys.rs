//! The key ring's keys as the database knows them: by purpose and `kid`, never what they are.

use async_trait::async_trait;
use repin_core::api::UnixMs;

use super::{By, Result};
use crate::keys::{KeyMark, Purpose};

/// A key that some gateway on this database has or had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RingKey {
    /// What it is for.
    pub purpose: String,
    /// Its name.
    pub kid: String,
    /// When a gateway last said that it is the newest of its purpose that it has.
    pub used: Option<UnixMs>,
    /// When it was retired.
    pub retired: Option<UnixMs>,
}

/// Purpose and `kid` of those that are not retired.
pub fn kept(known: &[RingKey]) -> impl Iterator<Item = (&str, &str)> + Clone {
    known.iter().filter(|key| key.retired.is_none()).map(|key| (&*key.purpose, &*key.kid))
}

/// Whether a gateway's key ring is the database's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claimed {
    /// It is, and its keys are known.
    Done,
    /// The database knows keys of this purpose, without which it is worth nothing, and the gateway has none of them that is not
    /// retired: it must not serve.
    Foreign(Purpose),
    /// The gateway's key of this purpose and `kid` is not the one that the database knows by that name: it must not serve.
    Changed(Purpose, String),
}

/// What became of a wish to retire a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retirement {
    /// It is retired: gateways leave it out from their next start on.
    Done,
    /// So many credentials or sealed rows open with it alone.
    Needed(u64),
    /// A gateway was still using it then.
    InUse(UnixMs),
}

/// A webhook's public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookPublicKey {
    /// Its name on the wire.
    pub id: String,
    /// When it was made.
    pub created: UnixMs,
    /// SubjectPublicKeyInfo, sealed with the storage key.
    pub sealed: Vec<u8>,
}

/// The part of the store that rotation uses.
#[async_trait]
pub trait RingKeys: Send + Sync {
    /// Writes down which keys this gateway has, unless they are not the database's.
    async fn claim_keys(&self, keys: &[KeyMark]) -> Result<Claimed>;
    /// Writes down that a gateway uses these: the newest of each purpose.
    async fn use_keys(&self, newest: &[(&'static str, &str)], now: UnixMs) -> Result<()>;
    /// Every key that the database knows, by purpose, the oldest first.
    async fn ring_keys(&self) -> Result<Vec<RingKey>>;
    /// Whether some gateway has this key. `false` for a retired one.
    async fn has_ring_key(&self, purpose: &str, kid: &str) -> Result<bool>;
    /// How many credentials (`opaque-setup`) or sealed rows (`storage`) open with this key alone. Nothing needs others.
    async fn needs_of_key(&self, purpose: &str, kid: &str) -> Result<u64>;
    /// Makes a new key known before any gateway uses it, and leaves an audit row.
    async fn add_ring_key(&self, purpose: &str, kid: &str, by: By<'_>) -> Result<()>;
    /// Retires a key that nothing needs and that no gateway has used after `unused_since`, and leaves an audit row.
    async fn retire_ring_key(&self, purpose: &str, kid: &str, unused_since: UnixMs, by: By<'_>) -> Result<Retirement>;

    /// Keeps a public key, in the place of one with its id.
    async fn keep_webhook_key(&self, key: &WebhookPublicKey) -> Result<()>;
    /// Every kept public key.
    async fn webhook_keys(&self) -> Result<Vec<WebhookPublicKey>>;
    /// The kept public key with this id.
    async fn webhook_key(&self, id: &str) -> Result<Option<WebhookPublicKey>>;
}
