//! Random sets with RustCrypto's tags, a line of JSON each, for the modules in a browser: `cargo run --example oracle -- COUNT`.
#![allow(clippy::print_stdout)] // they are what it is called for

#[path = "../tests/common/mod.rs"]
mod common;

use common::Set;
use repin_argon2id::Cost;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let count: u32 = std::env::args().nth(1).ok_or("how many?")?.parse()?;
    for _ in 0..count {
        let set = Set::random();
        let tag = set.oracle().map_err(|error| error.to_string())?;
        let (Cost { m_kib, t, p }, inputs) = (set.cost, set.inputs.map(|input| hex(&input)));
        println!("{}", serde_json::json!({ "cost": [m_kib, t, p], "inputs": inputs, "tag": hex(&tag) }));
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
