//! Challenges: preconditions, idempotency, statuses. What needs a PIN or answers is told in the protocol's tests.

use serde_json::{Value, json};

use crate::common::{Gateway, send};

const KEY: &str = "11111111-1111-4111-8111-111111111111";
const HOURS: u64 = 60 * 60 * 1000;

async fn gateway_with_user() -> (Gateway, String) {
    let gateway = Gateway::start().await;
    gateway.create_user("user-0001").await;
    let (token, _) = gateway.token("user-0001").await;
    (gateway, token)
}

#[tokio::test]
async fn a_user_without_a_pin_can_get_one_and_nothing_else() {
    let (gateway, token) = gateway_with_user().await;
    assert_eq!(gateway.try_challenge("PUT", "/user/pin", &token).await, Err(155110));
    assert_eq!(gateway.try_challenge("POST", "/user/pin/restore", &token).await, Err(155111));
    assert_eq!(gateway.try_challenge("POST", "/user/securityQuestions", &token).await, Err(155110));
    for (path, kind) in [("/user/pin", "SET_PIN"), ("/user/initialize", "INITIALIZE")] {
        let id = gateway.challenge("POST", path, &token).await;
        let challenge = gateway.challenge_shape(&token, &id).await;
        assert_eq!(challenge["id"], id);
        assert_eq!((challenge["type"].as_str(), challenge["status"].as_str()), (Some(kind), Some("PENDING")));
        assert_eq!(challenge["correlationIds"].as_array().unwrap().len(), 1);
        assert!(challenge.get("errorCode").is_none(), "{challenge}");
    }
}

#[tokio::test]
async fn an_idempotency_key_creates_one_challenge() {
    let (gateway, token) = gateway_with_user().await;
    let post = |path: &str, body: Value| send(gateway.request("POST", path).header("X-User-Token", &token).json(&body));
    let (status, first) = post("/user/pin", json!({"idempotencyKey": KEY})).await;
    assert_eq!(status, 201);
    assert_eq!(post("/user/pin", json!({"idempotencyKey": KEY})).await, (200, first.clone()));
    let (status, body) = post("/user/pin", json!({"idempotencyKey": KEY, "other": 1})).await;
    assert_eq!((status, body["code"].as_i64()), (403, Some(156020)));

    let ordered = |blockchains: &str| format!(r#"{{"blockchains":["{blockchains}"],"idempotencyKey":"{KEY}"}}"#);
    let raw =
        |body: String| send(gateway.request("POST", "/user/initialize").header("X-User-Token", &token).body(body));
    let (status, other) = raw(ordered("ETH-SEPOLIA")).await;
    assert_eq!(status, 201, "another route counts apart");
    assert_ne!(other, first);
    let reordered = format!(r#"{{ "idempotencyKey": "{KEY}", "blockchains": ["ETH-SEPOLIA"] }}"#);
    assert_eq!(raw(reordered).await, (200, other), "the same body in another order");
    assert_eq!(raw(ordered("MATIC-AMOY")).await.0, 403);
}

#[tokio::test]
async fn racing_repetitions_create_one_challenge() {
    let (gateway, token) = gateway_with_user().await;
    let repeated = (0..20).map(|_| {
        let body = json!({"idempotencyKey": KEY});
        send(gateway.request("POST", "/user/pin").header("X-User-Token", &token).json(&body))
    });
    let answers = futures_util::future::join_all(repeated).await;
    assert_eq!(answers.iter().filter(|(status, _)| *status == 201).count(), 1);
    assert!(answers.iter().all(|(_, body)| body == &answers[0].1 && body["data"]["challengeId"].is_string()));
}

#[tokio::test]
async fn an_idempotency_key_is_required_and_a_uuid() {
    let (gateway, token) = gateway_with_user().await;
    for body in [json!({}), json!({"idempotencyKey": "x"}), json!({"idempotencyKey": 7}), json!([])] {
        let request = gateway.request("POST", "/user/pin").header("X-User-Token", &token).json(&body);
        let (status, answer) = send(request).await;
        assert_eq!((status, answer["code"].as_i64()), (400, Some(2)), "{body}");
    }
}

#[tokio::test]
async fn anothers_challenge_is_as_unknown_as_one_that_never_was() {
    let (gateway, token) = gateway_with_user().await;
    let id = gateway.challenge("POST", "/user/pin", &token).await;
    gateway.create_user("user-0002").await;
    let (stranger, _) = gateway.token("user-0002").await;
    let get =
        |id: String| send(gateway.request("GET", &format!("/user/challenges/{id}")).header("X-User-Token", &stranger));
    let anothers = get(id).await;
    assert_eq!((anothers.0, anothers.1["code"].as_i64()), (404, Some(155116)));
    assert_eq!(anothers, get("c0ffee00-0000-4000-8000-000000000002".into()).await);
    let (status, body) = get("not-a-uuid".into()).await;
    assert_eq!((status, body["code"].as_i64()), (400, Some(156009)));
}

#[tokio::test]
async fn a_challenge_expires_when_its_time_is_over() {
    let (gateway, token) = gateway_with_user().await;
    let id = gateway.challenge("POST", "/user/pin", &token).await;
    gateway.advance(2 * HOURS - 1);
    let (token, _) = gateway.token("user-0001").await;
    assert_eq!(gateway.challenge_status(&token, &id).await, "PENDING");
    gateway.advance(1);
    let challenge = gateway.challenge_shape(&token, &id).await;
    assert_eq!((challenge["status"].as_str(), challenge["errorCode"].as_i64()), (Some("EXPIRED"), Some(155121)));
    gateway.inner.store.sweep(START_PLUS).await.unwrap();
    assert_eq!(gateway.challenge_shape(&token, &id).await, challenge, "the sweep only writes it down");
}

const START_PLUS: u64 = crate::common::START + 2 * HOURS;

#[tokio::test]
async fn challenges_are_listed_newest_first_and_by_status() {
    let (gateway, token) = gateway_with_user().await;
    let first = gateway.challenge("POST", "/user/pin", &token).await;
    gateway.advance(HOURS);
    let second = gateway.challenge("POST", "/user/initialize", &token).await;
    let list = |query: &str| {
        let request = gateway.request("GET", &format!("/user/challenges{query}"));
        let request = request.header("X-User-Token", &token).header("Content-Type", "application/json");
        async {
            let (status, body) = send(request).await;
            let ids = body["data"]["challenges"].as_array().into_iter().flatten();
            (status, ids.map(|challenge| challenge["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>())
        }
    };
    assert_eq!(list("").await, (200, vec![second.clone(), first.clone()]));
    assert_eq!(list("?status=PENDING").await, (200, vec![second, first]));
    for status in ["COMPLETE", "COMPLETED", "IN_PROGRESS", "FAILED", "EXPIRED"] {
        assert_eq!(list(&format!("?status={status}")).await, (200, vec![]), "{status}");
    }
    assert_eq!(list("?status=pending").await.0, 400);
}
