//! What a host says of a wallet, checked and sealed.

use repin_core::api::RotationState;
use repin_core::secret::SecretBytes;
use serde_json::json;
use uuid::Uuid;

use super::reply::{MAX_KEY, is_key};
use super::sealing::Sealed;
use crate::circle::body::{Body, invalid};
use crate::error::ApiError;
use crate::keys::KeyRing;
use crate::store::{MagicWallet, User};

/// The wallet of a body, as it is to be stored.
///
/// # Errors
/// Code 2 about the first field that is not right; no value is repeated.
pub fn wallet(body: &Body, user: &User, keys: &KeyRing) -> Result<MagicWallet, ApiError> {
    let wallet = name(body, "walletId")?.to_owned();
    let network = bounded(body, "network", 32)?.to_owned();
    if ["SOL", "BTC"].iter().any(|other| network.to_ascii_uppercase().starts_with(other)) {
        let message = "network must be one with Ethereum's signatures: another cannot be tried after a recovery";
        return Err(invalid("network", "invalid_value", message, json!({})));
    }
    let label = if body.field("label").is_some() { bounded(body, "label", 64)? } else { &network }.to_owned();
    let app = &user.app;
    let access = key(body, "accessKey")?;
    let recovery = key(body, "recoveryKey")?;
    Ok(MagicWallet {
        id: Uuid::new_v4().to_string(),
        app: app.clone(),
        user: user.id.clone(),
        group: name(body, "walletGroupId")?.to_owned(),
        network,
        label,
        version: 0,
        state: RotationState::Idle,
        access_key: Sealed::Access(app, &wallet).seal(keys, &access),
        recovery_key: Sealed::Recovery(app, &wallet).seal(keys, &recovery),
        created: 0,
        updated: 0,
        wallet,
    })
}

/// One of Magic's names: it stands in derivations, so it is taken as it is.
fn name<'a>(body: &'a Body, field: &'static str) -> Result<&'a str, ApiError> {
    let text = bounded(body, field, 64)?;
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    if plain { Ok(text) } else { Err(invalid(field, "invalid_value", &format!("{field} is no id"), json!({}))) }
}

fn bounded<'a>(body: &'a Body, field: &'static str, max: usize) -> Result<&'a str, ApiError> {
    let text = body.text(field)?;
    if !(1..=max).contains(&text.chars().count()) {
        let message = format!("{field} must have 1 to {max} characters");
        return Err(invalid(field, "length_outside_bounds", &message, json!({"min": 1, "max": max})));
    }
    if text.chars().any(char::is_control) {
        let message = format!("{field} must have no control characters");
        return Err(invalid(field, "invalid_value", &message, json!({})));
    }
    Ok(text)
}

fn key(body: &Body, field: &'static str) -> Result<SecretBytes, ApiError> {
    let text = body.text(field)?;
    if !is_key(text) {
        let message = format!("{field} must be 1 to {MAX_KEY} visible ASCII characters");
        return Err(invalid(field, "invalid_value", &message, json!({"min": 1, "max": MAX_KEY})));
    }
    Ok(SecretBytes::new(text.as_bytes().to_vec()))
}
