//! Credentials: how a PIN or answers are proved and replaced with OPAQUE (RFC 9807), stretched with Argon2id
//! (RFC 9106), and how the data key they protect is wrapped. See `docs/protocol.md` §3.
//!
//! The client's half is [`ClientLogin`] and [`ClientRegistration`]; the gateway's is the functions at the end that take
//! a [`ServerSetup`]. Each is a thin, typed wrapper: lengths are exact, for opaque-ke itself lets trailing bytes pass;
//! secrets come out as [`Secret`].

use alloc::vec::Vec;
use hkdf::Hkdf;
use opaque_ke::errors::{InternalError, ProtocolError};
use opaque_ke::generic_array::{ArrayLength, GenericArray};
use opaque_ke::{
    CipherSuite, ClientLoginFinishParameters, ClientRegistrationFinishParameters, CredentialFinalization,
    CredentialRequest, CredentialResponse, RegistrationRequest, RegistrationResponse, RegistrationUpload, Ristretto255,
    ServerLogin, ServerLoginParameters, ServerRegistration, TripleDh,
};
use rand_core::{CryptoRng, RngCore};
use sha2::{Digest, Sha256, Sha512};
use zeroize::Zeroize;

use crate::api::{CredentialKind, RunId};
use crate::channel::{OpenError, length_prefixed, open_with, seal_with};
use crate::secret::{Secret, SecretBytes};
use crate::stretching::OutOfMemory;
pub use crate::stretching::{DEFAULT_KSF, KeyStretching, check_ksf};

/// Random bytes that name a record.
pub type CredentialId = [u8; 16];
/// The gateway's long-term OPAQUE secret: `oprf_seed` and AKE key pair.
pub type ServerSetup = opaque_ke::ServerSetup<Suite>;

/// The OPAQUE configuration of `repin/1`: ristretto255-SHA512, 3DH, Argon2id.
pub struct Suite;

impl CipherSuite for Suite {
    type OprfCs = Ristretto255;
    type KeyExchange = TripleDh<Ristretto255, Sha512>;
    type Ksf = KeyStretching;
}

/// Why a credential operation did not succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// The secret is not the one that was registered. The gateway has charged the guess.
    #[error("the secret is wrong")]
    WrongSecret,
    /// The other side's bytes are not a valid message of this step.
    #[error("the message is not valid")]
    InvalidMessage,
    /// The gateway asks for a cost outside the accepted bounds; nothing was computed.
    #[error("the stretching parameters are out of bounds")]
    KsfOutOfBounds,
    /// This device has not enough memory for the key stretching. Never a reason to stretch less.
    #[error("not enough memory for the key stretching")]
    OutOfMemory,
}

impl From<OutOfMemory> for CredentialError {
    fn from(_: OutOfMemory) -> Self {
        Self::OutOfMemory
    }
}

impl From<ProtocolError> for CredentialError {
    fn from(error: ProtocolError) -> Self {
        match error {
            ProtocolError::InvalidLoginError => Self::WrongSecret,
            ProtocolError::LibraryError(InternalError::KsfError) => Self::OutOfMemory,
            _ => Self::InvalidMessage,
        }
    }
}

/// `"repin/1" || LP(app) || LP(user) || kind || credential_id`: binds the OPRF key and the wrap to one record.
pub fn credential_identifier(app: &str, user: &str, kind: CredentialKind, id: &CredentialId) -> Vec<u8> {
    let mut out = b"repin/1".to_vec();
    out.extend_from_slice(&length_prefixed(app.as_bytes()));
    out.extend_from_slice(&length_prefixed(user.as_bytes()));
    out.push(kind.tag());
    out.extend_from_slice(id);
    out
}

/// `SHA-256(SHA-256(request) || SHA-256(reply))` over the sealed bytes of OPEN.
pub fn opening_hash(request: &[u8], reply: &[u8]) -> [u8; 32] {
    let both = Sha256::new().chain_update(Sha256::digest(request)).chain_update(Sha256::digest(reply));
    both.finalize().into()
}

/// `"repin/1" || challengeId || run || opening`: OPAQUE's context. A proof belongs to one run, and to what both ends said
/// at OPEN: whoever changed that under a known `encryptionKey` (the PIN's length, the costs) gets no proof.
pub fn proof_context(challenge_id: &str, run: &RunId, opening: &[u8; 32]) -> Vec<u8> {
    let mut out = b"repin/1".to_vec();
    out.extend_from_slice(challenge_id.as_bytes());
    out.extend_from_slice(run);
    out.extend_from_slice(opening);
    out
}

