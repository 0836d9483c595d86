//! Wallets that Magic holds, in the store: their keys, which arrive sealed, and the rotations of them.
//!
//! A rotation is written down before Magic is called, and goes from stage to stage by whoever has claimed it. A claim is a due
//! time, so that another gateway goes on where a dead one stopped.

use async_trait::async_trait;
use repin_core::api::{RotationState, UnixMs};
use repin_core::error::Code;

use super::{By, MessageKey, Recorded, Reply, Result};

/// A wallet.
#[derive(Clone)]
pub struct MagicWallet {
    /// Ours, a UUID.
    pub id: String,
    /// Whose it is: the app's id.
    pub app: String,
    /// Whose it is: the user's internal id.
    pub user: String,
    /// Magic's name for it.
    pub wallet: String,
    /// Magic's name for its group.
    pub group: String,
    /// As Magic calls it.
    pub network: String,
    /// What the person may know it by.
    pub label: String,
    /// Version of the context in use; 0 before the first rotation.
    pub version: u32,
    /// Where it stands.
    pub state: RotationState,
    /// The key for signing, sealed.
    pub access_key: Vec<u8>,
    /// The key that sets a new context, sealed. Good for one use.
    pub recovery_key: Vec<u8>,
    /// When it was registered.
    pub created: UnixMs,
    /// When its keys or its state last changed.
    pub updated: UnixMs,
}

/// A wallet to be registered.
pub struct NewMagicWallet<'a> {
    /// As it shall stand there. What the store decides (version, state) is not read.
    pub wallet: MagicWallet,
    /// The host's idempotency key.
    pub key: &'a str,
    /// SHA-256 of the request's meaning.
    pub body_hash: [u8; 32],
    /// How many a user can have.
    pub max: usize,
}

/// How a registration went.
pub enum RegisteredWallet {
    /// It is new, or has new keys: it was frozen or unknown, and somebody has looked into it.
    New(MagicWallet),
    /// The same key and body came before.
    Before(MagicWallet),
    /// The same key came before with another body.
    KeyReused,
    /// The app has this wallet, and it is in order or being rotated.
    Taken,
    /// The user has as many as a user can have.
    Full,
}

/// A rotation that a person asks for.
pub struct NewRotation {
    /// A UUID.
    pub id: String,
    /// Magic's name for the wallet.
    pub wallet: String,
    /// Version of the new context.
    pub version: u32,
    /// The new context, sealed.
    pub context: Vec<u8>,
}

/// What became of a ROTATE.
pub enum BegunRotations {
    /// It was taken, with this reply.
    Taken(Reply),
    /// It was not, and why.
    Not(Recorded),
    /// Nothing was written, for this reason.
    Refused(Code),
}

/// How far a rotation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Written down. Magic was not called, or the call did not leave.
    Asked,
    /// Magic is being called. Whoever finds it so after the caller died knows nothing of what became of the call.
    Sent,
    /// An answer is in the journal.
    Received,
    /// Magic may have rotated.
    Unknown,
    /// The new keys are the wallet's.
    Done,
    /// Given up; an operator was told.
    Frozen,
}

impl Stage {
    /// Every stage.
    pub const ALL: [Self; 6] = [Self::Asked, Self::Sent, Self::Received, Self::Unknown, Self::Done, Self::Frozen];

    /// The word in the table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Asked => "ASKED",
            Self::Sent => "SENT",
            Self::Received => "RECEIVED",
            Self::Unknown => "UNKNOWN",
            Self::Done => "DONE",
            Self::Frozen => "FROZEN",
        }
    }
}

/// A rotation that was claimed.
#[derive(Clone)]
pub struct Rotation {
    /// A UUID.
    pub id: String,
    /// The wallet, with the keys that are in force as far as is known.
    pub wallet: MagicWallet,
    /// Version of the new context.
    pub version: u32,
    /// The new context, sealed.
    pub context: Vec<u8>,
    /// How far it is.
    pub stage: Stage,
    /// Calls of which nobody knows what became.
    pub lost: u32,
    /// Calls that did not come through, one after the other.
    pub waits: u32,
}

/// A step of a rotation that is no end.
pub struct Paused<'a> {
    /// Which.
    pub rotation: &'a str,
    /// By whom. Nothing is written when another has claimed it since.
    pub owner: &'a str,
    /// Whether this step follows from an answer in the journal. Nothing is written by one that does not where there is an answer by now:
    /// it came while its caller was given up.
    pub answered: bool,
    /// How far it is now.
    pub stage: Stage,
    /// What the person and the host see.
    pub state: RotationState,
    /// See [`Rotation::lost`].
    pub lost: u32,
    /// See [`Rotation::waits`].
    pub waits: u32,
    /// When to go on. `None`: not by itself.
    pub due: Option<UnixMs>,
    /// What the audit shall say of it, if anything.
    pub event: Option<&'a str>,
}

