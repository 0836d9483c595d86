//! The pages for Circle's web SDK over HTTP: who gets them, and what browsers are told of who may frame them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{Gateway, ORIGIN};
use reqwest::Response;
use reqwest::header::HeaderMap;

/// Everything the SDK opens.
const ROUTES: [&str; 4] = ["/", "/device-id", "/social/verify-token", "/social/verify-email"];

async fn get(gateway: &Gateway, path_and_query: &str) -> Response {
    // A URL library would mend what must arrive as it is.
    let request = format!("GET {path_and_query} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", host(gateway));
    let mut stream = tokio::net::TcpStream::connect(host(gateway)).await.unwrap();
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    let text = String::from_utf8_lossy(&bytes);
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    let status: u16 = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let mut response = axum::http::Response::builder().status(status);
    for line in lines {
        let (name, value) = line.split_once(": ").unwrap();
        response = response.header(name, value);
    }
    response.body(body.to_owned()).unwrap().into()
}

fn host(gateway: &Gateway) -> &str {
    gateway.url.strip_prefix("http://").unwrap()
}

fn ancestors(headers: &HeaderMap) -> String {
    let policy = headers["content-security-policy"].to_str().unwrap();
    policy.split("; ").find_map(|part| part.strip_prefix("frame-ancestors ")).unwrap().to_owned()
}

#[tokio::test]
async fn an_allowed_origin_gets_the_page_and_alone_may_frame_it() {
    let gateway = Gateway::start_with(|config| config.allowed_origins.push("http://localhost:3000".into())).await;
    for route in ROUTES {
        for origin in [ORIGIN, "http://localhost:3000"] {
            let response = get(&gateway, &format!("{route}?origin={origin}")).await;
            // Whether the widget was built before this test is not this test's matter.
            assert!(matches!(response.status().as_u16(), 200 | 404), "{route}");
            let headers = response.headers();
            assert_eq!(ancestors(headers), origin, "{route}");
            assert!(!headers.contains_key("x-frame-options"), "it knows no origins, and browsers would heed it");
            let policy = headers["content-security-policy"].to_str().unwrap();
            assert!(policy.starts_with("default-src 'none'; script-src 'self' 'wasm-unsafe-eval';"), "{policy}");
            assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");
            assert_eq!(headers["referrer-policy"], "no-referrer");
            assert_eq!(headers["x-content-type-options"], "nosniff");
            assert!(headers["permissions-policy"].to_str().unwrap().contains("camera=()"));
        }
    }
}

#[tokio::test]
async fn any_other_origin_is_refused_in_words_and_nobody_may_frame_those() {
    let gateway = Gateway::start().await;
    let with_port = format!("{ORIGIN}:443");
    let lies = [
        "",
        "null",
        "*",
        "https://evil.example",
        "http://wallet.example",
        "https://wallet.example.evil.example",
        "https://evilwallet.example",
        "https://wallet.exampl",
        "https://sub.wallet.example",
        "HTTPS://wallet.example",
        "https://WALLET.example",
        &with_port,
        "https://wallet.example:8443",
        "https://wallet.example/",
        "https://wallet.example/path",
        "https://wallet.example?x",
        "https://user@wallet.example",
        "https://wallet.example@evil.example",
        "https://wallet.example,https://evil.example",
        "https://wallet.example%20https://evil.example",
        "https%3A%2F%2Fwallet.example",
        "https://wallet.example&origin=https://evil.example",
        "https://evil.example&origin=https://wallet.example",
        "https://wallet.example;",
        "https://wallet.example.",
    ];
    for route in ROUTES {
        for lie in lies {
            let response = get(&gateway, &format!("{route}?origin={lie}")).await;
            assert_eq!((response.status().as_u16(), ancestors(response.headers()).as_str()), (403, "'none'"), "{lie}");
            let text = response.text().await.unwrap();
            assert!(text.contains("--allowed-origin"), "{text}");
            assert!(lie.len() < 8 || !text.contains(lie), "what was claimed is not repeated: {lie}");
        }
    }
    for query in ["x=1&origin=https://wallet.example", "origin", "x&origin=", "origin=https://wallet.example&x=1"] {
        assert_eq!(get(&gateway, &format!("/?{query}")).await.status(), 403, "{query}");
    }
}

#[tokio::test]
async fn an_origin_is_allowed_no_longer_than_the_operator_says() {
    let gateway = Gateway::start_with(|config| config.allowed_origins.clear()).await;
    assert_eq!(get(&gateway, &format!("/?origin={ORIGIN}")).await.status(), 403);
}

#[tokio::test]
async fn without_an_origin_the_single_page_stays_as_it_is() {
    let gateway = Gateway::start().await;
    for path in ["/", "/?utm_source=x", "/?Origin=https://wallet.example", "/?%6Frigin=https://wallet.example"] {
        let response = get(&gateway, path).await;
        assert!(matches!(response.status().as_u16(), 200 | 404), "{path}");
        assert_eq!(ancestors(response.headers()), "'none'", "{path}");
    }
    assert_eq!(get(&gateway, "/device-id").await.status(), 403);
}
