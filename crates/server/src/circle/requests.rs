//! What the OpenAPI document says of bodies and queries. Read by `body` and `filters`, which are tolerant where these are
//! exact: unknown fields and parameters do not count.
#![allow(dead_code)] // described, never constructed

use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

/// Names a user.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserIdBody {
    /// The host's name for the user.
    #[schema(min_length = 5, max_length = 50, example = "user-0001")]
    user_id: String,
}

/// Asks for a challenge.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChallengeBody {
    /// The same key with the same body gives the same challenge; with another body, 156020.
    #[schema(format = "uuid")]
    idempotency_key: String,
}

/// Asks for a first PIN and first answers. The fields about wallets are accepted and count for the idempotency key alone.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InitializeBody {
    /// The same key with the same body gives the same challenge; with another body, 156020.
    #[schema(format = "uuid")]
    idempotency_key: String,
    account_type: Option<String>,
    blockchains: Option<Vec<String>>,
    metadata: Option<Vec<WalletMetadata>>,
}

/// What a wallet would be called.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct WalletMetadata {
    name: Option<String>,
    ref_id: Option<String>,
}

/// Subscribes an endpoint to webhooks.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NewSubscriptionBody {
    /// An `https:` URL that is reachable from the gateway and answers HEAD with 2xx.
    #[schema(max_length = 2048)]
    endpoint: String,
    /// The endpoint's host unless given.
    #[schema(min_length = 1, max_length = 128)]
    name: Option<String>,
    /// All unless given.
    #[schema(max_items = 50, example = json!(["challenges.restorePin"]))]
    notification_types: Option<Vec<String>>,
}

/// Changes a subscription.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubscriptionBody {
    #[schema(min_length = 1, max_length = 128)]
    name: Option<String>,
    enabled: Option<bool>,
}

/// Circle's parameters of a page.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct PageQuery {
    /// Only what was created then or later.
    #[param(format = DateTime)]
    from: Option<String>,
    /// Only what was created then or earlier.
    #[param(format = DateTime)]
    to: Option<String>,
    /// The page ends before this item. Not together with `pageAfter`.
    #[param(format = "uuid")]
    page_before: Option<String>,
    /// The page begins after this item.
    #[param(format = "uuid")]
    page_after: Option<String>,
    /// At most so many items; more than 50 is taken for 50.
    #[param(minimum = 1, maximum = 50)]
    page_size: Option<u32>,
    /// By the date of creation. `DESC` unless said otherwise.
    #[param(inline)]
    order: Option<OrderName>,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
enum OrderName {
    Asc,
    Desc,
}

/// Which users are listed.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct UsersQuery {
    /// With a PIN of this status, as it is now.
    #[param(inline)]
    pin_status: Option<SecretStatusName>,
    /// With answers of this status, as it is now.
    #[param(inline)]
    security_question_status: Option<SecretStatusName>,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
enum SecretStatusName {
    Enabled,
    Unset,
    Locked,
}

/// Which challenges are listed.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ChallengesQuery {
    /// Of this status, as it is now. `COMPLETED` is understood as `COMPLETE`.
    #[param(inline)]
    status: Option<StatusName>,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum StatusName {
    Pending,
    InProgress,
    Complete,
    Failed,
    Expired,
}
