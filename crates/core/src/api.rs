//! The messages of `repin/1` in protocol order, and how they become bytes.
//!
//! Plaintexts are CBOR (RFC 8949, core deterministic encoding), each struct an array in the order below; the schema as
//! CDDL is in `docs/protocol.md`. [`decode`] accepts exactly the bytes that [`encode`] makes: an unknown field, a
//! second encoding of the same value or anything after the end is refused.

use alloc::string::String;
use alloc::vec::Vec;

use crate::secret::SecretBytes;
use crate::wire::{self, Wire, Writer};
use crate::{wire_number, wire_struct};

/// The protocol's version, in every envelope and every derivation.
pub const VERSION: u8 = 1;
/// Plaintexts are padded to a multiple of this many bytes, so that a request's size does not tell its content.
pub const PADDING: usize = 256;
/// The largest plaintext either side accepts, in bytes: two credentials with their questions need less than 8 KiB.
pub const MAX_PLAINTEXT: usize = 16 * 1024;
/// A run's identity: a random UUID (RFC 9562, version 4) chosen by the client for each OPEN.
pub type RunId = [u8; 16];
/// Milliseconds since the Unix epoch, on the gateway's clock.
pub type UnixMs = u64;

/// What the person is asked to do. Circle's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChallengeType {
    /// First PIN and first answers, together.
    Initialize,
    /// First PIN.
    SetPin,
    /// First answers, by someone who proves the PIN.
    SetSecurityQuestions,
    /// A new PIN, by someone who proves the current one.
    ChangePin,
    /// A new PIN, by someone who proves the answers.
    RestorePin,
    /// A wallet's first seed, by someone who proves the PIN.
    CreateWallet,
    /// A wallet's private keys, for someone who proves the PIN.
    ExportKeys,
    /// Another way back, by someone who proves the PIN: questions, codes by e-mail, or both.
    SetRecovery,
    /// A new PIN, by someone who proves a code that was sent by e-mail.
    RestorePinByCode,
    /// A new PIN, by someone who proves such a code and then the answers.
    RestorePinByBoth,
    /// A new PIN by someone who proves the answers, and a new encryption context for every wallet held elsewhere.
    RecoverWallets,
}

impl ChallengeType {
    /// Every type.
    pub const ALL: [Self; 11] = [
        Self::Initialize,
        Self::SetPin,
        Self::SetSecurityQuestions,
        Self::ChangePin,
        Self::RestorePin,
        Self::CreateWallet,
        Self::ExportKeys,
        Self::SetRecovery,
        Self::RestorePinByCode,
        Self::RestorePinByBoth,
        Self::RecoverWallets,
    ];

    /// The name in `Challenge.type`: Circle's, and ours for what Circle has no name for.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Initialize => "INITIALIZE",
            Self::SetPin => "SET_PIN",
            Self::SetSecurityQuestions => "SET_SECURITY_QUESTIONS",
            Self::ChangePin => "CHANGE_PIN",
            Self::RestorePin => "RESTORE_PIN",
            Self::CreateWallet => "CREATE_WALLET",
            Self::ExportKeys => "EXPORT_PRIVATE_KEYS",
            Self::SetRecovery => "SET_RECOVERY",
            Self::RestorePinByCode => "RESTORE_PIN_BY_CODE",
            Self::RestorePinByBoth => "RESTORE_PIN_BY_CODE_AND_ANSWERS",
            Self::RecoverWallets => "RECOVER_WALLETS",
        }
    }

    /// The credential that has to be proved first.
    pub const fn proves(self) -> Option<CredentialKind> {
        match self {
            Self::Initialize | Self::SetPin => None,
            Self::SetSecurityQuestions
            | Self::ChangePin
            | Self::CreateWallet
            | Self::ExportKeys
            | Self::SetRecovery => Some(CredentialKind::Pin),
            Self::RestorePin | Self::RecoverWallets => Some(CredentialKind::Answers),
            Self::RestorePinByCode | Self::RestorePinByBoth => Some(CredentialKind::Code),
        }
    }

    /// The credential that has to be proved after that one. A second proof ratchets the channel once more.
    pub const fn proves_then(self) -> Option<CredentialKind> {
        match self {
            Self::RestorePinByBoth => Some(CredentialKind::Answers),
            _ => None,
        }
    }

    /// The credentials that COMMIT must carry, no more and no fewer, in this order. With none there is no COMMIT: another
    /// step ends the challenge. `SetRecovery` ends by COMMIT when answers are (a part of) the way back, else by SET_EMAIL.
    pub const fn replaces(self) -> &'static [CredentialKind] {
        match self {
            Self::Initialize => &[CredentialKind::Pin, CredentialKind::Answers],
            Self::SetSecurityQuestions | Self::SetRecovery => &[CredentialKind::Answers],
            Self::SetPin
            | Self::ChangePin
            | Self::RestorePin
            | Self::RestorePinByCode
            | Self::RestorePinByBoth
            | Self::RecoverWallets => &[CredentialKind::Pin],
            Self::CreateWallet | Self::ExportKeys => &[],
        }
    }
}

