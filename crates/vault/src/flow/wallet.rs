//! Wallets: one is made, its keys are exported, those held elsewhere are updated.

use std::rc::Rc;

use repin_core::api::{Address, ChallengeType, RotationReply, RotationState};
use repin_core::secret::SecretBytes;

use super::{Effect, Flow, Proved, Screen, State, Task};
use crate::session;

/// What EXPORT came to, on this device. The keys stay in the vault but for what the person asks to see or to save.
pub struct Exported {
    /// What everybody may know, in the order of the keys.
    pub addresses: Vec<Address>,
    /// The private keys as wallets import them, UTF-8, one a line.
    pub keys: Rc<SecretBytes>,
    /// The file to save: CSV (RFC 4180), UTF-8.
    pub csv: Rc<SecretBytes>,
}

impl From<session::Exported> for Exported {
    fn from(exported: session::Exported) -> Self {
        let session::Exported { addresses, csv, keys } = exported;
        // Made as large as it gets, so that no half-grown copy is left behind; the parts are erased with what they came in.
        let length = keys.iter().map(|key| key.private_key.len() + 1).sum();
        let mut lines = Vec::with_capacity(length);
        for key in &keys {
            if !lines.is_empty() {
                lines.push(b'\n');
            }
            // Needed in clear: joined to what the page is handed.
            lines.extend_from_slice(key.private_key.expose_secret());
        }
        Self { addresses, keys: Rc::new(SecretBytes::new(lines)), csv: Rc::new(csv) }
    }
}

/// Key material on its way to the page. It is asked for by an event, posted once and in no view model: those are kept,
/// compared and shown again.
pub enum Handed {
    /// To be shown.
    Keys(Rc<SecretBytes>),
    /// To be saved as a file.
    File(Rc<SecretBytes>),
}

impl Handed {
    /// The number that stands before the bytes on the way to the page.
    pub const KEYS: u8 = 0;
    /// As [`Handed::KEYS`].
    pub const FILE: u8 = 1;

    /// The number, and the bytes.
    pub fn parts(&self) -> (u8, &SecretBytes) {
        match self {
            Self::Keys(keys) => (Self::KEYS, keys),
            Self::File(csv) => (Self::FILE, csv),
        }
    }
}

impl Flow {
    /// The PIN's part is over: nothing of it is needed to show keys.
    pub(super) fn exported(&mut self, exported: Exported) -> Option<Effect> {
        self.proved = Proved::default();
        self.go(State::Keys(exported))
    }

    pub(super) fn hand_over(&mut self, exported: Exported, as_what: fn(Rc<SecretBytes>) -> Handed) -> Option<Effect> {
        let handed = match as_what(Rc::clone(&exported.keys)) {
            Handed::File(_) => Handed::File(Rc::clone(&exported.csv)),
            keys => keys,
        };
        self.state = State::Keys(exported);
        Some(Effect::HandOver(handed))
    }

    /// Whether wallets are followed whose challenge is complete: the gateway then names no cost of a proof.
    pub(super) fn is_complete(&self) -> bool {
        let asks_for_nothing = self.opened.as_ref().is_some_and(|opened| opened.prove_ksf.is_none());
        self.challenge_type() == ChallengeType::RecoverWallets && asks_for_nothing
    }

    /// Started while the PIN is chosen, and looked after once it is set: what is under way goes on when the person leaves.
    pub(super) fn rotation(&mut self, state: State, reply: RotationReply) -> Option<Effect> {
        self.wallets = reply.wallets;
        match state {
            State::Working(Task::Rotate) => self.go(State::NewPin(None)),
            State::Working(Task::Look(new)) => self.work(Task::Commit(new)),
            State::Updating { .. } | State::Opening => self.updating(),
            state => self.go(state),
        }
    }

    /// On to the end when every wallet has its new context. What is frozen is not waited for: only an operator can help.
    pub(super) fn updating(&mut self) -> Option<Effect> {
        self.proved = Proved::default();
        let is_done = self.wallets.iter().all(|wallet| wallet.state == RotationState::Done);
        let is_moving = |state| matches!(state, RotationState::Idle | RotationState::Rotating | RotationState::Unknown);
        let is_asking = self.wallets.iter().any(|wallet| is_moving(wallet.state));
        self.go(match is_done {
            true => State::Over(Screen::Done { challenge_type: self.challenge_type() }),
            false => State::Updating { is_asking },
        })
    }
}
