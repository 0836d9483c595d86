//! What every route does with odd requests, and the pages it serves.

use serde_json::json;

use crate::common::{API_KEY, Gateway, send};

#[tokio::test]
async fn double_slashes_and_a_content_type_without_a_body_are_fine() {
    let gateway = Gateway::start().await;
    let url = format!("{}//v1/w3s//config/entity", gateway.url);
    let request = gateway.http.get(url).bearer_auth(API_KEY).header("Content-Type", "application/json");
    assert_eq!(send(request).await.0, 200);
}

#[tokio::test]
async fn unknown_fields_of_a_body_are_ignored() {
    let gateway = Gateway::start().await;
    let body = json!({"userId": "user-0001", "xRequestId": "rid-1"});
    assert_eq!(send(gateway.request("POST", "/users").json(&body)).await.0, 201);
}

#[tokio::test]
async fn every_answer_carries_the_request_id() {
    let gateway = Gateway::start().await;
    let id = "00000000-0000-0000-0000-000000000007";
    for path in ["/ping", "/v1/w3s/user", "/nothing/here"] {
        let response = gateway.http.get(format!("{}{path}", gateway.url)).header("X-Request-Id", id).send().await;
        assert_eq!(response.unwrap().headers()["x-request-id"], id, "{path}");
        let response = gateway.http.get(format!("{}{path}", gateway.url)).send().await.unwrap();
        let made = response.headers()["x-request-id"].to_str().unwrap().to_owned();
        assert!(uuid::Uuid::parse_str(&made).is_ok(), "{path} {made}");
    }
}

#[tokio::test]
async fn a_body_of_a_mebibyte_is_refused_in_words() {
    let gateway = Gateway::start().await;
    let (token, id) = ("x", "c0ffee00-0000-4000-8000-000000000002");
    for path in ["/v1/w3s/users".to_owned(), format!("/v1/repin/challenges/{id}/messages")] {
        for size in [64 * 1024 + 1, 1024 * 1024] {
            let request = gateway.http.post(format!("{}{path}", gateway.url)).bearer_auth(API_KEY);
            let (status, body) = send(request.header("X-User-Token", token).body(vec![b' '; size])).await;
            assert_eq!((status, body["code"].as_i64()), (413, Some(413)), "{path} {size}");
        }
    }
    let largest = vec![b' '; 64 * 1024];
    assert_eq!(send(gateway.request("POST", "/users").body(largest)).await.0, 400, "not too large, only not JSON");
}

#[tokio::test]
async fn a_nul_in_a_path_or_query_is_a_bad_parameter() {
    let gateway = Gateway::start().await;
    for (method, path) in [
        ("GET", "/v1/w3s/users/user%00"),
        ("GET", "/v1/w3s/users?userId=user%00"),
        ("POST", "/v1/repin/challenges/%00/messages"),
        ("GET", "/v1/magic/wallets?userId=user%00"),
        ("POST", "/v1/repin/challenges/c0ffee00-0000-4000-8000-000000000002/messages?%00"),
    ] {
        let request = gateway.http.request(method.parse().unwrap(), format!("{}{path}", gateway.url));
        let (status, body) = send(request.bearer_auth(API_KEY).header("X-User-Token", "x")).await;
        assert_eq!((status, body["code"].as_i64()), (400, Some(2)), "{method} {path}");
    }
}

#[tokio::test]
async fn unknown_routes_and_methods_are_told_so() {
    let gateway = Gateway::start().await;
    let (status, body) = send(gateway.request("DELETE", "/user/pin")).await;
    assert_eq!((status, body["code"].as_i64()), (405, Some(405)));
    let (status, body) = send(gateway.request("GET", "/nothing")).await;
    assert_eq!((status, body["code"].as_i64()), (404, Some(404)));
    assert_eq!(send(gateway.request("POST", "/nothing")).await.0, 404);
}

#[tokio::test]
async fn the_page_is_served_with_headers_that_keep_foreign_code_out() {
    let gateway = Gateway::start().await;
    let response = gateway.http.get(format!("{}/", gateway.url)).send().await.unwrap();
    let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
    let policy = header("content-security-policy");
    assert!(policy.contains("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'"), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe-inline"), "{policy}");
    assert_eq!(header("referrer-policy"), "no-referrer");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("cross-origin-opener-policy"), "same-origin");
    assert_eq!(header("cross-origin-embedder-policy"), "credentialless");
    assert_eq!(header("cross-origin-resource-policy"), "cross-origin");
    // Whether the widget was built before this test is not this test's matter.
    let built = response.status() == 200;
    let text = response.text().await.unwrap();
    assert!(if built { text.contains("<html") } else { text.contains("cargo xtask demo") }, "{text}");
}

#[tokio::test]
async fn files_outside_the_widget_are_not_served() {
    let gateway = Gateway::start().await;
    for path in ["/../Cargo.toml", "/%2e%2e/Cargo.toml", "/..%2fCargo.toml", "/etc/passwd", "/.git/config"] {
        let response = gateway.http.get(format!("{}{path}", gateway.url)).send().await.unwrap();
        assert_eq!(response.status(), 404, "{path}");
    }
}
