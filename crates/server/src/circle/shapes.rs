//! Circle's JSON for our values.

use repin_core::api::UnixMs;
use serde_json::{Map, Value, json};

use crate::date::date;
use crate::store::{Challenge, Credential, User};

/// `EndUser`.
pub fn user(user: &User, now: UnixMs) -> Value {
    json!({
        "id": user.user_id,
        "createDate": date(user.created),
        "status": if user.disabled { "DISABLED" } else { "ENABLED" },
        "pinStatus": credential_status(user.pin.as_ref(), now),
        "securityQuestionStatus": credential_status(user.answers.as_ref(), now),
        "pinDetails": credential_details(user.pin.as_ref(), user.pin_unlocked, now),
        "securityQuestionDetails": credential_details(user.answers.as_ref(), user.answers_unlocked, now),
    })
}

fn credential_status(credential: Option<&Credential>, now: UnixMs) -> &'static str {
    match credential {
        None => "UNSET",
        Some(credential) if credential.counter.is_locked(now) => "LOCKED",
        Some(_) => "ENABLED",
    }
}

/// Absent dates are left out, as Circle does; a lock that has passed leaves none.
fn credential_details(credential: Option<&Credential>, unlocked: Option<UnixMs>, now: UnixMs) -> Value {
    let counter = credential.map(|credential| credential.counter.current(now)).unwrap_or_default();
    let mut details = Map::from_iter([("failedAttempts".to_owned(), json!(counter.failed))]);
    let dates = [
        ("lockedDate", counter.locked_at),
        ("lockedExpiryDate", counter.locked_until),
        ("lastLockOverrideDate", unlocked),
    ];
    for (name, at) in dates {
        if let Some(at) = at {
            details.insert(name.to_owned(), json!(date(at)));
        }
    }
    Value::Object(details)
}

/// `Challenge`. An error only where there is one.
pub fn challenge(challenge: &Challenge) -> Value {
    let mut shape = json!({
        "id": challenge.id,
        "type": challenge.kind.name(),
        "status": challenge.status.name(),
        "correlationIds": [challenge.correlation_id],
    });
    if let Some((code, shape)) = challenge.error.zip(shape.as_object_mut()) {
        shape.insert("errorCode".to_owned(), json!(code.number()));
        shape.insert("errorMessage".to_owned(), json!(code.message()));
    }
    shape
}
