//! What an effect came to, and where that leads.

use repin_core::api::{Attempts, ChallengeType, CredentialKind, OpenReply, UnixMs};
use repin_core::error::Code;

use super::{
    AnswersProblem, DeadEnd, Effect, Enrolment, Flow, PinProblem, Problem, Proved, Screen, SessionTimes, State,
};

/// What an effect came to.
pub enum Outcome {
    /// OPEN or a new run: what is to be done.
    Opened(Box<OpenReply>),
    /// The fresh session stands.
    Renewed(SessionTimes),
    /// The fresh session is of no use; the old one goes on until it ends.
    NotRenewed,
    /// The guess was right.
    Proved {
        /// How long the stretching took.
        stretching_ms: u32,
    },
    /// The guess was wrong and is charged.
    Wrong {
        /// What is left.
        attempts: Attempts,
        /// The gateway's clock.
        server_time: UnixMs,
    },
    /// COMMIT is done.
    Committed,
    /// It did not work.
    Failed(Failure),
}

/// Why an effect did not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Circle's code.
    pub code: Code,
    /// Set when it is about tries.
    pub attempts: Option<Attempts>,
    /// The gateway's clock.
    pub server_time: UnixMs,
}

impl Flow {
    pub(super) fn on_outcome(&mut self, outcome: Outcome) -> Option<Effect> {
        if self.is_over() {
            return None;
        }
        match (std::mem::replace(&mut self.state, State::New), outcome) {
            (_, Outcome::Opened(opened)) => self.opened(*opened),
            (State::Proving { pin, dates }, Outcome::Proved { stretching_ms }) => {
                self.proved = Proved { pin, dates };
                self.measured_ms = Some(stretching_ms);
                self.state = self.after_proof();
                None
            }
            (State::Proving { .. }, Outcome::Wrong { attempts, server_time }) => self.wrong(attempts, server_time),
            (_, Outcome::Committed) => {
                self.proved = Proved::default();
                self.go(State::Over(Screen::Done { challenge_type: self.challenge_type() }))
            }
            (state, Outcome::Renewed(times)) => {
                if let Some(opened) = &mut self.opened {
                    opened.session_expires_at = times.expires_at;
                    opened.server_time = times.server_time;
                }
                self.go(state)
            }
            (state, Outcome::Failed(failure)) => self.failed(state, failure),
            (state, _) => self.go(state),
        }
    }

    fn opened(&mut self, mut opened: OpenReply) -> Option<Effect> {
        let lock = opened.attempts.filter(|attempts| attempts.left == 0 || attempts.locked_until.is_some());
        let server_time = opened.server_time;
        self.offer.take_place_in(&mut opened);
        self.opened = Some(opened);
        match lock {
            Some(attempts) => self.locked(attempts, server_time),
            None if self.challenge_type().proves().is_some() => self.go(State::Asking(Problem::None)),
            None => self.go(State::NewPin(None)),
        }
    }

    fn after_proof(&self) -> State {
        match self.challenge_type() {
            ChallengeType::SetSecurityQuestions => State::Enrolling { pin: None, enrolment: Enrolment::default() },
            _ => State::NewPin(None),
        }
    }

    fn wrong(&mut self, attempts: Attempts, server_time: UnixMs) -> Option<Effect> {
        if attempts.left == 0 {
            return self.locked(attempts, server_time);
        }
        self.go(State::Asking(if self.asks_for_pin() {
            Problem::Pin(PinProblem::Wrong { attempts })
        } else {
            Problem::Answers(AnswersProblem::Wrong { attempts })
        }))
    }

    /// No tries and no end of the pause: disabled until the operator acts.
    fn locked(&mut self, attempts: Attempts, server_time: UnixMs) -> Option<Effect> {
        match attempts.locked_until {
            Some(until) => self.go(State::Locked { until, server_time }),
            None => self.end(Screen::CannotRecover { reason: DeadEnd::Disabled }),
        }
    }

    fn failed(&mut self, state: State, failure: Failure) -> Option<Effect> {
        match failure.code {
            Code::UserTokenExpired => self.end(Screen::Expired),
            Code::UserDoesNotSetSecurityQuestionYet => self.end(Screen::CannotRecover { reason: DeadEnd::NoQuestions }),
            // What is locked, and until when, counts only when it came sealed.
            Code::UserPinLocked | Code::SecurityAnswersLocked if let Some(attempts) = failure.attempts => {
                self.locked(attempts, failure.server_time)
            }
            code if can_be_mended(code) => {
                let commit = match state {
                    State::Committing(new) => Some(new),
                    _ => None,
                };
                self.go(State::Stuck { failure, commit })
            }
            code => self.end(Screen::Failed { code: code.number(), retryable: false }),
        }
    }

    pub(super) fn locked_kind(&self) -> CredentialKind {
        if self.asks_for_pin() { CredentialKind::Pin } else { CredentialKind::Answers }
    }
}

/// Trying again may help: not enough memory a moment ago, a lost race, a gateway that stumbled.
fn can_be_mended(code: Code) -> bool {
    matches!(
        code,
        Code::EncryptionFailed | Code::Conflict | Code::NetworkError | Code::Unknown | Code::InvalidApproveContent
    )
}