/// Wraps the user's data key under a credential's export key: 72 bytes.
pub fn wrap_data_key(
    export_key: &Secret<64>,
    kind: CredentialKind,
    identifier: &[u8],
    data_key: &Secret<32>,
    rng: &mut (impl RngCore + CryptoRng),
) -> Vec<u8> {
    // Needed in clear: it is what is sealed.
    seal_with(&derive_kek(export_key, kind), identifier, data_key.expose_secret(), rng)
}

/// Unwraps the user's data key.
///
/// # Errors
/// [`OpenError`] when the wrap belongs to another record or another export key.
pub fn unwrap_data_key(
    export_key: &Secret<64>,
    kind: CredentialKind,
    identifier: &[u8],
    wrap: &[u8],
) -> Result<Secret<32>, OpenError> {
    let data_key = open_with(&derive_kek(export_key, kind), identifier, wrap)?;
    // Needed in clear: moved into its own type.
    Secret::copy_from(data_key.expose_secret()).ok_or(OpenError)
}

/// `KEK = HKDF-Expand(export_key, "repin/1 kek" || kind, 32)`.
fn derive_kek(export_key: &Secret<64>, kind: CredentialKind) -> Secret<32> {
    Secret::make_with(|out| {
        // Needed in clear: the pseudorandom key. 64 bytes are a valid one and 32 a valid output.
        if let Ok(hkdf) = Hkdf::<Sha256>::from_prk(export_key.expose_secret()) {
            let _ = hkdf.expand_multi_info(&[b"repin/1 kek", &[kind.tag()]], out);
        }
    })
}

/// Moves an OPAQUE key out of its plain array, which is then erased.
fn take_key<L: ArrayLength<u8>>(mut key: GenericArray<u8, L>) -> Secret<64> {
    let secret = Secret::make_with(|out| out.copy_from_slice(&key));
    key.zeroize();
    secret
}

/// The client's side of a proof, between KE1 and KE2.
pub struct ClientLogin(opaque_ke::ClientLogin<Suite>);

/// What a right guess gives the client.
pub struct Proof {
    /// KE3, for PROVE 2: 64 bytes.
    pub ke3: Vec<u8>,
    /// Ratchets the channel.
    pub session_key: Secret<64>,
    /// Unwraps the data key.
    pub export_key: Secret<64>,
}

