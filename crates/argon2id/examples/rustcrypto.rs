//! RustCrypto's crate, for `cargo xtask bench argon2` alone: as a module, and as a program that times itself. Password `password`,
//! salt `somesaltsomesalt`, 32 bytes.
#![allow(unsafe_code)] // to export a name counts as unsafe

use argon2::{Algorithm, Argon2, Params, Version};

const PASSWORD: &[u8] = b"password";
const SALT: &[u8] = b"somesaltsomesalt";

#[cfg(target_arch = "wasm32")]
fn main() {}

/// `rustcrypto M_KIB T P kept|new` prints milliseconds and the first eight bytes of the tag (`tests/argon2/native.mjs`).
#[cfg(not(target_arch = "wasm32"))]
#[allow(clippy::print_stdout)] // that is what it is called for
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [m_kib, t, p, memory] = args.as_slice() else { return Err("M_KIB T P kept|new".into()) };
    let params = Params::new(m_kib.parse()?, t.parse()?, p.parse()?, None).map_err(|error| error.to_string())?;
    let blocks = params.block_count();
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut kept = Vec::new();
    let mut tag = [0; 32];
    let mut derive = || {
        let begun = std::time::Instant::now();
        kept.resize(blocks, argon2::Block::default());
        argon2
            .hash_password_into_with_memory(PASSWORD, SALT, &mut tag, &mut kept)
            .map_err(|error| error.to_string())?;
        Ok::<_, String>(begun.elapsed())
    };
    let mut took = derive()?;
    if memory == "kept" {
        took = derive()?;
    }
    println!("{} {:016x}", took.as_secs_f64() * 1e3, first(tag));
    Ok(())
}

/// The first eight bytes of the tag; 0 where there is none.
#[unsafe(no_mangle)]
pub extern "C" fn derive(m_kib: u32, t: u32, p: u32) -> u64 {
    let mut tag = [0; 32];
    let Ok(params) = Params::new(m_kib, t, p, None) else { return 0 };
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    match argon2.hash_password_into(PASSWORD, SALT, &mut tag) {
        Ok(()) => first(tag),
        Err(_) => 0,
    }
}

fn first(tag: [u8; 32]) -> u64 {
    u64::from_be_bytes([tag[0], tag[1], tag[2], tag[3], tag[4], tag[5], tag[6], tag[7]])
}
