//! What the vault's tests share.
#![allow(dead_code, unused_imports)] // each test binary uses a part of it

#[path = "../../../core/tests/common/evidence.rs"]
pub mod evidence;
pub mod gateway;
#[path = "../../../core/tests/common/numbers.rs"]
mod numbers;

pub use numbers::Numbers;
