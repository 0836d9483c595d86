//! The running gateway: what every request handler shares.

use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::watch;
use tokio_util::task::TaskTracker;

use crate::clock::Clock;
use crate::config::Config;
use crate::keys::{KeyError, KeyRing};
use crate::rate::RateLimit;
use crate::store::sqlite::SqliteStore;
use crate::store::{AppIdentity, Apps, Store, StoreError};
use crate::webhooks::{Sender, TrustError};

/// Keys, store, clock and settings. Made once, shared by all requests.
pub struct Gateway {
    /// What the operator decided.
    pub config: Config,
    /// The key ring.
    pub keys: KeyRing,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The memory.
    pub store: Arc<dyn Store>,
    /// The first app: the one that the keys and origins of the settings belong to. Others are in the store.
    pub app: AppIdentity,
    /// The limit on backends' requests, where there is one.
    pub(crate) rate_limit: Option<RateLimit>,
    /// Work that outlives its request: a COMMIT whose client went away.
    pub tasks: TaskTracker,
    /// Whom webhooks go through.
    pub webhooks: Sender,
    /// How many tries to deliver have been written down since the start.
    pub webhook_tries: watch::Sender<u64>,
    evaluations: AtomicU64,
    /// Held for as long as the gateway runs; the system lets go of it if the process dies.
    _lock: File,
}

/// Why the gateway did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data folder cannot be made or locked.
    #[error("{0}: {1}")]
    Data(PathBuf, io::Error),
    /// Another gateway uses the data folder.
    #[error("{0} is in use by another gateway")]
    InUse(PathBuf),
    /// See there.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// See there.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// See there.
    #[error(transparent)]
    Trust(#[from] TrustError),
}

impl Gateway {
    /// Starts on `config.data`, creating the folder, the key ring and the database where they are missing.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn start(config: Config, clock: Arc<dyn Clock>) -> Result<Arc<Self>, StartError> {
        let lock = lock(&config)?;
        let webhooks = Sender::new(&config.webhooks)?;
        let keys = KeyRing::load_or_make(&config.data.join("keys"))?;
        let store = SqliteStore::open(&config.data.join("repin.db")).await?;
        let app = store.default_app(clock.now()).await?;
        let rate_limit = config.rate_limit.map(|per_second| RateLimit::new(per_second, clock.clone()));
        Ok(Arc::new(Self {
            rate_limit,
            config,
            keys,
            clock,
            store: Arc::new(store),
            app,
            tasks: TaskTracker::new(),
            webhooks,
            webhook_tries: watch::Sender::default(),
            evaluations: AtomicU64::new(0),
            _lock: lock,
        }))
    }

    /// Whether a page of this origin may run the widget for this app. Compared as a whole: no prefixes, no wildcards.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn allows_origin(&self, app: &str, origin: &str) -> Result<bool, StoreError> {
        let by_settings = app == self.app.id && self.config.allowed_origins.iter().any(|allowed| allowed == origin);
        Ok(by_settings || self.store.has_origin(app, origin).await?)
    }

    /// Whether a page of this origin may run the widget for some app of ours.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn allows_any_origin(&self, origin: &str) -> Result<bool, StoreError> {
        let by_settings = self.config.allowed_origins.iter().any(|allowed| allowed == origin);
        Ok(by_settings || self.store.is_origin_of_any(origin).await?)
    }

    /// How many guesses have been evaluated since the start.
    pub fn evaluations(&self) -> u64 {
        self.evaluations.load(Ordering::SeqCst)
    }

    /// Counts a guess that is evaluated now.
    pub(crate) fn count_evaluation(&self) {
        self.evaluations.fetch_add(1, Ordering::SeqCst);
    }
}

/// Two gateways on one folder could each make a key ring and overwrite nothing, but use different ones.
fn lock(config: &Config) -> Result<File, StartError> {
    let failed = |error| StartError::Data(config.data.clone(), error);
    fs::DirBuilder::new().recursive(true).mode(0o700).create(&config.data).map_err(failed)?;
    let file = File::create(config.data.join("lock")).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StartError::InUse(config.data.clone())),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}
