//! A wallet: its key, and what opens it at the moment.

use std::time::{SystemTime, UNIX_EPOCH};

use k256::ecdsa::{RecoveryId, Signature, SigningKey, VerifyingKey};
use rand_core::{OsRng, RngCore};
use sha3::{Digest, Keccak256};
use uuid::Uuid;

/// What is known of a wallet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// A UUID.
    pub id: String,
    /// The UUID of its group.
    pub group: String,
    /// `0x` and 40 hexadecimal digits, in lower case.
    pub address: String,
    /// The context that is in force.
    pub context: String,
    /// The access key that is in force.
    pub access_key: String,
    /// The recovery key that is in force.
    pub recovery_key: String,
    /// How often it was recovered.
    pub recoveries: u32,
}

/// A wallet as the simulator keeps it.
pub(crate) struct Wallet {
    known: Known,
    pub network: String,
    signing: SigningKey,
    pub created: u64,
    pub updated: u64,
}

/// A signature of Ethereum's form.
pub(crate) struct Signed {
    pub r: String,
    pub s: String,
    /// 27 or 28.
    pub v: u8,
}

impl Wallet {
    pub fn new(group: &str, network: &str, context: &str) -> Self {
        let signing = SigningKey::random(&mut OsRng);
        let known = Known {
            id: Uuid::new_v4().to_string(),
            group: group.to_owned(),
            address: address(signing.verifying_key()),
            context: context.to_owned(),
            access_key: key(),
            recovery_key: key(),
            recoveries: 0,
        };
        Self { known, network: network.to_owned(), signing, created: now(), updated: now() }
    }

    pub fn known(&self) -> Known {
        self.known.clone()
    }

    /// New keys under a new context, for whoever has the recovery key. That is all it takes: SECURITY.md says what follows.
    pub fn recover(&mut self, recovery_key: &str, context: &str) -> Option<()> {
        if recovery_key != self.known.recovery_key {
            return None;
        }
        self.known.context = context.to_owned();
        self.known.access_key = key();
        self.known.recovery_key = key();
        self.known.recoveries += 1;
        self.updated = now();
        Some(())
    }

    /// Signs a hash, for whoever has context and access key.
    pub fn sign(&self, context: &str, access_key: &str, hash: &[u8]) -> Option<Signed> {
        if context != self.known.context || access_key != self.known.access_key {
            return None;
        }
        let (signature, recovery) = self.signing.sign_prehash_recoverable(hash).ok()?;
        let bytes = signature.to_bytes();
        Some(Signed { r: hex(&bytes[..32]), s: hex(&bytes[32..]), v: 27 + recovery.to_byte() })
    }
}

/// The address whose key made a signature over a hash: `r` and `s` of 32 bytes each, then `v` as 27 or 28.
pub fn recovers(hash: &[u8; 32], signature: &[u8; 65]) -> Option<String> {
    let recovery = RecoveryId::from_byte(signature[64].checked_sub(27)?)?;
    let signature = Signature::from_slice(&signature[..64]).ok()?;
    VerifyingKey::recover_from_prehash(hash, &signature, recovery).ok().map(|key| address(&key))
}

/// The last 20 bytes of Keccak-256 of the public point.
fn address(key: &VerifyingKey) -> String {
    hex(&Keccak256::digest(&key.to_encoded_point(false).as_bytes()[1..])[12..])
}

/// 32 hexadecimal digits, as in Magic's examples.
fn key() -> String {
    let mut bytes = [0; 16];
    OsRng.fill_bytes(&mut bytes);
    hex(&bytes)[2..].to_owned()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold("0x".to_owned(), |text, byte| format!("{text}{byte:02x}"))
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
