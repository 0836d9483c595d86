//! Circle's JSON for our values. What is described here is what is sent: the OpenAPI document is made of these types.

use repin_core::api::UnixMs;
use serde::Serialize;
use utoipa::ToSchema;

use crate::date::date;
use crate::store;
use crate::store::{Credential, CredentialStatus};

/// What every success is wrapped in.
#[derive(Serialize, ToSchema)]
pub struct Data<T> {
    pub data: T,
}

/// `EndUser`.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EndUser {
    /// The host's name for the user.
    #[schema(example = "user-0001", min_length = 5, max_length = 50)]
    id: String,
    #[schema(format = DateTime)]
    create_date: String,
    status: UserStatus,
    pin_status: SecretStatus,
    security_question_status: SecretStatus,
    pin_details: SecretDetails,
    security_question_details: SecretDetails,
}

/// Whether the user may do anything. An operator disables (`repin-server admin user disable`).
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
enum UserStatus {
    Enabled,
    Disabled,
}

/// A PIN's or the answers' status, as it is now.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
enum SecretStatus {
    Enabled,
    Unset,
    Locked,
}

/// A PIN's or the answers' failed guesses. A date that does not apply is left out, and a lock that has passed leaves none.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SecretDetails {
    #[schema(maximum = 3)]
    failed_attempts: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime, nullable = false)]
    locked_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime, nullable = false)]
    locked_expiry_date: Option<String>,
    /// When an operator last unlocked it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime, nullable = false)]
    last_lock_override_date: Option<String>,
}

/// A user as they stand now.
pub fn user(user: &store::User, now: UnixMs) -> EndUser {
    EndUser {
        id: user.user_id.clone(),
        create_date: date(user.created),
        status: if user.disabled { UserStatus::Disabled } else { UserStatus::Enabled },
        pin_status: status(user.pin.as_ref(), now),
        security_question_status: status(user.answers.as_ref(), now),
        pin_details: details(user.pin.as_ref(), user.pin_unlocked, now),
        security_question_details: details(user.answers.as_ref(), user.answers_unlocked, now),
    }
}

fn status(credential: Option<&Credential>, now: UnixMs) -> SecretStatus {
    match CredentialStatus::of(credential, now) {
        CredentialStatus::Enabled => SecretStatus::Enabled,
        CredentialStatus::Unset => SecretStatus::Unset,
        CredentialStatus::Locked => SecretStatus::Locked,
    }
}

fn details(credential: Option<&Credential>, unlocked: Option<UnixMs>, now: UnixMs) -> SecretDetails {
    let counter = credential.map(|credential| credential.counter.current(now)).unwrap_or_default();
    SecretDetails {
        failed_attempts: counter.failed,
        locked_date: counter.locked_at.map(date),
        locked_expiry_date: counter.locked_until.map(date),
        last_lock_override_date: unlocked.map(date),
    }
}

/// `data` of one user by id.
#[derive(Serialize, ToSchema)]
pub struct OneUser {
    pub user: EndUser,
}

/// `data` of a list of users.
#[derive(Serialize, ToSchema)]
pub struct Users {
    pub users: Vec<EndUser>,
}

/// `Challenge`.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Challenge {
    #[schema(format = "uuid")]
    id: String,
    #[serde(rename = "type")]
    #[schema(schema_with = types)]
    kind: &'static str,
    #[schema(schema_with = statuses)]
    status: &'static str,
    /// One UUID for the host's books.
    correlation_ids: [String; 1],
    /// Why it failed or expired.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    error_code: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    error_message: Option<&'static str>,
}

/// A challenge as it stands at the time of asking.
pub fn challenge(challenge: &store::Challenge) -> Challenge {
    Challenge {
        id: challenge.id.clone(),
        kind: challenge.kind.name(),
        status: challenge.status.name(),
        correlation_ids: [challenge.correlation_id.clone()],
        error_code: challenge.error.map(|code| code.number()),
        error_message: challenge.error.map(|code| code.message()),
    }
}

fn types() -> utoipa::openapi::Object {
    one_of(repin_core::api::ChallengeType::ALL.map(|kind| kind.name()))
}

fn statuses() -> utoipa::openapi::Object {
    one_of(store::Status::ALL.map(store::Status::name))
}

fn one_of<const N: usize>(names: [&'static str; N]) -> utoipa::openapi::Object {
    utoipa::openapi::ObjectBuilder::new().schema_type(utoipa::openapi::Type::String).enum_values(Some(names)).build()
}

/// `data` of one challenge.
#[derive(Serialize, ToSchema)]
pub struct OneChallenge {
    pub challenge: Challenge,
}

/// `data` of a list of challenges.
#[derive(Serialize, ToSchema)]
pub struct Challenges {
    pub challenges: Vec<Challenge>,
}

/// `data` of a challenge that was asked for.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChallengeId {
    #[schema(format = "uuid")]
    pub challenge_id: String,
}

/// `data` of a session: what the host's page hands to the widget.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// A JWT of an hour.
    pub user_token: String,
    /// Standard base64 of 32 bytes.
    pub encryption_key: String,
}

/// `data` of the configuration.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Configuration {
    /// The App ID of the key's app.
    #[schema(format = "uuid")]
    pub app_id: String,
}

/// `data` of the public key.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PublicKey {
    /// An RSA key as PEM (`SubjectPublicKeyInfo`).
    pub public_key: String,
}

/// The answer to a ping.
#[derive(Serialize, ToSchema)]
pub struct Pong {
    #[schema(example = "pong")]
    pub message: &'static str,
}
