//! Who may call, for which app, from which pages: what the edges ask the store about apps, at every request, so that a
//! revoked key or a removed origin counts at once.

use async_trait::async_trait;
use repin_core::api::UnixMs;

use super::{AppIdentity, Result};
use crate::api_key::Environment;

/// An API key that is known and not revoked.
#[derive(Clone, Debug)]
pub struct KnownKey {
    /// Whose it is.
    pub app: AppIdentity,
    /// What it was made for.
    pub environment: Environment,
}

/// Apps, as the edges ask about them.
#[async_trait]
pub trait Apps: Send + Sync {
    /// The first app, made with its entity and random identities at the first call.
    async fn default_app(&self, now: UnixMs) -> Result<AppIdentity>;
    /// An app by its App ID.
    async fn app(&self, id: &str) -> Result<Option<AppIdentity>>;
    /// The key of this SHA-256, unless it was revoked.
    async fn api_key(&self, hash: &[u8; 32]) -> Result<Option<KnownKey>>;
    /// Whether a page of this origin may run the widget for this app, by what the operator stored.
    async fn has_origin(&self, app: &str, origin: &str) -> Result<bool>;
    /// Whether a page of this origin may run the widget for any app, by what the operator stored.
    async fn is_origin_of_any(&self, origin: &str) -> Result<bool>;
}
