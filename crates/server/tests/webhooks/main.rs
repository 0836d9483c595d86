//! Webhooks from end to end: a real gateway, real receivers with TLS, real verifiers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../protocol/client.rs"]
#[allow(dead_code)] // the protocol's tests use all of it
mod client;
#[path = "../common/mod.rs"]
mod common;
mod receiver;

mod claims;
mod delivery;
mod events;
mod keys;
mod planbok;
mod program;
mod ssrf;
mod subscriptions;
mod verifiers;

use client::Client;
use common::{Gateway, Host, send};
use receiver::Receiver;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

/// The user of every test.
pub const USER: &str = "user-0001";
/// Their PIN.
pub const PIN: &str = "493817";
/// Their answers, joined.
pub const ANSWERS: &str = "the answers, joined as the vault joins them";

/// A gateway that may reach the receiver, and knows one user.
pub async fn gateway_for(receiver: &Receiver) -> Gateway {
    let gateway = Gateway::start_with(|config| config.webhooks = receiver.config()).await;
    gateway.create_user(USER).await;
    gateway
}

/// A request about notifications; `path` begins after `/v2/notifications`.
pub fn request(host: &Host, method: &str, path: &str) -> RequestBuilder {
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    host.http.request(method, format!("{}/v2/notifications{path}", host.url)).bearer_auth(&host.api_key)
}

/// Subscribes an endpoint to some types: the subscription.
pub async fn subscribe(host: &Host, endpoint: &str, types: &[&str]) -> Value {
    let body = json!({"endpoint": endpoint, "notificationTypes": types});
    let (status, mut body) = send(request(host, "POST", "/subscriptions").json(&body)).await;
    assert_eq!(status, 200, "{body}");
    body["data"].take()
}

/// Sets the user's PIN and answers: one COMPLETE, and FAILED for each challenge that was open.
pub async fn enrol(host: &Host) -> Client {
    let mut client = Client::open(host, "POST", "/user/initialize").await;
    client.replace(&[PIN, ANSWERS]).await.unwrap();
    client
}

/// Waits until this many tries have been written down since the gateway started.
pub async fn tries(gateway: &Gateway, count: u64) {
    let mut tries = gateway.inner.webhook_tries.subscribe();
    patiently(tries.wait_for(|tries| *tries >= count)).await.unwrap();
}

/// Fails a test that would otherwise wait for ever.
pub async fn patiently<T>(waiting: impl Future<Output = T>) -> T {
    tokio::time::timeout(std::time::Duration::from_secs(120), waiting).await.expect("it happens at last")
}
