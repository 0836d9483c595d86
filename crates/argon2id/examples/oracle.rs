//! Random sets with RustCrypto's tags, a line of JSON each, for the modules in a browser: `cargo run --example oracle -- COUNT`.
#![allow(clippy::print_stdout)] // they are what it is called for

use argon2::{Algorithm, Argon2, AssociatedData, ParamsBuilder, Version};
use rand_core::{OsRng, RngCore};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let count: u32 = std::env::args().nth(1).ok_or("how many?")?.parse()?;
    for _ in 0..count {
        let p = number(1, 5);
        let (m, t) = (number(8 * p, 8 * p + 130), number(1, 4));
        let inputs = [bytes(0, 130), bytes(8, 40), bytes(0, 32), bytes(0, 32)];
        let [password, salt, secret, data] = &inputs;
        let mut tag = vec![0; number(4, 200) as usize];
        let mut params = ParamsBuilder::new();
        let mut hash = || {
            params.m_cost(m).t_cost(t).p_cost(p).output_len(tag.len()).data(AssociatedData::new(data)?);
            let argon2 = Argon2::new_with_secret(secret, Algorithm::Argon2id, Version::V0x13, params.build()?)?;
            argon2.hash_password_into(password, salt, &mut tag)
        };
        hash().map_err(|error| error.to_string())?;
        println!(
            "{}",
            serde_json::json!({ "cost": [m, t, p], "inputs": inputs.map(|input| hex(&input)), "tag": hex(&tag) })
        );
    }
    Ok(())
}

/// From `from` up to `to`, both included.
fn number(from: u32, to: u32) -> u32 {
    from + OsRng.next_u32() % (to - from + 1)
}

fn bytes(from: u32, to: u32) -> Vec<u8> {
    let mut bytes = vec![0; number(from, to) as usize];
    OsRng.fill_bytes(&mut bytes);
    bytes
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
