//! What a key ring is made of, before anything is made of it: purposes, `kid`s and bytes, wherever they come from.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_lc_rs::hmac;
use zeroize::Zeroizing;

use super::{KeyError, Purpose, document, files, make};

/// Bytes of a mark: enough that no damage leaves it as it was.
const MARK_LEN: usize = 16;

/// Where the ring comes from.
#[derive(Clone)]
pub enum KeySource {
    /// Files in a folder, made at the first start.
    Folder(PathBuf),
    /// One document, from the environment: for where there is no folder to keep.
    Document(Arc<Zeroizing<String>>),
}

impl KeySource {
    /// A document, as the environment brought it. Whether it is one is looked at when it is used.
    pub fn document(text: String) -> Self {
        Self::Document(Arc::new(Zeroizing::new(text)))
    }

    /// What the environment brings as `REPIN_KEY_RING`, if it does. No option takes it: `ps` shows options to everyone.
    ///
    /// # Errors
    /// [`KeyError::NotARing`] unless it is text.
    pub fn from_environment() -> Result<Option<Self>, KeyError> {
        let Some(text) = std::env::var_os(document::VARIABLE) else { return Ok(None) };
        text.into_string().map(|text| Some(Self::document(text))).map_err(|_| KeyError::NotARing("it is not text"))
    }

    /// Its name, for an error.
    pub fn place(&self) -> PathBuf {
        match self {
            Self::Folder(folder) => folder.clone(),
            Self::Document(_) => document::VARIABLE.into(),
        }
    }

    /// What the keys are called that are there. Of files the content is not looked at, nor who else may read them.
    ///
    /// # Errors
    /// [`KeyError`] when there is no such folder, or the document is none.
    pub fn names(&self) -> Result<Vec<KeyName>, KeyError> {
        match self {
            Self::Folder(folder) => files::names(folder),
            Self::Document(text) => Ok(document::read(text)?.keys.into_iter().map(KeyName::from).collect()),
        }
    }

    /// Reads what is there, and makes nothing.
    ///
    /// # Errors
    /// [`KeyError`]; [`KeyError::Partial`] when a purpose has no key.
    pub fn load(&self) -> Result<Material, KeyError> {
        let mut material = match self {
            Self::Folder(folder) => files::load(folder)?,
            Self::Document(text) => document::read(text)?,
        };
        if let Some(key) = material.missing_recovery() {
            material.insert(key);
        }
        for purpose in Purpose::ALL {
            if material.of(purpose).next().is_none() {
                return Err(KeyError::Partial(material.place.clone(), purpose.name()));
            }
        }
        Ok(material)
    }

    /// Puts a new key beside those of its purpose, and returns its `kid`. Files are written; of a document, `material` is
    /// afterwards what the operator has to bring instead.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn add(&self, material: &mut Material, purpose: Purpose) -> Result<String, KeyError> {
        let kid = make::kid(material.newest(purpose));
        let bytes = purpose.make()?;
        if let Self::Folder(folder) = self {
            files::write(folder, purpose, &kid, &bytes)?;
        }
        material.insert(RawKey { purpose, kid: kid.clone(), bytes, place: material.place.clone() });
        Ok(kid)
    }

    /// Takes a key away, in the same two ways.
    ///
    /// # Errors
    /// [`KeyError::Io`].
    pub fn remove(&self, material: &mut Material, purpose: Purpose, kid: &str) -> Result<(), KeyError> {
        if let Self::Folder(folder) = self {
            files::remove(folder, purpose, kid)?;
        }
        material.keys.retain(|key| key.purpose != purpose || key.kid != kid);
        Ok(())
    }
}

/// What a key is called, and where it is.
pub struct KeyName {
    /// What it is for.
    pub purpose: Purpose,
    /// Its name.
    pub kid: String,
    /// Its file; of a document, its place there, for an error.
    pub place: PathBuf,
}

impl From<RawKey> for KeyName {
    fn from(RawKey { purpose, kid, place, .. }: RawKey) -> Self {
        Self { purpose, kid, place }
    }
}

/// A key as it is kept. No `Debug`: there is nothing in here to print.
pub struct RawKey {
    /// What it is for.
    pub purpose: Purpose,
    /// Its name.
    pub kid: String,
    /// Itself.
    pub bytes: Zeroizing<Vec<u8>>,
    /// Where it was found, for an error.
    pub place: PathBuf,
}

impl RawKey {
    /// What tells this key from any other of its name, and says nothing of it: HMAC-SHA-256 under it, of which 16 bytes in hex.
    fn mark(&self) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.bytes);
        let mark = hmac::sign(&key, b"repin/1 key mark");
        mark.as_ref().iter().take(MARK_LEN).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// What the database may know of a key: its name, and a mark by which a damaged one is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyMark {
    /// What it is for.
    pub purpose: Purpose,
    /// Its name.
    pub kid: String,
    /// 32 hex digits.
    pub mark: String,
}

/// All keys of a source, by purpose and `kid`.
pub struct Material {
    place: PathBuf,
    keys: Vec<RawKey>,
}

impl Material {
    /// Nothing yet, from there.
    pub(super) fn new(place: impl Into<PathBuf>) -> Self {
        Self { place: place.into(), keys: Vec::new() }
    }

    /// Where it comes from, for an error.
    pub(super) fn place(&self) -> &Path {
        &self.place
    }

    /// Adds a key, in its order.
    pub(super) fn insert(&mut self, key: RawKey) {
        self.keys.push(key);
        self.keys.sort_by(|one, other| (one.purpose, &one.kid).cmp(&(other.purpose, &other.kid)));
    }

    /// The recovery key of a ring that is older than this purpose: made of the oldest storage key, so that every node that has
    /// the one has the other, with nothing to be copied between them. What prints or writes the ring keeps it from then on.
    pub(super) fn missing_recovery(&self) -> Option<RawKey> {
        let storage = self.of(Purpose::Storage).next().filter(|_| self.of(Purpose::Recovery).next().is_none())?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, &storage.bytes);
        let bytes = Zeroizing::new(hmac::sign(&key, b"repin/1 recovery key").as_ref().to_vec());
        Some(RawKey { purpose: Purpose::Recovery, kid: storage.kid.clone(), bytes, place: self.place.clone() })
    }

    /// All keys, the oldest of each purpose first.
    pub fn iter(&self) -> impl Iterator<Item = &RawKey> {
        self.keys.iter()
    }

    /// The keys of a purpose, oldest first.
    pub fn of(&self, purpose: Purpose) -> impl Iterator<Item = &RawKey> {
        self.keys.iter().filter(move |key| key.purpose == purpose)
    }

    /// The marks of all keys.
    pub fn marks(&self) -> Vec<KeyMark> {
        self.iter().map(|key| KeyMark { purpose: key.purpose, kid: key.kid.clone(), mark: key.mark() }).collect()
    }

    /// The `kid` that is used for a purpose.
    pub fn newest(&self, purpose: Purpose) -> Option<&str> {
        self.of(purpose).last().map(|key| key.kid.as_str())
    }

    /// Whether there is this key.
    pub fn has(&self, purpose: Purpose, kid: &str) -> bool {
        self.of(purpose).any(|key| key.kid == kid)
    }

    /// The document that [`KeySource::Document`] reads.
    pub fn export(&self) -> Zeroizing<String> {
        document::write(self)
    }
}
