//! RustCrypto's crate as a module, for `cargo xtask bench argon2` alone: password `password`, salt `somesaltsomesalt`, 32 bytes.
#![allow(unsafe_code)] // to export a name counts as unsafe

use argon2::{Algorithm, Argon2, Params, Version};

fn main() {}

/// The first eight bytes of the tag; 0 where there is none.
#[unsafe(no_mangle)]
pub extern "C" fn derive(m_kib: u32, t: u32, p: u32) -> u64 {
    let mut tag = [0; 32];
    let Ok(params) = Params::new(m_kib, t, p, None) else { return 0 };
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    match argon2.hash_password_into(b"password", b"somesaltsomesalt", &mut tag) {
        Ok(()) => u64::from_be_bytes([tag[0], tag[1], tag[2], tag[3], tag[4], tag[5], tag[6], tag[7]]),
        Err(_) => 0,
    }
}
