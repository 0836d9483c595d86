//! Who may ask: API keys and sessions.

use serde_json::json;

use crate::common::{API_KEY, Gateway, send};

#[tokio::test]
async fn an_api_key_must_be_readable_and_known() {
    let gateway = Gateway::start().await;
    let url = format!("{}/v1/w3s/config/entity", gateway.url);
    let ask = |authorization: Option<&str>| {
        let request = gateway.http.get(&url);
        send(match authorization {
            Some(value) => request.header("Authorization", value),
            None => request,
        })
    };
    let malformed = json!({"code": 401, "message": "Malformed authorization. Are the credentials properly encoded?"});
    for value in [None, Some(""), Some("Bearer"), Some("Bearer x"), Some("Basic QTpC"), Some(API_KEY)] {
        assert_eq!(ask(value).await, (401, malformed.clone()), "{value:?}");
    }
    for key in ["TEST_API_KEY:repin:another", "LIVE_API_KEY:repin:a-secret-of-the-tests"] {
        let (status, body) = ask(Some(&format!("Bearer {key}"))).await;
        assert_eq!((status, body["code"].as_i64()), (401, Some(156007)), "{key}");
    }
    assert_eq!(ask(Some(&format!("Bearer {API_KEY}"))).await.0, 200);
}

#[tokio::test]
async fn a_session_is_missing_expired_or_invalid_in_its_own_way() {
    let gateway = Gateway::start().await;
    gateway.create_user("user-0001").await;
    let (token, _) = gateway.token("user-0001").await;
    let ask = |token: Option<String>| {
        let request = gateway.request("GET", "/user");
        send(match token {
            Some(token) => request.header("X-User-Token", token),
            None => request,
        })
    };
    let code = |(status, body): (u16, serde_json::Value)| (status, body["code"].as_i64());
    assert_eq!(code(ask(None).await), (401, Some(155103)));
    for bad in [String::new(), "x.y.z".to_owned(), format!("{token}x"), "x".repeat(5000)] {
        assert_eq!(code(ask(Some(bad)).await), (403, Some(155105)));
    }
    assert_eq!(ask(Some(token.clone())).await.0, 200);
    // An hour, and 30 seconds for clocks that differ.
    gateway.advance(3_629_999);
    assert_eq!(ask(Some(token.clone())).await.0, 200);
    gateway.advance(1);
    assert_eq!(code(ask(Some(token)).await), (403, Some(155104)));
}

#[tokio::test]
async fn a_session_of_another_gateway_is_invalid() {
    let (gateway, other) = (Gateway::start().await, Gateway::start().await);
    for gateway in [&gateway, &other] {
        gateway.create_user("user-0001").await;
    }
    let (token, _) = other.token("user-0001").await;
    let (status, body) = send(gateway.request("GET", "/user").header("X-User-Token", token)).await;
    assert_eq!((status, body["code"].as_i64()), (403, Some(155105)));
}
