//! What the person sees and does, as data: [`Event`] comes from the face, [`ViewModel`] goes to it, and a pure state
//! machine stands between them: `State + Input -> State + Effect`. No text for people, no time, no I/O, no keys.
//!
//! Event and ViewModel cross the worker boundary as CBOR, so that a PIN never becomes a JavaScript string on the way.

mod enrol;
mod new_pin;
mod offer;
mod outcome;
mod prove;
mod steps;
mod view;
mod wallet;
mod way_back;

use std::rc::Rc;

use repin_core::answers::Unicode;
use repin_core::api::{ChallengeType, CredentialKind, OpenReply, Question, SendCodeReply, UnixMs, WalletRotation};
use repin_core::error::Code;
use repin_core::secret::SecretBytes;

pub use outcome::{Failure, Outcome};
pub use view::*;
pub use wallet::{Exported, Handed};

use crate::session::NewSecrets;
use enrol::Enrolment;
use offer::Offer;

/// What the runner is asked to do; its result comes back as an [`Outcome`].
pub enum Effect {
    /// OPEN with this session.
    Open(SessionInput),
    /// A new run of the same session: after a lock, or to try again.
    Reopen,
    /// OPEN with a fresh token; keep what is proved.
    Renew(SessionInput),
    /// PROVE 1 and 2, of the PIN or the answers.
    Prove(Rc<SecretBytes>),
    /// SEND_CODE. The address is told where it is to be proved, and known where a PIN is restored.
    SendCode {
        /// As the person typed it.
        address: Option<String>,
        /// Answers will be asked for beside the code.
        with_answers: bool,
    },
    /// PROVE 1 and 2, of the code that was sent last.
    ProveCode(Rc<SecretBytes>),
    /// SET_EMAIL.
    SetEmail,
    /// CREATE_WALLET.
    CreateWallet,
    /// EXPORT.
    Export,
    /// ROTATION and ROTATE: starts what is to be renewed of the wallets that are held elsewhere.
    Rotate,
    /// ROTATION: how far it is, also when the challenge is complete.
    Rotation,
    /// REGISTER and COMMIT.
    Commit(NewSecrets),
    /// Hands key material to the page, which asked for it a moment ago. Without an outcome.
    HandOver(Handed),
    /// CANCEL, without waiting for anyone.
    Cancel,
}

/// What the flow reacts to.
pub enum Input {
    /// From the face.
    Event(Event),
    /// From the runner, once for each effect but `Cancel` and `HandOver`.
    Outcome(Outcome),
}

/// The whole flow.
pub struct Flow {
    state: State,
    /// The host's own questions, if it has any.
    offer: Offer,
    /// Set from the first OPEN on.
    opened: Option<OpenReply>,
    /// What was proved, for the rules that compare a new PIN with it.
    proved: Proved,
    /// How long one stretching took here.
    measured_ms: Option<u32>,
    /// The ways back that the host leaves to choose from; empty leaves all.
    ways: Vec<Way>,
    /// The way that was chosen.
    way: Option<Way>,
    /// The address that was typed; empty until then.
    address: String,
    /// The last code: where it went, and what it is good for.
    sent: Option<SendCodeReply>,
    /// A code was proved in this run.
    code_proved: bool,
    /// The code whose time was over before the new PIN was set, while a new run begins.
    too_late: Option<SendCodeReply>,
    /// Questions and answers that were chosen beside that code: they are not asked for again.
    kept: Option<NewSecrets>,
    /// The wallets that are held elsewhere, and how far each is.
    wallets: Vec<WalletRotation>,
    /// How many fresh sessions were of no use.
    not_renewed: u32,
}

/// What is known of the proved secret until the flow ends.
#[derive(Default)]
struct Proved {
    pin: Option<Rc<SecretBytes>>,
    /// Date answers as `YYYYMMDD`.
    dates: Vec<SecretBytes>,
}

