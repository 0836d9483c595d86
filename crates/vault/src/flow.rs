//! What the person sees and does, as data: [`Event`] comes from the face, [`ViewModel`] goes to it, and a pure state
//! machine stands between them: `State + Input -> State + Effect`. No text for people, no time, no I/O, no keys.
//!
//! Event and ViewModel cross the worker boundary as CBOR, so that a PIN never becomes a JavaScript string on the way.

mod enrol;
mod new_pin;
mod offer;
mod outcome;
mod prove;
mod view;

use std::rc::Rc;

use repin_core::answers::Unicode;
use repin_core::api::{ChallengeType, OpenReply, Question, UnixMs};
use repin_core::secret::SecretBytes;

pub use outcome::{Failure, Outcome};
pub use view::*;

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
    /// PROVE 1 and 2.
    Prove(Rc<SecretBytes>),
    /// REGISTER and COMMIT.
    Commit(NewSecrets),
    /// CANCEL, without waiting for anyone.
    Cancel,
}

/// What the flow reacts to.
pub enum Input {
    /// From the face.
    Event(Event),
    /// From the runner, once for each effect but `Cancel`.
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
    /// REGISTER and COMMIT are on their way.
    Committing(NewSecrets),
    /// Something went wrong that trying again may mend; what was entered is kept.
    Stuck { failure: Failure, commit: Option<NewSecrets> },
    /// Three wrong tries.
    Locked { until: UnixMs, server_time: UnixMs },
    /// The end. Nothing secret is left.
    Over(Screen),
}

/// What was wrong with the last guess.
enum Problem {
    None,
    Answers(AnswersProblem),
    Pin(PinProblem),
}

impl Default for Flow {
    fn default() -> Self {
        Self { state: State::New, offer: Offer::default(), opened: None, proved: Proved::default(), measured_ms: None }
    }
}

impl Flow {
    /// Moves on. What does not fit the state changes nothing.
    pub fn update(&mut self, input: Input, unicode: &impl Unicode) -> Option<Effect> {
        match input {
            Input::Event(Event::Cancel) => self.end(Screen::Cancelled),
            Input::Event(Event::SessionEnded) => self.end(Screen::Expired),
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
            (State::New, Event::Start(session)) => {
                self.state = State::Opening;
                Some(Effect::Open(session))
            }
            (State::Asking(_), Event::SubmitAnswers(answers)) if !self.asks_for_pin() => {
                self.submit_answers(&answers, unicode)
            }
            (State::Asking(_), Event::SubmitPin(pin)) if self.asks_for_pin() => self.submit_current_pin(pin),
            (State::Asking(_), Event::CannotRemember) if !self.asks_for_pin() => self.go(State::CannotRemember),
            (State::Asking(_) | State::Locked { .. }, Event::ForgotPin) if self.can_recover() => {
                self.end(Screen::HandedOver)
            }
            (State::CannotRemember, Event::Back | Event::Retry) => self.go(State::Asking(Problem::None)),
            (State::NewPin(_), Event::SubmitPin(pin)) => self.submit_new_pin(pin),
            (State::ConfirmPin { .. }, Event::ChooseDifferentPin | Event::Back) => self.go(State::NewPin(None)),
            (State::ConfirmPin { first, .. }, Event::SubmitPin(pin)) => self.confirm_pin(first, &pin),
            (State::Enrolling { pin, enrolment }, event) => self.enrol(pin, enrolment, event, unicode),
            (State::Locked { .. }, Event::Retry) => {
                self.state = State::Opening;
                Some(Effect::Reopen)
            }
            (State::Stuck { commit, .. }, Event::Retry) => match commit {
                Some(new) => self.commit(new),
                None => {
                    self.state = State::Opening;
                    Some(Effect::Reopen)
                }
            },
            (unmoved, _) => self.go(unmoved),
        }
    }

    fn go(&mut self, state: State) -> Option<Effect> {
        self.state = state;
        None
    }

