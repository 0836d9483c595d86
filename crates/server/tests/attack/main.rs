//! The gateway under attack: by changed messages, forged tokens, hostile bodies and a thief of its database. Each check says
//! what it measured, and has a control that must be caught.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../../core/tests/common/blind.rs"]
mod blind;
#[path = "../protocol/client.rs"]
#[allow(dead_code)] // the protocol's tests use all of it
mod client;
#[path = "../common/mod.rs"]
mod common;

mod direct;
mod genuine;
mod leak;
mod messages;
mod mutate;
mod tokens;

use client::Client;
use common::Gateway;

/// The user of every test.
pub const USER: &str = "user-0001";
/// Their PIN.
pub const PIN: &str = "493817";
/// Their answers, joined.
pub const ANSWERS: &str = "the answers, joined as the vault joins them";

/// A gateway and a user with [`PIN`] and [`ANSWERS`].
pub async fn enrolled() -> Gateway {
    let gateway = Gateway::start().await;
    gateway.create_user(USER).await;
    let mut client = Client::open(&gateway, "POST", "/user/initialize").await;
    client.replace(&[PIN, ANSWERS]).await.unwrap();
    gateway
}
