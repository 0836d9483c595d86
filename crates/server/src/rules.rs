//! When a challenge may be created, and when it may still be committed: the user's state against the challenge's type.

use repin_core::api::{ChallengeType, CredentialKind, UnixMs};
use repin_core::error::Code;

use crate::attempts::locked_code;
use crate::store::User;

/// Why this user cannot get a challenge of this type now, if so.
pub fn refuse_creation(kind: ChallengeType, user: &User, now: UnixMs) -> Option<Code> {
    if user.disabled {
        return Some(Code::UserWasDisabled);
    }
    if let Some(code) = refuse_commit(kind, user.pin.is_some(), user.answers.is_some()) {
        return Some(code);
    }
    let proves = kind.proves()?;
    match proves {
        CredentialKind::Pin if user.pin.is_none() => Some(Code::UserDoesNotSetPinYet),
        CredentialKind::Answers if user.answers.is_none() => Some(Code::UserDoesNotSetSecurityQuestionYet),
        _ => user.is_locked(proves, now).then_some(locked_code(proves)),
    }
}

/// Why this person can have no wallet made or exported, if so. A wallet is made once, and only for somebody who can come back to
/// it; other types do not ask.
pub const fn refuse_wallet(kind: ChallengeType, has_way_back: bool, has_wallet: bool) -> Option<Code> {
    match kind {
        ChallengeType::CreateWallet if has_wallet => Some(Code::WalletExists),
        ChallengeType::CreateWallet if !has_way_back => Some(Code::UserDoesNotSetSecurityQuestionYet),
        ChallengeType::ExportKeys if !has_wallet => Some(Code::WalletNotFound),
        _ => None,
    }
}

/// Why a challenge of this type must not write its credentials, if so: first times happen once.
pub const fn refuse_commit(kind: ChallengeType, has_pin: bool, has_answers: bool) -> Option<Code> {
    match kind {
        ChallengeType::Initialize if has_pin => Some(Code::UserWasInitialized),
        ChallengeType::SetPin if has_pin => Some(Code::UserHasSetPin),
        ChallengeType::Initialize | ChallengeType::SetSecurityQuestions if has_answers => {
            Some(Code::UserHasSetSecurityQuestion)
        }
        _ => None,
    }
}
