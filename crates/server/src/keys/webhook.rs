//! Keys that sign webhooks: ECDSA on P-256.

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use jsonwebtoken::EncodingKey;
use repin_core::api::UnixMs;
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};
use zeroize::Zeroizing;

use super::make::made_at;
use super::{KeyError, Ring};

/// A key pair. No `Debug`: there is nothing in here to print.
pub struct WebhookKey {
    pair: EcdsaKeyPair,
    public: Vec<u8>,
    id: Uuid,
    jws: EncodingKey,
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

    /// The same key for signatures in JOSE's form (ES256).
    pub fn jws(&self) -> &EncodingKey {
        &self.jws
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
    Some(WebhookKey { pair, public, id, jws: EncodingKey::from_ec_der(bytes) })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::keys::{KeyRing, KeySource, Purpose};
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};

    #[test]
    fn a_rotation_adds_a_key_and_keeps_the_old() {
        let folder = tempfile::tempdir().unwrap();
        let before = KeyRing::load_or_make(folder.path()).unwrap();
        let (kid, old) = before.webhook.newest();
        let source = KeySource::Folder(folder.path().to_owned());
        let new = source.add(&mut source.load().unwrap(), Purpose::WebhookSigning).unwrap();
        let after = KeyRing::load_or_make(folder.path()).unwrap();
        assert_eq!(after.webhook.newest().0, new);
        assert_ne!(after.webhook.newest().1.id(), old.id());
        let (key, made) = after.webhook.by_id(old.id()).unwrap();
        assert_eq!((key.id().get_version_num(), made), (4, made_at(kid)));
        assert!(after.webhook.by_id(Uuid::nil()).is_none());
        let signature = old.sign(b"body").unwrap();
        let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, key.public());
        assert!(public.verify(b"body", &signature).is_ok());
        assert!(public.verify(b"body ", &signature).is_err());
    }

    #[test]
    fn keys_made_in_the_same_second_are_in_the_order_they_were_made_in() {
        let folder = tempfile::tempdir().unwrap();
        KeyRing::load_or_make(folder.path()).unwrap();
        let source = KeySource::Folder(folder.path().to_owned());
        for _ in 0..20 {
            let mut material = source.load().unwrap();
            let before = material.newest(Purpose::Storage).unwrap().to_owned();
            let new = source.add(&mut material, Purpose::Storage).unwrap();
            assert!(new > before && material.newest(Purpose::Storage) == Some(&new));
        }
    }
}
