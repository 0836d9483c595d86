//! Which of our challenges answers which of Planbok's calls, by what the person has.

use axum::http::StatusCode;
use repin_core::api::ChallengeType;
use repin_core::error::Code;

use super::refusal::Refusal;
use crate::store::User;

/// What a person can prove who forgot the PIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(dead_code)] // codes by e-mail come with the fields of a user that tell of them
pub enum WayBack {
    /// The answers to their questions.
    Answers,
    /// A code that is sent by e-mail.
    Code,
    /// A code, and then the answers.
    Both,
}

/// A person's way back, if they have one.
pub fn way_back(user: &User) -> Option<WayBack> {
    user.answers.is_some().then_some(WayBack::Answers)
}

/// For `reset-pin`.
///
/// # Errors
/// 155111 without a way back.
pub fn reset(user: &User) -> Result<ChallengeType, Refusal> {
    Ok(match way_back(user).ok_or(Code::UserDoesNotSetSecurityQuestionYet)? {
        WayBack::Answers => ChallengeType::RestorePin,
        WayBack::Code => ChallengeType::RestorePinByCode,
        WayBack::Both => ChallengeType::RestorePinByBoth,
    })
}

/// For `recovery`: the first way back, or another one.
pub fn recovery(user: &User) -> ChallengeType {
    match way_back(user) {
        None => ChallengeType::SetSecurityQuestions,
        Some(_) => ChallengeType::SetRecovery,
    }
}

/// Planbok's rule, and ours: nothing is put behind a PIN that nobody could get back.
///
/// # Errors
/// 403 without a way back.
pub fn require(user: &User) -> Result<(), Refusal> {
    const MESSAGE: &str = "The customer has to set up recovery first: POST /v2/customers/{id}/recovery";
    way_back(user).map(drop).ok_or_else(|| Refusal::new(StatusCode::FORBIDDEN, MESSAGE))
}
