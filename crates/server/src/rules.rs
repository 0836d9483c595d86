//! When a challenge may be created, and when it may still be committed: the user's state against the challenge's type.

use repin_core::api::{ChallengeType, CredentialKind, UnixMs};
use repin_core::error::Code;

use crate::attempts::locked_code;
use crate::store::{Recovery, User};

/// Why this user cannot get a challenge of this type now, if so.
pub fn refuse_creation(kind: ChallengeType, user: &User, now: UnixMs) -> Option<Code> {
    if user.disabled {
        return Some(Code::UserWasDisabled);
    }
    if let Some(code) = refuse_commit(kind, user.pin.is_some(), user.recovery() != Recovery::None) {
        return Some(code);
    }
    let proves = kind.proves()?;
    if proves == CredentialKind::Pin && user.pin.is_none() {
        return Some(Code::UserDoesNotSetPinYet);
    }
    if !takes(kind, user.recovery()) {
        return Some(Code::UserDoesNotSetSecurityQuestionYet);
    }
    let locked = |kind: &CredentialKind| user.is_locked(*kind, now);
    [Some(proves), kind.proves_then()].into_iter().flatten().find(locked).map(locked_code)
}

/// Whether a challenge of this type goes by the way back that is set: answers alone bring nobody back who is asked for a code, too.
pub fn takes(kind: ChallengeType, recovery: Recovery) -> bool {
    match kind {
        ChallengeType::RestorePin | ChallengeType::RecoverWallets => recovery == Recovery::Answers,
        ChallengeType::RestorePinByCode => recovery == Recovery::Code,
        ChallengeType::RestorePinByBoth => recovery == Recovery::Both,
        _ => true,
    }
}

/// The challenge that gives somebody with this way back a new PIN. `None` without one.
pub const fn restore(recovery: Recovery) -> Option<ChallengeType> {
    match recovery {
        Recovery::None => None,
        Recovery::Answers => Some(ChallengeType::RestorePin),
        Recovery::Code => Some(ChallengeType::RestorePinByCode),
        Recovery::Both => Some(ChallengeType::RestorePinByBoth),
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
pub const fn refuse_commit(kind: ChallengeType, has_pin: bool, has_way_back: bool) -> Option<Code> {
    match kind {
        ChallengeType::Initialize if has_pin => Some(Code::UserWasInitialized),
        ChallengeType::SetPin if has_pin => Some(Code::UserHasSetPin),
        ChallengeType::Initialize | ChallengeType::SetSecurityQuestions if has_way_back => {
            Some(Code::UserHasSetSecurityQuestion)
        }
        _ => None,
    }
}
