//! The key ring: every long-term secret of the gateway, outside the database: in files made at the first start, or in one
//! document that the environment brings.
//!
//! A copy of the database alone confirms no guess because what is here is missing from it. Each key has a `kid`; all are
//! loaded, so that what an older one made still opens, and the newest is used. The ring is read once, at the start.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jsonwebtoken::{DecodingKey, EncodingKey};
use rand_core::OsRng;
use repin_core::channel::{OpenError, open_with, seal_with};
use repin_core::credential::ServerSetup;
use repin_core::secret::{Secret, SecretBytes};

mod document;
mod files;
mod make;
mod material;
mod purpose;
mod webhook;

pub use make::{KID_LEN, is_kid, made_at};
pub use material::{KeyMark, KeyName, KeySource, Material, RawKey};
pub use purpose::{Purpose, of_another_ring};
pub use webhook::WebhookKey;

/// All keys. No `Debug`: there is nothing in here to print.
pub struct KeyRing {
    /// OPAQUE's `oprf_seed` and AKE key pair. A record works only with the one it was made with.
    pub opaque: Ring<Arc<ServerSetup>>,
    /// Signs session tokens.
    pub token: Ring<TokenKey>,
    /// Derives every session's encryptionKey.
    pub master: Ring<Secret<32>>,
    /// Seals what the database holds but must not tell: the state of runs, questions and hints. The audit's keys come from it.
    pub storage: Ring<Secret<32>>,
    /// Signs webhooks.
    pub webhook: Ring<WebhookKey>,
    /// Seals the data key of people whose way back is a code by e-mail alone.
    pub recovery: Ring<Secret<32>>,
    /// By which the database knows them all, as they were read.
    pub marks: Vec<KeyMark>,
}

/// An RSA key pair for RS256.
pub struct TokenKey {
    /// Private half.
    pub signing: EncodingKey,
    /// Public half.
    pub verifying: DecodingKey,
    /// The same as `SubjectPublicKeyInfo` in PEM.
    pub public_pem: String,
}

/// Why the key ring cannot be used. The gateway must not start: a new key would make the old records worthless.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The folder or a file cannot be read or written.
    #[error("{0}: {1}")]
    Io(PathBuf, io::Error),
    /// A file's content, or an entry of the document, is not the key its name promises.
    #[error("{0} does not hold a key of its kind")]
    Invalid(PathBuf),
    /// Others than the owner may read a file.
    #[error("{0} can be read by others; chmod 0400 it")]
    Exposed(PathBuf),
    /// A ring without a key of this purpose.
    #[error("{0} has no {1} key. A ring is whole or it is none")]
    Partial(PathBuf, &'static str),
    /// The environment brings something else.
    #[error("{document} is not a key ring: {0}. `repin-server keys export` prints one", document = document::VARIABLE)]
    NotARing(&'static str),
    /// The cryptographic library could not make a key.
    #[error("a key could not be made")]
    Generation,
}

/// Why something from the database does not open.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum StorageError {
    /// It was sealed with a key that is not in this ring: another node's new one, or one that was lost.
    #[error("a storage key is missing from the ring")]
    MissingKey,
    /// The bytes are not from here.
    #[error("what is sealed does not open")]
    Damaged,
}

impl From<OpenError> for StorageError {
    fn from(_: OpenError) -> Self {
        Self::Damaged
    }
}

impl KeyRing {
    /// Loads the ring from `folder`, making the folder (mode 0700) and missing keys (mode 0400) first.
    ///
    /// # Errors
    /// [`KeyError`]; nothing that exists is ever overwritten.
    pub fn load_or_make(folder: &Path) -> Result<Self, KeyError> {
        files::make_folder(folder)?;
        // A ring from before there was the recovery key gets the one that follows from its storage key, as on every other node.
        if let Some(key) = files::load(folder)?.missing_recovery() {
            files::write(folder, Purpose::Recovery, &key.kid, &key.bytes)?;
        }
        for purpose in Purpose::ALL {
            if files::list(folder, purpose)?.is_empty() {
                files::write(folder, purpose, &make::kid(None), &purpose.make()?)?;
            }
        }
        Self::read(&files::load(folder)?)
    }

