//! The body of a notification: Circle's shape, as compact JSON, because receivers verify either the raw bytes or what their
//! language writes for them.

use repin_core::api::UnixMs;
use repin_core::error::Code;
use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::types::TEST;
use crate::store::Status;

/// A challenge that has come to its end.
pub struct ChallengeEvent<'a> {
    /// The challenge.
    pub challenge: &'a str,
    /// The host's name for the user.
    pub user_id: String,
    /// Circle's name for the challenge's type.
    pub challenge_type: &'a str,
    /// COMPLETE, FAILED or EXPIRED.
    pub status: Status,
    /// For the host's books.
    pub correlation_id: String,
    /// Why, unless it is complete.
    pub error: Option<Code>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Envelope<'a, N> {
    subscription_id: &'a str,
    notification_id: &'a str,
    notification_type: &'a str,
    notification: N,
    timestamp: String,
    version: u8,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Challenge<'a> {
    id: &'a str,
    user_id: &'a str,
    r#type: &'a str,
    status: &'a str,
    correlation_ids: [&'a str; 1],
    error_code: i32,
    error_message: &'a str,
}

#[derive(Serialize)]
struct Hello {
    hello: &'static str,
}

/// The body that tells of a challenge. A complete one has code 0 and an empty message, as at Circle.
pub fn challenge(subscription: &str, notification: &str, kind: &str, event: &ChallengeEvent<'_>, at: UnixMs) -> String {
    let challenge = Challenge {
        id: event.challenge,
        user_id: &event.user_id,
        r#type: event.challenge_type,
        status: event.status.name(),
        correlation_ids: [&event.correlation_id],
        error_code: event.error.map_or(0, Code::number),
        error_message: event.error.map_or("", Code::message),
    };
    body(subscription, notification, kind, challenge, at)
}

/// The body of the test that a new subscription gets.
pub fn test(subscription: &str, notification: &str, at: UnixMs) -> String {
    body(subscription, notification, TEST, Hello { hello: "world" }, at)
}

fn body(subscription: &str, notification: &str, kind: &str, content: impl Serialize, at: UnixMs) -> String {
    let envelope = Envelope {
        subscription_id: subscription,
        notification_id: notification,
        notification_type: kind,
        notification: content,
        timestamp: timestamp(at),
        version: 2,
    };
    // Texts and numbers alone: there is nothing in it that JSON cannot say.
    serde_json::to_string(&envelope).unwrap_or_default()
}

/// RFC 3339 in UTC with nine digits of a second, as Circle writes it; ours are exact to the millisecond.
fn timestamp(at: UnixMs) -> String {
    let second = i64::try_from(at / 1000).ok().and_then(|second| OffsetDateTime::from_unix_timestamp(second).ok());
    let second = second.and_then(|second| second.format(&Rfc3339).ok()).unwrap_or_default();
    format!("{}.{:03}000000Z", second.trim_end_matches('Z'), at % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_circles_shape_to_the_byte() {
        let event = ChallengeEvent {
            challenge: "c",
            user_id: "usér \"1\"".into(),
            challenge_type: "RESTORE_PIN",
            status: Status::Complete,
            correlation_id: "k".into(),
            error: None,
        };
        assert_eq!(
            challenge("s", "n", "challenges.restorePin", &event, 1_688_052_857_785),
            r#"{"subscriptionId":"s","notificationId":"n","notificationType":"challenges.restorePin","notification":"#
                .to_owned()
                + r#"{"id":"c","userId":"usér \"1\"","type":"RESTORE_PIN","status":"COMPLETE","correlationIds":["k"],"#
                + r#""errorCode":0,"errorMessage":""},"timestamp":"2023-06-29T15:34:17.785000000Z","version":2}"#
        );
        let expired = ChallengeEvent { status: Status::Expired, error: Some(Code::ChallengeExpired), ..event };
        let body = challenge("s", "n", "challenges.restorePin", &expired, 0);
        let tail = r#""errorCode":155121,"errorMessage":"The provided challengeId has expired."}"#;
        assert!(body.contains(tail) && body.contains(r#""status":"EXPIRED""#), "{body}");
        assert!(test("s", "n", 0).contains(r#""notificationType":"webhooks.test","notification":{"hello":"world"}"#));
    }
}
