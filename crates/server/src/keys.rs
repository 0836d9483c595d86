//! The key ring: every long-term secret of the gateway, in files outside the database, made at the first start.
//!
//! A copy of the database alone confirms no guess because what is here is missing from it. Each key has a `kid` in its
//! file's name; all found are loaded, so that what an older one made still opens, and the newest is used.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jsonwebtoken::{DecodingKey, EncodingKey};
use rand_core::{OsRng, RngCore};
use repin_core::channel::{OpenError, open_with, seal_with};
use repin_core::credential::ServerSetup;
use repin_core::secret::{Secret, SecretBytes};
use zeroize::Zeroizing;

mod files;
mod webhook;

pub use webhook::WebhookKey;

/// Bytes of a `kid` as text.
const KID_LEN: usize = 16;

/// All keys. No `Debug`: there is nothing in here to print.
pub struct KeyRing {
    /// OPAQUE's `oprf_seed` and AKE key pair. A record works only with the one it was made with.
    pub opaque: Ring<ServerSetup>,
    /// Signs session tokens.
    pub token: Ring<TokenKey>,
    /// Derives every session's encryptionKey.
    pub master: Ring<Secret<32>>,
    /// Seals what the database holds but must not tell: the state of runs, questions and hints.
    pub storage: Ring<Secret<32>>,
    /// Signs webhooks.
    pub webhook: Ring<WebhookKey>,
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
    /// A file's content is not the key its name promises.
    #[error("{0} does not hold a key of its kind")]
    Invalid(PathBuf),
    /// Others than the owner may read a file.
    #[error("{0} can be read by others; chmod 0400 it")]
    Exposed(PathBuf),
    /// The cryptographic library could not make a key.
    #[error("a key could not be made")]
    Generation,
}

impl KeyRing {
    /// Loads the ring from `folder`, making the folder (mode 0700) and missing keys (mode 0400) first.
    ///
    /// # Errors
    /// [`KeyError`]; nothing that exists is ever overwritten.
    pub fn load_or_make(folder: &Path) -> Result<Self, KeyError> {
        files::make_folder(folder)?;
        Ok(Self {
            opaque: Ring::load_or_make(folder, "opaque-setup", make_opaque_setup, read_opaque_setup)?,
            token: Ring::load_or_make(folder, "token-signing", make_token_key, read_token_key)?,
            master: Ring::load_or_make(folder, "session-master", make_key, read_key)?,
            storage: Ring::load_or_make(folder, "storage", make_key, read_key)?,
            webhook: Ring::load_or_make(folder, webhook::PURPOSE, webhook::make, webhook::read)?,
        })
    }

    /// The keys without which a database that was filled with them is worth nothing: purpose and `kid`.
    pub fn indispensable(&self) -> Vec<(&'static str, &str)> {
        let opaque = self.opaque.iter().map(|(kid, _)| ("opaque-setup", kid));
        let storage = self.storage.iter().map(|(kid, _)| ("storage", kid));
        opaque.chain(storage).collect()
    }

    /// Seals something for the database: `kid (16) || nonce || ciphertext`, which opens with the same `aad` only.
    pub fn seal_for_storage(&self, aad: &[u8], plaintext: &SecretBytes) -> Vec<u8> {
        let (kid, key) = self.storage.newest();
        let mut sealed = kid.as_bytes().to_vec();
        // Needed in clear: it is what is sealed.
        sealed.extend_from_slice(&seal_with(key, aad, plaintext.expose_secret(), &mut OsRng));
        sealed
    }

    /// Opens what [`Self::seal_for_storage`] sealed.
    ///
    /// # Errors
    /// [`OpenError`] when the bytes are not from here, or their key is no longer in the ring.
    pub fn open_from_storage(&self, aad: &[u8], sealed: &[u8]) -> Result<SecretBytes, OpenError> {
        let (kid, sealed) = sealed.split_at_checked(KID_LEN).ok_or(OpenError)?;
        let kid = std::str::from_utf8(kid).map_err(|_| OpenError)?;
        open_with(self.storage.get(kid).ok_or(OpenError)?, aad, sealed)
    }
}

/// The keys of one purpose by `kid`. Never empty.
pub struct Ring<K> {
    keys: BTreeMap<String, K>,
    newest: (String, K),
}

