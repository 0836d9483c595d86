//! The sealed channel: every message of a run under keys that only the session's two ends hold.
//!
//! Keys come from `encryptionKey` by HKDF-SHA256 (RFC 5869); messages are XChaCha20-Poly1305. After a proof the channel
//! ratchets, and what follows can be read by no one who merely knows `encryptionKey`. See `docs/protocol.md` §4.

use alloc::vec::Vec;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use rand_core::{CryptoRng, RngCore};
use sha2::{Digest, Sha256};

use crate::api::{ChallengeType, RunId, Step, VERSION};
use crate::secret::{Secret, SecretBytes};

/// Bytes of an XChaCha20-Poly1305 nonce. Random for each message: with 192 bits, reloads and duplicate tabs cannot
/// collide, so no counter has to survive them.
pub const NONCE_LEN: usize = 24;
/// Bytes of a Poly1305 tag.
pub const TAG_LEN: usize = 16;

/// Who seals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The vault.
    ClientToServer,
    /// The gateway, granting.
    ServerToClient,
    /// The gateway, refusing: what is sealed beside an error can never be taken for a reply.
    Refusal,
}

impl Direction {
    const fn tag(self) -> u8 {
        match self {
            Self::ClientToServer => 0,
            Self::ServerToClient => 1,
            Self::Refusal => 2,
        }
    }

    const fn info(self) -> &'static [u8] {
        match self {
            Self::ClientToServer => b"repin/1 c2s",
            Self::ServerToClient | Self::Refusal => b"repin/1 s2c",
        }
    }
}

/// Where a message stands. Everything here is authenticated with it, so a message opens in its own place only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// The challenge, as in the URL: 36 ASCII characters of a UUID.
    pub challenge_id: &'a str,
    /// `None` for OPEN in both directions, for the client does not know it yet.
    pub challenge_type: Option<ChallengeType>,
    /// The step.
    pub step: Step,
    /// The run.
    pub run: RunId,
    /// The message's number in the run.
    pub seq: u32,
}

/// The bytes did not come from the other end, not in this place, or were changed on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the message does not open")]
pub struct OpenError;

/// The root key of a channel, before or after the ratchet: the pseudorandom key of RFC 5869.
pub struct Channel(Secret<32>);

impl Channel {
    /// `k0`, from the session: `HKDF-Extract(SHA-256(userToken), EK)`.
    pub fn from_session(user_token: &[u8], encryption_key: &Secret<32>) -> Self {
        // Needed in clear: the key material of the derivation.
        Self(extract(&Sha256::digest(user_token), encryption_key.expose_secret()))
    }

    /// A channel kept elsewhere under seal, such as the gateway's run state.
    pub fn from_root(root: Secret<32>) -> Self {
        Self(root)
    }

    /// The root, to be kept under seal.
    pub fn root(&self) -> &Secret<32> {
        &self.0
    }

    /// `k1`, after a proof: `HKDF-Extract(k0, session_key)` with OPAQUE's 64-byte session key.
    pub fn ratchet(&self, session_key: &Secret<64>) -> Self {
        // Needed in clear: salt and key material of the derivation.
        Self(extract(self.0.expose_secret(), session_key.expose_secret()))
    }

