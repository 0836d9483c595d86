//! Each scenario as a person meets it who does what every screen asks for.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures_channel::mpsc::{self, UnboundedSender};
use futures_executor::block_on;
use repin_core::answers::Unicode;
use repin_core::api::{RotationState, UnixMs};
use repin_core::secret::SecretBytes;
use repin_mock::World;
use repin_vault::flow::{
    AnswersProblem, CodeProblem, DeadEnd, Event, Handed, PinProblem, Screen, SessionInput, ViewModel, Way,
};

/// A clock that only waiting moves.
#[derive(Clone)]
struct Still(Rc<Cell<UnixMs>>);

impl World for Still {
    fn now(&self) -> UnixMs {
        self.0.get()
    }

    async fn sleep(&self, ms: u32) {
        self.0.set(self.0.get() + UnixMs::from(ms));
    }

    fn hand_over(&self, _: &Handed) {}
}

impl Unicode for Still {
    fn nfkc(&self, text: &str) -> String {
        text.to_owned()
    }

    fn is_ignored(&self, character: char) -> bool {
        !character.is_alphanumeric()
    }
}

fn secret(text: &str) -> SecretBytes {
    SecretBytes::new(text.as_bytes().to_vec())
}

fn session(script: &str) -> SessionInput {
    SessionInput {
        user_token: secret(&format!("mock {script}")),
        encryption_key: secret(""),
        challenge_id: String::new(),
        app_id: None,
        api_base: String::new(),
        origin: String::new(),
    }
}

/// What a person does here; `None` where nothing is to be done, or waiting is all.
fn answer(view: &ViewModel, clock: &Cell<UnixMs>) -> Option<Event> {
    Some(match &view.screen {
        _ if view.busy => return None,
        Screen::Questions { .. } => Event::SubmitAnswers(vec![secret("St Marys"), secret("19880327")]),
        Screen::CurrentPin { .. } => Event::SubmitPin(secret("493817")),
        Screen::NewPin { .. } | Screen::ConfirmPin { .. } => Event::SubmitPin(secret("582914")),
        Screen::QuestionsIntro { .. } | Screen::Summary { .. } => Event::Continue,
        Screen::ChooseQuestion { number, .. } => {
            Event::SubmitQuestion { index: *number - 1, answer: secret("Rover"), hint: String::new() }
        }
        Screen::Agree | Screen::KeysWarning => Event::Agree,
        Screen::Ways { .. } => Event::ChooseWay { way: Way::Both },
        Screen::Email { .. } => Event::SubmitEmail { address: "maria@example.org".into() },
        Screen::SendCode => Event::SendCode,
        Screen::Code { .. } => Event::SubmitCode(secret("40718265")),
        Screen::Updating { wallets, .. } if wallets.iter().any(|wallet| wallet.state == RotationState::Rotating) => {
            Event::Continue
        }
        Screen::Offline | Screen::Failed { retryable: true, .. } => Event::Retry,
        Screen::Locked { until, .. } => {
            clock.set(*until);
            Event::Retry
        }
        _ => return None,
    })
}

fn closes(screen: &Screen) -> bool {
    matches!(screen, Screen::CannotRecover { .. } | Screen::Keys { .. } | Screen::Updating { .. })
}

/// The screens that were shown, without repetitions, and how the last one looked.
fn play(script: &str) -> String {
    let clock = Rc::new(Cell::new(1_000_000));
    let (events, coming) = mpsc::unbounded();
    let events: RefCell<Option<UnboundedSender<Event>>> = RefCell::new(Some(events));
    let send = |event| {
        if let Some(events) = events.borrow().as_ref() {
            events.unbounded_send(event).unwrap();
        }
    };
    send(Event::Start(session(script)));
    let mut seen: Vec<String> = Vec::new();
    block_on(repin_mock::run(Still(clock.clone()), coming, |view| {
        let name = name(&view);
        if seen.last() != Some(&name) {
            seen.push(name);
        }
        match answer(&view, &clock) {
            Some(event) => send(event),
            // The person closes where there is no way on.
            None if closes(&view.screen) => drop(events.take()),
            None => {}
        }
    }));
    seen.join(" ")
}

