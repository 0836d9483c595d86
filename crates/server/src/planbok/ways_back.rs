//! Which of our challenges answers which of Planbok's calls, by what the person has.

use axum::http::StatusCode;
use repin_core::api::ChallengeType;
use repin_core::error::Code;

use super::refusal::Refusal;
use crate::rules::restore;
use crate::store::{Recovery, User};

/// For `reset-pin`.
///
/// # Errors
/// 155111 without a way back.
pub fn reset(user: &User) -> Result<ChallengeType, Refusal> {
    restore(user.recovery()).ok_or_else(|| Code::UserDoesNotSetSecurityQuestionYet.into())
}

/// For `recovery`: the first way back, or another one. Where no mail is sent, the first is questions, and nobody is offered another.
/// Whoever left before there was a PIN has that to set, too.
pub fn recovery(user: &User, sends_mail: bool) -> ChallengeType {
    match user.recovery() {
        Recovery::None if user.pin.is_none() => ChallengeType::Initialize,
        Recovery::None if !sends_mail => ChallengeType::SetSecurityQuestions,
        _ => ChallengeType::SetRecovery,
    }
}

/// What the page leaves of the ways to choose from, by their names in `recoveryWays`; everything where it is nothing.
pub fn left(kind: ChallengeType, sends_mail: bool) -> Option<&'static [&'static str]> {
    (kind == ChallengeType::SetRecovery && !sends_mail).then_some(&["questions"])
}

/// Planbok's rule, and ours: nothing is put behind a PIN that nobody could get back.
///
/// # Errors
/// 403 without a way back.
pub fn require(user: &User) -> Result<(), Refusal> {
    const MESSAGE: &str = "The customer has to set up recovery first: POST /v2/customers/{id}/recovery";
    user.has_way_back().then_some(()).ok_or_else(|| Refusal::new(StatusCode::FORBIDDEN, MESSAGE))
}
