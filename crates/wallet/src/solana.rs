//! Solana: Ed25519 by SLIP-0010, the address and the key pair in base58.

use ed25519_dalek::SigningKey;
use hmac::{Hmac, Mac};
use repin_core::api::{Address, Chain};
use repin_core::secret::{Secret, SecretBytes};
use repin_core::wallet::{ExportedKey, path};
use sha2::Sha512;
use zeroize::{Zeroize, Zeroizing};

use crate::Derived;

/// The path's numbers. Each step is a hardened one, for Ed25519 has no others.
const STEPS: [u32; 4] = [44, 501, 0, 0];
/// What makes a step a hardened one.
const HARDENED: u32 = 0x8000_0000;

/// The key of a BIP-39 seed.
pub fn derive(seed: &[u8; 64]) -> Derived {
    let key = slip_0010(seed, &STEPS)?;
    // Needed in clear: the scalar's seed. `SigningKey` erases itself.
    let key = SigningKey::from_bytes(key.expose_secret());
    let address = bs58::encode(key.verifying_key().as_bytes()).into_string();
    let address = Address { chain: Chain::Solana, address, path: path(Chain::Solana).into() };
    // Secret key and public key, as `solana-keygen` and Phantom write it.
    let pair = Zeroizing::new(key.to_keypair_bytes());
    Some(ExportedKey { address, private_key: SecretBytes::new(bs58::encode(&pair[..]).into_vec()) })
}

/// SLIP-0010 for Ed25519: `I = HMAC-SHA512(key, data)`, of which the left half is the key and the right half the chain code;
/// first of the seed, then of `0 || key || step` for each hardened step.
fn slip_0010(seed: &[u8], steps: &[u32]) -> Option<Secret<32>> {
    let mut node = hmac(b"ed25519 seed", &[seed])?;
    for step in steps {
        let (key, chain) = node.expose_secret().split_at(32);
        node = hmac(chain, &[&[0], key, &(step | HARDENED).to_be_bytes()])?;
    }
    Secret::copy_from(&node.expose_secret()[..32])
}

fn hmac(key: &[u8], data: &[&[u8]]) -> Option<Secret<64>> {
    let mut mac = Hmac::<Sha512>::new_from_slice(key).ok()?;
    data.iter().for_each(|part| mac.update(part));
    let mut bytes = mac.finalize().into_bytes();
    let node = Secret::copy_from(&bytes);
    bytes.zeroize();
    node
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unhex(text: &str) -> Vec<u8> {
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
    }

    /// SLIP-0010, test vectors 1 and 2 for ed25519: seed, path, private key, public key.
    const VECTORS: [(&str, &[u32], &str, &str); 4] = [
        (
            "000102030405060708090a0b0c0d0e0f",
            &[],
            "2b4be7f19ee27bbf30c667b642d5f4aa69fd169872f8fc3059c08ebae2eb19e7",
            "a4b2856bfec510abab89753fac1ac0e1112364e7d250545963f135f2a33188ed",
        ),
        (
            "000102030405060708090a0b0c0d0e0f",
            &[0],
            "68e0fe46dfb67e368c75379acec591dad19df3cde26e63b93a8e704f1dade7a3",
            "8c8a13df77a28f3445213a0f432fde644acaa215fc72dcdf300d5efaa85d350c",
        ),
        (
            "000102030405060708090a0b0c0d0e0f",
            &[0, 1, 2, 2, 1_000_000_000],
            "8f94d394a8e8fd6b1bc2f3f49f5c47e385281d5c17e65324b0f62483e37e8793",
            "3c24da049451555d51a7014a37337aa4e12d41e485abccfa46b47dfb2af54b7a",
        ),
        (
            "fffcf9f6f3f0edeae7e4e1dedbd8d5d2cfccc9c6c3c0bdbab7b4b1aeaba8a5a29f9c999693908d8a8784817e7b7875726f6c696663605d5a5754514e4b484542",
            &[0, 2_147_483_647, 1, 2_147_483_646, 2],
            "551d333177df541ad876a60ea71f00447931c0a9da16f227c11ea080d7391b8d",
            "47150c75db263559a70d5778bf36abbab30fb061ad69f69ece61a72b0cfa4fc0",
        ),
    ];

    #[test]
    fn keys_are_derived_as_slip_0010_says() {
        for (seed, steps, private, public) in VECTORS {
            let key = slip_0010(&unhex(seed), steps).unwrap();
            assert_eq!(key.expose_secret()[..], unhex(private), "{steps:?}");
            let key = SigningKey::from_bytes(key.expose_secret());
            assert_eq!(key.verifying_key().as_bytes()[..], unhex(public), "{steps:?}");
        }
    }
}