/// Where the person is. Each state holds only what it needs.
enum State {
    /// Waiting for the host's session.
    New,
    /// OPEN is on its way.
    Opening,
    /// Asked for answers or the current PIN.
    Asking(Problem),
    /// A proof is on its way.
    Proving { pin: Option<Rc<SecretBytes>>, dates: Vec<SecretBytes> },
    /// "I can't remember my answers".
    CannotRemember,
    /// Asked for a new PIN.
    NewPin(Option<PinProblem>),
    /// Asked for it again.
    ConfirmPin { first: Rc<SecretBytes>, problem: Option<PinProblem> },
    /// Choosing questions. Holds the new PIN of INITIALIZE.
    Enrolling { pin: Option<Rc<SecretBytes>>, enrolment: Enrolment },
    /// Choosing a way back.
    Ways,
    /// Asked for an e-mail address; the last one was none.
    Email { is_wrong: bool },
    /// About to have a code sent, where the address is known.
    Announcing,
    /// Asked for the code.
    Code(Option<CodeProblem>),
    /// Its proof is on its way.
    ProvingCode,
    /// What exporting keys means.
    Warned,
    /// The keys are here, and shown when they are asked for.
    Keys(Exported),
    /// The PIN is set; wallets held elsewhere are still being updated. `is_asking`: the gateway tells how far they are.
    Updating { is_asking: bool },
    /// Something that needs nobody is on its way.
    Working(Task),
    /// Something went wrong that trying again may mend; what was entered is kept.
    Stuck { failure: Failure, task: Option<Task> },
    /// All three tries are used.
    Locked { kind: CredentialKind, until: UnixMs, server_time: UnixMs },
    /// The end. Nothing secret is left.
    Over(Screen),
}

impl State {
    /// Something was sent that counts, or changes what there is, and is not answered yet.
    fn is_unsure(&self) -> bool {
        matches!(
            self,
            Self::Proving { .. }
                | Self::ProvingCode
                | Self::Working(Task::Commit(_) | Task::SetEmail | Task::CreateWallet | Task::Export)
        )
    }
}

/// What can be tried again as it was.
#[derive(Clone)]
enum Task {
    Commit(NewSecrets),
    SendCode,
    SetEmail,
    CreateWallet,
    Export,
    Rotate,
    /// A last look at the wallets before these are committed.
    Look(NewSecrets),
}

/// What was wrong with the last guess.
enum Problem {
    None,
    Answers(AnswersProblem),
    Pin(PinProblem),
}

impl Default for Flow {
    fn default() -> Self {
        Self {
            state: State::New,
            offer: Offer::default(),
            opened: None,
            proved: Proved::default(),
            measured_ms: None,
            ways: Vec::new(),
            way: None,
            address: String::new(),
            sent: None,
            code_proved: false,
            too_late: None,
            kept: None,
            wallets: Vec::new(),
            not_renewed: 0,
        }
    }
}

impl Flow {
    /// Moves on. What does not fit the state changes nothing.
    pub fn update(&mut self, input: Input, unicode: &impl Unicode) -> Option<Effect> {
        match input {
            Input::Event(Event::Cancel) => self.end(Screen::Cancelled),
            Input::Event(Event::SessionEnded) => self.end(Screen::Expired { unsure: self.state.is_unsure() }),
            Input::Event(Event::Renew(session)) if self.can_renew() => Some(Effect::Renew(session)),
            Input::Event(event) => self.on_event(event, unicode),
            Input::Outcome(outcome) => self.on_outcome(outcome),
        }
    }

    /// Whether the flow has ended: the worker can go.
    pub fn is_over(&self) -> bool {
        matches!(self.state, State::Over(_))
    }

    fn on_event(&mut self, event: Event, unicode: &impl Unicode) -> Option<Effect> {
        match (std::mem::replace(&mut self.state, State::New), event) {
            (State::New, Event::Offer { questions, required }) => {
                self.offer = Offer::new(questions, required);
                None
            }
            (State::New, Event::Ways(ways)) => {
                self.ways = ways;
                None
            }
            (State::New, Event::Start(session)) => {
                self.state = State::Opening;
                Some(Effect::Open(session))
            }
            (State::Asking(_), Event::SubmitAnswers(answers)) if !self.asks_for_pin() => {
                self.submit_answers(&answers, unicode)
            }
            (State::Asking(_), Event::SubmitPin(pin)) if self.asks_for_pin() => self.submit_current_pin(pin),
            (State::Asking(_), Event::CannotRemember) if !self.asks_for_pin() => self.go(State::CannotRemember),
            (State::Asking(_) | State::Locked { kind: CredentialKind::Pin, .. }, Event::ForgotPin)
                if self.can_recover() =>
            {
                self.end(Screen::HandedOver)
            }
            (State::CannotRemember, Event::Back | Event::Retry) => self.go(State::Asking(Problem::None)),
            (State::NewPin(_), Event::SubmitPin(pin)) => self.submit_new_pin(pin),
            (State::ConfirmPin { .. }, Event::ChooseDifferentPin | Event::Back) => self.go(State::NewPin(None)),
            (State::ConfirmPin { first, .. }, Event::SubmitPin(pin)) => self.confirm_pin(first, &pin),
            (State::Enrolling { enrolment, .. }, Event::Back) if self.chose_before(&enrolment) => self.go(State::Ways),
            (State::Enrolling { pin, enrolment }, event) => self.enrol(pin, enrolment, event, unicode),
            (State::Ways, Event::ChooseWay { way }) if self.ways().contains(&way) => self.choose(way),
            (State::Email { .. }, Event::Back) if self.can_choose() => self.go(State::Ways),
            (State::Email { .. }, Event::SubmitEmail { address }) => self.submit_email(address),
            (State::Announcing | State::Code(_), Event::SendCode) => self.work(Task::SendCode),
            (State::Code(_), Event::Back) if self.is_new_address() => self.go(State::Email { is_wrong: false }),
            // Only another one helps.
            (State::Code(problem @ Some(CodeProblem::Expired)), Event::SubmitCode(_)) => self.go(State::Code(problem)),
            (State::Code(_), Event::SubmitCode(code)) => self.submit_code(code),
            (State::Warned, Event::Agree) => self.work(Task::Export),
            (State::Keys(exported), Event::ShowKeys) => self.hand_over(exported, Handed::Keys),
            (State::Keys(exported), Event::SaveKeys) => self.hand_over(exported, Handed::File),
            (State::Updating { is_asking: true }, Event::Continue) => {
                self.state = State::Updating { is_asking: true };
                Some(Effect::Rotation)
            }
            (State::Locked { .. }, Event::Retry) => {
                self.state = State::Opening;
                Some(Effect::Reopen)
            }
            (State::Stuck { task: Some(Task::SendCode), .. }, Event::Back) => self.go(self.before_sending()),
            (State::Stuck { task, .. }, Event::Retry) => match task {
                Some(task) => self.work(task),
                None => {
                    self.state = State::Opening;
                    Some(Effect::Reopen)
                }
            },
            (unmoved, _) => self.go(unmoved),
        }
    }

