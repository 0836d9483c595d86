//! The headers that let a receiver check who sent a body.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::keys::KeyRing;

/// The headers, by name.
pub struct Signature(pub Vec<(&'static str, String)>);

/// Signs a body with the newest key, in Circle's form: `X-Circle-Key-Id`, a UUID whose public key is at
/// `/v2/notifications/publicKey/{id}`, and `X-Circle-Signature`, base64 of DER. `None` when the library has no randomness.
pub fn sign(keys: &KeyRing, body: &[u8]) -> Option<Signature> {
    let (_, key) = keys.webhook.newest();
    let signature = BASE64_STANDARD.encode(key.sign(body)?);
    Some(Signature(vec![("x-circle-key-id", key.id().to_string()), ("x-circle-signature", signature)]))
}
