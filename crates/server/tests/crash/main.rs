//! The program, killed in the middle of what it does and started again, on the database that the other tests run on. Needs the
//! feature `failpoints`: `cargo xtask test --only crash`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../protocol/client.rs"]
#[allow(dead_code)] // the protocol's tests use all of it
mod client;
#[path = "../common/mod.rs"]
mod common;

mod courier;
mod disk;
mod facts;
#[path = "../protocol/journey.rs"]
mod journey;
mod kills;
mod person;
mod stage;
mod tasks;
mod verdict;
mod wallets;

/// The user of every test.
pub const USER: &str = "user-0001";
/// Their first PIN.
pub const PIN: &str = "493817";
/// Their answers, joined.
pub const ANSWERS: &str = "the answers, joined as the vault joins them";
