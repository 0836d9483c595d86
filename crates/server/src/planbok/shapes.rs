//! Planbok's JSON for our values, and what the OpenAPI document says of bodies.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::outcome::Outcome;
use crate::date::date;
use crate::store;

/// Every success: the fields under `data`, where Planbok's own client looks for them, and once more at the top, where its
/// guides show them.
#[derive(Serialize, ToSchema)]
#[schema(as = PlanbokAnswer)]
pub struct Answer<T> {
    /// Always true.
    success: bool,
    data: T,
    #[serde(flatten)]
    same: T,
}

impl<T: Clone> Answer<T> {
    /// About this.
    pub fn new(data: T) -> Self {
        Self { success: true, same: data.clone(), data }
    }
}

/// A customer.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Customer {
    /// Ours; on Circle's face the same person's userId.
    id: String,
    name: Option<String>,
    /// The host's own name for them.
    ref_id: Option<String>,
    status: CustomerStatus,
    custody_type: CustodyType,
    has_pin: bool,
    /// Whether they have a way back.
    has_recovery: bool,
    #[schema(format = DateTime)]
    created_at: String,
}

/// Whether they may do anything.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
enum CustomerStatus {
    Active,
    Disabled,
}

/// Who can use the wallet: the person alone.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
enum CustodyType {
    Customer,
}

/// A customer as they stand now.
pub fn customer(user: &store::User, said: Option<store::Customer>) -> Customer {
    let (name, ref_id) = said.map_or((None, None), |said| (Some(said.name), said.ref_id));
    Customer {
        id: user.user_id.clone(),
        name,
        ref_id,
        status: if user.disabled { CustomerStatus::Disabled } else { CustomerStatus::Active },
        custody_type: CustodyType::Customer,
        has_pin: user.pin.is_some(),
        has_recovery: user.has_way_back(),
        created_at: date(user.created),
    }
}

/// A challenge that was asked for.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Asked {
    #[schema(format = "uuid")]
    pub challenge_id: String,
    /// Where to send the person: good once, and for 15 minutes.
    #[schema(example = "https://pin.wallet.example/recover/6f1c…#Zm9v…")]
    pub redirect_url: String,
}

/// A challenge.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PlanbokChallenge)]
pub struct Challenge {
    #[schema(format = "uuid")]
    id: String,
    #[schema(format = "uuid")]
    challenge_id: String,
    #[serde(rename = "type")]
    #[schema(example = "RESTORE_PIN")]
    kind: &'static str,
    status: ChallengeStatus,
    /// Null while it is pending.
    result: Option<ChallengeResult>,
    #[schema(format = DateTime)]
    expires_at: String,
}

/// Where a challenge stands. Left, out of time and locked are all `failed`: Planbok's clients wait for nothing else.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum ChallengeStatus {
    Pending,
    Verified,
    Failed,
}

/// How a challenge ended.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ChallengeResult {
    /// As in the link back: `verified`, `failed` or `cancelled`.
    #[schema(example = "verified")]
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    error_code: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    error_message: Option<&'static str>,
}

/// A challenge as it stands now.
pub fn challenge(challenge: &store::Challenge, link: Option<&store::Link>) -> Challenge {
    let outcome = Outcome::of(challenge, link);
    let status = match outcome {
        Outcome::Pending => ChallengeStatus::Pending,
        Outcome::Verified => ChallengeStatus::Verified,
        Outcome::Cancelled | Outcome::Failed(_) => ChallengeStatus::Failed,
    };
    let error = outcome.error();
    let result = ChallengeResult {
        outcome: outcome.name(),
        error_code: error.map(repin_core::error::Code::number),
        error_message: error.map(repin_core::error::Code::message),
    };
    Challenge {
        id: challenge.id.clone(),
        challenge_id: challenge.id.clone(),
        kind: challenge.kind.name(),
        result: (outcome != Outcome::Pending).then_some(result),
        status,
        expires_at: date(challenge.expires_at),
    }
}

/// A customer's challenges.
#[derive(Clone, Serialize, ToSchema)]
#[schema(as = PlanbokChallenges)]
pub struct Challenges {
    pub challenges: Vec<Challenge>,
}

/// A new customer.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code)] // described, read by `body`
pub struct CustomerBody {
    #[schema(min_length = 1, max_length = 128, example = "Ada")]
    name: String,
    /// The host's own name for them: one customer of it in an app.
    #[schema(min_length = 1, max_length = 128, example = "user-0001")]
    ref_id: Option<String>,
}

/// Asks for a challenge.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code)] // as above
pub struct AskBody {
    /// Of an origin that the operator registered for the app; `https:`, or `http:` on the same device.
    #[schema(max_length = 2048, example = "https://wallet.example/pin/done?step=verify")]
    redirect_url: String,
    /// The same key with the same body gives the same challenge, and a new link to it.
    #[schema(min_length = 1, max_length = 128)]
    idempotency_key: Option<String>,
    /// Of wallets; counts for the idempotency key alone.
    blockchains: Option<Vec<String>>,
}
