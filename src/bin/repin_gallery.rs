//! Every state of the widget from fixed data, with no vault behind it: for pictures, and for the accessibility run. Never
//! shipped. `tests/gallery/` is the page that hosts it.

use repin_core::api::{
    Address, Attempts, Chain, ChallengeType, CredentialKind, Question, QuestionKind, RotationState, UnixMs,
    WalletRotation,
};
use repin_core::pin_policy::Weakness;
use repin_vault::flow::{
    AnswersProblem, CodeProblem, DeadEnd, Handed, PinProblem, Progress, QuestionProblem, Screen, SessionTimes,
    ViewModel, Way,
};
use std::cell::RefCell;

use leptos::mount::mount_to;
use repin::component::{PinRecovery, PinRecoveryProps};
use repin::face::{Face, Host, Outcome, loading};
use repin::i18n::Texts;
use repin::i18n::by_name::list;
use repin_vault::flow::Event;
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

const MINUTE: UnixMs = 60_000;
/// Of the words that everybody knows ("test test … junk"), and of a key of 32 zeros: nobody's.
const KEYS: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80
111111111111111111111111111111114zvwRjXUKGfvwnParsHAS3HuSVzV5cA4McphgmoCtaj";

fn main() {}

thread_local! {
    /// Takes the state that is shown down again.
    static SHOWN: RefCell<Option<Box<dyn FnOnce()>>> = const { RefCell::new(None) };
}

/// The states there are.
#[wasm_bindgen]
pub fn names() -> Vec<String> {
    states().into_iter().map(|(name, _)| name.to_owned()).collect()
}

/// Shows a state in `container`. `options` is `{locale?, messages?, still?}`, `messages` being a parsed locale file or a
/// list: the state shown before goes, unless `still` is set, which also leaves the focus alone.
#[wasm_bindgen]
pub fn show(container: HtmlElement, name: &str, options: JsValue) {
    let option = |name: &str| js_sys::Reflect::get(&options, &name.into()).unwrap_or_default();
    let still = option("still").is_truthy();
    let texts = (option("locale").as_string(), list(&option("messages")));
    if let Some(take_down) = SHOWN.take() {
        take_down();
    }
    let Some((_, view)) = states().into_iter().find(|(state, _)| *state == name) else { return };
    let shows_keys = name == "keys-shown";
    let handle = mount_to(container, move || {
        let texts = Texts::new(texts.0.as_deref().unwrap_or("en"), texts.1);
        let face = Face::new(texts, Box::new(Nobody { still }), view);
        if shows_keys {
            // In the task after the one that makes the page.
            let show: Box<dyn FnOnce()> = Box::new(move || face.hand_over(Handed::KEYS, &KEYS.as_bytes().into()));
            leptos::prelude::set_timeout(show, std::time::Duration::ZERO);
        }
        PinRecovery(PinRecoveryProps { face })
    });
    if still {
        handle.forget();
    } else {
        SHOWN.set(Some(Box::new(move || drop(handle))));
    }
}

/// Nothing happens.
struct Nobody {
    still: bool,
}

