//! The OpenAPI document against the code: what is committed, what is served, and what is routed are the same.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::Value;

use crate::common::{API_KEY, Gateway, send};

const METHODS: [Method; 7] =
    [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::HEAD, Method::OPTIONS];
/// Served and not described: pages and files, which are the fallback's.
const PAGES: [&str; 2] = ["/", "/{*__private__axum_fallback}"];

/// Method and path of every operation of the document.
fn documented(document: &Value) -> BTreeSet<(String, String)> {
    let paths = document["paths"].as_object().unwrap();
    let operations = |(path, item): (&String, &Value)| {
        let path = path.clone();
        item.as_object().unwrap().keys().map(move |method| (method.to_uppercase(), path.clone())).collect::<Vec<_>>()
    };
    paths.iter().flat_map(operations).collect()
}

/// The paths the router was given. axum has no list of them, but its router prints them.
fn routed(router: &axum::Router) -> BTreeSet<String> {
    let printed = format!("{router:?}");
    let paths = printed.split('"').skip(1).step_by(2).filter(|text| text.starts_with('/'));
    paths.map(str::to_owned).collect()
}

#[test]
fn the_committed_document_is_the_generated_one() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
    let committed = std::fs::read_to_string(path).unwrap();
    let same = committed.trim_end() == repin_server::openapi_json();
    assert!(
        same,
        "docs/openapi.json is not what the code says; run: cargo run -p repin-server -- openapi > docs/openapi.json"
    );
}

#[tokio::test]
async fn the_served_document_is_the_generated_one() {
    let gateway = Gateway::start().await;
    let response = gateway.http.get(format!("{}/openapi.json", gateway.url)).send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(response.text().await.unwrap(), repin_server::openapi_json());
}

#[tokio::test]
async fn every_route_is_documented_and_every_documented_route_is_there() {
    let gateway = Gateway::start().await;
    let document: Value = serde_json::from_str(repin_server::openapi_json()).unwrap();
    let documented = documented(&document);
    let uncovered: BTreeSet<_> = repin_server::uncovered_paths().map(str::to_owned).collect();
    let paths = routed(&repin_server::routes(&gateway.inner));
    assert!(paths.contains("/v1/w3s/users/{id}"), "the router prints its paths: {paths:?}");
    let mut there = BTreeSet::new();
    for path in paths.iter().filter(|path| !PAGES.contains(&path.as_str()) && !uncovered.contains(*path)) {
        let url = format!("{}{}", gateway.url, path.replace(['{', '}'], "x"));
        for method in METHODS {
            let status = gateway.http.request(method.clone(), &url).send().await.unwrap().status();
            // HEAD comes with every GET.
            if status != 405 && method != Method::HEAD {
                there.insert((method.to_string(), path.clone()));
            }
        }
    }
    assert_eq!(there, documented);
}

#[tokio::test]
async fn every_call_that_is_not_covered_says_so() {
    let gateway = Gateway::start().await;
    for path in repin_server::uncovered_paths() {
        for method in [Method::GET, Method::POST, Method::PUT] {
            let url = format!("{}{}", gateway.url, path.replace(['{', '}'], "x"));
            let (status, body) = send(gateway.http.request(method, url).bearer_auth(API_KEY)).await;
            assert_eq!((status, body["code"].as_i64()), (501, Some(155199)), "{path}");
            assert!(body["errors"][0]["message"].as_str().unwrap().contains("does not cover"), "{body}");
        }
    }
}
