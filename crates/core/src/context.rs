//! Encryption contexts: what a provider that keeps a wallet elsewhere asks for beside its own keys. See `docs/protocol.md` §12.

use alloc::vec::Vec;

use crate::channel::{expand, length_prefixed};
use crate::secret::{Secret, SecretBytes};

/// How derivations call Magic.
pub const MAGIC: &str = "magic";
/// Bytes of a context: hexadecimal digits in lower case.
pub const CONTEXT_LEN: usize = 64;

/// `hex(HKDF-Expand(DK, "repin/1 encryption-context" || LP(provider) || LP(wallet) || version (u32 BE), 32))`: 64 hexadecimal
/// digits in lower case.
///
/// It hangs on the data key alone, so a new PIN keeps it, and whoever comes back by any way finds it again.
pub fn derive_context(data_key: &Secret<32>, provider: &str, wallet: &str, version: u32) -> SecretBytes {
    let (provider, wallet) = (length_prefixed(provider.as_bytes()), length_prefixed(wallet.as_bytes()));
    let derived = expand(data_key, &[b"repin/1 encryption-context", &provider, &wallet, &version.to_be_bytes()]);
    let mut digits = Vec::with_capacity(CONTEXT_LEN);
    // Needed in clear: written as text.
    for byte in derived.expose_secret() {
        digits.extend([byte >> 4, byte & 15].map(|digit| if digit < 10 { b'0' + digit } else { b'a' + digit - 10 }));
    }
    SecretBytes::new(digits)
}

/// Whether bytes have a context's form.
pub fn is_context(bytes: &[u8]) -> bool {
    bytes.len() == CONTEXT_LEN && bytes.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
