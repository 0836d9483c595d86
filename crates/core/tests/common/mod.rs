//! What the vector tests share.

pub mod blind;
pub mod every_message;
pub mod evidence;
pub mod native_unicode;
pub mod normal_forms;
pub mod tape;

use repin_core::secret::{Secret, SecretBytes};
use serde_json::Value;
pub use tape::{Chosen, Tape, hex, unhex};

/// The text in a field of a vector.
pub fn text<'a>(vector: &'a Value, field: &str) -> &'a str {
    vector[field].as_str().unwrap_or_else(|| panic!("no text `{field}` in {vector}"))
}

/// The bytes in a field of a vector.
pub fn bytes(vector: &Value, field: &str) -> Vec<u8> {
    unhex(text(vector, field))
}

/// The number in a field of a vector.
pub fn number(vector: &Value, field: &str) -> u64 {
    vector[field].as_u64().unwrap_or_else(|| panic!("no number `{field}` in {vector}"))
}

pub fn secret<const N: usize>(bytes: &[u8]) -> Secret<N> {
    Secret::copy_from(bytes).unwrap_or_else(|| panic!("a secret of {N} bytes, not {}", bytes.len()))
}

pub fn secret_bytes(bytes: &[u8]) -> SecretBytes {
    SecretBytes::new(bytes.to_vec())
}
