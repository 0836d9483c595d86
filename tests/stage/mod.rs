//! A widget on a stage: real elements in a real browser, with the vault and the host page played by the test.
#![allow(dead_code)] // Each test file uses a part.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Promise;
use leptos::mount::mount_to;
use leptos::prelude::*;
use repin::component::{PinRecovery, PinRecoveryProps};
use repin::face::{Face, Host, Outcome, loading};
use repin::i18n::Texts;
use repin_core::api::{Attempts, ChallengeType, Question, QuestionKind, UnixMs};
use repin_vault::flow::{Event, Progress, Screen, ViewModel};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, HtmlElement, HtmlInputElement, InputEvent, InputEventInit, KeyboardEvent, KeyboardEventInit};

/// What the widget asked of the world.
#[derive(Default)]
pub struct Log {
    pub events: Vec<Event>,
    pub steps: Vec<(String, Option<Progress>)>,
    pub asked_for_session: Vec<&'static str>,
    pub outcome: Option<Outcome>,
}

#[derive(Clone, Copy)]
pub struct HostIs {
    pub can_renew: bool,
    pub hands_over: bool,
    pub closes_after_ms: Option<u32>,
}

pub const ENTER: u32 = 13;
/// What an input method takes for itself, Enter or not.
pub const COMPOSED: u32 = 229;

pub const PLAIN_HOST: HostIs = HostIs { can_renew: false, hands_over: false, closes_after_ms: None };

struct Played(Rc<RefCell<Log>>, HostIs);

impl Host for Played {
    fn send(&self, event: Event) {
        self.0.borrow_mut().events.push(event);
    }
    fn step(&self, name: &'static str, progress: Option<Progress>, _: Option<ChallengeType>) {
        self.0.borrow_mut().steps.push((name.to_owned(), progress));
    }
    fn ended(&self, outcome: Outcome) {
        self.0.borrow_mut().outcome = Some(outcome);
    }
    fn needs_session(&self, reason: &'static str) {
        self.0.borrow_mut().asked_for_session.push(reason);
    }
    fn can_renew(&self) -> bool {
        self.1.can_renew
    }
    fn hands_over(&self) -> bool {
        self.1.hands_over
    }
    fn closes_after_ms(&self) -> Option<u32> {
        self.1.closes_after_ms
    }
}

pub struct Stage {
    pub root: HtmlElement,
    pub face: Face,
    pub log: Rc<RefCell<Log>>,
    take_down: Option<Box<dyn FnOnce()>>,
}

/// Shows a screen to someone who reads English.
pub async fn show(screen: Screen) -> Stage {
    show_with(view(screen), "en", JsValue::UNDEFINED, PLAIN_HOST).await
}

pub async fn show_with(first: ViewModel, locale: &str, messages: JsValue, host: HostIs) -> Stage {
    let root: HtmlElement = document().create_element("section").unwrap().unchecked_into();
    document().body().unwrap().append_child(&root).unwrap();
    let log = Rc::new(RefCell::new(Log::default()));
    let face = Rc::new(RefCell::new(None));
    let (inside, played, texts) = (face.clone(), Played(log.clone(), host), Texts::new(locale, messages));
    let handle = mount_to(root.clone(), move || {
        let face = Face::new(texts, Box::new(played), first);
        *inside.borrow_mut() = Some(face);
        PinRecovery(PinRecoveryProps { face })
    });
    settle().await;
    let face = face.borrow().unwrap();
    Stage { root, face, log, take_down: Some(Box::new(move || drop(handle))) }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if let Some(take_down) = self.take_down.take() {
            take_down();
        }
        self.root.remove();
    }
}

impl Stage {
    /// The vault says.
    pub async fn vault(&self, view: ViewModel) {
        self.face.receive(view);
        settle().await;
    }

    pub fn find(&self, selector: &str) -> Option<HtmlElement> {
        let all = self.root.query_selector_all(selector).unwrap();
        // What is hidden is not there for anyone.
        let mut all = (0..all.length()).map(|n| all.get(n).unwrap().unchecked_into::<HtmlElement>());
        all.find(|element| element.closest("[hidden]").unwrap().is_none())
    }

    pub fn get(&self, selector: &str) -> HtmlElement {
        self.find(selector).unwrap_or_else(|| panic!("no {selector} in {}", self.html()))
    }

    pub fn input(&self, selector: &str) -> HtmlInputElement {
        self.get(selector).unchecked_into()
    }

    pub fn pin(&self) -> HtmlInputElement {
        self.input(".pin input")
    }

    pub fn html(&self) -> String {
        self.root.inner_html()
    }

    pub fn text(&self, selector: &str) -> String {
        squeezed(&self.get(selector).text_content().unwrap_or_default())
    }