    #[inline(never)]
    fn go(&mut self, state: State) -> Option<Effect> {
        self.state = state;
        None
    }

    /// Ends the flow and lets go of every secret. A run that was opened is closed on the gateway too.
    fn end(&mut self, screen: Screen) -> Option<Effect> {
        let is_complete = matches!(self.state, State::Keys(_) | State::Updating { .. });
        let close = self.opened.is_some() && !is_complete && matches!(screen, Screen::Cancelled | Screen::HandedOver);
        self.proved = Proved::default();
        self.kept = None;
        if !self.is_over() {
            self.state = State::Over(screen);
            return close.then_some(Effect::Cancel);
        }
        None
    }

    /// Sets about something, for the first time or again.
    fn work(&mut self, task: Task) -> Option<Effect> {
        let effect = match &task {
            Task::Commit(new) => Effect::Commit(new.clone()),
            Task::SendCode => self.send_code(),
            Task::SetEmail => Effect::SetEmail,
            Task::CreateWallet => Effect::CreateWallet,
            Task::Export => Effect::Export,
            Task::Rotate => Effect::Rotate,
            Task::Look(_) => Effect::Rotation,
        };
        self.state = State::Working(task);
        Some(effect)
    }

    /// A fresh token makes sense while the person is in the middle of something.
    fn can_renew(&self) -> bool {
        let is_in_the_middle = !matches!(
            self.state,
            State::New | State::Opening | State::Keys(_) | State::Updating { .. } | State::Over(_)
        );
        self.opened.is_some() && is_in_the_middle
    }

    fn challenge_type(&self) -> ChallengeType {
        self.opened.as_ref().map_or(ChallengeType::RestorePin, |opened| opened.challenge_type)
    }

    /// What is asked for before anything is done: after a code, the answers beside it.
    fn asks_for(&self) -> CredentialKind {
        let challenge = self.challenge_type();
        let then = challenge.proves_then().filter(|_| self.code_proved);
        then.or(challenge.proves()).unwrap_or(CredentialKind::Pin)
    }

    fn asks_for_pin(&self) -> bool {
        self.asks_for() == CredentialKind::Pin
    }

    /// The PIN is asked for, and there is a way around it.
    fn can_recover(&self) -> bool {
        self.asks_for_pin() && self.opened.as_ref().is_some_and(|opened| opened.can_recover)
    }

    fn questions(&self) -> &[Question] {
        self.opened.as_ref().map_or(&[], |opened| &opened.questions)
    }

    fn pin_length(&self) -> u8 {
        self.opened.as_ref().map_or(6, |opened| opened.pin_length)
    }
}