    /// Seals a request. `plaintext` comes from [`crate::api::encode`].
    pub fn seal_request(
        &self,
        place: &Place,
        plaintext: &SecretBytes,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Vec<u8> {
        self.seal(Direction::ClientToServer, place, None, plaintext, rng)
    }

    /// Opens a request.
    ///
    /// # Errors
    /// [`OpenError`] for anything but a request that was sealed for this place.
    pub fn open_request(&self, place: &Place, sealed: &[u8]) -> Result<SecretBytes, OpenError> {
        self.open(Direction::ClientToServer, place, None, sealed)
    }

    /// Seals the reply to `request` (its `sealed` bytes).
    pub fn seal_reply(
        &self,
        place: &Place,
        request: &[u8],
        plaintext: &SecretBytes,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Vec<u8> {
        self.seal(Direction::ServerToClient, place, Some(request), plaintext, rng)
    }

    /// Opens the reply to `request` (its `sealed` bytes).
    ///
    /// # Errors
    /// [`OpenError`] for anything but the reply to that very request.
    pub fn open_reply(&self, place: &Place, request: &[u8], sealed: &[u8]) -> Result<SecretBytes, OpenError> {
        self.open(Direction::ServerToClient, place, Some(request), sealed)
    }

    /// Seals the details of an error, as the answer to `request` (its `sealed` bytes).
    pub fn seal_refusal(
        &self,
        place: &Place,
        request: &[u8],
        plaintext: &SecretBytes,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Vec<u8> {
        self.seal(Direction::Refusal, place, Some(request), plaintext, rng)
    }

    /// Opens the details of an error.
    ///
    /// # Errors
    /// [`OpenError`] for anything but the refusal of that very request.
    pub fn open_refusal(&self, place: &Place, request: &[u8], sealed: &[u8]) -> Result<SecretBytes, OpenError> {
        self.open(Direction::Refusal, place, Some(request), sealed)
    }

    fn seal(
        &self,
        direction: Direction,
        place: &Place,
        request: Option<&[u8]>,
        plaintext: &SecretBytes,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Vec<u8> {
        let aad = associated_data(direction, place, request);
        seal_with(&self.direction_key(direction, place), &aad, plaintext.expose_secret(), rng)
    }

    fn open(
        &self,
        direction: Direction,
        place: &Place,
        request: Option<&[u8]>,
        sealed: &[u8],
    ) -> Result<SecretBytes, OpenError> {
        let aad = associated_data(direction, place, request);
        open_with(&self.direction_key(direction, place), &aad, sealed)
    }

    fn direction_key(&self, direction: Direction, place: &Place) -> Secret<32> {
        expand(&self.0, &[direction.info(), place.challenge_id.as_bytes(), &place.run])
    }
}

/// `nonce || XChaCha20-Poly1305(plaintext)` under a fresh random nonce. Also seals what the gateway stores.
pub fn seal_with(key: &Secret<32>, aad: &[u8], plaintext: &[u8], rng: &mut (impl RngCore + CryptoRng)) -> Vec<u8> {
    let mut nonce = [0; NONCE_LEN];
    rng.fill_bytes(&mut nonce);
    // Needed in clear: the cipher's key.
    let cipher = XChaCha20Poly1305::new(key.expose_secret().into());
    let mut sealed = nonce.to_vec();
    // The cipher refuses only plaintexts of more than 256 GiB.
    if let Ok(body) = cipher.encrypt(XNonce::from_slice(&nonce), Payload { msg: plaintext, aad }) {
        sealed.extend_from_slice(&body);
    }
    sealed
}

/// Opens what [`seal_with`] sealed under the same key and associated data.
///
/// # Errors
/// [`OpenError`] for anything else.
pub fn open_with(key: &Secret<32>, aad: &[u8], sealed: &[u8]) -> Result<SecretBytes, OpenError> {
    let (nonce, body) = sealed.split_at_checked(NONCE_LEN).ok_or(OpenError)?;
    // Needed in clear: the cipher's key.
    let cipher = XChaCha20Poly1305::new(key.expose_secret().into());
    cipher.decrypt(XNonce::from_slice(nonce), Payload { msg: body, aad }).map(SecretBytes::new).map_err(|_| OpenError)
}

/// `EK`, the session's encryptionKey, from the gateway's master key and the token's `jti`; never stored.
pub fn derive_encryption_key(master: &Secret<32>, jti: &str, app: &str, subject: &str) -> Secret<32> {
    let app = length_prefixed(app.as_bytes());
    let subject = length_prefixed(subject.as_bytes());
    // Needed in clear: the key material of the derivation. The field order (salt = master) is the protocol's.
    let root = extract(master.expose_secret(), jti.as_bytes());
    expand(&root, &[b"repin/1 encryption-key", &app, &subject])
}

/// `LP(x)`: a u16 big-endian length, then x. Longer inputs than 65,535 bytes are cut off by every caller's bounds.
pub fn length_prefixed(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 2);
    out.extend_from_slice(&u16::try_from(bytes.len()).unwrap_or(u16::MAX).to_be_bytes());
    out.extend_from_slice(bytes);
    out
}

/// HKDF-Extract with SHA-256.
fn extract(salt: &[u8], ikm: &[u8]) -> Secret<32> {
    Secret::make_with(|out| out.copy_from_slice(&Hkdf::<Sha256>::extract(Some(salt), ikm).0))
}

/// HKDF-Expand with SHA-256 to 32 bytes; `info` is the concatenation of its parts.
pub fn expand(root: &Secret<32>, info: &[&[u8]]) -> Secret<32> {
    Secret::make_with(|out| {
        // Needed in clear: the pseudorandom key. 32 bytes in and out are always valid lengths.
        if let Ok(hkdf) = Hkdf::<Sha256>::from_prk(root.expose_secret()) {
            let _ = hkdf.expand_multi_info(info, out);
        }
    })
}

/// version, direction, challenge type, step, seq, run, challenge, and for a reply SHA-256 of the request's bytes.
/// Every part has a fixed length but the challenge, which therefore has a length before it.
fn associated_data(direction: Direction, place: &Place, request: Option<&[u8]>) -> Vec<u8> {
    let mut aad = Vec::with_capacity(100);
    aad.extend_from_slice(b"repin/1");
    aad.push(VERSION);
    aad.push(direction.tag());
    aad.push(place.challenge_type.map_or(0, |t| t as u8 + 1));
    aad.push(place.step.tag());
    aad.extend_from_slice(&place.seq.to_be_bytes());
    aad.extend_from_slice(&place.run);
    aad.extend_from_slice(&length_prefixed(place.challenge_id.as_bytes()));
    if let Some(request) = request {
        aad.extend_from_slice(&Sha256::digest(request));
    }
    aad
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_core::OsRng;

    fn place() -> Place<'static> {
        Place {
            challenge_id: "c4d1da72-111e-4d52-bdbf-2e74a2d803d5",
            challenge_type: Some(ChallengeType::RestorePin),
            step: Step::Prove1,
            run: [7; 16],
            seq: 1,
        }
    }

    fn channel() -> Channel {
        Channel::from_session(b"token", &Secret::make_with(|key| key.fill(9)))
    }

    #[test]
    fn a_message_opens_in_its_own_place_and_nowhere_else() {
        let plaintext = SecretBytes::new(b"hello".to_vec());
        let sealed = channel().seal_request(&place(), &plaintext, &mut OsRng);
        assert_eq!(channel().open_request(&place(), &sealed).unwrap().expose_secret(), b"hello");

        let elsewhere = [
            Place { challenge_id: "c4d1da72-111e-4d52-bdbf-2e74a2d803d6", ..place() },
            Place { challenge_type: None, ..place() },
            Place { challenge_type: Some(ChallengeType::ChangePin), ..place() },
            Place { step: Step::Prove2, ..place() },
            Place { run: [8; 16], ..place() },
            Place { seq: 2, ..place() },
        ];
        for other in elsewhere {
            assert_eq!(channel().open_request(&other, &sealed).err(), Some(OpenError), "{other:?}");
        }
        assert!(channel().open_reply(&place(), b"", &sealed).is_err(), "a request is not a reply");
        let other = Channel::from_session(b"token2", &Secret::make_with(|key| key.fill(9)));
        assert!(other.open_request(&place(), &sealed).is_err(), "another token");
    }

    #[test]
    fn a_reply_answers_one_request_only() {
        let plaintext = SecretBytes::new(b"hello".to_vec());
        let sealed = channel().seal_reply(&place(), b"request", &plaintext, &mut OsRng);
        assert!(channel().open_reply(&place(), b"request", &sealed).is_ok());
        assert!(channel().open_reply(&place(), b"another", &sealed).is_err());
        assert!(channel().open_refusal(&place(), b"request", &sealed).is_err());
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_refused() {
        let plaintext = SecretBytes::new(alloc::vec![3; 40]);
        let sealed = channel().seal_request(&place(), &plaintext, &mut OsRng);
        for bit in 0..sealed.len() * 8 {
            let mut bad = sealed.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(channel().open_request(&place(), &bad).is_err(), "bit {bit}");
        }
        for end in 0..sealed.len() {
            assert!(channel().open_request(&place(), &sealed[..end]).is_err(), "cut at {end}");
        }
    }

    #[test]
    fn after_the_ratchet_the_old_key_opens_nothing() {
        let before = channel();
        let after = before.ratchet(&Secret::make_with(|key| key.fill(1)));
        let sealed = after.seal_request(&place(), &SecretBytes::new(b"new".to_vec()), &mut OsRng);
        assert!(before.open_request(&place(), &sealed).is_err());
        assert!(after.open_request(&place(), &sealed).is_ok());
    }
}
