//! Several gateways, as real processes, on one PostgreSQL server that is also stopped and started: `cargo xtask test --only
//! postgres`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../protocol/client.rs"]
#[allow(dead_code)] // the protocol's tests use all of it
mod client;
#[path = "../common/cluster.rs"]
mod cluster;
#[path = "../common/mod.rs"]
mod common;
#[path = "../crash/facts.rs"]
mod facts;
#[path = "../protocol/journey.rs"]
mod journey;
#[path = "../protocol/naive.rs"]
mod naive;
mod node;

mod outage;
mod silence;
mod start;
mod together;

/// The user of every test.
pub const USER: &str = "user-0001";
/// Their PIN.
pub const PIN: &str = "493817";
/// Their answers, joined.
pub const ANSWERS: &str = "the answers, joined as the vault joins them";
