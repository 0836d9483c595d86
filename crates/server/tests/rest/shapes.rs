//! What Circle's SDKs read: shapes and statuses.

use serde_json::json;

use crate::common::{Gateway, send};

#[tokio::test]
async fn a_user_is_created_once_and_found_by_name() {
    let gateway = Gateway::start().await;
    let create = || gateway.request("POST", "/users").json(&json!({"userId": "user-0001"}));
    let (status, body) = send(create()).await;
    let expected = json!({
        "id": "user-0001",
        "createDate": "2027-01-15T08:00:00Z",
        "status": "ENABLED",
        "pinStatus": "UNSET",
        "securityQuestionStatus": "UNSET",
        "pinDetails": {"failedAttempts": 0},
        "securityQuestionDetails": {"failedAttempts": 0},
    });
    assert_eq!((status, &body["data"]), (201, &expected));

    let (status, body) = send(create()).await;
    assert_eq!(status, 409);
    let message = "Existing user already created with the provided userId.";
    assert_eq!(body, json!({"code": 155101, "message": message}));

    let (status, body) = send(gateway.request("GET", "/users/user-0001")).await;
    assert_eq!((status, body), (200, json!({"data": {"user": expected}})));
    let (token, _) = gateway.token("user-0001").await;
    let (status, body) = send(gateway.request("GET", "/user").header("X-User-Token", token)).await;
    assert_eq!((status, body), (200, json!({"data": expected})), "not nested under user");
}

#[tokio::test]
async fn unknown_users_are_155102() {
    let gateway = Gateway::start().await;
    for request in [
        gateway.request("GET", "/users/nobody"),
        gateway.request("GET", "/users/%FF"),
        gateway.request("POST", "/users/token").json(&json!({"userId": "nobody"})),
    ] {
        let (status, body) = send(request).await;
        assert_eq!((status, body["code"].as_i64()), (404, Some(155102)));
    }
}

#[tokio::test]
async fn user_ids_have_five_to_fifty_characters() {
    let gateway = Gateway::start().await;
    for (id, expected) in [("abcd", 400), ("abcde", 201), (&"é".repeat(50), 201), (&"x".repeat(51), 400)] {
        let (status, body) = send(gateway.request("POST", "/users").json(&json!({"userId": id}))).await;
        assert_eq!(status, expected, "{id} {body}");
        if status == 400 {
            assert_eq!(body["code"], 2);
            assert_eq!(body["errors"][0]["location"], "userId");
        }
    }
    for body in ["", "{", "[]", "null", r#"{"userId":7}"#, "{}"] {
        let (status, answer) = send(gateway.request("POST", "/users").body(body)).await;
        assert_eq!((status, answer["code"].as_i64()), (400, Some(2)), "{body}");
    }
}

#[tokio::test]
async fn a_session_is_a_jwt_and_32_bytes_in_base64() {
    let gateway = Gateway::start().await;
    gateway.create_user("user-0001").await;
    let (token, key) = gateway.token("user-0001").await;
    assert_eq!(token.split('.').count(), 3);
    assert_eq!(key.len(), 44);
    assert_ne!(gateway.token("user-0001").await, (token, key), "each session has its own");
}

#[tokio::test]
async fn the_gateway_says_what_it_is() {
    let gateway = Gateway::start().await;
    let (status, body) = send(gateway.request("GET", "/config/entity")).await;
    assert_eq!(status, 200);
    assert_eq!(body["data"]["appId"], gateway.inner.app.id.as_str());
    let get = |path: &str| send(gateway.http.get(format!("{}{path}", gateway.url)));
    assert_eq!(get("/ping").await, (200, json!({"message": "pong"})));
    assert_eq!(get("/health/live").await.0, 200);
    assert_eq!(get("/health/ready").await.0, 200);
    gateway.inner.store.close().await;
    // On PostgreSQL it is looked once a second. A store that does not answer is found, or this does not end.
    while get("/health/ready").await.0 != 503 {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(get("/health/live").await.0, 200);
}

#[tokio::test]
async fn a_backend_can_verify_a_token_with_the_published_key() {
    let gateway = Gateway::start().await;
    gateway.create_user("user-0001").await;
    let (token, _) = gateway.token("user-0001").await;
    let (status, body) = send(gateway.request("GET", "/config/entity/publicKey")).await;
    assert_eq!(status, 200);
    let pem = body["data"]["publicKey"].as_str().unwrap();
    let key = jsonwebtoken::DecodingKey::from_rsa_pem(pem.as_bytes()).unwrap();
    let mut rules = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::RS256);
    rules.set_audience(&[&gateway.inner.app.id]);
    // It would be asked of the day on which this runs, and the gateway's is another.
    rules.validate_exp = false;
    let claims = jsonwebtoken::decode::<serde_json::Value>(&token, &key, &rules).unwrap().claims;
    assert_eq!(claims["sub"], "user-0001");
}