    /// Ends the flow and lets go of every secret. A run that was opened is closed on the gateway too.
    fn end(&mut self, screen: Screen) -> Option<Effect> {
        let close = self.opened.is_some() && matches!(screen, Screen::Cancelled | Screen::HandedOver);
        self.proved = Proved::default();
        if !self.is_over() {
            self.state = State::Over(screen);
            return close.then_some(Effect::Cancel);
        }
        None
    }

    fn commit(&mut self, new: NewSecrets) -> Option<Effect> {
        self.state = State::Committing(new.clone());
        Some(Effect::Commit(new))
    }

    /// A fresh token makes sense while the person is in the middle of something.
    fn can_renew(&self) -> bool {
        self.opened.is_some() && !matches!(self.state, State::New | State::Opening | State::Over(_))
    }

    fn challenge_type(&self) -> ChallengeType {
        self.opened.as_ref().map_or(ChallengeType::RestorePin, |opened| opened.challenge_type)
    }

    fn asks_for_pin(&self) -> bool {
        !matches!(self.challenge_type(), ChallengeType::RestorePin)
    }

    /// The PIN is asked for, and the answers are a way around it.
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
        ViewModel {
            screen,
            progress: step.filter(|_| of > 0).map(|step| Progress { step, of }),
            can_go_back,
            busy: matches!(self.state, State::Proving { .. }),
            session: self
                .opened
                .as_ref()
                .filter(|_| !self.is_over())
                .map(|opened| SessionTimes { expires_at: opened.session_expires_at, server_time: opened.server_time }),
        }
    }

    /// How many steps the whole way has.
    fn steps(&self) -> u8 {
        let questions = self.required_questions() + 3;
        match self.challenge_type() {
            ChallengeType::Initialize => 2 + questions,
            ChallengeType::SetSecurityQuestions => 1 + questions,
            ChallengeType::SetPin => 2,
            ChallengeType::ChangePin | ChallengeType::RestorePin => 3,
            // Shown by no flow yet.
            _ => 0,
        }
    }

    /// The screen, its step, and whether there is a way back.
    fn screen(&self) -> (Screen, Option<u8>, bool) {
        let length = self.pin_length();
        // Steps before the new PIN: the proof, if there is one.
        let proof = u8::from(self.challenge_type().proves().is_some());
        match &self.state {
            State::New | State::Opening => (Screen::Loading, None, false),
            State::Asking(problem) => (self.asking(problem), Some(1), false),
            State::Proving { .. } => (self.asking(&Problem::None), Some(1), false),
            State::CannotRemember => (Screen::CannotRecover { reason: DeadEnd::CannotRemember }, Some(1), true),
            State::NewPin(problem) => {
                (Screen::NewPin { length, problem: problem.clone(), first: proof == 0 }, Some(proof + 1), false)
            }
            State::ConfirmPin { problem, .. } => {
                (Screen::ConfirmPin { length, problem: problem.clone(), first: proof == 0 }, Some(proof + 2), true)
            }
            State::Enrolling { pin, enrolment } => {
                let before = if pin.is_some() { 2 } else { 1 };
                let (screen, behind, can_go_back) = self.enrolment_view(enrolment);
                (screen, Some(before + behind + 1), can_go_back)
            }
            State::Committing(new) => {
                let stretchings = u8::from(new.pin.is_some()) + u8::from(new.answers.is_some());
                let (measured_ms, challenge_type) = (self.measured_ms, self.challenge_type());
                (Screen::Working { stretchings, measured_ms, challenge_type }, None, false)
            }
            State::Stuck { failure, .. } => {
                (Screen::Failed { code: failure.code.number(), retryable: true }, None, false)
            }
            State::Locked { until, server_time } => {
                let (kind, can_recover) = (self.locked_kind(), self.can_recover());
                (Screen::Locked { kind, until: *until, server_time: *server_time, can_recover }, None, false)
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
}
