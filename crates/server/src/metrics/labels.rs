//! What a label can say. Each is a number of HTTP's or Circle's, or a text that stands in this program; there is no label for
//! anything that a caller, a host or a person chose.

use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};
use repin_core::api::{ChallengeType, CredentialKind};

use crate::magic;
use crate::route::Route;
use crate::store::Outcome;

/// A request that was answered.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct Request {
    pub method: &'static str,
    pub route: Route,
    pub status: u16,
    /// Circle's code in the answer; 0 for none.
    pub code: i32,
}

/// A route, whatever came of the request.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct OfRoute {
    pub route: Route,
}

/// What was guessed at.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct OfCredential {
    credential: &'static str,
}

impl OfCredential {
    /// PIN or answers.
    pub fn of(kind: CredentialKind) -> Self {
        let credential = match kind {
            CredentialKind::Pin => "pin",
            CredentialKind::Answers => "answers",
            CredentialKind::Code => "code",
        };
        Self { credential }
    }
}

/// What a challenge asks for.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct OfType {
    r#type: &'static str,
}

impl OfType {
    /// By Circle's name.
    pub fn of(kind: ChallengeType) -> Self {
        Self { r#type: kind.name() }
    }
}

/// What became of a try to deliver a webhook, or of a rotation.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct OfOutcome {
    outcome: &'static str,
}

impl OfOutcome {
    /// Every outcome there is.
    pub const ALL: [Self; 4] =
        [Self { outcome: "delivered" }, Self { outcome: "retry" }, Self { outcome: "dead" }, Self { outcome: "gone" }];

    /// What became of a rotation of a wallet that Magic holds.
    pub fn of_rotation(outcome: magic::Outcome) -> Self {
        Self { outcome: outcome.name() }
    }

    /// In a word.
    pub fn of(outcome: Outcome) -> Self {
        let [delivered, retry, dead, gone] = Self::ALL;
        match outcome {
            Outcome::Delivered => delivered,
            Outcome::Retry(_) => retry,
            Outcome::Dead => dead,
            Outcome::Gone => gone,
        }
    }
}

/// An operation of the store, by its name in the trait.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct OfOperation {
    pub operation: &'static str,
}

/// Why the store did not do its work.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct OfReason {
    /// `away` or `failed`.
    pub reason: &'static str,
}

/// Work that nobody asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // the names say it
pub enum Task {
    Sweep,
    Clock,
    Probe,
    Webhooks,
    Magic,
    Audit,
}

impl Task {
    /// Every one there is.
    pub const ALL: [Self; 6] = [Self::Sweep, Self::Clock, Self::Probe, Self::Webhooks, Self::Magic, Self::Audit];

    /// In a word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sweep => "sweep",
            Self::Clock => "clock",
            Self::Probe => "probe",
            Self::Webhooks => "webhooks",
            Self::Magic => "magic",
            Self::Audit => "audit",
        }
    }
}

/// A task.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct OfTask {
    task: &'static str,
}

impl OfTask {
    /// By its name.
    pub fn of(task: Task) -> Self {
        Self { task: task.name() }
    }
}

/// What a connection to the database does.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct OfState {
    /// `in_use` or `idle`.
    pub state: &'static str,
}

/// A key of the ring. Both are in its file's name.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct OfKey {
    pub purpose: &'static str,
    pub kid: String,
}

impl EncodeLabelValue for Route {
    fn encode(&self, encoder: &mut LabelValueEncoder) -> Result<(), std::fmt::Error> {
        EncodeLabelValue::encode(&self.as_str(), encoder)
    }
}
