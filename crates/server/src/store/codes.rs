//! Codes by e-mail: the one that was sent, whom it brings back, and how often one may be sent.

use repin_core::api::UnixMs;

use super::{Credential, User};

/// How a person comes back who forgot the PIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// Not at all.
    None,
    /// By the answers to the security questions.
    Answers,
    /// By a code that is sent by e-mail.
    Code,
    /// By such a code and then the answers.
    Both,
}

/// The address that is (a part of) a person's way back.
#[derive(Clone)]
pub struct RecoveryEmail {
    /// Sealed with the storage key.
    pub address: Vec<u8>,
    /// The data key, sealed with the recovery key. `None` where the answers are asked for beside the code.
    pub data_key: Option<Vec<u8>>,
}

impl User {
    /// Which way back is set.
    pub fn recovery(&self) -> Recovery {
        match (&self.email, &self.answers) {
            (None, None) => Recovery::None,
            (None, Some(_)) => Recovery::Answers,
            (Some(email), _) if email.data_key.is_some() => Recovery::Code,
            (Some(_), Some(_)) => Recovery::Both,
            // Never written: an address without a data key opens nothing.
            (Some(_), None) => Recovery::None,
        }
    }
}

/// A code that is asked for.
pub struct CodeClaim<'a> {
    /// Whose (internal id).
    pub user: &'a str,
    /// Names the user and the address where codes are counted.
    pub tags: [[u8; 32]; 2],
    /// Whether what was sent to the address holds this one back, too, whoever asked for it. Not where the address is the user's own, which
    /// they have proved: strangers would keep them from their way back.
    pub is_new_address: bool,
}

/// Whether a code may be sent.
pub enum CodeClaimed {
    /// It may: the message is taken and the code counted. From when the next one may be.
    Granted(UnixMs),
    /// Not before this time. Nothing was taken.
    TooEarly(UnixMs),
    /// The same message came before and is being answered.
    UnderWay,
    /// See there.
    Not(super::Recorded),
}

/// A code that was sent.
pub struct SentCode<'a> {
    /// Whose (internal id).
    pub user: &'a str,
    /// Its record. The counter is not looked at: the one of the codes before goes on.
    pub credential: Credential,
    /// Until when it is good.
    pub expires_at: UnixMs,
}

/// A new way back, in place of the one before.
pub enum WayBack {
    /// The answers that are committed with it.
    Answers,
    /// An address, with the data key sealed for it.
    Code(RecoveryEmail),
    /// An address and the answers that are committed with it.
    Both(RecoveryEmail),
}

impl WayBack {
    /// The address, where there is one.
    pub fn email(&self) -> Option<&RecoveryEmail> {
        match self {
            Self::Answers => None,
            Self::Code(email) | Self::Both(email) => Some(email),
        }
    }
}
