//! Encryption contexts against `encryption-context.json`, which an implementation in Python made.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use repin_core::context::{derive_context, is_context};
use repin_core::secret::Secret;
use serde_json::Value;

fn key(vector: &Value) -> Secret<32> {
    let digits = vector["data_key"].as_str().unwrap();
    let byte = |at: usize| u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).unwrap();
    Secret::make_with(|key| key.iter_mut().enumerate().for_each(|(at, slot)| *slot = byte(at)))
}

#[test]
fn a_context_is_the_one_that_python_derived() {
    let file: Value = serde_json::from_str(include_str!("../../../tests/vectors/encryption-context.json")).unwrap();
    let vectors = file["vectors"].as_array().unwrap();
    assert_eq!(vectors.len(), 5);
    for vector in vectors {
        let [provider, wallet] = ["provider", "wallet"].map(|field| vector[field].as_str().unwrap());
        let version = u32::try_from(vector["version"].as_u64().unwrap()).unwrap();
        let context = derive_context(&key(vector), provider, wallet, version);
        assert_eq!(std::str::from_utf8(context.expose_secret()).unwrap(), vector["context"].as_str().unwrap());
        assert!(is_context(context.expose_secret()));
        let next = derive_context(&key(vector), provider, wallet, version.wrapping_add(1));
        assert_ne!(next.expose_secret(), context.expose_secret());
    }
}

#[test]
fn nothing_else_has_a_contexts_form() {
    for odd in ["", "0".repeat(63).as_str(), "0".repeat(65).as_str(), "A".repeat(64).as_str(), "g".repeat(64).as_str()]
    {
        assert!(!is_context(odd.as_bytes()), "{odd}");
    }
}