/// Which of a user's secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CredentialKind {
    /// The PIN.
    Pin,
    /// The answers to the security questions, together.
    Answers,
    /// The code that was last sent by e-mail. The gateway registers it, for the gateway makes it.
    Code,
}

impl CredentialKind {
    /// The byte that stands for it in derivations.
    pub const fn tag(self) -> u8 {
        match self {
            Self::Pin => 1,
            Self::Answers => 2,
            Self::Code => 3,
        }
    }
}

/// The step a message belongs to; in clear in the envelope, and authenticated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // the messages below are documented
pub enum Step {
    Open,
    Prove1,
    Prove2,
    Register,
    Commit,
    Cancel,
    SendCode,
    SetEmail,
    CreateWallet,
    Export,
    Rotate,
    Rotation,
}

impl Step {
    /// Every step.
    pub const ALL: [Self; 12] = [
        Self::Open,
        Self::Prove1,
        Self::Prove2,
        Self::Register,
        Self::Commit,
        Self::Cancel,
        Self::SendCode,
        Self::SetEmail,
        Self::CreateWallet,
        Self::Export,
        Self::Rotate,
        Self::Rotation,
    ];

    /// The name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "OPEN",
            Self::Prove1 => "PROVE_1",
            Self::Prove2 => "PROVE_2",
            Self::Register => "REGISTER",
            Self::Commit => "COMMIT",
            Self::Cancel => "CANCEL",
            Self::SendCode => "SEND_CODE",
            Self::SetEmail => "SET_EMAIL",
            Self::CreateWallet => "CREATE_WALLET",
            Self::Export => "EXPORT",
            Self::Rotate => "ROTATE",
            Self::Rotation => "ROTATION",
        }
    }

    /// The byte that stands for it in associated data.
    pub const fn tag(self) -> u8 {
        self as u8 + 1
    }

    /// The step with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.name() == name)
    }
}

/// What travels in clear around a sealed message: JSON
/// `{"v":1,"run":uuid,"seq":n,"step":name,"sealed":base64url}` without padding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// The client's run.
    pub run: RunId,
    /// 0 for OPEN, then one more for each message of the run.
    pub seq: u32,
    /// What the message is.
    pub step: Step,
    /// nonce (24) || XChaCha20-Poly1305 ciphertext and tag.
    pub sealed: Vec<u8>,
}

/// Argon2id's cost (RFC 9106). Stored with each record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KsfParams {
    /// Memory in KiB. The client accepts 19 MiB to 256 MiB.
    pub m_kib: u32,
    /// Passes, 1 to 10.
    pub t: u32,
    /// Lanes, 1 to 4.
    pub p: u32,
}

/// How many wrong guesses a credential still takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempts {
    /// 0 to [`Attempts::ALL`].
    pub left: u8,
    /// Set while the credential is locked.
    pub locked_until: Option<UnixMs>,
}

impl Attempts {
    /// Wrong guesses that a credential takes before it is locked.
    pub const ALL: u8 = 3;
}

/// How a question is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuestionKind {
    /// Words.
    Text,
    /// A calendar date; the answer is `YYYYMMDD`.
    Date,
}

/// A question as it may be chosen, or as it was chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Names the question in the joined answers; 1 to 64 bytes.
    pub id: String,
    /// What the person reads; 1 to 200 characters.
    pub text: String,
    /// How it is answered.
    pub kind: QuestionKind,
    /// The person's own reminder; up to 100 characters. `None` in the catalogue.
    pub hint: Option<String>,
}

