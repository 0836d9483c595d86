//! Wallets that Magic holds: the native vault through a real gateway to a simulator of Magic's retired API, which fails in every way
//! that a network and a provider can.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../common/mod.rs"]
mod common;
#[path = "../stories/native.rs"]
#[allow(dead_code)] // the stories use all of it
mod native;
#[path = "../observe/secrets.rs"]
mod secrets;

mod faults;
mod held;
mod host;
#[cfg(feature = "failpoints")]
mod kills;
mod person;
mod recover;

/// Runs a test where the vault can live: it is not `Send`.
pub async fn story(story: impl Future<Output = ()>) {
    tokio::task::LocalSet::new().run_until(story).await;
}