    /// Whatever a person can read.
    pub fn words(&self) -> String {
        squeezed(&self.root.inner_text())
    }

    pub fn button(&self, label: &str) -> HtmlElement {
        let all = self.root.query_selector_all("button").unwrap();
        let buttons = (0..all.length()).map(|n| all.get(n).unwrap().unchecked_into::<HtmlElement>());
        let named = |button: &HtmlElement| {
            let name = button.get_attribute("aria-label").or_else(|| button.text_content()).unwrap_or_default();
            name == label && button.closest("[hidden]").unwrap().is_none()
        };
        buttons.into_iter().find(named).unwrap_or_else(|| panic!("no button {label} in {}", self.html()))
    }

    pub async fn press(&self, label: &str) {
        self.button(label).click();
        settle().await;
    }

    /// Puts text in as a keyboard, a paste or a drop would: `beforeinput` first, and the browser's own way if allowed.
    pub async fn put(&self, input: &HtmlInputElement, text: &str, how: &str) {
        let options = InputEventInit::new();
        options.set_input_type(how);
        options.set_data(Some(text));
        options.set_bubbles(true);
        options.set_cancelable(true);
        let before = InputEvent::new_with_event_init_dict("beforeinput", &options).unwrap();
        if input.dispatch_event(&before).unwrap() {
            input.set_value(&(input.value() + text));
            fire(input, "input");
        }
        settle().await;
    }

    pub async fn type_pin(&self, digits: &str) {
        for digit in digits.chars() {
            self.put(&self.pin(), &digit.to_string(), "insertText").await;
        }
    }

    pub async fn fill(&self, selector: &str, text: &str) {
        let input = self.input(selector);
        input.set_value(text);
        fire(&input, "input");
        settle().await;
    }

    pub async fn escape(&self) {
        let options = KeyboardEventInit::new();
        options.set_key("Escape");
        options.set_bubbles(true);
        let key = KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &options).unwrap();
        self.get(".card").dispatch_event(&key).unwrap();
        settle().await;
    }

    /// A key of this number in a field. Whether the browser does then what the key does by itself.
    pub fn key(&self, field: &Element, number: u32, is_held: bool) -> bool {
        let options = KeyboardEventInit::new();
        options.set_key("Enter");
        options.set_key_code(number);
        options.set_repeat(is_held);
        options.set_bubbles(true);
        options.set_cancelable(true);
        let key = KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &options).unwrap();
        field.dispatch_event(&key).unwrap()
    }

    /// The Enter key in a field, which has the focus by then; unless it is told not to, a browser presses the form's button.
    pub async fn enter(&self, field: &HtmlElement) {
        field.focus().unwrap();
        if self.key(field, ENTER, false) {
            self.get("button[type=submit]").click();
        }
        settle().await;
    }

    /// The events since the last call.
    pub fn sent(&self) -> Vec<Event> {
        std::mem::take(&mut self.log.borrow_mut().events)
    }

    pub fn focused(&self) -> Option<Element> {
        document().active_element()
    }
}

pub fn fire(target: &Element, event: &str) {
    let options = web_sys::EventInit::new();
    options.set_bubbles(true);
    target.dispatch_event(&web_sys::Event::new_with_event_init_dict(event, &options).unwrap()).unwrap();
}

/// Lets effects and timers that are due run. Twice: on a busy machine an effect may set a timer after ours is due.
pub async fn settle() {
    sleep(20).await;
    sleep(0).await;
}

/// Lets effects run, and no timer.
pub async fn effects() {
    for _ in 0..10 {
        JsFuture::from(Promise::resolve(&JsValue::NULL)).await.unwrap();
    }
}

pub async fn sleep(ms: i32) {
    let promise = Promise::new(&mut |resolve, _| {
        window().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, ms).unwrap();
    });
    JsFuture::from(promise).await.unwrap();
}

pub fn view(screen: Screen) -> ViewModel {
    ViewModel { screen, ..loading() }
}

pub fn busy(screen: Screen) -> ViewModel {
    ViewModel { busy: true, ..view(screen) }
}

pub fn now() -> UnixMs {
    js_sys::Date::now() as UnixMs
}

pub fn tries(left: u8) -> Attempts {
    Attempts { left, locked_until: None }
}

pub fn question(id: &str, text: &str, kind: QuestionKind, hint: Option<&str>) -> Question {
    Question { id: id.to_owned(), text: text.to_owned(), kind, hint: hint.map(str::to_owned) }
}

pub fn two_questions() -> Vec<Question> {
    vec![
        question("school", "What was your first school?", QuestionKind::Text, Some("red gate")),
        question("wedding", "When did your parents marry?", QuestionKind::Date, None),
    ]
}

pub fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
