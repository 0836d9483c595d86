//! What goes into the store and comes out of it.

use std::ops::Add;

use repin_core::api::{Attempts, ChallengeType, CredentialKind, KsfParams, RunId, UnixMs};
use repin_core::credential::CredentialId;
use repin_core::error::Code;

use super::RecoveryEmail;
use crate::attempts::Counter;

/// Whether a database that answers can be worked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// It can.
    Ready,
    /// It is open for reading only.
    ReadOnly,
    /// Its disk takes nothing new.
    Full,
    /// A newer program has changed the tables to what this one does not know.
    Newer,
}

/// Connections to the database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Connections {
    /// Held by an operation.
    pub in_use: u32,
    /// Open, and waiting for work.
    pub idle: u32,
    /// As many as there may be.
    pub limit: u32,
}

impl Add for Connections {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            in_use: self.in_use.saturating_add(other.in_use),
            idle: self.idle.saturating_add(other.idle),
            limit: self.limit.saturating_add(other.limit),
        }
    }
}

/// An app: what everything a host owns hangs on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppIdentity {
    /// The App ID, a UUID.
    pub id: String,
    /// The owner of the app, a UUID.
    pub entity_id: String,
}

/// A user and the credentials they have.
#[derive(Clone)]
pub struct User {
    /// Ours, a UUID; stands in every derivation.
    pub id: String,
    /// App ID of their app.
    pub app: String,
    /// The host's name for them.
    pub user_id: String,
    /// When they were created.
    pub created: UnixMs,
    /// Whether the operator has shut them out.
    pub disabled: bool,
    /// The PIN, when set.
    pub pin: Option<Credential>,
    /// The answers, when set.
    pub answers: Option<Credential>,
    /// When an operator last unlocked the PIN.
    pub pin_unlocked: Option<UnixMs>,
    /// When an operator last unlocked the answers.
    pub answers_unlocked: Option<UnixMs>,
    /// The code that was last sent by e-mail, whether it can still be used or not: the guesses at all codes count here.
    pub code: Option<Credential>,
    /// Until when it is good; 0 when it was used.
    pub code_expires_at: UnixMs,
    /// When an operator last unlocked codes.
    pub code_unlocked: Option<UnixMs>,
    /// The address that is (a part of) the way back.
    pub email: Option<RecoveryEmail>,
}

impl User {
    /// The credential of a kind, when set.
    pub fn credential(&self, kind: CredentialKind) -> Option<&Credential> {
        match kind {
            CredentialKind::Pin => self.pin.as_ref(),
            CredentialKind::Answers => self.answers.as_ref(),
            CredentialKind::Code => self.code.as_ref(),
        }
    }

    /// Whether somebody who forgot the PIN could set a new one. What a wallet hangs on must not be lost with it.
    pub fn has_way_back(&self) -> bool {
        self.answers.is_some() || self.email.is_some()
    }

    /// Whether the credential of a kind is set and takes no guess now.
    pub fn is_locked(&self, kind: CredentialKind, now: UnixMs) -> bool {
        self.credential(kind).is_some_and(|credential| credential.counter.is_locked(now))
    }
}

/// A credential as stored.
#[derive(Clone)]
pub struct Credential {
    /// Names the record.
    pub id: CredentialId,
    /// PIN or answers.
    pub kind: CredentialKind,
    /// The OPAQUE setup it was registered with.
    pub setup_kid: String,
    /// OPAQUE registration record, 192 bytes.
    pub record: Vec<u8>,
    /// The user's data key, wrapped: 72 bytes.
    pub wrap: Vec<u8>,
    /// Cost the record was made with.
    pub ksf: KsfParams,
    /// Rule that normalised the answers; 0 for a PIN.
    pub answer_rule: u8,
    /// The questions and hints, sealed; `None` for a PIN.
    pub questions: Option<Vec<u8>>,
    /// Guesses so far. A new credential starts at zero.
    pub counter: Counter,
}

