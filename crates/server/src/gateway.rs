//! The running gateway: what every request handler shares.

use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use repin_core::api::ChallengeType;
use tokio::sync::watch;
use tokio_util::task::TaskTracker;

use crate::arithmetic::Arithmetic;
use crate::clock::Clock;
use crate::config::Config;
use crate::keys::{KeyError, KeyRing, KeySource, Purpose, of_another_ring};
use crate::limits::Counts;
use crate::magic::MagicClient;
use crate::mail::Mailer;
use crate::metrics::Metrics;
use crate::outage::Outage;
use crate::rate::RateLimit;
use crate::rotation;
use crate::store::postgres::PostgresStore;
use crate::store::sqlite::SqliteStore;
use crate::store::{AppIdentity, Claimed, Created, NewChallenge, Store, StoreError, Watched, kept};
use crate::traces::{Traces, TracesError};
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
    /// What comes without a key, counted.
    pub(crate) counts: Counts,
    /// Where OPAQUE is computed.
    pub(crate) arithmetic: Arithmetic,
    /// Work that outlives its request: a COMMIT whose client went away.
    pub tasks: TaskTracker,
    /// Whom codes by e-mail go through, where the operator has a mail server.
    pub(crate) mailer: Option<Mailer>,
    /// Whom webhooks go through.
    pub webhooks: Sender,
    /// Whom wallets that Magic holds are rotated through, where there is somebody.
    pub(crate) magic: Option<MagicClient>,
    /// Whether the store is away.
    pub(crate) outage: Outage,
    /// How many tries to deliver have been written down since the start.
    pub webhook_tries: watch::Sender<u64>,
    /// What is counted.
    pub(crate) metrics: Arc<Metrics>,
    /// Where spans go.
    pub(crate) traces: Arc<Traces>,
    /// Whether it is being stopped, and still answers.
    pub(crate) draining: AtomicBool,
    /// Held for as long as the gateway runs on a database in its folder; the system lets go of it if the process dies.
    _lock: Option<File>,
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
    /// The demo shows the tables of SQLite.
    #[error("the demo runs on SQLite only; leave out --database")]
    DemoDatabase,
    /// The key ring is not the one that the database was filled with.
    #[error(
        "the database belongs to another key ring: none of its {0} keys is in {1}. Give every node a copy of the first one's keys"
    )]
    OtherKeys(&'static str, PathBuf),
    /// A key is not what it was.
    #[error(
        "the {purpose} key {kid} in {place} is not the one that this database knows by that name: it was damaged, or copied \
         wrongly. Bring it back from your backup of the keys"
    )]
    ChangedKey {
        /// What it is for.
        purpose: &'static str,
        /// Its name.
        kid: String,
        /// Where the ring comes from.
        place: PathBuf,
    },
    /// A key is gone that is still needed.
    #[error(
        "the {purpose} key {kid} is not in the key ring, and {needed} rows of the database are worth nothing without it. Bring it back from your backup of the keys"
    )]
    LostKey {
        /// What it is for.
        purpose: &'static str,
        /// Its name.
        kid: String,
        /// Credentials or sealed rows that need it.
        needed: u64,
    },
    /// See there.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// See there.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// See there.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// See there.
    #[error(transparent)]
    Traces(#[from] TracesError),
}

