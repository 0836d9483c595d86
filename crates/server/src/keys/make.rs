//! What each key is made of, and its `kid`.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jsonwebtoken::{DecodingKey, EncodingKey};
use rand_core::{OsRng, RngCore};
use repin_core::api::UnixMs;
use repin_core::credential::{self, ServerSetup};
use repin_core::secret::Secret;
use zeroize::Zeroizing;

use super::{KeyError, TokenKey};

/// Bytes of a `kid` as text.
pub const KID_LEN: usize = 16;

/// Eight hex digits of the Unix time in seconds, then eight random ones; always after `newest`, should the clock be behind the
/// one that made it. The only direct reader of the wall clock beside [`crate::clock`]: it orders keys, and is compared with
/// nothing else.
pub fn kid(newest: Option<&str>) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default().as_secs();
    let after = newest.and_then(seconds).map_or(0, |newest| newest.saturating_add(1));
    format!("{:08x}{:08x}", now.max(after) as u32, OsRng.next_u32())
}

/// Whether a text has the form of a `kid`.
pub fn is_kid(text: &str) -> bool {
    text.len() == KID_LEN && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// When the key of this `kid` was made, to the second.
pub fn made_at(kid: &str) -> UnixMs {
    seconds(kid).unwrap_or_default().saturating_mul(1000)
}

fn seconds(kid: &str) -> Option<u64> {
    kid.get(..8).and_then(|digits| u64::from_str_radix(digits, 16).ok())
}

pub fn make_key() -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let mut bytes = Zeroizing::new(vec![0; 32]);
    OsRng.try_fill_bytes(&mut bytes).map_err(|_| KeyError::Generation)?;
    Ok(bytes)
}

pub fn read_key(bytes: &[u8]) -> Option<Secret<32>> {
    Secret::copy_from(bytes)
}

pub fn make_opaque_setup() -> Result<Zeroizing<Vec<u8>>, KeyError> {
    Ok(Zeroizing::new(ServerSetup::new(&mut OsRng).serialize().to_vec()))
}

pub fn read_opaque_setup(bytes: &[u8]) -> Option<ServerSetup> {
    credential::read_setup(bytes).ok()
}

/// RSA-2048 as PKCS#8 in PEM, the form every tool reads.
pub fn make_token_key() -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| KeyError::Generation)?;
    let der = AsDer::<Pkcs8V1Der>::as_der(&pair).map_err(|_| KeyError::Generation)?;
    let text = Zeroizing::new(BASE64_STANDARD.encode(der.as_ref()));
    Ok(pem_lines("PRIVATE KEY", text.as_bytes()))
}

pub fn read_token_key(pem: &[u8]) -> Option<TokenKey> {
    let signing = EncodingKey::from_rsa_pem(pem).ok()?;
    // jsonwebtoken holds the private key as PKCS#1, from which the public one follows.
    let pair = KeyPair::from_der(signing.inner()).ok()?;
    let verifying = DecodingKey::from_rsa_der(pair.public_key().as_ref());
    let spki = AsDer::<PublicKeyX509Der>::as_der(pair.public_key()).ok()?;
    let public_pem = pem_lines("PUBLIC KEY", BASE64_STANDARD.encode(spki.as_ref()).as_bytes());
    Some(TokenKey { signing, verifying, public_pem: String::from_utf8(public_pem.to_vec()).ok()? })
}

/// RFC 7468, in one buffer with room for all of it, so that growing leaves no copies of a private key behind.
fn pem_lines(label: &str, base64: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut pem = Zeroizing::new(Vec::with_capacity(2 * base64.len() + 128));
    pem.extend_from_slice(format!("-----BEGIN {label}-----\n").as_bytes());
    for line in base64.chunks(64) {
        pem.extend_from_slice(line);
        pem.push(b'\n');
    }
    pem.extend_from_slice(format!("-----END {label}-----\n").as_bytes());
    pem
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kid_tells_when_its_key_was_made() {
        assert_eq!(made_at("6a1b2c3d00000000"), 0x6a1b_2c3d * 1000);
        assert_eq!(made_at("short"), 0);
    }
}