/// OPEN: who asks, from where.
#[derive(Debug, PartialEq, Eq)]
pub struct OpenRequest {
    /// The app the host believes it is; checked when present.
    pub app_id: Option<String>,
    /// Origin of the page the widget runs in, e.g. `https://wallet.example`.
    pub origin: String,
    /// The widget's version, for logs.
    pub client: String,
}

/// What the client needs to show and prove.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenReply {
    /// The challenge's type.
    pub challenge_type: ChallengeType,
    /// The app, as it stands in every derivation.
    pub app_id: String,
    /// The user, as it stands in every derivation.
    pub user_id: String,
    /// The person's questions, in order; empty unless the answers are to be proved.
    pub questions: Vec<Question>,
    /// Questions to choose from; empty unless answers are to be set.
    pub catalogue: Vec<Question>,
    /// How many questions must be chosen.
    pub required_questions: u8,
    /// Digits of a PIN, 4 to 12.
    pub pin_length: u8,
    /// Cost of the record to be proved, if one is.
    pub prove_ksf: Option<KsfParams>,
    /// Cost for the records to be made.
    pub register_ksf: KsfParams,
    /// Tries left for the credential to be proved.
    pub attempts: Option<Attempts>,
    /// Which version of the normalisation rule made the answers to be proved, or is to make the new ones.
    pub answer_rule: u8,
    /// When the session token ends.
    pub session_expires_at: UnixMs,
    /// When the challenge ends.
    pub challenge_expires_at: UnixMs,
    /// The gateway's clock, to count down by.
    pub server_time: UnixMs,
    /// Answers are set, so someone who forgot the PIN has a way back.
    pub can_recover: bool,
}

/// PROVE 1: one guess. The gateway charges it before it evaluates it.
#[derive(Debug, PartialEq, Eq)]
pub struct Prove1Request {
    /// Which credential.
    pub kind: CredentialKind,
    /// OPAQUE KE1, 96 bytes.
    pub ke1: Vec<u8>,
}

/// The evaluated guess. Only the client learns at once whether it was right.
#[derive(Debug, PartialEq, Eq)]
pub struct Prove1Reply {
    /// OPAQUE KE2, 320 bytes.
    pub ke2: Vec<u8>,
    /// Tries left should this guess be wrong.
    pub attempts: Attempts,
    /// The gateway's clock.
    pub server_time: UnixMs,
}

/// PROVE 2: the proof that the guess was right.
#[derive(Debug, PartialEq, Eq)]
pub struct Prove2Request {
    /// OPAQUE KE3, 64 bytes.
    pub ke3: Vec<u8>,
}

/// What the proof opens. The first message under the ratcheted key.
#[derive(Debug, PartialEq, Eq)]
pub struct Prove2Reply {
    /// The proved credential.
    pub credential_id: Vec<u8>,
    /// The data key, wrapped under the credential's export key: 72 bytes. Empty for a code that opens nothing by itself: where the
    /// answers are proved too, and in `SetRecovery`, where it proves an address.
    pub wrap: Vec<u8>,
    /// Until when REGISTER and COMMIT are accepted.
    pub registration_open_until: UnixMs,
    /// The gateway's clock.
    pub server_time: UnixMs,
}

/// REGISTER: asks for the OPRF evaluations of the new secrets.
#[derive(Debug, PartialEq, Eq)]
pub struct RegisterRequest {
    /// One for each credential the challenge replaces, in that order.
    pub registrations: Vec<Registration>,
}

/// One new secret, blinded.
#[derive(Debug, PartialEq, Eq)]
pub struct Registration {
    /// Which credential.
    pub kind: CredentialKind,
    /// OPAQUE registration request, 32 bytes.
    pub request: Vec<u8>,
}

/// The evaluations, each with the identity of the record to be.
#[derive(Debug, PartialEq, Eq)]
pub struct RegisterReply {
    /// In the request's order.
    pub evaluations: Vec<Evaluation>,
}

/// One evaluation.
#[derive(Debug, PartialEq, Eq)]
pub struct Evaluation {
    /// Which credential.
    pub kind: CredentialKind,
    /// The new record's identity: 16 random bytes.
    pub credential_id: Vec<u8>,
    /// OPAQUE registration response, 64 bytes.
    pub response: Vec<u8>,
}

