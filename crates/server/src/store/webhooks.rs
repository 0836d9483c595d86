//! Webhooks in the store: subscriptions, deliveries with their claims, and the log of tries.
//!
//! Deliveries are written by the operations that make their events true ([`super::Store::commit`], [`super::Store::sweep`]),
//! in the same transaction.

use async_trait::async_trait;
use repin_core::api::UnixMs;

use super::{By, Result};

/// Where an app's events go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// A UUID.
    pub id: String,
    /// Whose it is: the app's id.
    pub app: String,
    /// For people.
    pub name: String,
    /// The URL as the host wrote it.
    pub endpoint: String,
    /// While it is not, it gets no new events, and those it has wait.
    pub enabled: bool,
    /// Circle's notification types and patterns, or Planbok's events.
    pub types: Vec<String>,
    /// The secret that signs in Planbok's form, sealed. `None`: it is told Circle's types in Circle's form.
    pub secret: Option<Vec<u8>>,
    /// When it was created.
    pub created: UnixMs,
    /// When it was last changed.
    pub updated: UnixMs,
}

/// A delivery that is written without an event: the test on subscribing.
pub struct NewDelivery<'a> {
    /// The notificationId.
    pub id: &'a str,
    /// Circle's notification type.
    pub kind: &'a str,
    /// Compact JSON.
    pub body: &'a str,
}

/// A request for work.
pub struct Claim<'a> {
    /// Of which subscription.
    pub subscription: &'a str,
    /// The gateway that will try.
    pub owner: &'a str,
    /// When the claim lapses, should its owner die.
    pub until: UnixMs,
    /// How many at most.
    pub limit: usize,
}

/// A delivery that was claimed.
#[derive(Clone)]
pub struct Delivery {
    /// The notificationId.
    pub id: String,
    /// Its subscription.
    pub subscription: String,
    /// Where to send it.
    pub endpoint: String,
    /// Circle's notification type.
    pub kind: String,
    /// What to send, to the byte.
    pub body: String,
    /// The subscription's sealed secret, for Planbok's form.
    pub secret: Option<Vec<u8>>,
    /// Which try this is, from 1. With the owner it names the claim.
    pub attempt: u32,
}

/// What follows from a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver has it.
    Delivered,
    /// To be tried again then.
    Retry(UnixMs),
    /// Given up, to be looked at by the operator.
    Dead,
    /// Given up, and the receiver wants no more: the subscription is disabled.
    Gone,
}

/// A try that is over.
pub struct Attempt<'a> {
    /// What was tried.
    pub delivery: &'a Delivery,
    /// By whom.
    pub owner: &'a str,
    /// HTTP status, if there was an answer.
    pub status: Option<u16>,
    /// Class of the failure, if there was none.
    pub error: Option<&'static str>,
    /// How long it took.
    pub millis: u64,
    /// When it was over.
    pub at: UnixMs,
    /// What follows.
    pub outcome: Outcome,
}

/// A line of the delivery log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedAttempt {
    /// When it was over.
    pub at: UnixMs,
    /// The subscription, which may be deleted since.
    pub subscription: String,
    /// The notificationId.
    pub delivery: String,
    /// Which try.
    pub attempt: u32,
    /// HTTP status, if there was an answer.
    pub status: Option<u16>,
    /// Class of the failure, if there was none.
    pub error: Option<String>,
    /// How long it took.
    pub millis: u64,
}

/// A delivery that was given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// The notificationId.
    pub id: String,
    /// Its subscription.
    pub subscription: String,
    /// Circle's notification type.
    pub kind: String,
    /// When the event was.
    pub created: UnixMs,
    /// When it was given up.
    pub dead: UnixMs,
    /// How often it was tried.
    pub attempts: u32,
}

/// What is still to be delivered, over all apps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outbox {
    /// How many wait, claimed ones included.
    pub waiting: i64,
    /// When the event of the oldest of them was.
    pub oldest: Option<UnixMs>,
    /// How many were given up.
    pub dead: i64,
}

/// Which dead letters to try again.
#[derive(Clone, Copy, Debug)]
pub enum Replay<'a> {
    /// This one.
    One(&'a str),
    /// A subscription's.
    Subscription(&'a str),
    /// All.
    All,
}

/// The part of the store that webhooks use.
#[async_trait]
pub trait WebhookStore: Send + Sync + 'static {
    /// Creates a subscription with its first delivery, unless its app has `max` of them. `false`: it has.
    /// Leaves an audit row, as every change does.
    ///
    /// # Errors
    /// [`StoreError::Away`](super::StoreError::Away), too, where its secret is sealed with a retired key: it would be lost with that one.
    async fn create_subscription(
        &self,
        new: &Subscription,
        max: usize,
        first: &NewDelivery<'_>,
        by: By<'_>,
    ) -> Result<bool>;
    /// An app's subscription.
    async fn subscription(&self, app: &str, id: &str) -> Result<Option<Subscription>>;
    /// An app's subscriptions, oldest first.
    async fn subscriptions(&self, app: &str) -> Result<Vec<Subscription>>;
    /// Changes what is given, and returns what it is now. `None`: there is none.
    async fn update_subscription(
        &self,
        app: &str,
        id: &str,
        name: Option<&str>,
        enabled: Option<bool>,
        by: By<'_>,
    ) -> Result<Option<Subscription>>;
    /// Deletes a subscription with what it was still to be told. `false`: there was none.
    async fn delete_subscription(&self, app: &str, id: &str, by: By<'_>) -> Result<bool>;

    /// The enabled subscriptions with work, and when their first is due.
    async fn due_deliveries(&self) -> Result<Vec<(String, UnixMs)>>;
    /// Takes deliveries that are due, oldest first, and counts the try. Nobody else gets them before the claim lapses,
    /// whoever asks at the same time (on PostgreSQL: `FOR UPDATE SKIP LOCKED`).
    async fn claim_deliveries(&self, claim: &Claim<'_>, now: UnixMs) -> Result<Vec<Delivery>>;
    /// Writes down a try and what follows. A failure counts only while its claim holds; that something was delivered
    /// always does.
    async fn finish_attempt(&self, attempt: &Attempt<'_>) -> Result<()>;
    /// Gives back what `owner` has claimed, as if it had not been tried.
    async fn release_deliveries(&self, owner: &str, now: UnixMs) -> Result<()>;
    /// Ends claims whose owner cannot live any more, so that their deliveries are due at once. On a store that one gateway
    /// alone can use, these are all; where several do, claims lapse by themselves and this does nothing.
    async fn end_orphaned_claims(&self, now: UnixMs) -> Result<()>;
    /// Resolves when deliveries may have been added since it last did.
    async fn deliveries_changed(&self);
    /// Makes [`Self::deliveries_changed`] resolve.
    fn announce_deliveries(&self);

    /// How much is still to be delivered.
    async fn outbox(&self) -> Result<Outbox>;
    /// The newest deliveries that were given up.
    async fn dead_letters(&self, limit: usize) -> Result<Vec<DeadLetter>>;
    /// Makes dead letters due at once, with all their tries before them, and leaves an audit row; how many.
    async fn replay(&self, which: Replay<'_>, by: By<'_>) -> Result<u64>;
    /// The newest tries, of one subscription or of all.
    async fn delivery_log(&self, subscription: Option<&str>, limit: usize) -> Result<Vec<LoggedAttempt>>;
}