fn name(view: &ViewModel) -> String {
    let name = match &view.screen {
        Screen::Loading => "loading",
        Screen::Questions { problem: Some(AnswersProblem::Wrong { attempts }), .. } if !view.busy => {
            return format!("wrong:{}", attempts.left);
        }
        Screen::CurrentPin { problem: Some(PinProblem::Wrong { attempts }), .. } => {
            return format!("wrong:{}", attempts.left);
        }
        Screen::Questions { .. } => "questions",
        Screen::CurrentPin { can_recover: false, .. } => "current!",
        Screen::CurrentPin { .. } => "current",
        Screen::NewPin { problem: Some(PinProblem::Weak { .. }), .. } => "weak",
        Screen::NewPin { .. } => "new",
        Screen::ConfirmPin { .. } => "confirm",
        Screen::QuestionsIntro { .. } => "intro",
        Screen::ChooseQuestion { .. } => "choose",
        Screen::Summary { .. } => "summary",
        Screen::Agree => "agree",
        Screen::Working { .. } => "working",
        Screen::Done { challenge_type } => return format!("done:{}", challenge_type.name()),
        Screen::Locked { .. } => "locked",
        Screen::Expired { unsure: false } => "expired",
        Screen::CannotRecover { reason: DeadEnd::NoQuestions } => "no-questions",
        Screen::CannotRecover { .. } => "disabled",
        Screen::Offline => "offline",
        Screen::Failed { code, .. } => return format!("failed:{code}"),
        Screen::Ways { .. } => "ways",
        Screen::Email { .. } => "email",
        Screen::SendCode => "send",
        Screen::Code { problem: Some(CodeProblem::Wrong { attempts }), .. } => {
            return format!("wrong:{}", attempts.left);
        }
        Screen::Code { .. } => "code",
        Screen::KeysWarning => "warning",
        Screen::Keys { .. } => "keys",
        Screen::WalletReady { .. } => "wallet",
        Screen::Updating { wallets, .. } => {
            let done = wallets.iter().filter(|wallet| wallet.state == RotationState::Done).count();
            return format!("updated:{done}");
        }
        other => panic!("{other:?}"),
    };
    name.to_owned()
}

#[test]
fn every_flow_ends_well_when_nothing_is_wrong() {
    assert_eq!(play("flow=RESTORE_PIN"), "loading questions new confirm working done:RESTORE_PIN");
    assert_eq!(play("flow=CHANGE_PIN"), "loading current new confirm working done:CHANGE_PIN");
    assert_eq!(play("flow=SET_PIN"), "loading new confirm working done:SET_PIN");
    assert_eq!(play("flow=INITIALIZE"), "loading new confirm intro choose summary agree working done:INITIALIZE");
    assert_eq!(
        play("flow=SET_SECURITY_QUESTIONS"),
        "loading current! intro choose summary agree working done:SET_SECURITY_QUESTIONS"
    );
    assert_eq!(
        play("flow=SET_RECOVERY"),
        "loading current! ways email code intro choose summary agree working done:SET_RECOVERY"
    );
    assert_eq!(play("flow=RESTORE_PIN_BY_CODE"), "loading send code new confirm working done:RESTORE_PIN_BY_CODE");
    assert_eq!(
        play("flow=RESTORE_PIN_BY_CODE_AND_ANSWERS"),
        "loading send code questions new confirm working done:RESTORE_PIN_BY_CODE_AND_ANSWERS"
    );
    assert_eq!(play("flow=CREATE_WALLET"), "loading current working wallet");
    assert_eq!(play("flow=EXPORT_PRIVATE_KEYS"), "loading current warning keys");
    assert_eq!(
        play("flow=RECOVER_WALLETS"),
        "loading questions new confirm working updated:1 updated:2 done:RECOVER_WALLETS"
    );
}

#[test]
fn a_wallet_of_which_nothing_is_known_is_never_called_done() {
    let seen = play("scenario=wallet-unknown flow=RECOVER_WALLETS");
    assert!(seen.ends_with("updated:1 updated:2"), "{seen}");
}

#[test]
fn a_wrong_guess_says_what_is_left_and_the_third_locks() {
    assert_eq!(
        play("scenario=wrong-answers"),
        "loading questions wrong:2 questions wrong:1 questions new confirm working done:RESTORE_PIN"
    );
    assert_eq!(
        play("scenario=wrong-answers flow=CHANGE_PIN wrong=4"),
        "loading current wrong:2 current wrong:1 current locked loading current wrong:2 current new confirm working \
         done:CHANGE_PIN"
    );
}

#[test]
fn a_lock_ends_and_the_questions_come_back() {
    let story = "loading locked loading questions new confirm working done:RESTORE_PIN";
    assert_eq!(play("scenario=locked lock=5000"), story);
}

#[test]
fn what_cannot_go_on_stops_where_a_gateway_would_stop_it() {
    assert_eq!(play("scenario=expired"), "loading expired");
    assert_eq!(play("scenario=no-questions"), "loading no-questions");
    assert_eq!(play("scenario=no-questions flow=CHANGE_PIN"), "loading current! new confirm working done:CHANGE_PIN");
    assert_eq!(play("scenario=disabled"), "loading disabled");
    assert_eq!(play("scenario=failed code=155122"), "loading failed:155122");
    assert_eq!(play("scenario=nonsense"), "loading failed:155105");
}

#[test]
fn what_passes_is_tried_again_once() {
    assert_eq!(play("scenario=offline"), "loading questions offline questions new confirm working done:RESTORE_PIN");
    assert_eq!(play("scenario=offline flow=SET_PIN"), "loading new confirm working offline working done:SET_PIN");
    assert_eq!(
        play("scenario=error code=155707"),
        "loading questions new confirm working failed:155707 working done:RESTORE_PIN"
    );
}

#[test]
fn the_first_new_pin_is_refused_as_weak_and_the_current_one_is_not() {
    assert_eq!(play("scenario=weak-pin"), "loading questions new weak confirm working done:RESTORE_PIN");
    assert_eq!(play("scenario=weak-pin flow=CHANGE_PIN"), "loading current new weak confirm working done:CHANGE_PIN");
}
