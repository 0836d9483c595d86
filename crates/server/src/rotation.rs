//! The key ring and the database, compared: which keys are retired, which are lost, which another node has and this one not
//! yet. A message under such a key is no error of whoever sent it, and is answered 503, so that it is sent again, here or to
//! the node that has the key: nobody is told that their token or record is invalid while keys are on their way.

use repin_core::api::UnixMs;
use repin_core::secret::SecretBytes;
use uuid::Uuid;

use crate::error::ApiError;
use crate::gateway::{Gateway, StartError};
use crate::keys::{KeyRing, Purpose, StorageError, made_at};
use crate::store::{Result, Store, WebhookPublicKey};

/// How long after its last use by a running gateway a key may be retired, in milliseconds. Gateways say once a minute what
/// they use. What a person has begun to register (ten minutes) must have ended.
pub const fn grace(purpose: Purpose) -> u64 {
    const MINUTE: u64 = 60_000;
    if purpose.is_indispensable() { 15 * MINUTE } else { 3 * MINUTE }
}

/// Makes a ring fit for its database, before anything is served: retired keys are left out, and one that is lost is told. `is_alone`:
/// no other gateway can have a key that this one has not.
///
/// # Errors
/// [`StartError::LostKey`] when credentials or sealed rows need a key that is not there, unless it is on its way from another node:
/// newer than the newest here, and in use not long ago.
pub async fn settle(
    store: &dyn Store,
    keys: &mut KeyRing,
    is_alone: bool,
    now: UnixMs,
) -> std::result::Result<(), StartError> {
    for known in store.ring_keys().await? {
        let Some(purpose) = Purpose::from_name(&known.purpose) else { continue };
        let here = keys.kids().contains(&(purpose, &known.kid));
        if known.retired.is_some() && here {
            let left_out = keys.leave_out(purpose, &known.kid);
            tracing::warn!(purpose = purpose.name(), kid = known.kid, left_out, "a retired key is still in the ring");
        } else if !here && known.retired.is_none() {
            let needed = store.needs_of_key(&known.purpose, &known.kid).await?;
            let is_used = known.used.is_some_and(|used| now.saturating_sub(used) < grace(purpose));
            let is_on_its_way = !is_alone && is_used && known.kid.as_str() > keys.newest(purpose);
            if needed > 0 && !is_on_its_way {
                return Err(StartError::LostKey { purpose: purpose.name(), kid: known.kid, needed });
            }
            tracing::warn!(
                purpose = purpose.name(),
                kid = known.kid,
                needed,
                "another gateway has a key that this one has not"
            );
        }
    }
    keep_webhook_keys(store, keys).await?;
    Ok(store.use_keys(&in_use(keys), now).await?)
}

/// The newest of each purpose.
pub fn in_use(keys: &KeyRing) -> [(&'static str, &str); 6] {
    Purpose::ALL.map(|purpose| (purpose.name(), keys.newest(purpose)))
}

/// Keeps the public halves, sealed with the newest key: those of the ring, and those that were kept under an older one.
async fn keep_webhook_keys(store: &dyn Store, keys: &KeyRing) -> Result<()> {
    let newest = keys.storage.newest().0.as_bytes();
    // Older ones alone: a node that has not the newest key yet does not undo what others did.
    let is_older = |sealed: &[u8]| sealed.get(..newest.len()).is_some_and(|kid| kid < newest);
    let mut kept = Vec::new();
    for key in store.webhook_keys().await? {
        if is_older(&key.sealed) {
            match open(keys, &key) {
                Ok(public) => keep(store, keys, &key.id, key.created, &public).await?,
                Err(error) => tracing::error!(%error, id = key.id, "a webhook's public key does not open"),
            }
        }
        kept.push(key.id);
    }
    for (kid, key) in keys.webhook.iter() {
        let id = key.id().to_string();
        if !kept.contains(&id) {
            let public = SecretBytes::new(key.public().to_vec());
            keep(store, keys, &id, made_at(kid), &public).await?;
        }
    }
    Ok(())
}

async fn keep(store: &dyn Store, keys: &KeyRing, id: &str, created: UnixMs, public: &SecretBytes) -> Result<()> {
    let sealed = keys.seal_for_storage(&place(id), public);
    store.keep_webhook_key(&WebhookPublicKey { id: id.to_owned(), created, sealed }).await
}

fn open(keys: &KeyRing, key: &WebhookPublicKey) -> std::result::Result<SecretBytes, StorageError> {
    keys.open_from_storage(&place(&key.id), &key.sealed)
}

fn place(id: &str) -> Vec<u8> {
    [b"repin/1 webhook key", id.as_bytes()].concat()
}

impl Gateway {
    /// The public key with this id (SubjectPublicKeyInfo, DER) and when it was made: of the ring, of another node's, or of a
    /// retired one.
    ///
    /// # Errors
    /// [`ApiError`]: of the store, or because it is sealed with a key that this gateway has not yet.
    pub(crate) async fn webhook_public_key(
        &self,
        id: Uuid,
    ) -> std::result::Result<Option<(Vec<u8>, UnixMs)>, ApiError> {
        if let Some((key, created)) = self.keys.webhook.by_id(id) {
            return Ok(Some((key.public().to_vec(), created)));
        }
        let Some(kept) = self.store.webhook_key(&id.to_string()).await? else { return Ok(None) };
        match open(&self.keys, &kept) {
            // Needed in clear: it is a public key.
            Ok(public) => Ok(Some((public.expose_secret().to_vec(), kept.created))),
            Err(error) => {
                tracing::error!(%error, id = kept.id, "a webhook's public key does not open");
                Err(error.into())
            }
        }
    }

    /// All public keys of webhooks by their id (SubjectPublicKeyInfo, DER): of the ring, of other nodes and of retired ones.
    ///
    /// # Errors
    /// [`ApiError`]: of the store. One that does not open is left out, and in the log.
    pub(crate) async fn webhook_public_keys(&self) -> std::result::Result<Vec<(String, Vec<u8>)>, ApiError> {
        let mut keys: Vec<_> =
            self.keys.webhook.iter().map(|(_, key)| (key.id().to_string(), key.public().to_vec())).collect();
        for kept in self.store.webhook_keys().await? {
            if keys.iter().any(|(id, _)| *id == kept.id) {
                continue;
            }
            match open(&self.keys, &kept) {
                // Needed in clear: it is a public key.
                Ok(public) => keys.push((kept.id, public.expose_secret().to_vec())),
                Err(error) => tracing::error!(%error, id = kept.id, "a webhook's public key does not open"),
            }
        }
        Ok(keys)
    }

    /// Says which keys are in use here, so that none of them is retired.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn use_keys(&self) -> Result<()> {
        self.store.use_keys(&in_use(&self.keys), self.clock.now()).await
    }
}
