//! Makes tokens of any header and claims, under the gateway's own key or another.

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

use crate::common::Gateway;

/// Somebody who has an honest token, knows the public key and, to try the edges, signs as the gateway would.
pub struct Forger {
    /// The gateway's own private key, which no attacker has.
    own: EncodingKey,
    /// An attacker's.
    other: EncodingKey,
    /// The honest token.
    pub honest: String,
    /// Its header and claims.
    pub header: Value,
    pub claims: Value,
    /// The public key as PKCS #1 and SPKI, DER.
    pub pkcs1: Vec<u8>,
    pub spki: Vec<u8>,
}

impl Forger {
    pub fn of(gateway: &Gateway, honest: &str) -> Self {
        let own = key_in(&gateway.data().join("keys"));
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("token-signing-0.key"), stranger()).unwrap();
        let other = key_in(folder.path());
        let pair = KeyPair::from_der(own.inner()).unwrap();
        let spki = AsDer::<PublicKeyX509Der>::as_der(pair.public_key()).unwrap().as_ref().to_vec();
        let part = |at: usize| {
            let part = honest.split('.').nth(at).unwrap();
            serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
        };
        Self {
            honest: honest.to_owned(),
            header: part(0),
            claims: part(1),
            pkcs1: pair.public_key().as_ref().to_vec(),
            spki,
            own,
            other,
        }
    }

    /// Signed by the gateway's key, whatever it says.
    pub fn signed(&self, header: impl AsRef<[u8]>, claims: impl AsRef<[u8]>) -> Vec<u8> {
        self.signed_with(&self.own, Algorithm::RS256, header, claims)
    }

    /// The honest token but for one claim, signed by the gateway's key.
    pub fn with_claim(&self, name: &str, value: Value) -> Vec<u8> {
        self.with_claims(&[(name, value)])
    }

    /// The same with several.
    pub fn with_claims(&self, changes: &[(&str, Value)]) -> Vec<u8> {
        let mut claims = self.claims.clone();
        for (name, value) in changes {
            claims[*name] = value.clone();
        }
        self.signed(self.header.to_string(), claims.to_string())
    }

    /// The honest token without a claim, signed by the gateway's key.
    pub fn without_claim(&self, name: &str) -> Vec<u8> {
        let mut claims = self.claims.clone();
        claims.as_object_mut().unwrap().remove(name);
        self.signed(self.header.to_string(), claims.to_string())
    }

    /// The honest claims under another header, signed by the attacker.
    pub fn by_another(&self, changes: &[(&str, Value)]) -> Vec<u8> {
        self.signed_with(&self.other, Algorithm::RS256, self.header_with(changes).to_string(), self.claims.to_string())
    }

    /// The honest claims under another algorithm, with the gateway's own key.
    pub fn by_algorithm(&self, algorithm: Algorithm, name: &str) -> Vec<u8> {
        let header = self.header_with(&[("alg", json!(name))]);
        self.signed_with(&self.own, algorithm, header.to_string(), self.claims.to_string())
    }

    /// HMAC under a secret that everybody can know.
    pub fn by_hmac(&self, algorithm: Algorithm, name: &str, secret: &[u8]) -> Vec<u8> {
        let header = self.header_with(&[("alg", json!(name))]);
        let key = EncodingKey::from_secret(secret);
        self.signed_with(&key, algorithm, header.to_string(), self.claims.to_string())
    }

    /// The honest claims under this header, with these bytes for a signature.
    pub fn unsigned(&self, header: &Value, signature: &str) -> Vec<u8> {
        format!("{}.{}.{signature}", base64(header.to_string()), base64(self.claims.to_string())).into_bytes()
    }

    pub fn header_with(&self, changes: &[(&str, Value)]) -> Value {
        let mut header = self.header.clone();
        for (name, value) in changes {
            header[*name] = value.clone();
        }
        header
    }

    /// The attacker's public key as JWK.
    pub fn others_jwk(&self) -> Value {
        let pair = KeyPair::from_der(self.other.inner()).unwrap();
        let modulus = pair.public_key().modulus().big_endian_without_leading_zero().to_vec();
        let kid = &self.header["kid"];
        json!({"kty": "RSA", "alg": "RS256", "use": "sig", "kid": kid, "e": "AQAB", "n": base64(modulus)})
    }

    fn signed_with(
        &self,
        key: &EncodingKey,
        algorithm: Algorithm,
        header: impl AsRef<[u8]>,
        claims: impl AsRef<[u8]>,
    ) -> Vec<u8> {
        let message = format!("{}.{}", base64(header), base64(claims));
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), key, algorithm).unwrap();
        format!("{message}.{signature}").into_bytes()
    }

    /// PEM, as `openssl` writes it, and as others do.
    pub fn pem(&self, line_end: &str) -> Vec<u8> {
        let text = BASE64_STANDARD.encode(&self.spki);
        let lines: Vec<_> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
        let joint = if line_end.is_empty() { "\n" } else { line_end };
        let body = lines.join(joint);
        format!("-----BEGIN PUBLIC KEY-----{joint}{body}{joint}-----END PUBLIC KEY-----{line_end}").into_bytes()
    }
}

/// base64url without padding.
pub fn base64(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

fn key_in(folder: &std::path::Path) -> EncodingKey {
    let mut files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let file = files.find(|path| path.file_name().unwrap().to_str().unwrap().starts_with("token-signing-")).unwrap();
    EncodingKey::from_rsa_pem(&std::fs::read(file).unwrap()).unwrap()
}

/// Another RSA key, in PEM.
fn stranger() -> Vec<u8> {
    let pair = rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048).unwrap();
    pair.serialize_pem().into_bytes()
}