impl Credential {
    /// A user's, of which there is one of each kind at most.
    pub fn by_kind(of_user: impl IntoIterator<Item = Self>) -> [Option<Self>; 2] {
        let [mut pin, mut answers] = [None, None];
        for credential in of_user {
            match credential.kind {
                CredentialKind::Pin => pin = Some(credential),
                CredentialKind::Answers => answers = Some(credential),
                CredentialKind::Code => {}
            }
        }
        [pin, answers]
    }
}

/// Whether a credential is set and takes a guess. Circle's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // Circle's names say it
pub enum CredentialStatus {
    Enabled,
    Unset,
    Locked,
}

impl CredentialStatus {
    /// Every status.
    pub const ALL: [Self; 3] = [Self::Enabled, Self::Unset, Self::Locked];

    /// The status of a credential, or of its absence.
    pub fn of(credential: Option<&Credential>, now: UnixMs) -> Self {
        match credential {
            None => Self::Unset,
            Some(credential) if credential.counter.is_locked(now) => Self::Locked,
            Some(_) => Self::Enabled,
        }
    }

    /// The name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Enabled => "ENABLED",
            Self::Unset => "UNSET",
            Self::Locked => "LOCKED",
        }
    }
}

/// Which users are wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct UserFilter {
    /// With a PIN of this status.
    pub pin: Option<CredentialStatus>,
    /// With answers of this status.
    pub answers: Option<CredentialStatus>,
}

/// Where a challenge stands. Circle's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // Circle's names say it
pub enum Status {
    Pending,
    InProgress,
    Complete,
    Failed,
    Expired,
}

impl Status {
    /// The name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::InProgress => "IN_PROGRESS",
            Self::Complete => "COMPLETE",
            Self::Failed => "FAILED",
            Self::Expired => "EXPIRED",
        }
    }

    /// Every status.
    pub const ALL: [Self; 5] = [Self::Pending, Self::InProgress, Self::Complete, Self::Failed, Self::Expired];

    /// The status with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}

/// A challenge as it stands at the time of asking.
#[derive(Clone, Debug)]
pub struct Challenge {
    /// A UUID in lower case.
    pub id: String,
    /// What the person is asked to do.
    pub kind: ChallengeType,
    /// Where it stands.
    pub status: Status,
    /// Why it failed or expired.
    pub error: Option<Code>,
    /// A UUID for the host's books.
    pub correlation_id: String,
    /// When it can no longer be used.
    pub expires_at: UnixMs,
}

/// A challenge to be created.
pub struct NewChallenge<'a> {
    /// For whom (internal id).
    pub user: &'a str,
    /// What for.
    pub kind: ChallengeType,
    /// The route it was asked for at; idempotency keys are counted for each.
    pub endpoint: &'a str,
    /// The host's idempotency key.
    pub key: &'a str,
    /// SHA-256 of the request's meaning.
    pub body_hash: [u8; 32],
    /// When it will expire.
    pub expires_at: UnixMs,
}

/// How the creation of a challenge went.
pub enum Created {
    /// It is new.
    New(Challenge),
    /// The same key and body came before; this is what they created.
    Before(Challenge),
    /// The same key came before with another body.
    KeyReused,
    /// The user is not in the state it needs.
    Refused(Code),
}

/// A run of a challenge.
#[derive(Clone)]
pub struct Run {
    /// SHA-256 of the token it was opened with.
    pub token_hash: [u8; 32],
    /// Hash of OPEN's sealed request and reply; a proof belongs to them.
    pub opening: [u8; 32],
    /// Number of the last message taken.
    pub last_seq: u32,
    /// Messages after this one are under the ratcheted key; set by the proof.
    pub ratchet_seq: Option<u32>,
    /// Until when REGISTER and COMMIT are accepted.
    pub registration_open_until: Option<UnixMs>,
    /// Sealed state between messages.
    pub state: Option<Vec<u8>>,
    /// Whether it has ended.
    pub ended: bool,
}

