//! What the operator decides: the gateway's settings, made by the command line or by whoever uses it as a library.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use repin_core::api::KsfParams;
#[cfg(not(feature = "failpoints"))]
use repin_core::credential::DEFAULT_KSF;

use crate::api_key::ApiKey;
use crate::arithmetic::PLACES;
use crate::client_address::Proxies;
use crate::demo::Demo;
use crate::keys::KeySource;
use crate::limits::Limits;
use crate::magic::MagicConfig;
use crate::mail::MailConfig;
use crate::serving::HEAD_TIMEOUT;
use crate::store::postgres::{Address, DEFAULT_CONNECTIONS};
use crate::traces::TracesConfig;
use crate::webhooks::WebhookConfig;

/// How long a challenge can be used. Ours; Circle's is not public.
pub const DEFAULT_CHALLENGE_TTL: Duration = Duration::from_secs(2 * 60 * 60);

/// The gateway's settings.
#[derive(Clone)]
pub struct Config {
    /// Folder of the key ring and, unless `database` is set, the database; created at first start.
    pub data: PathBuf,
    /// Where the key ring comes from. `None`: files in `data/keys`, made at the first start.
    pub key_ring: Option<KeySource>,
    /// A PostgreSQL database, for one gateway or several. `None`: SQLite in `data`.
    pub database: Option<Address>,
    /// Connections to it at most, for this gateway.
    pub database_connections: u32,
    /// Keys that may call the REST API for the first app, beside those in the store.
    pub api_keys: Vec<ApiKey>,
    /// Origins of pages that may run the widget for the first app, e.g. `https://wallet.example`, beside those in the store.
    /// The gateway's own is always allowed.
    pub allowed_origins: Vec<String>,
    /// The gateway's own origin as browsers see it. `None`: taken from each request's `Host`.
    pub public_url: Option<String>,
    /// How long a challenge can be used after it was created.
    pub challenge_ttl: Duration,
    /// Requests a second for each API key and route; `None`: no limit. See `rate`.
    pub rate_limit: Option<NonZeroU32>,
    /// How much may come without a key in a minute. See `limits`.
    pub limits: Limits,
    /// Which proxies are believed when they say for whom they ask.
    pub proxies: Proxies,
    /// Where webhooks may go.
    pub webhooks: WebhookConfig,
    /// The relay for wallets that Magic holds. `None`: there is none.
    pub magic: Option<MagicConfig>,
    /// Where codes by e-mail go. `None`: nowhere, and nobody's way back can be an address.
    pub mail: Option<MailConfig>,
    /// Where traces go. `None`: nowhere, and none are made.
    pub traces: Option<TracesConfig>,
    /// Mounts the demo's routes; set by [`Config::with_demo`].
    pub demo: Option<Demo>,
    /// Argon2id's cost for new records. Lower it in tests only.
    #[doc(hidden)]
    pub register_ksf: KsfParams,
    /// How many may wait for OPAQUE's arithmetic. Lower it in tests only.
    #[doc(hidden)]
    pub arithmetic_places: usize,
    /// How long a peer may take for a request's head, and a connection may lie idle. Lower it in tests only.
    #[doc(hidden)]
    pub head_timeout: Duration,
}

impl Config {
    /// Defaults, with everything stored under `data` and no API key.
    pub fn new(data: impl Into<PathBuf>) -> Self {
        Self {
            data: data.into(),
            key_ring: None,
            database: None,
            database_connections: DEFAULT_CONNECTIONS,
            api_keys: Vec::new(),
            allowed_origins: Vec::new(),
            public_url: None,
            challenge_ttl: DEFAULT_CHALLENGE_TTL,
            rate_limit: None,
            limits: Limits::DEFAULT,
            proxies: Proxies::default(),
            webhooks: WebhookConfig::default(),
            magic: None,
            mail: None,
            traces: None,
            demo: None,
            #[cfg(not(feature = "failpoints"))]
            register_ksf: DEFAULT_KSF,
            // A build for tests alone, whose program is started and killed hundreds of times: the least that clients accept.
            #[cfg(feature = "failpoints")]
            register_ksf: KsfParams { m_kib: 19 * 1024, t: 1, p: 1 },
            arithmetic_places: PLACES,
            head_timeout: HEAD_TIMEOUT,
        }
    }

    /// Where the key ring comes from.
    pub fn keys(&self) -> KeySource {
        self.key_ring.clone().unwrap_or_else(|| KeySource::Folder(self.data.join("keys")))
    }

    /// Whether anything is in the data folder. With the keys in the environment and the database elsewhere there is none at all.
    pub fn needs_folder(&self) -> bool {
        self.database.is_none() || matches!(self.keys(), KeySource::Folder(_))
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
