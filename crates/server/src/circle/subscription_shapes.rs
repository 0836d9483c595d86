//! Circle's JSON for subscriptions and the keys that verify what they are told.

use serde::Serialize;
use utoipa::ToSchema;

use crate::date::date;
use crate::store;
use crate::webhooks::types;

/// `Subscription`.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Subscription {
    #[schema(format = "uuid")]
    id: String,
    /// The endpoint's host, unless the app gave another.
    name: String,
    endpoint: String,
    enabled: bool,
    #[schema(format = DateTime)]
    create_date: String,
    #[schema(format = DateTime)]
    update_date: String,
    /// What it is told of; `*` is everything.
    notification_types: Vec<String>,
    /// Whether there is something it is not told of.
    restricted: bool,
}

/// A subscription as it stands now.
pub fn subscription(subscription: &store::Subscription) -> Subscription {
    Subscription {
        id: subscription.id.clone(),
        name: subscription.name.clone(),
        endpoint: subscription.endpoint.clone(),
        enabled: subscription.enabled,
        create_date: date(subscription.created),
        update_date: date(subscription.updated),
        notification_types: subscription.types.clone(),
        restricted: !subscription.types.iter().any(|wanted| wanted == types::ALL),
    }
}

/// `data` of a key that verifies webhooks.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NotificationKey {
    #[schema(format = "uuid")]
    pub id: String,
    #[schema(example = "ECDSA_SHA_256")]
    pub algorithm: &'static str,
    /// Standard base64 of a P-256 key as DER (`SubjectPublicKeyInfo`).
    pub public_key: String,
    #[schema(format = DateTime)]
    pub create_date: String,
}