impl ClientLogin {
    /// Blinds the secret. Returns KE1, 96 bytes.
    ///
    /// # Errors
    /// [`CredentialError::InvalidMessage`] if the secret cannot be mapped to the curve (of negligible probability).
    pub fn start(
        secret: &SecretBytes,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<(Self, Vec<u8>), CredentialError> {
        // Needed in clear: the OPRF's input.
        let started = opaque_ke::ClientLogin::<Suite>::start(rng, secret.expose_secret())?;
        Ok((Self(started.state), started.message.serialize().to_vec()))
    }

    /// Learns from KE2 whether the guess was right. Runs Argon2id once.
    ///
    /// # Errors
    /// [`CredentialError::WrongSecret`] for a wrong guess; [`CredentialError::KsfOutOfBounds`] before anything is
    /// computed; [`CredentialError::OutOfMemory`]; [`CredentialError::InvalidMessage`].
    pub fn finish(
        self,
        secret: &SecretBytes,
        ke2: &[u8],
        context: &[u8],
        stretching: impl Into<KeyStretching>,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Proof, CredentialError> {
        let stretching = stretching.into();
        check_ksf(stretching.cost())?;
        let ke2 = CredentialResponse::deserialize(exactly(KE2, ke2)?)?;
        let params = ClientLoginFinishParameters::new(Some(context), Default::default(), Some(&stretching));
        // Needed in clear: the OPRF's input, again.
        let finished = self.0.finish(rng, secret.expose_secret(), ke2, params)?;
        Ok(Proof {
            ke3: finished.message.serialize().to_vec(),
            session_key: take_key(finished.session_key),
            export_key: take_key(finished.export_key),
        })
    }
}

/// The client's side of a registration, between request and response.
pub struct ClientRegistration(opaque_ke::ClientRegistration<Suite>);

impl ClientRegistration {
    /// Blinds the new secret. Returns the registration request, 32 bytes.
    ///
    /// # Errors
    /// As [`ClientLogin::start`].
    pub fn start(
        secret: &SecretBytes,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<(Self, Vec<u8>), CredentialError> {
        // Needed in clear: the OPRF's input.
        let started = opaque_ke::ClientRegistration::<Suite>::start(rng, secret.expose_secret())?;
        Ok((Self(started.state), started.message.serialize().to_vec()))
    }

    /// Makes the record (192 bytes) and the export key. Runs Argon2id once.
    ///
    /// # Errors
    /// As [`ClientLogin::finish`], but for `WrongSecret`.
    pub fn finish(
        self,
        secret: &SecretBytes,
        response: &[u8],
        stretching: impl Into<KeyStretching>,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<(Vec<u8>, Secret<64>), CredentialError> {
        let stretching = stretching.into();
        check_ksf(stretching.cost())?;
        let response = RegistrationResponse::deserialize(exactly(RESPONSE, response)?)?;
        let params = ClientRegistrationFinishParameters::new(Default::default(), Some(&stretching));
        // Needed in clear: the OPRF's input, again.
        let finished = self.0.finish(rng, secret.expose_secret(), response, params)?;
        Ok((finished.message.serialize().to_vec(), take_key(finished.export_key)))
    }
}

/// Bytes of KE1, KE2 and KE3, of a registration's request and response, and of a record.
const KE1: usize = 96;
const KE2: usize = 320;
const KE3: usize = 64;
const REQUEST: usize = 32;
const RESPONSE: usize = 64;
const RECORD: usize = 192;
const SETUP: usize = 128;

/// The bytes, if there are exactly so many.
fn exactly(length: usize, bytes: &[u8]) -> Result<&[u8], CredentialError> {
    (bytes.len() == length).then_some(bytes).ok_or(CredentialError::InvalidMessage)
}

/// Gateway: a [`ServerSetup`] of its `serialize`, 128 bytes: `oprf_seed`, the private key, and the public key that stands in
/// for one where there is no record.
///
/// # Errors
/// [`CredentialError::InvalidMessage`], also for a byte more: the bytes before it may make another setup, under which no
/// record opens.
pub fn read_setup(setup: &[u8]) -> Result<ServerSetup, CredentialError> {
    Ok(ServerSetup::deserialize(exactly(SETUP, setup)?)?)
}

/// Gateway: whether bytes are a record this suite can use (192 bytes with valid points).
pub fn is_record(record: &[u8]) -> bool {
    record.len() == RECORD && RegistrationUpload::<Suite>::deserialize(record).is_ok()
}

/// Gateway: evaluates a registration request. Returns the response, 64 bytes.
///
/// # Errors
/// [`CredentialError::InvalidMessage`].
pub fn evaluate_registration(
    setup: &ServerSetup,
    identifier: &[u8],
    request: &[u8],
) -> Result<Vec<u8>, CredentialError> {
    let request = RegistrationRequest::deserialize(exactly(REQUEST, request)?)?;
    let started = ServerRegistration::<Suite>::start(setup, request, identifier)?;
    Ok(started.message.serialize().to_vec())
}

/// Gateway: whether bytes are a KE1. Cheap; called before a guess is charged, so that nonsense never charges one.
pub fn is_ke1(ke1: &[u8]) -> bool {
    ke1.len() == KE1 && CredentialRequest::<Suite>::deserialize(ke1).is_ok()
}

/// Gateway: evaluates one guess. Returns KE2 (320 bytes) and the state to keep under seal until KE3.
///
/// # Errors
/// [`CredentialError::InvalidMessage`].
pub fn evaluate_guess(
    setup: &ServerSetup,
    identifier: &[u8],
    record: &[u8],
    ke1: &[u8],
    context: &[u8],
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<(Vec<u8>, SecretBytes), CredentialError> {
    let ke1 = CredentialRequest::deserialize(exactly(KE1, ke1)?)?;
    let record = ServerRegistration::deserialize(exactly(RECORD, record)?)?;
    let params = ServerLoginParameters { context: Some(context), identifiers: Default::default() };
    let started = ServerLogin::start(rng, setup, Some(record), ke1, identifier, params)?;
    Ok((started.message.serialize().to_vec(), SecretBytes::new(started.state.serialize().to_vec())))
}

/// Gateway: verifies KE3 against the kept state. Returns the session key that ratchets the channel.
///
/// # Errors
/// [`CredentialError::WrongSecret`] when the proof does not hold; [`CredentialError::InvalidMessage`].
pub fn verify_proof(state: &SecretBytes, ke3: &[u8]) -> Result<Secret<64>, CredentialError> {
    // Needed in clear: opaque-ke's state.
    let login = ServerLogin::<Suite>::deserialize(state.expose_secret())?;
    let ke3 = CredentialFinalization::deserialize(exactly(KE3, ke3)?)?;
    // With 3DH the context is already in the state's transcript; what is given here would not be read.
    Ok(take_key(login.finish(ke3, ServerLoginParameters::default())?.session_key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::KsfParams;
    use rand_core::OsRng;

    /// The least cost the client accepts keeps the suite quick.
    const KSF: KsfParams = KsfParams { m_kib: 19 * 1024, t: 1, p: 1 };
    const IDENTIFIER: &[u8] = b"identifier";

    fn secret(text: &str) -> SecretBytes {
        SecretBytes::new(text.as_bytes().to_vec())
    }

    fn register(setup: &ServerSetup, pin: &str) -> (Vec<u8>, Secret<64>) {
        let (state, request) = ClientRegistration::start(&secret(pin), &mut OsRng).unwrap();
        let response = evaluate_registration(setup, IDENTIFIER, &request).unwrap();
        state.finish(&secret(pin), &response, KSF, &mut OsRng).unwrap()
    }

    #[test]
    fn the_right_pin_proves_itself_and_unwraps_the_data_key() {
        let setup = ServerSetup::new(&mut OsRng);
        let (record, export_key) = register(&setup, "493817");
        assert!(is_record(&record) && record.len() == 192);
        let data_key = Secret::make_with(|key| key.fill(5));
        let wrap = wrap_data_key(&export_key, CredentialKind::Pin, IDENTIFIER, &data_key, &mut OsRng);
        assert_eq!(wrap.len(), 72);

        let (client, ke1) = ClientLogin::start(&secret("493817"), &mut OsRng).unwrap();
        assert!(is_ke1(&ke1) && ke1.len() == 96);
        let (ke2, state) = evaluate_guess(&setup, IDENTIFIER, &record, &ke1, b"run 1", &mut OsRng).unwrap();
        assert_eq!(ke2.len(), 320);
        let proof = client.finish(&secret("493817"), &ke2, b"run 1", KSF, &mut OsRng).unwrap();
        let session_key = verify_proof(&state, &proof.ke3).unwrap();
        assert_eq!(session_key.expose_secret(), proof.session_key.expose_secret());
        let unwrapped = unwrap_data_key(&proof.export_key, CredentialKind::Pin, IDENTIFIER, &wrap).unwrap();
        assert_eq!(unwrapped.expose_secret(), data_key.expose_secret());
        assert!(unwrap_data_key(&proof.export_key, CredentialKind::Answers, IDENTIFIER, &wrap).is_err());
        assert!(verify_proof(&state, &[0; 64]).is_err());
    }

    #[test]
    fn a_proof_belongs_to_one_run() {
        let setup = ServerSetup::new(&mut OsRng);
        let (record, _) = register(&setup, "493817");
        let (client, ke1) = ClientLogin::start(&secret("493817"), &mut OsRng).unwrap();
        let (ke2, _) = evaluate_guess(&setup, IDENTIFIER, &record, &ke1, b"run 1", &mut OsRng).unwrap();
        assert!(client.finish(&secret("493817"), &ke2, b"run 2", KSF, &mut OsRng).is_err());
    }

    #[test]
    fn a_wrong_pin_is_told_apart_by_the_client() {
        let setup = ServerSetup::new(&mut OsRng);
        let (record, _) = register(&setup, "493817");
        let (client, ke1) = ClientLogin::start(&secret("493818"), &mut OsRng).unwrap();
        let (ke2, _) = evaluate_guess(&setup, IDENTIFIER, &record, &ke1, b"run", &mut OsRng).unwrap();
        let result = client.finish(&secret("493818"), &ke2, b"run", KSF, &mut OsRng);
        assert_eq!(result.err(), Some(CredentialError::WrongSecret));
    }

    #[test]
    fn a_setup_is_read_back_and_with_a_byte_more_or_less_it_is_none() {
        let setup = ServerSetup::new(&mut OsRng).serialize().to_vec();
        assert_eq!(read_setup(&setup).unwrap().serialize().as_slice(), setup);
        assert!(read_setup(&[setup.as_slice(), &[0]].concat()).is_err());
        assert!(read_setup(&setup[..127]).is_err());
    }

    #[test]
    fn a_byte_too_many_is_no_message() {
        let setup = ServerSetup::new(&mut OsRng);
        let (mut record, _) = register(&setup, "493817");
        let (client, mut ke1) = ClientLogin::start(&secret("493817"), &mut OsRng).unwrap();
        let (mut ke2, state) = evaluate_guess(&setup, IDENTIFIER, &record, &ke1, b"run", &mut OsRng).unwrap();
        ke1.push(0);
        record.push(0);
        ke2.push(0);
        assert!(!is_ke1(&ke1) && !is_record(&record));
        assert!(client.finish(&secret("493817"), &ke2, b"run", KSF, &mut OsRng).is_err());
        assert!(verify_proof(&state, &[0; 65]).is_err());
        assert!(evaluate_registration(&setup, IDENTIFIER, &[0; 33]).is_err());
    }
}
