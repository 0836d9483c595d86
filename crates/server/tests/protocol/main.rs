//! The gateway's half of `repin/1` over HTTP, against a client that can also misbehave.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod client;
#[path = "../common/mod.rs"]
mod common;

mod audit;
mod backups;
mod clocks;
mod commits;
mod disconnects;
#[path = "../crash/facts.rs"]
mod facts;
mod guesses;
mod journey;
mod limits;
mod malformed;
mod naive;
mod origins;
mod rotation;
mod runs;
mod storage;
#[path = "../crash/verdict.rs"]
mod verdict;
mod wallets;

use client::Client;
use common::Gateway;

/// The user of every test.
pub const USER: &str = "user-0001";
/// Their PIN.
pub const PIN: &str = "493817";
/// Their answers, joined.
pub const ANSWERS: &str = "the answers, joined as the vault joins them";

/// A gateway and a user who has set nothing.
pub async fn gateway_with_user() -> Gateway {
    let gateway = Gateway::start().await;
    gateway.create_user(USER).await;
    gateway
}

/// A gateway and a user with [`PIN`] and [`ANSWERS`].
pub async fn enrolled() -> Gateway {
    let gateway = gateway_with_user().await;
    let mut client = Client::open(&gateway, "POST", "/user/initialize").await;
    client.replace(&[PIN, ANSWERS]).await.unwrap();
    gateway
}
