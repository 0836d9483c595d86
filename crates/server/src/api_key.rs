//! Keys of the REST API: `TEST_API_KEY:<id>:<secret>` or `LIVE_API_KEY:<id>:<secret>`, Circle's form.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use rand_core::{OsRng, RngCore};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// A key of the REST API, of which only a hash is kept: a high-entropy random secret needs no slow one.
#[derive(Clone)]
pub struct ApiKey {
    hash: [u8; 32],
    environment: Environment,
    /// The middle part, which is no secret.
    id: String,
}

/// What a key is for. An app may have keys of both; a session belongs to the one it was made under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    /// For trying out.
    Test,
    /// For people.
    Live,
}

impl Environment {
    /// Circle's name, as in a token's `developerEntityEnvironment`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Test => "TEST",
            Self::Live => "LIVE",
        }
    }

    /// The environment of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Test, Self::Live].into_iter().find(|environment| environment.name() == name)
    }
}

/// A key that was just made. The text is nowhere else.
pub struct NewKey {
    /// The middle part, 32 hex digits, by which an operator names it.
    pub id: String,
    /// The whole key.
    pub text: Zeroizing<String>,
    /// What is kept of it.
    pub key: ApiKey,
}

/// Not `TEST_API_KEY:<id>:<secret>` or `LIVE_API_KEY:<id>:<secret>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an API key looks like TEST_API_KEY:<id>:<secret>")]
pub struct ApiKeyError;

/// The system has no randomness to make a key of.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the system has no randomness to make a key of")]
pub struct NoRandomness;

impl ApiKey {
    /// Reads `TEST_API_KEY:<id>:<secret>` (or `LIVE_…`), Circle's form.
    ///
    /// # Errors
    /// [`ApiKeyError`] for any other form.
    pub fn parse(text: &str) -> Result<Self, ApiKeyError> {
        let mut parts = text.split(':');
        let (prefix, id, secret) = (parts.next(), parts.next(), parts.next());
        let environment = prefix
            .and_then(|prefix| prefix.strip_suffix("_API_KEY"))
            .and_then(Environment::from_name)
            .ok_or(ApiKeyError)?;
        let named = [id, secret].into_iter().all(|part| part.is_some_and(|part| !part.is_empty()));
        let whole = named && parts.next().is_none() && text.len() <= 512;
        whole
            .then(|| Self { hash: Sha256::digest(text).into(), environment, id: id.unwrap_or_default().to_owned() })
            .ok_or(ApiKeyError)
    }

    /// Makes a key with a secret of 256 random bits.
    ///
    /// # Errors
    /// [`NoRandomness`].
    pub fn make(environment: Environment) -> Result<NewKey, NoRandomness> {
        let mut bytes = Zeroizing::new([0; 48]);
        OsRng.try_fill_bytes(&mut bytes[..]).map_err(|_| NoRandomness)?;
        let hex = Zeroizing::new(bytes.iter().fold(String::with_capacity(96), |mut hex, byte| {
            hex.extend([byte >> 4, byte & 15].map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)])));
            hex
        }));
        let (id, secret) = hex.split_at(32);
        let text = Zeroizing::new(format!("{}_API_KEY:{id}:{secret}", environment.name()));
        let key = Self { hash: Sha256::digest(text.as_bytes()).into(), environment, id: id.to_owned() };
        Ok(NewKey { id: id.to_owned(), text, key })
    }

    /// Whether both are the same key, in a time that does not tell how much of it is.
    pub fn matches(&self, other: &Self) -> bool {
        verify_slices_are_equal(&self.hash, &other.hash).is_ok()
    }

    /// What it is for.
    pub fn environment(&self) -> Environment {
        self.environment
    }

    /// How the audit names it: by its middle part, of which it keeps no more than fits on a line.
    pub fn name(&self) -> String {
        let id: String = self.id.chars().filter(|character| !character.is_control()).take(64).collect();
        format!("API key {id}")
    }

    /// SHA-256 of the whole key: how the store knows it.
    pub fn hash(&self) -> &[u8; 32] {
        &self.hash
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_api_key_has_three_parts_and_a_known_prefix() {
        for bad in ["", "TEST_API_KEY", "TEST_API_KEY:a", "TEST_API_KEY::s", "KEY:a:b", "TEST_API_KEY:a:b:c"] {
            assert!(ApiKey::parse(bad).is_err(), "{bad}");
        }
        let key = ApiKey::parse("TEST_API_KEY:a:b").ok();
        let same = ApiKey::parse("TEST_API_KEY:a:b").ok();
        let other = ApiKey::parse("LIVE_API_KEY:a:b").ok();
        let matches =
            |x: &Option<ApiKey>, y: &Option<ApiKey>| x.as_ref().zip(y.as_ref()).is_some_and(|(x, y)| x.matches(y));
        assert!(matches(&key, &same));
        assert!(!matches(&key, &other));
    }

    #[test]
    fn a_made_key_can_be_read_and_is_never_made_twice() {
        let made = ApiKey::make(Environment::Live).unwrap();
        let other = ApiKey::make(Environment::Live).unwrap();
        assert!(made.text.starts_with(&format!("LIVE_API_KEY:{}:", made.id)));
        assert_eq!(made.text.len(), "LIVE_API_KEY".len() + 1 + 32 + 1 + 64);
        let read = ApiKey::parse(&made.text).ok();
        assert!(read.is_some_and(|read| read.matches(&made.key) && read.environment() == Environment::Live));
        assert_ne!(*made.text, *other.text);
    }
}
