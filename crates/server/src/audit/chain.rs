//! The chain itself: hashes and MACs, of rows in order. No I/O.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use sha2::{Digest, Sha256};

use crate::keys::KeyRing;
use crate::store::{AuditEntry, AuditLink};

const KEY: &[u8] = b"repin/1 audit chain";
const ROW: &[u8] = b"repin/1 audit row";
const LINK: &[u8] = b"repin/1 audit link";
const HEAD: &[u8] = b"repin/1 audit head";

/// The hash before the first row.
pub const START: [u8; 32] = [0; 32];

/// The hash of row number `seq`.
pub fn hash(before: &[u8], seq: u64, row: &AuditEntry) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(ROW);
    hash.update(before);
    for number in [seq, row.id, row.at] {
        hash.update(number.to_be_bytes());
    }
    let texts = [&row.operator, &Some(row.event.clone()), &row.app, &row.user, &row.challenge, &row.subject];
    for text in texts {
        // Its length before each, so that no text can pass for two; absent is not empty.
        match text {
            None => hash.update([0]),
            Some(text) => {
                hash.update([1]);
                hash.update((text.len() as u64).to_be_bytes());
                hash.update(text);
            }
        }
    }
    hash.finalize().to_vec()
}

/// Whose the end of a chain is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The chain has not begun, or a key of the ring made it.
    Ours,
    /// Its key is not in the ring: nothing can be said of it.
    KeyMissing,
    /// Somebody without its key made it.
    Foreign,
}

/// Links for rows that follow on `head`, and the new end. `None` when `head` is not [`End::Ours`].
pub fn extend(keys: &KeyRing, head: &AuditLink, rows: &[AuditEntry]) -> Option<(Vec<AuditLink>, AuditLink)> {
    if whose(keys, head) != End::Ours {
        return None;
    }
    let (kid, _) = keys.storage.newest();
    let key = key(keys, kid)?;
    let (mut links, mut end) = (Vec::new(), head.clone());
    for row in rows {
        let seq = end.seq + 1;
        let hash = hash(&end.hash, seq, row);
        let mac = mac(&key, LINK, seq, row.id, &hash);
        end = AuditLink { seq, audit: row.id, hash, kid: kid.to_owned(), mac };
        links.push(end.clone());
    }
    if end.seq > 0 {
        end.mac = mac(&key, HEAD, end.seq, end.audit, &end.hash);
        kid.clone_into(&mut end.kid);
    }
    Some((links, end))
}

/// Whose this end is.
pub fn whose(keys: &KeyRing, head: &AuditLink) -> End {
    if head.seq == 0 && head.audit == 0 && head.hash == START && head.mac.is_empty() {
        return End::Ours;
    }
    match check(keys, HEAD, head) {
        Some(true) => End::Ours,
        Some(false) => End::Foreign,
        None => End::KeyMissing,
    }
}

/// Whether a link was made with a key of the ring. `None`: its key is not there.
pub fn is_ours(keys: &KeyRing, link: &AuditLink) -> Option<bool> {
    check(keys, LINK, link)
}

fn check(keys: &KeyRing, what: &[u8], link: &AuditLink) -> Option<bool> {
    let expected = mac(&key(keys, &link.kid)?, what, link.seq, link.audit, &link.hash);
    Some(verify_slices_are_equal(&expected, &link.mac).is_ok())
}

/// HMAC of a label under the storage key, which itself seals and signs nothing here.
fn key(keys: &KeyRing, kid: &str) -> Option<hmac::Key> {
    // Needed in clear: what is derived from it.
    let storage = hmac::Key::new(hmac::HMAC_SHA256, keys.storage.get(kid)?.expose_secret());
    Some(hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&storage, KEY).as_ref()))
}

fn mac(key: &hmac::Key, what: &[u8], seq: u64, audit: u64, hash: &[u8]) -> Vec<u8> {
    let mut mac = hmac::Context::with_key(key);
    for part in [what, &seq.to_be_bytes(), &audit.to_be_bytes(), hash] {
        mac.update(part);
    }
    mac.sign().as_ref().to_vec()
}
