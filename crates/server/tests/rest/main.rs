//! The REST API as a host's backend meets it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../protocol/client.rs"]
#[allow(dead_code)] // the protocol's tests use all of it
mod client;
#[path = "../common/mod.rs"]
mod common;

mod access;
mod apps;
mod challenges;
mod codes;
mod connections;
mod edges;
mod lists;
mod openapi;
mod operator;
mod planbok;
mod shapes;

use client::Client;
use common::Host;

/// The user of most tests.
pub const USER: &str = "user-0001";
/// Their PIN.
pub const PIN: &str = "493817";
/// Their answers, joined.
pub const ANSWERS: &str = "the answers, joined as the vault joins them";

/// Creates [`USER`] with [`PIN`] and [`ANSWERS`].
pub async fn enrol(host: &Host) {
    host.create_user(USER).await;
    Client::open(host, "POST", "/user/initialize").await.replace(&[PIN, ANSWERS]).await.unwrap();
}