/// COMMIT: everything at once, or nothing.
#[derive(Debug, PartialEq, Eq)]
pub struct CommitRequest {
    /// One for each credential the challenge replaces, in that order.
    pub credentials: Vec<NewCredential>,
    /// The chosen questions, when answers are set; empty otherwise.
    pub questions: Vec<Question>,
    /// The rule that normalised the answers; 0 when none are set.
    pub answer_rule: u8,
}

/// A credential to be stored.
#[derive(Debug, PartialEq, Eq)]
pub struct NewCredential {
    /// Which credential.
    pub kind: CredentialKind,
    /// As REGISTER returned it.
    pub credential_id: Vec<u8>,
    /// OPAQUE registration record, 192 bytes.
    pub record: Vec<u8>,
    /// The data key, wrapped under the new export key: 72 bytes.
    pub wrap: Vec<u8>,
    /// The cost the record was made with.
    pub ksf: KsfParams,
}

/// It is done.
#[derive(Debug, PartialEq, Eq)]
pub struct CommitReply {
    /// The gateway's clock when the transaction was made.
    pub committed_at: UnixMs,
}

/// CANCEL: ends the run; the challenge stays.
#[derive(Debug, PartialEq, Eq)]
pub struct CancelRequest {}

/// The run has ended.
#[derive(Debug, PartialEq, Eq)]
pub struct CancelReply {}

/// What an error reply says beyond its code; sealed, so that nobody on the way learns it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorDetail {
    /// Circle's number, authenticated.
    pub code: i32,
    /// Set when the error is about tries.
    pub attempts: Option<Attempts>,
    /// The gateway's clock.
    pub server_time: UnixMs,
}

/// SEND_CODE: a new code to the person's address. The one before it is good for nothing any more.
#[derive(Debug, PartialEq, Eq)]
pub struct SendCodeRequest {
    /// The address to be proved, in `SetRecovery` after the PIN's proof; up to 254 bytes. `None` where it is known: in a restore.
    pub address: Option<String>,
    /// In `SetRecovery`: answers will be asked for beside the code.
    pub with_answers: bool,
}

/// A code is on its way. PROVE 1 and 2 with [`CredentialKind::Code`] prove it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendCodeReply {
    /// The address, masked as `m…@e….org`.
    pub address: String,
    /// Digits of the code.
    pub code_length: u8,
    /// Cost of the code's record.
    pub ksf: KsfParams,
    /// Tries left, over all codes of this person.
    pub attempts: Attempts,
    /// When the code can no longer be used: ten minutes after it was made.
    pub expires_at: UnixMs,
    /// From when another code can be asked for.
    pub resend_at: UnixMs,
    /// The gateway's clock.
    pub server_time: UnixMs,
}

/// SET_EMAIL: the code alone shall be the way back. Completes the challenge.
pub struct SetEmailRequest {
    /// The data key, 32 bytes, for the gateway to hold under its recovery key: with it the operator could open it. Said so in the docs.
    pub data_key: SecretBytes,
}

/// It is done.
#[derive(Debug, PartialEq, Eq)]
pub struct SetEmailReply {
    /// The gateway's clock when the transaction was made.
    pub committed_at: UnixMs,
}

/// A chain that a wallet has an address on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chain {
    /// Ethereum and every chain with its addresses.
    Ethereum,
    /// Solana.
    Solana,
}

/// What everybody may know of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Where.
    pub chain: Chain,
    /// As people write it there: EIP-55 with `0x`, or base58.
    pub address: String,
    /// BIP-44 path, e.g. `m/44'/60'/0'/0/0`.
    pub path: String,
}

/// CREATE_WALLET: the shares of a seed that was made on the device. Completes the challenge.
pub struct CreateWalletRequest {
    /// 16 random bytes.
    pub wallet_id: Vec<u8>,
    /// The person's share, sealed under the data key: 72 bytes.
    pub user_share: Vec<u8>,
    /// The gateway's share: 32 bytes.
    pub gateway_share: SecretBytes,
    /// One for each chain.
    pub addresses: Vec<Address>,
}

/// It is kept.
#[derive(Debug, PartialEq, Eq)]
pub struct CreateWalletReply {
    /// The gateway's clock when the transaction was made.
    pub committed_at: UnixMs,
}

/// EXPORT: both shares, to somebody who proved the PIN. Completes the challenge.
#[derive(Debug, PartialEq, Eq)]
pub struct ExportRequest {}