/// The new keys of a wallet, sealed.
pub struct NewKeys {
    /// For signing.
    pub access: Vec<u8>,
    /// For the next recovery.
    pub recovery: Vec<u8>,
}

/// Seals a reply about a person's wallets as they stand.
pub type SealReply<'a> = &'a (dyn Fn(&[MagicWallet]) -> Reply + Send + Sync);

/// The part of the store that wallets held by Magic use.
#[async_trait]
pub trait MagicStore: Send + Sync {
    /// Registers a wallet, and leaves an audit row.
    ///
    /// # Errors
    /// [`StoreError::Away`](super::StoreError::Away), too, where a key of it is sealed with a retired key: it would be lost with that one.
    /// So it is for contexts in [`Self::begin_rotations`] and keys in [`Self::adopt_keys`].
    async fn register_magic_wallet(&self, new: &NewMagicWallet<'_>, by: By<'_>) -> Result<RegisteredWallet>;
    /// A user's wallets, in the order of their registration.
    async fn magic_wallets(&self, user: &str) -> Result<Vec<MagicWallet>>;
    /// An app's wallet by our id.
    async fn magic_wallet(&self, app: &str, id: &str) -> Result<Option<MagicWallet>>;

    /// Takes a ROTATE: begins the rotations that can begin, leaves alone what is under way, frozen, or was rotated under this
    /// challenge before, and answers with what `seal` makes of all wallets. All of it, or nothing.
    async fn begin_rotations(
        &self,
        key: &MessageKey<'_>,
        user: &str,
        new: &[NewRotation],
        seal: SealReply<'_>,
        now: UnixMs,
    ) -> Result<BegunRotations>;
    /// Resolves when rotations may have been added since it last did.
    async fn rotations_changed(&self);

    /// Takes rotations that are due. Nobody else gets them before `until`.
    async fn claim_rotations(&self, owner: &str, until: UnixMs, limit: u32, now: UnixMs) -> Result<Vec<Rotation>>;
    /// When the next one is due.
    async fn next_rotation(&self) -> Result<Option<UnixMs>>;
    /// Writes down that Magic is called now. `false`: another has claimed it, or it is further than when it was claimed, and it must not
    /// be.
    ///
    /// # Errors
    /// [`StoreError::Away`](super::StoreError::Away), too, when the storage key `kid` is retired, with which the answer would be sealed.
    async fn send_rotation(
        &self,
        rotation: &Rotation,
        owner: &str,
        kid: &str,
        until: UnixMs,
        now: UnixMs,
    ) -> Result<bool>;
    /// Keeps an answer of Magic's as it came, sealed with whichever key, whoever has the claim: an answer comes once.
    async fn keep_reply(&self, rotation: &str, status: u16, body: &[u8], now: UnixMs) -> Result<()>;
    /// The last answer that was kept: its HTTP status, and its body, sealed.
    async fn kept_reply(&self, rotation: &str) -> Result<Option<(u16, Vec<u8>)>>;
    /// Writes down a step that is no end, and leaves an audit row for its event. `false`: another has claimed it, or there is an answer.
    async fn pause_rotation(&self, paused: &Paused<'_>, now: UnixMs) -> Result<bool>;
    /// Makes the new keys the wallet's, keeps those before, forgets the context, and leaves an audit row. `false`: another has
    /// claimed it.
    async fn adopt_keys(&self, rotation: &Rotation, owner: &str, keys: &NewKeys, now: UnixMs) -> Result<bool>;
    /// Gives a rotation up: forgets the context, keeps the answers, and leaves an audit row. `false`: another has claimed it.
    async fn freeze_rotation(&self, rotation: &Rotation, owner: &str, event: &str, now: UnixMs) -> Result<bool>;
    /// Makes a rotation that waits for an operator due once more, and leaves an audit row. `false`: the wallet has none.
    async fn retry_rotation(&self, wallet: &MagicWallet, by: By<'_>) -> Result<bool>;
    /// Ends claims whose owner cannot live any more. Where several gateways share a database they lapse by themselves.
    async fn end_orphaned_rotations(&self, now: UnixMs) -> Result<()>;
}
