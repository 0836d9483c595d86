//! What the operator decides: the gateway's settings, made by the command line or by whoever uses it as a library.

use std::path::PathBuf;
use std::time::Duration;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use repin_core::api::KsfParams;
use repin_core::credential::DEFAULT_KSF;
use sha2::{Digest, Sha256};

use crate::demo::Demo;
use crate::webhooks::WebhookConfig;

/// How long a challenge can be used. Ours; Circle's is not public.
pub const DEFAULT_CHALLENGE_TTL: Duration = Duration::from_secs(2 * 60 * 60);

/// The gateway's settings.
#[derive(Clone)]
pub struct Config {
    /// Folder of the database and the key ring; created at first start.
    pub data: PathBuf,
    /// Keys that may call the REST API.
    pub api_keys: Vec<ApiKey>,
    /// Origins of pages that may run the widget in-page, e.g. `https://wallet.example`. The gateway's own is always allowed.
    pub allowed_origins: Vec<String>,
    /// The gateway's own origin as browsers see it. `None`: taken from each request's `Host`.
    pub public_url: Option<String>,
    /// How long a challenge can be used after it was created.
    pub challenge_ttl: Duration,
    /// Where webhooks may go.
    pub webhooks: WebhookConfig,
    /// Mounts the demo's routes; set by [`Config::with_demo`].
    pub demo: Option<Demo>,
    /// Argon2id's cost for new records. Lower it in tests only.
    #[doc(hidden)]
    pub register_ksf: KsfParams,
}

impl Config {
    /// Defaults, with everything stored under `data` and no API key.
    pub fn new(data: impl Into<PathBuf>) -> Self {
        Self {
            data: data.into(),
            api_keys: Vec::new(),
            allowed_origins: Vec::new(),
            public_url: None,
            challenge_ttl: DEFAULT_CHALLENGE_TTL,
            webhooks: WebhookConfig::default(),
            demo: None,
            register_ksf: DEFAULT_KSF,
        }
    }

    /// The same with the demo, whose pretend backend gets an API key of its own. Never in production.
    #[must_use]
    pub fn with_demo(mut self) -> Self {
        let demo = Demo::make();
        self.api_keys.extend(demo.api_key());
        self.demo = Some(demo);
        self
    }
}

/// A key of the REST API, of which only a hash is kept: a high-entropy random secret needs no slow one.
#[derive(Clone)]
pub struct ApiKey {
    hash: [u8; 32],
    live: bool,
}

/// Not `TEST_API_KEY:<id>:<secret>` or `LIVE_API_KEY:<id>:<secret>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an API key looks like TEST_API_KEY:<id>:<secret>")]
pub struct ApiKeyError;

impl ApiKey {
    /// Reads `TEST_API_KEY:<id>:<secret>` (or `LIVE_…`), Circle's form.
    ///
    /// # Errors
    /// [`ApiKeyError`] for any other form.
    pub fn parse(text: &str) -> Result<Self, ApiKeyError> {
        let mut parts = text.split(':');
        let (prefix, id, secret) = (parts.next(), parts.next(), parts.next());
        let live = match prefix {
            Some("TEST_API_KEY") => false,
            Some("LIVE_API_KEY") => true,
            _ => return Err(ApiKeyError),
        };
        let named = [id, secret].into_iter().all(|part| part.is_some_and(|part| !part.is_empty()));
        let whole = named && parts.next().is_none() && text.len() <= 512;
        whole.then(|| Self { hash: Sha256::digest(text).into(), live }).ok_or(ApiKeyError)
    }

    /// Whether both are the same key, in a time that does not tell how much of it is.
    pub fn matches(&self, other: &Self) -> bool {
        verify_slices_are_equal(&self.hash, &other.hash).is_ok()
    }

    /// Circle's name for the key's environment.
    pub fn environment(&self) -> &'static str {
        if self.live { "LIVE" } else { "TEST" }
    }
}

#[cfg(test)]
mod tests {
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
}