/// What the device makes the keys of.
pub struct ExportReply {
    /// 16 bytes.
    pub wallet_id: Vec<u8>,
    /// The person's share, sealed under the data key: 72 bytes.
    pub user_share: Vec<u8>,
    /// The gateway's share: 32 bytes.
    pub gateway_share: SecretBytes,
    /// As they were made.
    pub addresses: Vec<Address>,
    /// The gateway's clock when the transaction was made.
    pub exported_at: UnixMs,
}

/// ROTATE: new encryption contexts for wallets that are held elsewhere. Before COMMIT, after the proof.
pub struct RotateRequest {
    /// One for each wallet that [`RotationReply`] named.
    pub contexts: Vec<NewContext>,
}

/// A wallet's new context.
pub struct NewContext {
    /// The provider's name for the wallet.
    pub wallet: String,
    /// The version that follows on the wallet's current one.
    pub version: u32,
    /// 64 hexadecimal digits, derived from the data key.
    pub context: SecretBytes,
}

/// ROTATION: where the rotations stand. Asked before ROTATE, too, to learn which wallets there are.
#[derive(Debug, PartialEq, Eq)]
pub struct RotationRequest {}

/// The answer to ROTATE and ROTATION.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RotationReply {
    /// Every wallet of the person's, in the order of their registration.
    pub wallets: Vec<WalletRotation>,
    /// The gateway's clock.
    pub server_time: UnixMs,
}

/// Where one wallet stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalletRotation {
    /// The provider's name for the wallet.
    pub wallet: String,
    /// What the person may know it by, e.g. a network.
    pub label: String,
    /// The context's version in use; 0 before the first rotation.
    pub version: u32,
    /// See there.
    pub state: RotationState,
}

/// The states of a rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RotationState {
    /// Not asked for.
    Idle,
    /// Written down, on its way to the provider or waiting for the next try.
    Rotating,
    /// The new keys are stored, and a signature was made with them.
    Done,
    /// The provider may have rotated and its answer was lost: being looked into, nothing was moved.
    Unknown,
    /// Refused for good: an operator has been told.
    Frozen,
}

wire_struct! {
    KsfParams { m_kib, t, p }
    Attempts { left, locked_until }
    Question { id, text, kind, hint }
    OpenRequest { app_id, origin, client }
    OpenReply { challenge_type, app_id, user_id, questions, catalogue, required_questions, pin_length, prove_ksf, register_ksf, attempts, answer_rule, session_expires_at, challenge_expires_at, server_time, can_recover }
    Prove1Request { kind, ke1 }
    Prove1Reply { ke2, attempts, server_time }
    Prove2Request { ke3 }
    Prove2Reply { credential_id, wrap, registration_open_until, server_time }
    RegisterRequest { registrations }
    Registration { kind, request }
    RegisterReply { evaluations }
    Evaluation { kind, credential_id, response }
    CommitRequest { credentials, questions, answer_rule }
    NewCredential { kind, credential_id, record, wrap, ksf }
    CommitReply { committed_at }
    CancelRequest {}
    CancelReply {}
    SendCodeRequest { address, with_answers }
    SendCodeReply { address, code_length, ksf, attempts, expires_at, resend_at, server_time }
    SetEmailRequest { data_key }
    SetEmailReply { committed_at }
    Address { chain, address, path }
    CreateWalletRequest { wallet_id, user_share, gateway_share, addresses }
    CreateWalletReply { committed_at }
    ExportRequest {}
    ExportReply { wallet_id, user_share, gateway_share, addresses, exported_at }
    RotateRequest { contexts }
    NewContext { wallet, version, context }
    RotationRequest {}
    RotationReply { wallets, server_time }
    WalletRotation { wallet, label, version, state }
    ErrorDetail { code, attempts, server_time }
}

wire_number! {
    ChallengeType { Initialize = 1, SetPin = 2, SetSecurityQuestions = 3, ChangePin = 4, RestorePin = 5, CreateWallet = 6, ExportKeys = 7, SetRecovery = 8, RestorePinByCode = 9, RestorePinByBoth = 10, RecoverWallets = 11 }
    CredentialKind { Pin = 1, Answers = 2, Code = 3 }
    Step { Open = 1, Prove1 = 2, Prove2 = 3, Register = 4, Commit = 5, Cancel = 6, SendCode = 7, SetEmail = 8, CreateWallet = 9, Export = 10, Rotate = 11, Rotation = 12 }
    Chain { Ethereum = 1, Solana = 2 }
    RotationState { Idle = 1, Rotating = 2, Done = 3, Unknown = 4, Frozen = 5 }
    QuestionKind { Text = 1, Date = 2 }
}

