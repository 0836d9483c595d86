//! Keys that sign webhooks: ECDSA on P-256.

use std::path::Path;

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use repin_core::api::UnixMs;
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};
use zeroize::Zeroizing;

use super::{KeyError, KeyRing, Ring, files, make_kid};

/// What the key's files are called.
pub const PURPOSE: &str = "webhook-signing";

/// A key pair. No `Debug`: there is nothing in here to print.
pub struct WebhookKey {
    pair: EcdsaKeyPair,
    public: Vec<u8>,
    id: Uuid,
}

impl WebhookKey {
    /// The key's name on the wire: the first half of the public key's SHA-256, in the form of a random UUID.
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// SubjectPublicKeyInfo, DER.
    pub fn public(&self) -> &[u8] {
        &self.public
    }

    /// Signs the SHA-256 of a message: DER of ECDSA's two numbers. `None` when the library has no randomness.
    pub fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        self.pair.sign(&SystemRandom::new(), message).ok().map(|signature| signature.as_ref().to_vec())
    }
}

impl Ring<WebhookKey> {
    /// The key with this name, and when it was made.
    pub fn by_id(&self, id: Uuid) -> Option<(&WebhookKey, UnixMs)> {
        self.iter().find(|(_, key)| key.id == id).map(|(kid, key)| (key, made_at(kid)))
    }
}

/// A kid begins with the time it was made, in seconds.
fn made_at(kid: &str) -> UnixMs {
    let seconds = kid.get(..8).and_then(|digits| u64::from_str_radix(digits, 16).ok());
    seconds.unwrap_or_default().saturating_mul(1000)
}

impl KeyRing {
    /// Adds a key that signs from the next start on; those before stay, so that what they signed can still be verified.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn add_webhook_key(folder: &Path) -> Result<Uuid, KeyError> {
        let bytes = make()?;
        let key = read(&bytes).ok_or(KeyError::Generation)?;
        files::write(folder, PURPOSE, &make_kid(), &bytes)?;
        Ok(key.id)
    }
}

/// PKCS#8, DER.
pub fn make() -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &SystemRandom::new());
    Ok(Zeroizing::new(pkcs8.map_err(|_| KeyError::Generation)?.as_ref().to_vec()))
}

pub fn read(bytes: &[u8]) -> Option<WebhookKey> {
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, bytes).ok()?;
    let public = AsDer::<PublicKeyX509Der>::as_der(pair.public_key()).ok()?.as_ref().to_vec();
    let digest: [u8; 32] = Sha256::digest(&public).into();
    let id = Builder::from_random_bytes(*digest.first_chunk()?).into_uuid();
    Some(WebhookKey { pair, public, id })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};

    #[test]
    fn a_rotation_adds_a_key_and_keeps_the_old() {
        let folder = tempfile::tempdir().unwrap();
        let before = KeyRing::load_or_make(folder.path()).unwrap();
        let old = before.webhook.newest().1.id();
        // Kids have the resolution of a second; this one is older than any made now.
        let name = files::list(folder.path(), PURPOSE).unwrap().remove(0).1;
        std::fs::rename(name, folder.path().join(format!("{PURPOSE}-0000000a00000000.key"))).unwrap();
        let new = KeyRing::add_webhook_key(folder.path()).unwrap();
        let after = KeyRing::load_or_make(folder.path()).unwrap();
        assert_eq!(after.webhook.newest().1.id(), new);
        assert_ne!(old, new);
        let (key, made) = after.webhook.by_id(old).unwrap();
        assert_eq!((key.id().get_version_num(), made), (4, 10_000));
        assert!(after.webhook.by_id(Uuid::nil()).is_none());
        let signature = before.webhook.newest().1.sign(b"body").unwrap();
        let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, key.public());
        assert!(public.verify(b"body", &signature).is_ok());
        assert!(public.verify(b"body ", &signature).is_err());
    }
}
