//! `tests/vectors/wallet.json`: shares, their seals, and what seeds become, which the code of today must still make. The same
//! file is replayed by `tests/independent/wallet.test.mjs`, with libraries that wallets are made of.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use repin_core::secret::Secret;
use repin_core::wallet::{join_shares, open_user_share, seal_user_share, wallet_identifier};
use serde_json::{Value, json};

#[path = "../../core/tests/common/tape.rs"]
mod tape;
use tape::{Chosen, Tape, hex, unhex};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/wallet.json");

fn secret(bytes: &[u8]) -> Secret<32> {
    Secret::copy_from(bytes).unwrap()
}

fn tape(name: &str) -> Tape {
    Tape::new(&format!("repin/1 vectors: {name}"))
}

fn make() -> Value {
    json!({
        "provenance": "Made by crates/wallet/tests/vectors.rs before the first release with wallets and never again; see \
            README.md. Bytes are hexadecimal, randomness as in repin-1-channel.json.",
        "shares": [
            share("wallet 1", "0f6f2c8e-6a3b-4f6e-9a55-6f0a8b1c7d21", "wallet-user-\u{fc}-7"),
            share("wallet 2", "ab", "c"),
            share("wallet 2", "a", "bc"),
        ],
        "seeds": [
            seed(&[0; 32]),
            seed(&[0xff; 32]),
            seed(&tape("seed 1").bytes::<32>()),
            seed(&tape("seed 2").bytes::<32>()),
            seed(&tape("seed 3").bytes::<32>()),
        ],
    })
}

/// A person's share of a wallet, and how it is stored.
fn share(name: &str, app: &str, user: &str) -> Value {
    let [entropy, gateway, data_key] =
        ["entropy", "gateway share", "data key"].map(|of| tape(&format!("{name} {of}")).bytes::<32>());
    let id = tape(&format!("{name} id")).bytes::<16>();
    let nonce = tape(&format!("{name} nonce")).bytes::<24>();
    let user_share = join_shares(&secret(&entropy), &secret(&gateway));
    let identifier = wallet_identifier(app, user, &id);
    let sealed = seal_user_share(&secret(&data_key), &identifier, &user_share, &mut Chosen::new(&[&nonce]));
    json!({
        "app": app, "user": user, "wallet_id": hex(&id), "wallet_identifier": hex(&identifier),
        "entropy": hex(&entropy), "gateway_share": hex(&gateway), "user_share": hex(user_share.expose_secret()),
        "data_key": hex(&data_key), "nonce": hex(&nonce), "sealed": hex(&sealed),
    })
}

/// What a seed becomes.
fn seed(entropy: &[u8; 32]) -> Value {
    let made = repin_wallet::derive(&secret(entropy)).unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let keys: Vec<Value> = made
        .keys
        .iter()
        .map(|key| {
            json!({
                "chain": key.address.chain as u8 + 1, "address": key.address.address, "path": key.address.path,
                "private_key": text(key.private_key.expose_secret()),
            })
        })
        .collect();
    json!({ "entropy": hex(entropy), "keys": keys, "csv": text(made.csv.expose_secret()) })
}

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../tests/vectors/wallet.json")).unwrap()
}

#[test]
fn the_code_of_today_still_makes_the_whole_file() {
    let (vectors, made) = (vectors(), make());
    for part in ["shares", "seeds"] {
        let pairs = vectors[part].as_array().unwrap().iter().zip(made[part].as_array().unwrap());
        for (number, (recorded, made)) in pairs.enumerate() {
            assert!(recorded == made, "{part} {number}");
        }
    }
    assert!(vectors == made, "there is more or less in it");
}

#[test]
fn a_recorded_share_opens_and_makes_the_seed() {
    for vector in vectors()["shares"].as_array().unwrap() {
        let bytes = |field: &str| unhex(vector[field].as_str().unwrap());
        let share =
            open_user_share(&secret(&bytes("data_key")), &bytes("wallet_identifier"), &bytes("sealed")).unwrap();
        let seed = join_shares(&share, &secret(&bytes("gateway_share")));
        assert_eq!(seed.expose_secret()[..], bytes("entropy"));
        // The control: for another wallet it does not.
        let other = [&bytes("wallet_identifier")[..], b"0"].concat();
        assert!(open_user_share(&secret(&bytes("data_key")), &other, &bytes("sealed")).is_err());
    }
}

#[test]
#[ignore = "makes the vectors; formats are forever"]
fn make_the_file_if_there_is_none() {
    // The tests include the file, so it is there; empty it is when there are no vectors yet.
    assert_eq!(std::fs::metadata(FILE).unwrap().len(), 0, "formats are forever");
    std::fs::write(FILE, serde_json::to_string_pretty(&make()).unwrap() + "\n").unwrap();
}