    /// The ring that a gateway on this source uses. Files are made where they are missing; a document is whole.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn of(source: &KeySource) -> Result<Self, KeyError> {
        match source {
            KeySource::Folder(folder) => Self::load_or_make(folder),
            KeySource::Document(_) => Self::read(&source.load()?),
        }
    }

    /// Reads every key.
    ///
    /// # Errors
    /// [`KeyError`] when one is not of its kind, or a purpose has none.
    pub fn read(material: &Material) -> Result<Self, KeyError> {
        Ok(Self {
            opaque: Ring::read(material, Purpose::OpaqueSetup, |bytes| make::read_opaque_setup(bytes).map(Arc::new))?,
            token: Ring::read(material, Purpose::TokenSigning, make::read_token_key)?,
            master: Ring::read(material, Purpose::SessionMaster, make::read_key)?,
            storage: Ring::read(material, Purpose::Storage, make::read_key)?,
            webhook: Ring::read(material, Purpose::WebhookSigning, webhook::read)?,
            recovery: Ring::read(material, Purpose::Recovery, make::read_key)?,
            marks: material.marks(),
        })
    }

    /// Every key's purpose and `kid`.
    pub fn kids(&self) -> Vec<(Purpose, &str)> {
        Purpose::ALL.into_iter().flat_map(|purpose| self.kids_of(purpose).map(move |kid| (purpose, kid))).collect()
    }

    /// The `kid` in use for a purpose.
    pub fn newest(&self, purpose: Purpose) -> &str {
        self.kids_of(purpose).last().unwrap_or_default()
    }

    fn kids_of(&self, purpose: Purpose) -> Box<dyn Iterator<Item = &str> + '_> {
        match purpose {
            Purpose::OpaqueSetup => Box::new(self.opaque.iter().map(|(kid, _)| kid)),
            Purpose::TokenSigning => Box::new(self.token.iter().map(|(kid, _)| kid)),
            Purpose::SessionMaster => Box::new(self.master.iter().map(|(kid, _)| kid)),
            Purpose::Storage => Box::new(self.storage.iter().map(|(kid, _)| kid)),
            Purpose::WebhookSigning => Box::new(self.webhook.iter().map(|(kid, _)| kid)),
            Purpose::Recovery => Box::new(self.recovery.iter().map(|(kid, _)| kid)),
        }
    }

    /// Leaves a key out. `false` for the only one of its purpose, which stays.
    pub fn leave_out(&mut self, purpose: Purpose, kid: &str) -> bool {
        match purpose {
            Purpose::OpaqueSetup => self.opaque.leave_out(kid),
            Purpose::TokenSigning => self.token.leave_out(kid),
            Purpose::SessionMaster => self.master.leave_out(kid),
            Purpose::Storage => self.storage.leave_out(kid),
            Purpose::WebhookSigning => self.webhook.leave_out(kid),
            Purpose::Recovery => self.recovery.leave_out(kid),
        }
    }

    /// Seals something for the database: `kid (16) || nonce || ciphertext`, which opens with the same `aad` only.
    pub fn seal_for_storage(&self, aad: &[u8], plaintext: &SecretBytes) -> Vec<u8> {
        self.storage.seal(aad, plaintext)
    }

    /// Opens what [`Self::seal_for_storage`] sealed.
    ///
    /// # Errors
    /// [`StorageError`] when the bytes are not from here, or their key is not in the ring.
    pub fn open_from_storage(&self, aad: &[u8], sealed: &[u8]) -> Result<SecretBytes, StorageError> {
        self.storage.open(aad, sealed)
    }

    /// Seals a data key that no secret of the person's protects: the same form, under the recovery key.
    pub fn seal_for_recovery(&self, aad: &[u8], data_key: &SecretBytes) -> Vec<u8> {
        self.recovery.seal(aad, data_key)
    }

    /// Opens what [`Self::seal_for_recovery`] sealed.
    ///
    /// # Errors
    /// As [`Self::open_from_storage`].
    pub fn open_for_recovery(&self, aad: &[u8], sealed: &[u8]) -> Result<SecretBytes, StorageError> {
        self.recovery.open(aad, sealed)
    }
}

impl Ring<Secret<32>> {
    fn seal(&self, aad: &[u8], plaintext: &SecretBytes) -> Vec<u8> {
        let (kid, key) = self.newest();
        let mut sealed = kid.as_bytes().to_vec();
        // Needed in clear: it is what is sealed.
        sealed.extend_from_slice(&seal_with(key, aad, plaintext.expose_secret(), &mut OsRng));
        sealed
    }

    fn open(&self, aad: &[u8], sealed: &[u8]) -> Result<SecretBytes, StorageError> {
        let (kid, sealed) = sealed.split_at_checked(KID_LEN).ok_or(StorageError::Damaged)?;
        let kid = std::str::from_utf8(kid).map_err(|_| StorageError::Damaged)?;
        Ok(open_with(self.get(kid).ok_or(StorageError::MissingKey)?, aad, sealed)?)
    }
}

/// The keys of one purpose by `kid`. Never empty.
pub struct Ring<K> {
    keys: BTreeMap<String, K>,
    newest: (String, K),
}

impl<K> Ring<K> {
    fn read(material: &Material, purpose: Purpose, read: fn(&[u8]) -> Option<K>) -> Result<Self, KeyError> {
        let mut keys = BTreeMap::new();
        for key in material.of(purpose) {
            let read = read(&key.bytes).ok_or_else(|| KeyError::Invalid(key.place.clone()))?;
            keys.insert(key.kid.clone(), read);
        }
        // A kid begins with the time it was made, so the last is the newest.
        let newest = keys.pop_last().ok_or_else(|| KeyError::Partial(material.place().into(), purpose.name()))?;
        Ok(Self { keys, newest })
    }

