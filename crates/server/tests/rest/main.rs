//! The REST API as a host's backend meets it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../common/mod.rs"]
mod common;

mod access;
mod challenges;
mod edges;
mod shapes;
