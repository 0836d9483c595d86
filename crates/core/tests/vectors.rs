//! Published and recorded vectors, natively and, from the same source, in a browser. What each file of
//! `tests/vectors/` is, and where it comes from, stands in its README.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // in the helpers of tests, as in tests

#[path = "vectors/answers.rs"]
mod answers;
#[path = "vectors/channel.rs"]
mod channel;
#[path = "vectors/ciphers.rs"]
mod ciphers;
mod common;
#[path = "vectors/hostile.rs"]
mod hostile;
#[path = "vectors/make.rs"]
mod make;
#[path = "vectors/opaque.rs"]
mod opaque;
#[path = "vectors/pin_policy.rs"]
mod pin_policy;
#[path = "vectors/stretching.rs"]
mod stretching;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);