impl Flow {
    /// What to show now.
    pub fn view(&self) -> ViewModel {
        let (screen, step, can_go_back) = self.screen();
        let of = self.steps();
        let is_behind = self.is_over() || matches!(self.state, State::Keys(_) | State::Updating { .. });
        ViewModel {
            screen,
            progress: step.filter(|_| of > 0).map(|step| Progress { step, of }),
            can_go_back,
            busy: matches!(
                self.state,
                State::Proving { .. }
                    | State::ProvingCode
                    | State::Working(Task::SendCode | Task::SetEmail | Task::Export | Task::Rotate)
            ),
            challenge_type: self.opened.as_ref().map(|opened| opened.challenge_type),
            // Once it is done nothing depends on the session any more.
            session: self
                .opened
                .as_ref()
                .filter(|_| !is_behind)
                .map(|opened| SessionTimes { expires_at: opened.session_expires_at, server_time: opened.server_time }),
            not_renewed: self.not_renewed,
        }
    }

    /// The screen, its step, and whether there is a way back.
    fn screen(&self) -> (Screen, Option<u8>, bool) {
        let length = self.pin_length();
        let before_pin = self.steps_before_pin();
        let is_first = before_pin == 0;
        match &self.state {
            State::New | State::Opening => (Screen::Loading, None, false),
            State::Asking(problem) => (self.asking(problem), Some(self.step_of_asking()), false),
            State::Proving { .. } | State::Working(Task::Rotate) => {
                (self.asking(&Problem::None), Some(self.step_of_asking()), false)
            }
            State::CannotRemember => {
                (Screen::CannotRecover { reason: DeadEnd::CannotRemember }, Some(self.step_of_asking()), true)
            }
            State::NewPin(problem) => {
                (Screen::NewPin { length, problem: problem.clone(), first: is_first }, Some(before_pin + 1), false)
            }
            State::ConfirmPin { problem, .. } => {
                (Screen::ConfirmPin { length, problem: problem.clone(), first: is_first }, Some(before_pin + 2), true)
            }
            State::Enrolling { pin, enrolment } => {
                let (screen, behind, can_go_back) = self.enrolment_view(enrolment);
                let before = self.steps_before_questions(pin.is_some());
                (screen, Some(before + behind + 1), can_go_back || self.chose_before(enrolment))
            }
            State::Ways => (Screen::Ways { ways: self.ways() }, Some(2), false),
            State::Email { is_wrong } => (self.email(*is_wrong), Some(self.steps_before_code()), self.can_choose()),
            State::Announcing => (Screen::SendCode, Some(1), false),
            State::Code(problem) => self.code(problem.clone()),
            State::ProvingCode | State::Working(Task::SetEmail) => self.code(None),
            State::Working(Task::SendCode) if self.sent.is_some() => self.code(None),
            State::Working(Task::SendCode) if self.is_new_address() => {
                (self.email(false), Some(self.steps_before_code()), self.can_choose())
            }
            State::Working(Task::SendCode) => (Screen::SendCode, Some(1), false),
            State::Warned | State::Working(Task::Export) => (Screen::KeysWarning, Some(2), false),
            State::Keys(exported) => (Screen::Keys { addresses: exported.addresses.clone() }, None, false),
            State::Updating { is_asking } => {
                (Screen::Updating { wallets: self.wallets.clone(), is_asking: *is_asking }, None, false)
            }
            State::Working(Task::CreateWallet) => (self.working(0), None, false),
            State::Working(Task::Commit(new) | Task::Look(new)) => {
                (self.working(u8::from(new.pin.is_some()) + u8::from(new.answers.is_some())), None, false)
            }
            State::Stuck { failure, task } => {
                let is_mail = matches!(task, Some(Task::SendCode));
                let until = failure.attempts.and_then(|attempts| attempts.locked_until);
                let screen = match (failure.code, until) {
                    (Code::UserOtpSendCountsOverLimit, Some(until)) => Screen::TooEarly { until },
                    (code, _) => Screen::Failed { code: code.number(), retryable: true },
                };
                (screen, None, is_mail)
            }
            State::Locked { kind, until, server_time } => {
                let can_recover = *kind == CredentialKind::Pin && self.can_recover();
                (Screen::Locked { kind: *kind, until: *until, server_time: *server_time, can_recover }, None, false)
            }
            State::Over(screen) => (screen.clone(), None, false),
        }
    }

    fn asking(&self, problem: &Problem) -> Screen {
        if self.asks_for_pin() {
            let problem = match problem {
                Problem::Pin(problem) => Some(problem.clone()),
                _ => None,
            };
            return Screen::CurrentPin { length: self.pin_length(), problem, can_recover: self.can_recover() };
        }
        let problem = match problem {
            Problem::Answers(problem) => Some(problem.clone()),
            _ => None,
        };
        Screen::Questions { questions: self.questions().to_vec(), problem }
    }

    fn working(&self, stretchings: u8) -> Screen {
        Screen::Working { stretchings, measured_ms: self.measured_ms, challenge_type: self.challenge_type() }
    }
}
