//! Circle's JSON for our values.

use repin_core::api::UnixMs;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::store::{Challenge, Credential, Subscription, User};
use crate::webhooks::types;

/// `EndUser`.
pub fn user(user: &User, now: UnixMs) -> Value {
    json!({
        "id": user.user_id,
        "createDate": date(user.created),
        "status": if user.disabled { "DISABLED" } else { "ENABLED" },
        "pinStatus": credential_status(user.pin.as_ref(), now),
        "securityQuestionStatus": credential_status(user.answers.as_ref(), now),
        "pinDetails": credential_details(user.pin.as_ref(), now),
        "securityQuestionDetails": credential_details(user.answers.as_ref(), now),
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
fn credential_details(credential: Option<&Credential>, now: UnixMs) -> Value {
    let counter = credential.map(|credential| credential.counter.current(now)).unwrap_or_default();
    let mut details = Map::from_iter([("failedAttempts".to_owned(), json!(counter.failed))]);
    for (name, at) in [("lockedDate", counter.locked_at), ("lockedExpiryDate", counter.locked_until)] {
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

/// `Subscription`.
pub fn subscription(subscription: &Subscription) -> Value {
    json!({
        "id": subscription.id,
        "name": subscription.name,
        "endpoint": subscription.endpoint,
        "enabled": subscription.enabled,
        "createDate": date(subscription.created),
        "updateDate": date(subscription.updated),
        "notificationTypes": subscription.types,
        "restricted": !subscription.types.iter().any(|wanted| wanted == types::ALL),
    })
}

/// ISO 8601 in UTC.
pub fn date(at: UnixMs) -> String {
    let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(at) * 1_000_000);
    at.ok().and_then(|at| at.format(&Rfc3339).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_iso_8601_in_utc() {
        assert_eq!(date(1_688_052_813_785), "2023-06-29T15:33:33.785Z");
        assert_eq!(date(0), "1970-01-01T00:00:00Z");
    }
}