impl Gateway {
    /// Starts on `config.data`, creating the folder, the key ring and the database where they are missing. On PostgreSQL the
    /// database is there; its tables are made.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn start(config: Config, clock: Arc<dyn Clock>) -> Result<Arc<Self>, StartError> {
        let lock = lock(&config)?;
        let webhooks = Sender::new(&config.webhooks)?;
        let magic = config.magic.as_ref().map(MagicClient::new).transpose()?;
        let source = config.keys();
        let arithmetic = Arithmetic::new(config.arithmetic_places);
        let (metrics, traces) = (Arc::new(Metrics::new()), Arc::new(Traces::start(config.traces.as_ref())?));
        let store: Arc<dyn Store> = Arc::new(Watched::new(open_store(&config).await?, metrics.clone(), traces.clone()));
        refuse_before_making_keys(&*store, &source).await?;
        let mut keys = KeyRing::of(&source)?;
        // Made or read, the keys may be shared; a database in the folder may not.
        let lock = lock.filter(|_| config.database.is_none());
        match store.claim_keys(&keys.marks).await? {
            Claimed::Done => {}
            Claimed::Foreign(purpose) => return Err(StartError::OtherKeys(purpose.name(), source.place())),
            Claimed::Changed(purpose, kid) => {
                return Err(StartError::ChangedKey { purpose: purpose.name(), kid, place: source.place() });
            }
        }
        rotation::settle(&*store, &mut keys, config.database.is_none(), clock.now()).await?;
        let app = store.default_app(clock.now()).await?;
        let mailer = config.mail.clone().map(Mailer::new);
        let rate_limit = config.rate_limit.map(|per_second| RateLimit::new(per_second, clock.clone()));
        Ok(Arc::new(Self {
            rate_limit,
            counts: Counts::new(config.limits),
            config,
            keys,
            clock,
            store,
            app,
            arithmetic,
            tasks: TaskTracker::new(),
            mailer,
            webhooks,
            magic,
            outage: Outage::default(),
            webhook_tries: watch::Sender::default(),
            metrics,
            traces,
            draining: AtomicBool::new(false),
            _lock: lock,
        }))
    }

    /// Whether a page of this origin may run the widget for this app. Compared as a whole: no prefixes, no wildcards.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn allows_origin(&self, app: &str, origin: &str) -> Result<bool, StoreError> {
        let by_settings = app == self.app.id && self.has_origin_in_settings(origin);
        Ok(by_settings || self.store.has_origin(app, origin).await?)
    }

    /// Whether the settings name this origin, which is then the first app's.
    pub(crate) fn has_origin_in_settings(&self, origin: &str) -> bool {
        self.config.allowed_origins.iter().any(|allowed| allowed == origin)
    }

    /// Creates a challenge for a user (by our name for them), once for each route and key; the same key with another body creates
    /// none. `body_hash` is SHA-256 of what the request means. It lives as long as the operator says, or as `at_most` does.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn create_challenge(
        &self,
        user: &str,
        kind: ChallengeType,
        (endpoint, key, body_hash): (&str, &str, [u8; 32]),
        at_most: Duration,
    ) -> Result<Created, StoreError> {
        let now = self.clock.now();
        let ttl = u64::try_from(self.config.challenge_ttl.min(at_most).as_millis()).unwrap_or(u64::MAX);
        let expires_at = now.saturating_add(ttl);
        let new = NewChallenge { user, kind, endpoint, key, body_hash, expires_at };
        let created = self.store.create_challenge(&new, now).await?;
        if let Created::New(challenge) = &created {
            self.metrics.challenge_created(challenge.kind);
        }
        Ok(created)
    }

    /// How many guesses have been evaluated since the start.
    pub fn evaluations(&self) -> u64 {
        self.metrics.evaluations()
    }

    /// From now on `/health/ready` says 503, and everything else is answered as before: a balancer has time to look elsewhere
    /// before the listener closes.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::SeqCst);
    }
}

async fn open_store(config: &Config) -> Result<Arc<dyn Store>, StartError> {
    Ok(match &config.database {
        Some(_) if config.demo.is_some() => return Err(StartError::DemoDatabase),
        Some(address) => Arc::new(PostgresStore::open(address, config.database_connections).await?),
        None => Arc::new(SqliteStore::open(&config.data.join("repin.db")).await?),
    })
}

/// A database that knows another ring's keys is refused while there are none of this one's: made now, they would lie in the folder
/// that the right ring is copied into, be the newest there, and be in nobody's backup.
async fn refuse_before_making_keys(store: &dyn Store, source: &KeySource) -> Result<(), StartError> {
    // A document is whole, or says what it lacks.
    let KeySource::Folder(_) = source else { return Ok(()) };
    let known = store.ring_keys().await?;
    // A folder that is not there yet has none.
    let names = source.names().unwrap_or_default();
    let has = |purpose, kid: &str| names.iter().any(|name| name.purpose == purpose && name.kid == kid);
    // A ring from before there was the recovery key has it nonetheless.
    let mut foreign = of_another_ring(kept(&known), has).filter(|purpose| *purpose != Purpose::Recovery);
    foreign.next().map_or(Ok(()), |purpose| Err(StartError::OtherKeys(purpose.name(), source.place())))
}

/// How long the folder may be in use by a gateway that ends: by itself, or by a program that it was just starting.
const LETS_GO: Duration = Duration::from_secs(2);

/// Two gateways on one folder could each make a key ring and overwrite nothing, but use different ones. Where the database is
/// not in the folder, the second waits for the first to have made the keys; else it does not start.
///
/// With the keys in the environment and the database elsewhere there is no folder at all.
fn lock(config: &Config) -> Result<Option<File>, StartError> {
    if !config.needs_folder() {
        return Ok(None);
    }
    let failed = |error| StartError::Data(config.data.clone(), error);
    fs::DirBuilder::new().recursive(true).mode(0o700).create(&config.data).map_err(failed)?;
    if config.database.is_some() {
        let file = File::create(config.data.join("keys.lock")).map_err(failed)?;
        return file.lock().map(|()| Some(file)).map_err(failed);
    }
    let file = File::create(config.data.join("lock")).map_err(failed)?;
    let until = Instant::now() + LETS_GO;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::WouldBlock) if Instant::now() < until => sleep(Duration::from_millis(20)),
            Err(TryLockError::WouldBlock) => return Err(StartError::InUse(config.data.clone())),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
    }
}