/// Why bytes are not a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// More than [`MAX_PLAINTEXT`] bytes, or not a multiple of [`PADDING`].
    #[error("the plaintext's size is not allowed")]
    Size,
    /// Not the one encoding of the expected message.
    #[error("the plaintext is not the expected message")]
    Shape,
}

/// A message as padded plaintext: CBOR, then `0x80`, then zeros up to a multiple of [`PADDING`] (ISO/IEC 7816-4).
pub fn encode(message: &impl Wire) -> SecretBytes {
    let mut writer = Writer::with_capacity(4 * PADDING);
    message.write(&mut writer);
    padded(writer.into_bytes())
}

/// The message in a padded plaintext.
///
/// # Errors
/// [`DecodeError::Size`] before anything is parsed; [`DecodeError::Shape`] for anything but the deterministic encoding
/// of a `T`, unknown fields included.
pub fn decode<T: Wire>(plaintext: &[u8]) -> Result<T, DecodeError> {
    let message: T = wire::from_bytes(unpadded(plaintext)?).map_err(|_| DecodeError::Shape)?;
    // Encoding again is the whole strictness: unknown fields, long forms, trailing bytes and padding all differ.
    is_encoded_as(&encode(&message), plaintext).then_some(message).ok_or(DecodeError::Shape)
}

// What no message's type matters to stands apart, to be compiled once and not for each of them.

#[inline(never)]
fn padded(mut bytes: Vec<u8>) -> SecretBytes {
    bytes.push(0x80);
    bytes.resize(bytes.len().next_multiple_of(PADDING), 0);
    SecretBytes::new(bytes)
}

#[inline(never)]
fn unpadded(plaintext: &[u8]) -> Result<&[u8], DecodeError> {
    if plaintext.len() > MAX_PLAINTEXT || plaintext.is_empty() || !plaintext.len().is_multiple_of(PADDING) {
        return Err(DecodeError::Size);
    }
    let end = plaintext.iter().rposition(|byte| *byte != 0).ok_or(DecodeError::Shape)?;
    let (message, padding) = plaintext.split_at(end);
    (padding.first() == Some(&0x80)).then_some(message).ok_or(DecodeError::Shape)
}

#[inline(never)]
fn is_encoded_as(encoded: &SecretBytes, plaintext: &[u8]) -> bool {
    // Needed in clear: to be compared with what came.
    encoded.expose_secret() == plaintext
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn sample() -> Prove1Request {
        Prove1Request { kind: CredentialKind::Pin, ke1: vec![7; 96] }
    }

    #[test]
    fn a_message_survives_the_journey_and_fills_whole_blocks() {
        let plaintext = encode(&sample());
        assert_eq!(plaintext.len(), PADDING);
        assert_eq!(decode::<Prove1Request>(plaintext.expose_secret()), Ok(sample()));
    }

    #[test]
    fn an_unknown_field_is_refused() {
        // The same array with a third element, which a lenient reader would skip.
        let mut bytes = vec![0x83, 0x01, 0x41, 0x00, 0x00, 0x80];
        bytes.resize(PADDING, 0);
        assert_eq!(decode::<Prove1Request>(&bytes), Err(DecodeError::Shape));
    }

    #[test]
    fn a_second_encoding_of_the_same_value_is_refused() {
        // 0x18 0x01 is a long form of 1.
        let mut bytes = vec![0x82, 0x18, 0x01, 0x41, 0x00, 0x80];
        bytes.resize(PADDING, 0);
        assert_eq!(decode::<Prove1Request>(&bytes), Err(DecodeError::Shape));
    }

    #[test]
    fn sizes_are_bounded_before_parsing() {
        assert_eq!(decode::<CancelRequest>(&vec![0; MAX_PLAINTEXT + PADDING]), Err(DecodeError::Size));
        assert_eq!(decode::<CancelRequest>(&[0; 255]), Err(DecodeError::Size));
        assert_eq!(decode::<CancelRequest>(&[0; 256]), Err(DecodeError::Shape));
    }
}
