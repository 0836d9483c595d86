//! What an effect came to, and where that leads.

use repin_core::api::{
    Address, Attempts, ChallengeType, CredentialKind, OpenReply, RotationReply, SendCodeReply, UnixMs,
};
use repin_core::error::Code;

use super::{
    AnswersProblem, CodeProblem, DeadEnd, Effect, Enrolment, Exported, Flow, PinProblem, Problem, Proved, Screen,
    SessionTimes, State, Task,
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
    /// COMMIT or SET_EMAIL is done.
    Committed,
    /// A code is on its way.
    CodeSent(Box<SendCodeReply>),
    /// The wallet is made and kept.
    WalletMade(Vec<Address>),
    /// The keys are here.
    Exported(Exported),
    /// The gateway gave its share out, or may have, and no keys came of it. The challenge is used up.
    NoKeys,
    /// How far the wallets are that are held elsewhere.
    Rotation(RotationReply),
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
    /// The gateway's clock; 0 when nothing came sealed.
    pub server_time: UnixMs,
    /// Something was sent before that nobody answered, or a guess is charged and its end not known.
    pub unsure: bool,
}

impl Failure {
    /// Whether the gateway itself said so. What came in clear is shown, and nothing is begun anew for it.
    fn is_sealed(&self) -> bool {
        self.server_time > 0
    }
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
                self.after_proof()
            }
            (State::ProvingCode, Outcome::Proved { stretching_ms }) => {
                self.measured_ms = Some(stretching_ms);
                self.code_was_right()
            }
            (State::Proving { .. }, Outcome::Wrong { attempts, server_time }) => self.wrong(attempts, server_time),
            (State::ProvingCode, Outcome::Wrong { attempts, server_time }) => match attempts.left {
                0 => self.locked(CredentialKind::Code, attempts, server_time),
                _ => self.go(State::Code(Some(CodeProblem::Wrong { attempts }))),
            },
            (State::Working(Task::SendCode), Outcome::CodeSent(sent)) => self.code_sent(*sent),
            (State::Working(Task::CreateWallet), Outcome::WalletMade(addresses)) => {
                self.end(Screen::WalletReady { addresses })
            }
            (State::Working(Task::Export), Outcome::Exported(exported)) => self.exported(exported),
            // Asking once more would be refused: another challenge is what helps.
            (State::Working(Task::Export), Outcome::NoKeys) => {
                self.end(Screen::Failed { code: Code::Unknown.number(), retryable: false })
            }
            (state, Outcome::Rotation(reply)) => self.rotation(state, reply),
            (_, Outcome::Committed) => self.updating(),
            (state, Outcome::Renewed(times)) => {
                if let Some(opened) = &mut self.opened {
                    opened.session_expires_at = times.expires_at;
                    opened.server_time = times.server_time;
                }
                // A code is good for the run that it was sent in.
                self.go(match state {
                    State::Code(_) => State::Code(Some(CodeProblem::Expired)),
                    state => state,
                })
            }
            (state, Outcome::NotRenewed) => {
                self.not_renewed += 1;
                self.go(state)
            }
            (state, Outcome::Failed(failure)) => self.failed(state, failure),
            (state, _) => self.go(state),
        }
    }

    fn opened(&mut self, mut opened: OpenReply) -> Option<Effect> {
        let attempts = opened.attempts;
        let lock = attempts.filter(|attempts| attempts.left == 0 || attempts.locked_until.is_some());
        let server_time = opened.server_time;
        self.offer.take_place_in(&mut opened);
        self.opened = Some(opened);
        // A code is good for one run, and so is what was proved.
        self.code_proved = false;
        self.proved = Proved::default();
        let too_late = self.too_late.take();
        self.sent = None;
        match (lock, self.challenge_type().proves()) {
            (Some(attempts), _) => self.locked(self.asks_for(), attempts, server_time),
            // The PIN is set, and nothing is left to be proved: a page that was loaded anew, or came back later.
            (None, _) if self.is_complete() => {
                self.state = State::Opening;
                Some(Effect::Rotation)
            }
            (None, Some(CredentialKind::Code)) if too_late.is_some() => {
                self.sent = too_late;
                self.go(State::Code(Some(CodeProblem::Expired)))
            }
            (None, Some(CredentialKind::Code)) => self.go(State::Announcing),
            (None, Some(_)) => {
                // Where the PIN comes first, it is told after that.
                self.too_late = too_late;
                // A page that was loaded anew knows nothing of the tries before, and the next may be the last.
                let used = attempts.filter(|attempts| attempts.left < Attempts::ALL);
                let problem =
                    used.map(|attempts| self.problem(PinProblem::Left { attempts }, AnswersProblem::Left { attempts }));
                self.go(State::Asking(problem.unwrap_or(Problem::None)))
            }
            (None, None) => self.go(State::NewPin(None)),
        }
    }

    fn after_proof(&mut self) -> Option<Effect> {
        match self.challenge_type() {
            ChallengeType::SetSecurityQuestions => {
                self.go(State::Enrolling { pin: None, enrolment: Enrolment::default() })
            }
            ChallengeType::SetRecovery if self.too_late.is_some() => {
                self.sent = self.too_late.take();
                self.go(State::Code(Some(CodeProblem::Expired)))
            }
            ChallengeType::SetRecovery => self.begin_way_back(),
            ChallengeType::CreateWallet => self.work(Task::CreateWallet),
            ChallengeType::ExportKeys => self.go(State::Warned),
            // What the wallets are sealed with hangs on no PIN: they are under way while one is chosen.
            ChallengeType::RecoverWallets => self.work(Task::Rotate),
            _ => self.go(State::NewPin(None)),
        }
    }

    fn wrong(&mut self, attempts: Attempts, server_time: UnixMs) -> Option<Effect> {
        if attempts.left == 0 {
            return self.locked(self.asks_for(), attempts, server_time);
        }
        let problem = self.problem(PinProblem::Wrong { attempts }, AnswersProblem::Wrong { attempts });
        self.go(State::Asking(problem))
    }

    /// With what is asked for.
    fn problem(&self, pin: PinProblem, answers: AnswersProblem) -> Problem {
        if self.asks_for_pin() { Problem::Pin(pin) } else { Problem::Answers(answers) }
    }

    /// No tries and no end of the pause: disabled until the operator acts.
    pub(super) fn locked(&mut self, kind: CredentialKind, attempts: Attempts, server_time: UnixMs) -> Option<Effect> {
        match attempts.locked_until {
            Some(until) => self.go(State::Locked { kind, until, server_time }),
            None => self.end(Screen::CannotRecover { reason: DeadEnd::Disabled }),
        }
    }

    /// A new run, in which the code that was sent is known to be too old.
    fn start_over_with_code(&mut self) -> Option<Effect> {
        // Before it has begun: what was proved goes now, and a run that is refused does not begin another.
        self.code_proved = false;
        self.proved = Proved::default();
        self.too_late = self.sent.take();
        self.state = State::Opening;
        Some(Effect::Reopen)
    }

    fn failed(&mut self, state: State, failure: Failure) -> Option<Effect> {
        let kind = match state {
            State::ProvingCode | State::Working(Task::SendCode) => CredentialKind::Code,
            _ => self.asks_for(),
        };
        match (state, failure.code) {
            // The PIN is set, and the rest goes on by itself: there is nothing to be tried again.
            (State::Updating { .. }, _) => self.go(State::Updating { is_asking: false }),
            // The PIN comes first: how far the wallets are is only news.
            (State::Working(Task::Look(new)), _) => self.work(Task::Commit(new)),
            (state, Code::UserTokenExpired) => {
                self.end(Screen::Expired { unsure: failure.unsure && state.is_unsure() })
            }
            // Too late for what the code opened, and a code is good once: from the beginning, where another can be sent.
            (state, Code::UserOtpTokenExpired | Code::InvalidApproveContent)
                if self.code_proved && failure.is_sealed() =>
            {
                if let State::Working(Task::Commit(new)) = state {
                    self.keep(new);
                }
                self.start_over_with_code()
            }
            // The PIN's proof is too old for a code to be sent to a new address, or taken from it: from the PIN on, in time.
            (State::ProvingCode | State::Working(Task::SendCode), Code::InvalidApproveContent)
                if self.is_new_address() && failure.is_sealed() =>
            {
                self.start_over_with_code()
            }
            (_, Code::UserDoesNotSetSecurityQuestionYet) => {
                self.end(Screen::CannotRecover { reason: DeadEnd::NoQuestions })
            }
            // Too late for this code, or there is none: another is sent when the person asks for it.
            (State::ProvingCode, Code::UserOtpTokenExpired | Code::UserOtpNotFound) => {
                self.go(State::Code(Some(CodeProblem::Expired)))
            }
            (State::Working(Task::SendCode), Code::UserEmailInvalid) if self.is_new_address() => {
                self.go(State::Email { is_wrong: true })
            }
            // What is locked, and until when, counts only when it came sealed.
            (_, Code::UserPinLocked | Code::SecurityAnswersLocked | Code::UserOtpIsLocked)
                if let Some(attempts) = failure.attempts =>
            {
                self.locked(kind, attempts, failure.server_time)
            }
            (state, code) if can_be_mended(code) => {
                let task = match state {
                    State::Working(task) => Some(task),
                    _ => None,
                };
                self.go(State::Stuck { failure, task })
            }
            (_, code) => self.end(Screen::Failed { code: code.number(), retryable: false }),
        }
    }
}

/// Trying again may help: not enough memory a moment ago, a lost race, a gateway that stumbled.
fn can_be_mended(code: Code) -> bool {
    matches!(
        code,
        Code::EncryptionFailed
            | Code::Conflict
            | Code::NetworkError
            | Code::Unknown
            | Code::InvalidApproveContent
            | Code::EmailSendingFailed
            | Code::UserOtpSendCountsOverLimit
    )
}
