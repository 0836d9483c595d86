//! Planbok's form of a webhook: its events, its body, its signature with a secret of the subscription's own.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use rand_core::{OsRng, RngCore};
use repin_core::api::{ChallengeType, UnixMs};
use repin_core::secret::SecretBytes;
use serde::Serialize;
use zeroize::Zeroizing;

use super::signing::Signature;
use crate::date::date;
use crate::keys::{KeyRing, StorageError};
use crate::store::Status;

/// Everything.
pub const ALL: &str = "*";
/// The test on subscribing, which is sent whatever was asked for.
pub const TEST: &str = "webhook.test";

/// The tries at a PIN, at answers or at codes are used up.
pub const LOCKED_OUT: &str = "customer.locked_out";

/// Planbok's names for what is told here, from its guides, its concepts and its demo, which differ.
const EVENTS: [&str; 7] = [
    "customer.pin_setup",
    "customer.pin_updated",
    "customer.recovery_setup",
    "customer.recovery_completed",
    "customer.private_keys_exported",
    LOCKED_OUT,
    "challenge.completed",
];
/// Names that may be asked for, so that a host's list works unchanged, and that never come.
const NEVER: [&str; 4] =
    ["customer.created", "customer.recovery_initiated", "customer.setup_completed", "wallet.created"];
/// Families that may be asked for.
const FAMILIES: [&str; 5] = [ALL, "customer.*", "challenge.*", "wallet.*", "transaction.*"];

/// Whether a host may ask for this event or family.
pub fn is_known(name: &str) -> bool {
    let transaction = name.strip_prefix("transaction.").is_some_and(|rest| {
        (1..=64).contains(&rest.len()) && rest.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    });
    EVENTS.contains(&name) || NEVER.contains(&name) || FAMILIES.contains(&name) || transaction
}

/// What a challenge's end means in Planbok's words. Only a success means anything there.
pub const fn of_challenge(kind: ChallengeType, status: Status) -> &'static [&'static str] {
    if !matches!(status, Status::Complete) {
        return &[];
    }
    match kind {
        ChallengeType::Initialize => &["customer.pin_setup", "customer.recovery_setup", "challenge.completed"],
        ChallengeType::SetPin => &["customer.pin_setup", "challenge.completed"],
        ChallengeType::SetSecurityQuestions | ChallengeType::SetRecovery => {
            &["customer.recovery_setup", "challenge.completed"]
        }
        ChallengeType::ChangePin => &["customer.pin_updated", "challenge.completed"],
        ChallengeType::RestorePin
        | ChallengeType::RestorePinByCode
        | ChallengeType::RestorePinByBoth
        | ChallengeType::RecoverWallets => {
            &["customer.pin_updated", "customer.recovery_completed", "challenge.completed"]
        }
        ChallengeType::ExportKeys => &["customer.private_keys_exported", "challenge.completed"],
        ChallengeType::CreateWallet => &["challenge.completed"],
    }
}

/// What is told of a customer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Data<'a> {
    /// The customer's id.
    pub customer_id: &'a str,
    /// The host's own name for them.
    pub ref_id: Option<&'a str>,
    /// The challenge.
    pub challenge_id: &'a str,
    /// Its type, in our words.
    pub r#type: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a, D> {
    event: &'a str,
    timestamp: String,
    idempotency_key: &'a str,
    data: D,
}

/// The body that tells of an event.
pub fn event(id: &str, event: &str, data: &Data<'_>, at: UnixMs) -> String {
    write(&Body { event, timestamp: date(at), idempotency_key: id, data })
}

/// The body of the test that a new subscription gets.
pub fn test(id: &str, at: UnixMs) -> String {
    write(&Body { event: TEST, timestamp: date(at), idempotency_key: id, data: serde_json::Map::new() })
}

fn write(body: &impl Serialize) -> String {
    // Texts alone: there is nothing in it that JSON cannot say.
    serde_json::to_string(body).unwrap_or_default()
}

/// A new secret, `whsec_` and 256 random bits in base64url; `None` when the system has no randomness.
pub fn make_secret() -> Option<Zeroizing<String>> {
    let mut bytes = Zeroizing::new([0; 32]);
    OsRng.try_fill_bytes(&mut *bytes).ok()?;
    Some(Zeroizing::new(format!("whsec_{}", BASE64_URL_SAFE_NO_PAD.encode(*bytes))))
}

/// Seals a subscription's secret for the database.
pub fn seal(keys: &KeyRing, subscription: &str, secret: &str) -> Vec<u8> {
    keys.seal_for_storage(&place(subscription), &SecretBytes::new(secret.as_bytes().to_vec()))
}

/// The headers of a try at this time, by the subscription's sealed secret. The time is the try's own: receivers refuse what
/// is older than five minutes.
///
/// # Errors
/// [`StorageError`] when the secret does not open.
pub fn sign(
    keys: &KeyRing,
    subscription: &str,
    sealed: &[u8],
    about: (&str, &str),
    body: &str,
    now: UnixMs,
) -> Result<Signature, StorageError> {
    let secret = keys.open_from_storage(&place(subscription), sealed)?;
    let (id, event) = about;
    let timestamp = (now / 1000).to_string();
    // Needed in clear: it is the key.
    let mut mac = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret()));
    for part in [timestamp.as_bytes(), b".", body.as_bytes()] {
        mac.update(part);
    }
    let hex: String = mac.sign().as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Signature(vec![
        ("x-webhook-signature", format!("sha256={hex}")),
        ("x-webhook-timestamp", timestamp),
        ("x-webhook-event", event.to_owned()),
        ("x-webhook-id", id.to_owned()),
    ]))
}

fn place(subscription: &str) -> Vec<u8> {
    [b"repin/1 webhook secret", subscription.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_that_comes_may_be_asked_for() {
        for kind in ChallengeType::ALL {
            assert!(of_challenge(kind, Status::Complete).iter().all(|event| EVENTS.contains(event)));
            assert!(of_challenge(kind, Status::Failed).is_empty());
        }
        assert!(EVENTS.iter().chain(&NEVER).all(|event| is_known(event)) && is_known("transaction.confirmed"));
        for name in ["", "customer", "customer.", "customer.x", "transaction.", "transaction.a b", "challenges.*"] {
            assert!(!is_known(name), "{name}");
        }
    }
}