impl Host for Nobody {
    fn send(&self, _: Event) {}
    fn step(&self, _: &'static str, _: Option<Progress>, _: Option<ChallengeType>) {}
    fn ended(&self, _: Outcome) {}
    fn needs_session(&self, _: &'static str) {}
    fn can_renew(&self) -> bool {
        true
    }
    fn hands_over(&self) -> bool {
        false
    }
    fn closes_after_ms(&self) -> Option<u32> {
        None
    }
    fn moves_focus(&self) -> bool {
        !self.still
    }
}

fn states() -> Vec<(&'static str, ViewModel)> {
    let now = js_sys::Date::now() as UnixMs;
    let screen = |screen| ViewModel { screen, ..loading() };
    let step = |step, of, view| ViewModel { progress: Some(Progress { step, of }), ..screen(view) };
    let back = |view| ViewModel { can_go_back: true, ..view };
    let busy = |view| ViewModel { busy: true, ..view };
    let ends_in = |minutes, view| ViewModel {
        session: Some(SessionTimes { expires_at: now + minutes * MINUTE, server_time: now }),
        ..view
    };
    let asked = |problem| Screen::Questions { questions: questions(), problem };
    let current = |problem| Screen::CurrentPin { length: 6, problem, can_recover: true };
    let new = |problem| Screen::NewPin { length: 6, problem, first: false };
    let confirm = |problem| Screen::ConfirmPin { length: 6, problem, first: false };
    let first_pin = Screen::NewPin { length: 6, problem: None, first: true };
    let first_again = Screen::ConfirmPin { length: 6, problem: None, first: true };
    let choose = |number, problem| Screen::ChooseQuestion {
        number,
        required: 2,
        catalogue: catalogue(),
        taken: if number == 1 { vec![] } else { vec![0] },
        problem,
        chosen: (number == 2).then_some(2),
        hint: String::new(),
    };
    let working = |challenge_type| Screen::Working { stretchings: 1, measured_ms: Some(900), challenge_type };
    let done = |challenge_type| Screen::Done { challenge_type };
    let locked = |kind, can_recover| {
        // The clock of the pictures: 27:41.
        Screen::Locked { kind, until: now + 27 * MINUTE + 41_000, server_time: now, can_recover }
    };
    let email = |address: &str, is_wrong| Screen::Email { address: address.into(), is_wrong, is_alone: true };
    let code = |address: &str, problem, (good, resend): (UnixMs, UnixMs)| Screen::Code {
        length: 8,
        address: address.into(),
        problem,
        expires_at: now + good * MINUTE,
        // The clock of the pictures: 0:45.
        resend_at: now + resend * 45_000,
    };
    let tries = |left| Attempts { left, locked_until: None };
    vec![
        ("loading", screen(Screen::Loading)),
        ("questions", step(1, 3, asked(None))),
        ("questions-busy", busy(step(1, 3, asked(None)))),
        ("questions-left", step(1, 3, asked(Some(AnswersProblem::Left { attempts: tries(1) })))),
        ("questions-wrong", step(1, 3, asked(Some(AnswersProblem::Wrong { attempts: tries(1) })))),
        ("questions-empty", step(1, 3, asked(Some(AnswersProblem::Empty { indexes: vec![0, 1] })))),
        ("cannot-remember", back(step(1, 3, Screen::CannotRecover { reason: DeadEnd::CannotRemember }))),
        ("current-pin", step(1, 3, current(None))),
        ("current-pin-left", step(1, 3, current(Some(PinProblem::Left { attempts: tries(1) })))),
        ("current-pin-wrong", step(1, 3, current(Some(PinProblem::Wrong { attempts: tries(2) })))),
        ("new-pin", step(2, 3, new(None))),
        ("new-pin-weak", step(2, 3, new(Some(PinProblem::Weak { weakness: Weakness::Run })))),
        ("new-pin-in-date", step(2, 3, new(Some(PinProblem::InDateAnswer)))),
        ("confirm-pin", back(step(3, 3, confirm(None)))),
        ("confirm-pin-mismatch", back(step(3, 3, confirm(Some(PinProblem::Mismatch))))),
        ("first-pin", step(1, 7, first_pin)),
        ("first-pin-confirm", back(step(2, 7, first_again))),
        ("questions-intro", step(3, 7, Screen::QuestionsIntro { required: 2 })),
        ("choose-question", back(step(4, 7, choose(1, None)))),
        ("choose-question-date", back(step(5, 7, choose(2, None)))),
        ("choose-question-hint", back(step(4, 7, choose(1, Some(QuestionProblem::HintIsAnswer))))),
        ("summary", back(step(6, 7, Screen::Summary { questions: questions() }))),
        ("agree", back(step(7, 7, Screen::Agree))),
        ("ways", screen(Screen::Ways { ways: vec![Way::Questions, Way::Email, Way::Both] })),
        ("email", back(step(3, 4, email("", false)))),
        ("email-wrong", back(step(3, 4, email("maria@example", true)))),
        ("code", back(step(4, 4, code("maria@example.org", None, (10, 1))))),
        ("code-wrong", step(2, 4, code("m…@e….org", Some(CodeProblem::Wrong { attempts: tries(1) }), (8, 0)))),
        ("code-expired", step(2, 4, code("m…@e….org", None, (0, 0)))),
        ("send-code", step(1, 4, Screen::SendCode)),
        ("keys-warning", step(2, 2, Screen::KeysWarning)),
        ("keys", screen(Screen::Keys { addresses: addresses() })),
        ("keys-shown", screen(Screen::Keys { addresses: addresses() })),
        ("updating", screen(Screen::Updating { wallets: wallets(RotationState::Rotating), is_asking: false })),
        ("updating-unknown", screen(Screen::Updating { wallets: wallets(RotationState::Unknown), is_asking: false })),
        ("working", screen(working(ChallengeType::RestorePin))),
        ("working-all", screen(working(ChallengeType::Initialize))),
        ("success", screen(done(ChallengeType::RestorePin))),
        ("success-all", screen(done(ChallengeType::Initialize))),
        ("success-way", screen(done(ChallengeType::SetRecovery))),
        ("wallet-ready", screen(Screen::WalletReady { addresses: addresses() })),
        ("locked", screen(locked(CredentialKind::Answers, false))),
        ("locked-code", screen(locked(CredentialKind::Code, false))),
        ("locked-pin", screen(locked(CredentialKind::Pin, true))),
        ("expiring-soon", ends_in(4, step(1, 3, asked(None)))),
        ("expiring-alert", ends_in(2, step(2, 3, new(None)))),
        ("expired", screen(Screen::Expired { unsure: false })),
        ("expired-unsure", screen(Screen::Expired { unsure: true })),
        ("no-questions", screen(Screen::CannotRecover { reason: DeadEnd::NoQuestions })),
        ("disabled", screen(Screen::CannotRecover { reason: DeadEnd::Disabled })),
        ("handed-over", screen(Screen::HandedOver)),
        ("offline", screen(Screen::Offline)),
        ("failed", screen(Screen::Failed { code: 155_122, retryable: false })),
        ("failed-paused", screen(Screen::Failed { code: 155_109, retryable: false })),
        ("failed-retryable", screen(Screen::Failed { code: 155_707, retryable: true })),
        ("too-early", screen(Screen::TooEarly { until: now + 27 * MINUTE + 41_000 })),
    ]
}

fn addresses() -> Vec<Address> {
    let address = |chain, address: &str| Address { chain, address: address.into(), path: String::new() };
    vec![
        address(Chain::Ethereum, "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"),
        address(Chain::Solana, "4zvwRjXUKGfvwnParsHAS3HuSVzV5cA4McphgmoCtajS"),
    ]
}

fn wallets(second: RotationState) -> Vec<WalletRotation> {
    let wallet = |label: &str, state| WalletRotation { wallet: label.into(), label: label.into(), version: 1, state };
    vec![wallet("Ethereum", RotationState::Done), wallet("Polygon", second), wallet("Base", RotationState::Done)]
}

fn questions() -> Vec<Question> {
    vec![
        question("school", "What was the name of your first school?", QuestionKind::Text, Some("red gate")),
        question("wedding", "When did your parents get married?", QuestionKind::Date, Some("the summer one")),
    ]
}

fn catalogue() -> Vec<Question> {
    vec![
        question("school", "What was the name of your first school?", QuestionKind::Text, None),
        question("pet", "What was your first pet called?", QuestionKind::Text, None),
        question("wedding", "When did your parents get married?", QuestionKind::Date, None),
        question("street", "What street did you grow up on?", QuestionKind::Text, None),
    ]
}

fn question(id: &str, text: &str, kind: QuestionKind, hint: Option<&str>) -> Question {
    Question { id: id.to_owned(), text: text.to_owned(), kind, hint: hint.map(str::to_owned) }
}
