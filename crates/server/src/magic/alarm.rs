//! What an operator has to hear: a line in the log, and a count to be alarmed by. The audit row is written with the step itself.

use crate::gateway::Gateway;
use crate::store::Rotation;

/// What became of a step of a rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The new keys are the wallet's.
    Done,
    /// Magic does not answer, or refuses this gateway: it is asked again and again.
    Waiting,
    /// An answer was lost. Magic is asked once more.
    Unknown,
    /// That answer was lost, too. Somebody has to look.
    Stuck,
    /// Given up. Somebody has to look.
    Frozen,
    /// An answer cannot be written down, and is tried to be again.
    Unwritten,
}

impl Outcome {
    /// Every outcome there is.
    pub const ALL: [Self; 6] = [Self::Done, Self::Waiting, Self::Unknown, Self::Stuck, Self::Frozen, Self::Unwritten];

    /// In a word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Waiting => "waiting",
            Self::Unknown => "unknown",
            Self::Stuck => "stuck",
            Self::Frozen => "frozen",
            Self::Unwritten => "unwritten",
        }
    }
}

/// Says what became of a rotation, and why: ids of ours and words of this program, never a key or a context.
pub fn tell(gateway: &Gateway, rotation: &Rotation, outcome: Outcome, why: &str) {
    gateway.metrics.magic_rotation(outcome);
    let (wallet, outcome_name) = (&rotation.wallet.id, outcome.name());
    match outcome {
        Outcome::Done => tracing::info!(rotation = rotation.id, wallet, outcome = outcome_name, "magic"),
        Outcome::Unknown => {
            tracing::warn!(rotation = rotation.id, wallet, outcome = outcome_name, why, "magic");
        }
        _ => tracing::error!(rotation = rotation.id, wallet, outcome = outcome_name, why, "magic"),
    }
}
