//! What an operator does to the store: `repin-server admin`, beside a running gateway. Every change leaves an audit row
//! with the operator's name, in the same transaction.

use async_trait::async_trait;
use repin_core::api::{CredentialKind, UnixMs};

use super::{AppIdentity, Result, User};
use crate::api_key::Environment;

/// Who changes something, and when.
#[derive(Clone, Copy, Debug)]
pub struct By<'a> {
    /// The operator's name, for the audit.
    pub operator: &'a str,
    /// Now.
    pub now: UnixMs,
}

/// The owner of apps.
#[derive(Clone, Debug)]
pub struct Entity {
    /// A UUID.
    pub id: String,
    /// For the operator.
    pub name: String,
    /// When it was made.
    pub created: UnixMs,
}

/// An app as the operator sees it.
#[derive(Clone, Debug)]
pub struct App {
    /// Its App ID and its owner's id.
    pub identity: AppIdentity,
    /// For the operator.
    pub name: String,
    /// Whether it is the first, to which the keys and origins of the settings belong.
    pub is_default: bool,
    /// When it was made.
    pub created: UnixMs,
    /// Its stored origins, in alphabetical order.
    pub origins: Vec<String>,
}

/// A stored API key. What it is made of is not kept.
#[derive(Clone, Debug)]
pub struct StoredKey {
    /// The middle part of the key, which is no secret.
    pub id: String,
    /// App ID of its app.
    pub app: String,
    /// What it is for.
    pub environment: Environment,
    /// The operator's own words for it.
    pub label: String,
    /// When it was made.
    pub created: UnixMs,
    /// When it was revoked, if it was.
    pub revoked: Option<UnixMs>,
}

/// A line of the audit.
#[derive(Clone, Debug)]
#[allow(missing_docs)] // the columns of the table, which says it
pub struct AuditEntry {
    /// Rows are numbered in the order they were written in, more or less, and with gaps.
    pub id: u64,
    pub at: UnixMs,
    /// `None`: the person themselves.
    pub operator: Option<String>,
    pub event: String,
    pub app: Option<String>,
    /// The user's internal id.
    pub user: Option<String>,
    pub challenge: Option<String>,
    pub subject: Option<String>,
}

/// The operator's work.
#[async_trait]
pub trait Operator: Send + Sync {
    /// Makes an entity.
    async fn create_entity(&self, name: &str, by: By<'_>) -> Result<Entity>;
    /// Every entity, the oldest first.
    async fn entities(&self) -> Result<Vec<Entity>>;

    /// Makes an app. `None` if there is no such entity.
    async fn create_app(&self, entity: &str, name: &str, by: By<'_>) -> Result<Option<App>>;
    /// Every app, the oldest first.
    async fn apps(&self) -> Result<Vec<App>>;
    /// Lets pages of an origin run the widget for an app. `false` if they could already.
    async fn add_origin(&self, app: &str, origin: &str, by: By<'_>) -> Result<bool>;
    /// Takes that back. `false` if there was nothing to take back.
    async fn remove_origin(&self, app: &str, origin: &str, by: By<'_>) -> Result<bool>;

    /// Keeps a new key, by its hash.
    async fn create_key(&self, key: &StoredKey, hash: &[u8; 32], by: By<'_>) -> Result<()>;
    /// The keys of one app or of all, revoked ones included, the oldest first.
    async fn keys(&self, app: Option<&str>) -> Result<Vec<StoredKey>>;
    /// Revokes a key. `false` if there is none of this id that is not revoked.
    async fn revoke_key(&self, id: &str, by: By<'_>) -> Result<bool>;

    /// Shuts a user out, or lets them in again. `false` if that is how it was.
    async fn set_disabled(&self, user: &User, disabled: bool, by: By<'_>) -> Result<bool>;
    /// Lifts a lock and forgets every counted guess, those against the cap of a hundred included. `false` if the user has
    /// no such credential.
    async fn unlock(&self, user: &User, kind: CredentialKind, by: By<'_>) -> Result<bool>;

    /// Leaves an audit row for what was done outside the store.
    async fn note(&self, event: &str, subject: &str, by: By<'_>) -> Result<()>;

    /// The newest lines of the audit, the newest first.
    async fn audit(&self, limit: u32) -> Result<Vec<AuditEntry>>;
}
