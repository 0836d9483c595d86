//! Webhooks: what the host asked to be told, signed and delivered at least once, in Circle's format.
//!
//! The store writes each delivery in the transaction of its event; [`worker`] claims and sends it; [`guard`] says which
//! addresses may be connected to at all. `docs/webhooks.md` tells the host's side of it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;

pub mod event;
mod exchange;
mod guard;
mod lookup;
pub mod planbok;
mod schedule;
mod sender;
mod signing;
pub(crate) mod trust;
pub mod types;
pub(crate) mod worker;

pub use guard::{AddressGuard, EndpointError};
pub use lookup::{Lookup, SystemLookup};
pub use schedule::RETRY_DELAYS;
pub use sender::{SendError, Sender};
pub use trust::TrustError;

/// How many subscriptions an app can have. Ours; Circle's number for wallets is not public.
pub const MAX_SUBSCRIPTIONS: usize = 10;

/// What the operator decides about webhooks.
#[derive(Clone)]
pub struct WebhookConfig {
    /// Networks that may be connected to although they are not public.
    pub allow_networks: Vec<IpNet>,
    /// A file of certificates (PEM) to trust beside the public authorities built in.
    pub ca: Option<PathBuf>,
    /// Whether an endpoint may be `http:`. For development.
    pub allow_http: bool,
    /// How long a receiver may take in all, from the look-up of its name to its status.
    #[doc(hidden)]
    pub timeout: Duration,
    /// Who looks names up.
    #[doc(hidden)]
    pub lookup: Arc<dyn Lookup>,
}

impl Default for WebhookConfig {
    fn default() -> Self {
        Self {
            allow_networks: Vec::new(),
            ca: None,
            allow_http: false,
            timeout: Duration::from_secs(10),
            lookup: Arc::new(SystemLookup::default()),
        }
    }
}
