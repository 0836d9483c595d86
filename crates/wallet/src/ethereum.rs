//! Ethereum: secp256k1 by BIP-32, the address by EIP-55.

use bip32::{DerivationPath, PrivateKey, XPrv};
use repin_core::api::{Address, Chain};
use repin_core::secret::SecretBytes;
use repin_core::wallet::{ExportedKey, path};
use sha3::{Digest, Keccak256};
use zeroize::Zeroizing;

use crate::Derived;

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// The key of a BIP-39 seed.
pub fn derive(seed: &[u8; 64]) -> Derived {
    let steps: DerivationPath = path(Chain::Ethereum).parse().ok()?;
    let key = XPrv::derive_from_path(seed, &steps).ok()?;
    let point = key.private_key().verifying_key().to_encoded_point(false);
    let address =
        Address { chain: Chain::Ethereum, address: address(point.as_bytes()), path: path(Chain::Ethereum).into() };
    let bytes = Zeroizing::new(PrivateKey::to_bytes(key.private_key()));
    // Of the size it will have, so that no part of it stays where it grew out of.
    let mut text = Vec::with_capacity(2 + 2 * bytes.len());
    text.extend_from_slice(b"0x");
    text.extend(bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|digit| DIGITS[usize::from(digit)]));
    Some(ExportedKey { address, private_key: SecretBytes::new(text) })
}

/// EIP-55 of an uncompressed point: the last 20 bytes of its hash, a letter in upper case where the hash of the text has a
/// digit of 8 or more.
fn address(point: &[u8]) -> String {
    // Without the byte that says the point is uncompressed.
    let hash = Keccak256::digest(&point[1..]);
    let digits: Vec<u8> =
        hash[12..].iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|digit| DIGITS[usize::from(digit)]).collect();
    let check = Keccak256::digest(&digits);
    let letters = digits.iter().enumerate().map(|(at, digit)| {
        let nibble = if at % 2 == 0 { check[at / 2] >> 4 } else { check[at / 2] & 15 };
        char::from(if nibble >= 8 { digit.to_ascii_uppercase() } else { *digit })
    });
    ["0x", &letters.collect::<String>()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_capitals_of_an_address_are_its_check_sum() {
        // Point of the private key 1: the generator itself (SEC 2, section 2.4.1). The address is known to every wallet.
        let generator = "0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798\
            483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8";
        let point: Vec<u8> =
            (0..65).map(|at| u8::from_str_radix(&generator[2 * at..2 * at + 2], 16).unwrap()).collect();
        assert_eq!(address(&point), "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf");
    }
}
