//! Wallets that Magic holds: the relay for its core API, which Magic has retired. Legacy; `docs/magic.md` says what it protects and
//! what it does not.
//!
//! A recovery key works once, and the new one is told once, in an answer that a network can lose. So a rotation is written down
//! before Magic is called, its answer before it is read, and what nobody knows is called unknown: [`worker`] claims what is due,
//! [`saga`] takes it one step further, [`client`] speaks to Magic.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use repin_core::secret::SecretBytes;
use url::{Host, Url};

mod alarm;
mod client;
mod recoveries;
mod registration;
mod reply;
mod rest;
mod saga;
#[doc(hidden)] // for tests, which look at what is held
pub mod sealing;
mod shapes;
mod wallets;
pub(crate) mod worker;

pub(crate) use alarm::Outcome;
pub use client::MagicClient;
pub(crate) use rest::{router, routes};

/// The environment variable of the secret key. No option takes it: `ps` shows options to everyone.
pub const SECRET_KEY_VARIABLE: &str = "REPIN_MAGIC_SECRET_KEY";
/// How many wallets a user can have: as many contexts as fit into one message.
pub const MAX_WALLETS: usize = 64;

/// What the operator decides about Magic.
#[derive(Clone)]
pub struct MagicConfig {
    url: Url,
    secret_key: Arc<SecretBytes>,
    /// A file of certificates (PEM) to trust beside the public authorities built in.
    pub ca: Option<PathBuf>,
    /// How long a call may take, once connected.
    #[doc(hidden)]
    pub timeout: Duration,
    /// How long after a lost answer Magic is asked once more: longer than a call can still be at work there.
    #[doc(hidden)]
    pub look_again: Duration,
    /// How long to wait before each call after one that did not come through; the last for all that follow.
    #[doc(hidden)]
    pub waits: [Duration; 5],
}

/// Why the settings for Magic cannot be used. Neither is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MagicConfigError {
    /// Keys would travel in clear.
    #[error("--magic-url must be https:, or http: to this machine, with no path, query or credentials")]
    Url,
    /// There is an address and no key, or the key is none.
    #[error("{SECRET_KEY_VARIABLE} must be the secret key that --magic-url takes: visible ASCII")]
    SecretKey,
}

impl MagicConfig {
    /// `url` is an origin; `secret_key` the value of `x-magic-secret-key`.
    ///
    /// # Errors
    /// [`MagicConfigError`].
    pub fn new(url: &str, secret_key: SecretBytes) -> Result<Self, MagicConfigError> {
        let url = Url::parse(url).map_err(|_| MagicConfigError::Url)?;
        let is_origin = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let is_plain = url.username().is_empty() && url.password().is_none();
        let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
        if !(is_origin && is_plain && is_safe && url.host().is_some()) {
            return Err(MagicConfigError::Url);
        }
        // Needed in clear: looked at, for it becomes a header.
        let key = secret_key.expose_secret();
        if key.is_empty() || key.len() > 512 || !key.iter().all(u8::is_ascii_graphic) {
            return Err(MagicConfigError::SecretKey);
        }
        Ok(Self {
            url,
            secret_key: Arc::new(secret_key),
            ca: None,
            timeout: Duration::from_secs(30),
            look_again: Duration::from_secs(60),
            waits: [1, 5, 30, 120, 600].map(Duration::from_secs),
        })
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(url: &str, key: &str) -> Result<MagicConfig, MagicConfigError> {
        MagicConfig::new(url, SecretBytes::new(key.as_bytes().to_vec()))
    }

    #[test]
    fn keys_travel_in_clear_to_this_machine_alone() {
        for good in
            ["https://tee.magiclabs.com", "https://tee.magiclabs.com/", "http://127.0.0.1:7474", "http://[::1]:1"]
        {
            assert!(config(good, "sk_live_1").is_ok(), "{good}");
        }
        for bad in
            ["http://tee.magiclabs.com", "https://a/b", "https://a?b", "https://u:p@a", "http://10.0.0.1", "a", ""]
        {
            assert_eq!(config(bad, "sk_live_1").err(), Some(MagicConfigError::Url), "{bad}");
        }
    }

    #[test]
    fn a_key_that_is_no_header_is_refused() {
        for bad in ["", "sk live", "sk\nlive", "ключ"] {
            assert_eq!(config("https://a", bad).err(), Some(MagicConfigError::SecretKey), "{bad:?}");
        }
    }
}