/// A user and the app they are of.
pub struct Member {
    /// The app.
    pub app: AppIdentity,
    /// The user.
    pub user: User,
}

/// Where a message says that it belongs.
pub struct Arrived<'a> {
    /// The challenge.
    pub challenge: &'a str,
    /// The run.
    pub run: RunId,
    /// The message's number.
    pub seq: u32,
}

/// What is known of a message's place when it arrives.
pub struct Arrival {
    /// The challenge.
    pub challenge: Challenge,
    /// The run, if there is one.
    pub run: Option<Run>,
    /// What came before under the message's number.
    pub seen: Option<Seen>,
}

/// A run to be opened.
pub struct NewRun<'a> {
    /// Whose (internal id).
    pub user: &'a str,
    /// The session it belongs to.
    pub token_hash: [u8; 32],
    /// Hash of OPEN's sealed request and reply.
    pub opening: [u8; 32],
    /// Set when nothing has to be proved.
    pub registration_open_until: Option<UnixMs>,
}

/// Names one message: its place and its bytes.
#[derive(Clone, Copy)]
pub struct MessageKey<'a> {
    /// The challenge.
    pub challenge: &'a str,
    /// The run.
    pub run: RunId,
    /// The message's number.
    pub seq: u32,
    /// SHA-256 of its sealed bytes.
    pub hash: [u8; 32],
}

/// A reply as it went over the wire.
#[derive(Clone, PartialEq, Eq)]
pub struct Reply {
    /// `None` for success.
    pub code: Option<Code>,
    /// Sealed for the client.
    pub sealed: Vec<u8>,
}

/// A message that came before under the same number.
pub struct Seen {
    /// SHA-256 of its sealed bytes.
    pub hash: [u8; 32],
    /// `None` for a guess that was charged and not yet evaluated.
    pub reply: Option<Reply>,
}

/// What a message changes in its run.
#[derive(Default)]
pub struct Change {
    /// New sealed state.
    pub state: Option<Vec<u8>>,
    /// A proof succeeded.
    pub proved: Option<Proved>,
    /// The run is over.
    pub ends: bool,
}

/// A successful proof: clears the credential's counter, ratchets the run, opens registration.
pub struct Proved {
    /// The credential.
    pub credential: CredentialId,
    /// Which: a code is spent by it.
    pub kind: CredentialKind,
    /// Until when registration is open; `None` when another proof has to come first.
    pub registration_open_until: Option<UnixMs>,
    /// When the try that was right locked it, if it was the last one: the lock is none, and who waits to be told of it is not.
    pub locked_at: Option<UnixMs>,
    /// Whether it was the last one of all, which locks for good and at no time.
    pub was_last: bool,
}

/// Whether a message was taken.
pub enum Recorded {
    /// It was, with the reply given.
    Now,
    /// The same bytes were taken before; send this reply again.
    Before(Reply),
    /// Other bytes were taken under this number, or the number is not the next one.
    Conflict,
    /// The run has ended.
    Ended,
}

/// What became of a guess's charge.
pub enum Charge {
    /// It was charged, here or when the same bytes came before; evaluate it. Tries left include it.
    Charged(Attempts),
    /// The credential takes no guess now. Nothing was charged.
    Locked(Counter),
    /// Nothing was charged, for another reason.
    Not(Recorded),
}

/// Everything a COMMIT writes.
pub struct Commit<'a> {
    /// Whose (internal id).
    pub user: &'a str,
    /// What the challenge is.
    pub kind: ChallengeType,
    /// The new credentials.
    pub credentials: Vec<Credential>,
}

/// How a COMMIT went.
pub enum Committed {
    /// See there; with `Now` everything was written.
    Recorded(Recorded),
    /// Nothing was written, for this reason.
    Refused(Code),
}
