//! The store behind the redirect page: customers by the host's words for them, and the links to a challenge's page.
//!
//! Of tickets and cookies only hashes come here. A ticket is good once, whoever asks at the same time.

use std::collections::HashMap;

use async_trait::async_trait;
use repin_core::api::UnixMs;
use repin_core::error::Code;

use super::{Result, User};
use crate::api_key::Environment;

/// What a host says of a person when it creates them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    /// For the host's people.
    pub name: String,
    /// The host's own name for them, once in an app.
    pub ref_id: Option<String>,
}

/// A link to be kept.
pub struct NewLink<'a> {
    /// The challenge it leads to.
    pub challenge: &'a str,
    /// Where the page goes back to.
    pub url: &'a str,
    /// Of the key that asked.
    pub environment: Environment,
    /// SHA-256 of the ticket.
    pub ticket: [u8; 32],
}

/// A link as it is kept.
#[derive(Clone, Debug)]
pub struct Link {
    /// App ID of the person's app.
    pub app: String,
    /// The host's name for the person.
    pub user_id: String,
    /// Where the page goes back to.
    pub url: String,
    /// Of the key that asked.
    pub environment: Environment,
    /// SHA-256 of the cookie that a reload brings, once the ticket was used.
    pub resume: Option<[u8; 32]>,
    /// How the page ended without success, if it did.
    pub ended: Option<Ended>,
}

/// How a visit of the page ended without success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The person left.
    Cancelled,
    /// It could not go on, for this reason if there is a number for it.
    Failed(Option<Code>),
}

/// Customers and links.
#[async_trait]
pub trait Hosted: Send + Sync {
    /// Creates a user and what the host says of them. `None` if the app has a customer of this reference.
    async fn create_customer(&self, app: &str, new: &Customer, now: UnixMs) -> Result<Option<User>>;
    /// What the host said of a user (internal id). `None` for one who was created by another face.
    async fn customer(&self, user: &str) -> Result<Option<Customer>>;
    /// Keeps a challenge's link in place of the one before, whose ticket and cookie are worth nothing from then on.
    async fn keep_link(&self, new: &NewLink<'_>) -> Result<()>;
    /// A challenge's link.
    async fn link(&self, challenge: &str) -> Result<Option<Link>>;
    /// The links of those of these challenges that have one, by challenge.
    async fn links(&self, challenges: &[&str]) -> Result<HashMap<String, Link>>;
    /// Uses a ticket, and keeps the hash of the cookie that is given for it. `false`: it is not this challenge's, or was used.
    async fn use_ticket(&self, challenge: &str, ticket: &[u8; 32], resume: &[u8; 32], now: UnixMs) -> Result<bool>;
    /// Writes down how a visit ended without success. What is complete stays so, whatever is written here.
    async fn end_visit(&self, challenge: &str, ended: Ended) -> Result<()>;
}
