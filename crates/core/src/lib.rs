//! What the face, the vault and the gateway share. No I/O, no clock, no randomness of its own.
//!
//! Start with [`api`]: the messages of `repin/1` in the order they are sent. [`channel`] seals them,
//! [`credential`] proves and replaces what they carry. `docs/protocol.md` is the specification.
#![no_std]
extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod answers;
pub mod api;
pub mod channel;
pub mod context;
pub mod credential;
pub mod decimal;
pub mod error;
pub mod pin_policy;
pub mod secret;
pub mod stretching;
pub mod wallet;
pub mod wire;