impl<K> Ring<K> {
    fn load_or_make(
        folder: &Path,
        purpose: &str,
        make: fn() -> Result<Zeroizing<Vec<u8>>, KeyError>,
        read: fn(&[u8]) -> Option<K>,
    ) -> Result<Self, KeyError> {
        if files::list(folder, purpose)?.is_empty() {
            files::write(folder, purpose, &make_kid(), &make()?)?;
        }
        let mut keys = BTreeMap::new();
        for (kid, path) in files::list(folder, purpose)? {
            let key = read(&files::read(&path)?).ok_or(KeyError::Invalid(path))?;
            keys.insert(kid, key);
        }
        // A kid begins with the time it was made, so the last is the newest.
        let newest = keys.pop_last().ok_or_else(|| KeyError::Invalid(folder.to_owned()))?;
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
}

/// Eight hex digits of the Unix time in seconds, then eight random ones. The only direct reader of the wall clock
/// beside [`crate::clock`]: it orders files, and is compared with nothing else.
fn make_kid() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    format!("{:08x}{:08x}", now.as_secs() as u32, OsRng.next_u32())
}

fn make_key() -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let mut bytes = Zeroizing::new(vec![0; 32]);
    OsRng.try_fill_bytes(&mut bytes).map_err(|_| KeyError::Generation)?;
    Ok(bytes)
}

fn read_key(bytes: &[u8]) -> Option<Secret<32>> {
    Secret::copy_from(bytes)
}

fn make_opaque_setup() -> Result<Zeroizing<Vec<u8>>, KeyError> {
    Ok(Zeroizing::new(ServerSetup::new(&mut OsRng).serialize().to_vec()))
}

fn read_opaque_setup(bytes: &[u8]) -> Option<ServerSetup> {
    ServerSetup::deserialize(bytes).ok()
}

/// RSA-2048 as PKCS#8 in PEM, the form every tool reads.
fn make_token_key() -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| KeyError::Generation)?;
    let der = AsDer::<Pkcs8V1Der>::as_der(&pair).map_err(|_| KeyError::Generation)?;
    let text = Zeroizing::new(BASE64_STANDARD.encode(der.as_ref()));
    Ok(pem_lines("PRIVATE KEY", text.as_bytes()))
}

fn read_token_key(pem: &[u8]) -> Option<TokenKey> {
    let signing = EncodingKey::from_rsa_pem(pem).ok()?;
    // jsonwebtoken holds the private key as PKCS#1, from which the public one follows.
    let pair = KeyPair::from_der(signing.inner()).ok()?;
    let verifying = DecodingKey::from_rsa_der(pair.public_key().as_ref());
    let spki = AsDer::<PublicKeyX509Der>::as_der(pair.public_key()).ok()?;
    let public_pem = pem_lines("PUBLIC KEY", BASE64_STANDARD.encode(spki.as_ref()).as_bytes());
    Some(TokenKey { signing, verifying, public_pem: String::from_utf8(public_pem.to_vec()).ok()? })
}

/// RFC 7468, in one buffer with room for all of it, so that growing leaves no copies of a private key behind.
fn pem_lines(label: &str, base64: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut pem = Zeroizing::new(Vec::with_capacity(2 * base64.len() + 128));
    pem.extend_from_slice(format!("-----BEGIN {label}-----\n").as_bytes());
    for line in base64.chunks(64) {
        pem.extend_from_slice(line);
        pem.push(b'\n');
    }
    pem.extend_from_slice(format!("-----END {label}-----\n").as_bytes());
    pem
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
        assert_eq!(files.len(), 5, "{files:?}");
        for file in files {
            assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o400, "{file:?}");
        }
    }

    #[test]
    fn a_key_others_can_read_stops_the_start() {
        let folder = tempfile::tempdir().unwrap();
        KeyRing::load_or_make(folder.path()).unwrap();
        let file = files::list(folder.path(), "storage").unwrap().remove(0).1;
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o440)).unwrap();
        assert!(matches!(KeyRing::load_or_make(folder.path()), Err(KeyError::Exposed(_))));
    }

    #[test]
    fn a_damaged_key_stops_the_start_and_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        KeyRing::load_or_make(folder.path()).unwrap();
        let file = files::list(folder.path(), "session-master").unwrap().remove(0).1;
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
        files::write(folder.path(), "storage", "ffffffff00000000", &[3; 32]).unwrap();
        let after = KeyRing::load_or_make(folder.path()).unwrap();
        assert_eq!(after.storage.newest().0, "ffffffff00000000");
        assert_eq!(after.open_from_storage(b"row 1", &sealed).unwrap().expose_secret(), b"first pet");
        assert!(after.open_from_storage(b"row 2", &sealed).is_err(), "another row");
        assert!(after.open_from_storage(b"row 1", &sealed[..10]).is_err(), "cut short");
    }
}
