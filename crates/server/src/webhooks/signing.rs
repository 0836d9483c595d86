//! The headers that let a receiver check who sent a body.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::keys::KeyRing;

/// `X-Circle-Key-Id` and `X-Circle-Signature`.
pub struct Signature {
    /// A UUID; the public key is at `/v2/notifications/publicKey/{id}`.
    pub key_id: String,
    /// Base64 of DER.
    pub signature: String,
}

/// Signs a body with the newest key. `None` when the library has no randomness.
pub fn sign(keys: &KeyRing, body: &[u8]) -> Option<Signature> {
    let (_, key) = keys.webhook.newest();
    let signature = BASE64_STANDARD.encode(key.sign(body)?);
    Some(Signature { key_id: key.id().to_string(), signature })
}
