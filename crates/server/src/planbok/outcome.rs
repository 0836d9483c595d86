//! How a challenge stands, from what is written of it and of its page.

use repin_core::error::Code;

use crate::store::{Challenge, Ended, Link, Status};

/// How a challenge stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It can still be carried out.
    Pending,
    /// It was.
    Verified,
    /// The person left.
    Cancelled,
    /// It cannot be any more, for this reason if there is a number for it.
    Failed(Option<Code>),
}

impl Outcome {
    /// What is complete is complete, whatever a page said.
    pub fn of(challenge: &Challenge, link: Option<&Link>) -> Self {
        match (challenge.status, link.and_then(|link| link.ended)) {
            (Status::Complete, _) => Self::Verified,
            (_, Some(Ended::Cancelled)) => Self::Cancelled,
            (_, Some(Ended::Failed(code))) => Self::Failed(code),
            (Status::Failed | Status::Expired, None) => Self::Failed(challenge.error),
            (Status::Pending | Status::InProgress, None) => Self::Pending,
        }
    }

    /// The word on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Verified => "verified",
            Self::Cancelled => "cancelled",
            Self::Failed(_) => "failed",
        }
    }

    /// Why it failed.
    pub const fn error(self) -> Option<Code> {
        match self {
            Self::Failed(code) => code,
            _ => None,
        }
    }
}