    /// The key in use, and its `kid`.
    pub fn newest(&self) -> (&str, &K) {
        (&self.newest.0, &self.newest.1)
    }

    /// All keys with their `kid`, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &K)> {
        self.keys.iter().map(|(kid, key)| (kid.as_str(), key)).chain(std::iter::once(self.newest()))
    }

    /// The key with this `kid`.
    pub fn get(&self, kid: &str) -> Option<&K> {
        if kid == self.newest.0 { Some(&self.newest.1) } else { self.keys.get(kid) }
    }

    fn leave_out(&mut self, kid: &str) -> bool {
        if kid != self.newest.0 {
            self.keys.remove(kid);
            return true;
        }
        let Some(before) = self.keys.pop_last() else { return false };
        self.newest = before;
        true
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn keys_are_made_once_and_readable_by_the_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let keys = folder.path().join("keys");
        let first = KeyRing::load_or_make(&keys).unwrap();
        let second = KeyRing::load_or_make(&keys).unwrap();
        assert_eq!(first.master.newest().0, second.master.newest().0);
        assert_eq!(first.master.newest().1.expose_secret(), second.master.newest().1.expose_secret());
        assert_eq!(std::fs::metadata(&keys).unwrap().permissions().mode() & 0o777, 0o700);
        let files: Vec<_> = std::fs::read_dir(&keys).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(files.len(), 6, "{files:?}");
        for file in files {
            assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o400, "{file:?}");
        }
    }

    #[test]
    fn a_ring_from_before_the_recovery_key_gets_the_same_one_on_every_node() {
        let [one, other] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        KeyRing::load_or_make(one.path()).unwrap();
        std::fs::remove_file(files::list(one.path(), Purpose::Recovery).unwrap().remove(0).1).unwrap();
        let old = KeySource::Folder(one.path().to_owned()).load().unwrap();
        for file in std::fs::read_dir(one.path()).unwrap().map(|entry| entry.unwrap()) {
            std::fs::copy(file.path(), other.path().join(file.file_name())).unwrap();
        }
        let rings = [one.path(), other.path()].map(|folder| KeyRing::load_or_make(folder).unwrap());
        let document = KeyRing::of(&KeySource::document(old.export().to_string())).unwrap();
        let [(kid, key), elsewhere] = [rings[0].recovery.newest(), rings[1].recovery.newest()];
        for (other_kid, other) in [elsewhere, document.recovery.newest()] {
            assert_eq!((kid, key.expose_secret()), (other_kid, other.expose_secret()));
        }
        assert_ne!(key.expose_secret(), rings[0].storage.newest().1.expose_secret());
        assert_eq!(kid, rings[0].storage.newest().0, "as old as the ring, so a rotation comes after it");
    }

    #[test]
    fn a_key_others_can_read_stops_the_start() {
        let folder = tempfile::tempdir().unwrap();
        KeyRing::load_or_make(folder.path()).unwrap();
        let file = files::list(folder.path(), Purpose::Storage).unwrap().remove(0).1;
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o440)).unwrap();
        assert!(matches!(KeyRing::load_or_make(folder.path()), Err(KeyError::Exposed(_))));
    }

    #[test]
    fn a_damaged_key_stops_the_start_and_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        KeyRing::load_or_make(folder.path()).unwrap();
        let file = files::list(folder.path(), Purpose::SessionMaster).unwrap().remove(0).1;
        std::fs::remove_file(&file).unwrap();
        std::fs::write(&file, b"short").unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o400)).unwrap();
        assert!(matches!(KeyRing::load_or_make(folder.path()), Err(KeyError::Invalid(_))));
        assert_eq!(std::fs::read(&file).unwrap(), b"short");
    }

    #[test]
    fn what_an_older_key_sealed_still_opens_after_a_rotation() {
        let folder = tempfile::tempdir().unwrap();
        let before = KeyRing::load_or_make(folder.path()).unwrap();
        let sealed = before.seal_for_storage(b"row 1", &SecretBytes::new(b"first pet".to_vec()));
        files::write(folder.path(), Purpose::Storage, "ffffffff00000000", &[3; 32]).unwrap();
        let after = KeyRing::load_or_make(folder.path()).unwrap();
        assert_eq!(after.storage.newest().0, "ffffffff00000000");
        assert_eq!(after.open_from_storage(b"row 1", &sealed).unwrap().expose_secret(), b"first pet");
        assert!(after.open_from_storage(b"row 2", &sealed).is_err(), "another row");
        assert!(after.open_from_storage(b"row 1", &sealed[..10]).is_err(), "cut short");
    }
}
