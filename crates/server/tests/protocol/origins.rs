//! Pages: which may use the protocol, and that a page cannot pass for another.

use repin_core::api::{OpenReply, OpenRequest, Step};
use reqwest::Method;
use reqwest::header::{HeaderMap, ORIGIN as ORIGIN_HEADER};

use crate::client::{Client, code, open_request};
use crate::common::{Gateway, ORIGIN};
use crate::{USER, enrolled};

async fn preflight(gateway: &Gateway, origin: &str) -> (u16, HeaderMap) {
    let url = format!("{}/v1/repin/challenges/c0ffee00-0000-4000-8000-000000000002/messages", gateway.url);
    let request = gateway.http.request(Method::OPTIONS, url).header(ORIGIN_HEADER, origin);
    let request = request
        .header("Access-Control-Request-Method", "POST")
        .header("Access-Control-Request-Headers", "content-type,x-user-token");
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.headers().clone())
}

#[tokio::test]
async fn allowed_pages_and_our_own_may_ask_and_others_may_not() {
    let gateway = Gateway::start().await;
    for origin in [ORIGIN, gateway.url.as_str()] {
        let (status, headers) = preflight(&gateway, origin).await;
        assert_eq!(status, 204);
        assert_eq!(headers["access-control-allow-origin"], origin);
        assert_eq!(headers["access-control-allow-headers"], "Content-Type, X-User-Token");
        assert_eq!(headers["access-control-allow-methods"], "POST");
        assert!(headers.get_all("vary").iter().any(|value| value == "Origin"));
        assert!(!headers.contains_key("access-control-allow-credentials"));
    }
    for origin in [
        "https://wallet.example.evil",
        "https://evil.example",
        "http://wallet.example",
        "null",
        "https://wallet.example:8443",
    ] {
        let (status, headers) = preflight(&gateway, origin).await;
        assert_eq!(status, 403, "{origin}");
        assert!(!headers.contains_key("access-control-allow-origin"), "{origin}");
    }
}

#[tokio::test]
async fn errors_too_can_be_read_by_an_allowed_page() {
    let gateway = Gateway::start().await;
    let url = format!("{}/v1/repin/challenges/x/messages", gateway.url);
    for body in [vec![], vec![b' '; 100_000]] {
        let response = gateway.http.post(&url).header(ORIGIN_HEADER, ORIGIN).body(body).send().await.unwrap();
        assert!(response.status().is_client_error());
        assert_eq!(response.headers()["access-control-allow-origin"], ORIGIN);
    }
}

#[tokio::test]
async fn the_rest_api_is_for_backends_and_answers_no_page() {
    let gateway = Gateway::start().await;
    let response = gateway.request("GET", "/config/entity").header(ORIGIN_HEADER, ORIGIN).send().await.unwrap();
    assert!(!response.headers().contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn a_page_that_is_not_allowed_cannot_open() {
    let gateway = enrolled().await;
    let mut client = Client::new(&gateway, "PUT", "/user/pin").await;
    for origin in ["https://evil.example", "", "null", "https://wallet.example/", "HTTPS://wallet.example"] {
        let request = OpenRequest { origin: origin.into(), ..open_request() };
        client.seq = 0;
        assert_eq!(code(client.say::<_, OpenReply>(Step::Open, &request).await), (403, 3), "{origin}");
    }
}

#[tokio::test]
async fn what_a_page_claims_must_be_what_its_browser_says() {
    const OTHER: &str = "https://other.example";
    let gateway = Gateway::start_with(|config| config.allowed_origins.push(OTHER.into())).await;
    gateway.create_user(USER).await;
    let client = Client::new(&gateway, "POST", "/user/pin").await;
    let sealed = client.seal(Step::Open, &open_request());
    let body = client.envelope(Step::Open, 0, &sealed).to_string();
    let url = format!("{}/v1/repin/challenges/{}/messages", gateway.url, client.challenge);
    let say = |origin: &str| {
        let request = gateway.http.post(&url).header("X-User-Token", &client.token).header(ORIGIN_HEADER, origin);
        crate::common::send(request.body(body.clone()))
    };
    let (status, answer) = say(OTHER).await;
    assert_eq!((status, answer["code"].as_i64()), (403, Some(3)), "allowed, and not the one it claims to be");
    assert_eq!(say("https://evil.example").await.0, 403);
    assert_eq!(say(ORIGIN).await.0, 200);
}

#[tokio::test]
async fn our_own_page_speaks_for_an_allowed_page_that_frames_it_and_for_no_other() {
    let gateway = enrolled().await;
    for (claimed, expected) in [(ORIGIN, 200), ("https://evil.example", 403), ("null", 403)] {
        let client = Client::new(&gateway, "PUT", "/user/pin").await;
        let sealed = client.seal(Step::Open, &OpenRequest { origin: claimed.into(), ..open_request() });
        let body = client.envelope(Step::Open, 0, &sealed).to_string();
        let url = format!("{}/v1/repin/challenges/{}/messages", gateway.url, client.challenge);
        let request = gateway.http.post(&url).header("X-User-Token", &client.token).header(ORIGIN_HEADER, &gateway.url);
        assert_eq!(crate::common::send(request.body(body)).await.0, expected, "{claimed}");
    }
}

#[tokio::test]
async fn with_a_public_url_only_that_is_our_own() {
    let gateway = Gateway::start_with(|config| config.public_url = Some("https://pin.example".into())).await;
    assert_eq!(preflight(&gateway, "https://pin.example").await.0, 204);
    assert_eq!(preflight(&gateway, &gateway.url.clone()).await.0, 403);
}
