//! Joins the three: the host page through the loader's options, the face, and the vault's worker.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::time::Duration;

use js_sys::Array;
use leptos::mount::{UnmountHandle, mount_to};
use leptos::prelude::*;
use leptos::tachys::view::any_view::AnyViewState;
use repin_core::api::{ChallengeType, Question, QuestionKind};
use repin_core::secret::SecretBytes;
use repin_vault::flow::{Event, Progress, Screen, SessionInput, ViewModel, Way};
use wasm_bindgen::prelude::*;
use web_sys::{HtmlElement, Worker};

use crate::component::PinRecovery;
use crate::element::every;
use crate::face::{Face, Host, Outcome, loading};
use crate::i18n::{Texts, text};
use crate::page::ends_the_vault;
use crate::vault_client::{VaultClient, died};

/// How long a cancelled vault may go on telling the gateway.
const LAST_WORDS: Duration = Duration::from_millis(1_000);

#[wasm_bindgen]
extern "C" {
    /// What the loader hands over; see `FaceOptions` in `npm/src/repin_widget.d.ts`.
    pub type Options;
    #[wasm_bindgen(method, getter)]
    fn locale(this: &Options) -> String;
    #[wasm_bindgen(method, getter)]
    fn messages(this: &Options) -> JsValue;
    #[wasm_bindgen(method, getter)]
    fn origin(this: &Options) -> String;
    #[wasm_bindgen(method, getter, js_name = apiBase)]
    fn api_base(this: &Options) -> String;
    #[wasm_bindgen(method, getter, js_name = canRenew)]
    fn can_renew(this: &Options) -> bool;
    #[wasm_bindgen(method, getter, js_name = handsOver)]
    fn hands_over(this: &Options) -> bool;
    #[wasm_bindgen(method, getter)]
    fn questions(this: &Options) -> Option<Array>;
    #[wasm_bindgen(method, getter, js_name = requiredQuestions)]
    fn required_questions(this: &Options) -> Option<u8>;
    #[wasm_bindgen(method, getter, js_name = recoveryWays)]
    fn recovery_ways(this: &Options) -> Option<Array>;
    #[wasm_bindgen(method, getter, js_name = closesAfterMs)]
    fn closes_after_ms(this: &Options) -> Option<u32>;
    #[wasm_bindgen(method, catch, js_name = startWorker)]
    fn start_worker(this: &Options) -> Result<Worker, JsValue>;
    #[wasm_bindgen(method)]
    fn step(this: &Options, name: &str, index: u8, total: u8, flow: &str);
    #[wasm_bindgen(method)]
    fn ended(this: &Options, status: &str, detail: &str, number: f64);
    #[wasm_bindgen(method, js_name = needsSession)]
    fn needs_session(this: &Options, reason: &str);

    /// A session as the host's server made it, or anything else that a host may hand over.
    pub type Session;
}

/// A widget that stands in the page. Dropping it takes it down and ends the vault.
pub struct Mounted(Rc<Link>);

impl Mounted {
    /// Will fill `container` once it has been started with a session.
    pub fn new(container: HtmlElement, options: Options) -> Self {
        Self(Rc::new(Link {
            container,
            options,
            client: RefCell::default(),
            face: RefCell::default(),
            view: RefCell::default(),
            waiting: RefCell::default(),
            ready: Cell::default(),
            shown: Cell::default(),
        }))
    }

    /// Starts from the beginning with this session, in a new vault.
    pub fn start(&self, session: &Session) {
        self.0.start(session);
    }

    /// Goes on with a fresh session; `None` when the host has none.
    pub fn renew(&self, session: Option<&Session>) {
        match session {
            Some(session) => self.0.send(&Event::Renew(self.0.session_input(session))),
            None => self.0.with_face(Face::renewal_failed),
        }
    }

    /// Goes on in another language; `messages` is the face's part of a locale file, or `undefined` for English.
    pub fn speak(&self, locale: &str, messages: JsValue) {
        self.0.with_face(|face| face.speak(Texts::new(locale, messages)));
    }

    /// As if the person had closed and confirmed it.
    pub fn cancel(&self) {
        if self.0.face.borrow().is_some() {
            self.0.with_face(Face::leave);
        } else {
            HostPage(Rc::downgrade(&self.0)).ended(Outcome::Canceled("loading"));
        }
    }
}

/// Holds the worker while there is one.
struct Link {
    container: HtmlElement,
    options: Options,
    client: RefCell<Option<VaultClient>>,
    face: RefCell<Option<Face>>,
    view: RefCell<Option<UnmountHandle<AnyViewState>>>,
    /// What the vault said before there was a face to show it.
    waiting: RefCell<Option<ViewModel>>,
    /// The face is made.
    ready: Cell<bool>,
    /// It shows a screen. Until then the loader's shell stands in its place.
    shown: Cell<bool>,
}

impl Link {
    fn start(self: &Rc<Self>, session: &Session) {
        self.end_vault();
        if self.face.borrow().is_none() {
            self.make(0);
        }
        let Ok(worker) = self.options.start_worker() else {
            return self.show(died());
        };
        self.show(loading());
        let link = Rc::downgrade(self);
        let client = VaultClient::new(worker, move |view| {
            if let Some(link) = link.upgrade() {
                link.receive(view);
            }
        });
        let link = Rc::downgrade(self);
        client.on_keys(move |what, bytes| {
            if let Some(link) = link.upgrade() {
                link.with_face(|face| face.hand_over(what, bytes));
            }
        });
        let link = Rc::downgrade(self);
        client.on_progress(move |share| {
            if let Some(link) = link.upgrade() {
                link.with_face(|face| face.note_progress(share));
            }
        });
        if let Some(offer) = self.offer() {
            client.send(&offer);
        }
        if let Some(ways) = self.ways() {
            client.send(&ways);
        }
        client.send(&Event::Start(self.session_input(session)));
        *self.client.borrow_mut() = Some(client);
    }

    /// Makes the face while the vault starts and asks the gateway, in as many tasks as it has stages.
    fn make(self: &Rc<Self>, stage: u32) {
        let link = Rc::downgrade(self);
        let next = move || {
            let Some(link) = link.upgrade() else { return };
            match stage {
                0 => link.mount(),
                1 | 2 => link.with_face(|face| face.stage.set(stage)),
                _ => {
                    link.ready.set(true);
                    return link.show_waiting();
                }
            }
            link.make(stage + 1);
        };
        set_timeout(next, Duration::ZERO);
    }

    fn mount(self: &Rc<Self>) {
        let link = self.clone();
        let view = mount_to(self.container.clone(), move || {
            let texts = Texts::new(&link.options.locale(), link.options.messages());
            let face = Face::new(texts, Box::new(HostPage(Rc::downgrade(&link))), loading());
            face.stage.set(0);
            *link.face.borrow_mut() = Some(face);
            end_with_page(&link);
            end_when_removed(&link);
            view! { <PinRecovery face=face/> }.into_any()
        });
        *self.view.borrow_mut() = Some(view);
    }

    fn receive(self: &Rc<Self>, view: ViewModel) {
        if ends_the_vault(&view.screen) {
            if matches!(view.screen, Screen::HandedOver) {
                self.let_vault_finish();
            } else {
                self.end_vault();
            }
        }
        self.show(view);
    }

    fn show_waiting(&self) {
        if let Some(view) = self.waiting.take() {
            self.shown.set(!matches!(view.screen, Screen::Loading));
            self.with_face(|face| face.receive(view));
        }
    }

    fn send(&self, event: &Event) {
        let told = self.client.borrow().as_ref().filter(|client| !client.is_dead()).map(|client| client.send(event));
        // There is nobody to try again: a new vault does. It may come at once, and takes the old one's place.
        if told.is_none() && matches!(event, Event::Retry) {
            self.options.needs_session("retry");
        }
        if matches!(event, Event::Cancel) {
            self.let_vault_finish();
        }
    }

    fn show(self: &Rc<Self>, view: ViewModel) {
        if self.shown.get() {
            return self.with_face(|face| face.receive(view));
        }
        *self.waiting.borrow_mut() = Some(view);
        if self.ready.get() {
            // In a task of its own, after the one that brought it.
            let link = Rc::downgrade(self);
            let show = move || {
                if let Some(link) = link.upgrade() {
                    link.show_waiting();
                }
            };
            set_timeout(show, Duration::ZERO);
        }
    }

    fn with_face(&self, act: impl FnOnce(Face)) {
        let face = *self.face.borrow();
        if let Some(face) = face {
            act(face);
        }
    }

    fn end_vault(&self) {
        drop(self.client.take());
    }

    /// The gateway is told that the run is over; then the worker goes, whether it was heard or not.
    fn let_vault_finish(&self) {
        if let Some(client) = self.client.take() {
            client.hush();
            set_timeout(move || drop(client), LAST_WORDS);
        }
    }

    /// The host's own questions, which the loader has checked.
    fn offer(&self) -> Option<Event> {
        let question = |value: JsValue| {
            let kind = if text(&value, "type")? == "DATE" { QuestionKind::Date } else { QuestionKind::Text };
            Some(Question { id: String::new(), text: text(&value, "text")?, kind, hint: None })
        };
        let questions = self.options.questions()?.iter().filter_map(question).collect();
        Some(Event::Offer { questions, required: self.options.required_questions().unwrap_or_default() })
    }

    /// The ways back that the host leaves, if it says so. What nobody knows is left out.
    fn ways(&self) -> Option<Event> {
        let way = |value: JsValue| match value.as_string()?.as_str() {
            "questions" => Some(Way::Questions),
            "email" => Some(Way::Email),
            "both" => Some(Way::Both),
            _ => None,
        };
        Some(Event::Ways(self.options.recovery_ways()?.iter().filter_map(way).collect()))
    }

    /// What is missing or of another type becomes empty text, which the vault refuses.
    fn session_input(&self, session: &Session) -> SessionInput {
        let read = |name| text(session, name);
        let secret = |name| SecretBytes::new(read(name).unwrap_or_default().into_bytes());
        SessionInput {
            user_token: secret("userToken"),
            encryption_key: secret("encryptionKey"),
            challenge_id: read("challengeId").unwrap_or_default(),
            app_id: read("appId"),
            api_base: self.options.api_base(),
            origin: self.options.origin(),
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        // A face that outlives its page must not be reached by a late message.
        self.face.take();
    }
}

/// Leaving the page ends the vault. Should the browser bring the page back as it was, the session has ended, and more is
/// not said than is known.
fn end_with_page(link: &Rc<Link>) {
    let link = Rc::downgrade(link);
    let listener = window_event_listener_untyped("pagehide", move |_| {
        if let Some(link) = link.upgrade().filter(|link| link.client.borrow().is_some()) {
            link.end_vault();
            link.with_face(|face| link.show(face.cut_off()));
        }
    });
    on_cleanup(move || listener.remove());
}

/// Taken out of the page, the widget ends as if it had been closed. Moved within it, it goes on.
fn end_when_removed(link: &Rc<Link>) {
    let link = Rc::downgrade(link);
    every(1_000, move || {
        // Before it shows anything it has not been put into the page.
        if let Some(link) = link.upgrade().filter(|link| link.shown.get()) {
            link.with_face(|face| {
                if !face.voice().is_connected() {
                    face.leave();
                }
            });
        }
    });
}

/// Circle's number in a word. Public API: never renamed; `FailureKind` in `npm/src/types.ts`.
fn kind_of_failure(code: i32) -> &'static str {
    match code {
        155_103 | 155_105 | 155_114 | 155_118 => "session_invalid",
        155_104 => "session_expired",
        155_109 => "user_disabled",
        155_111 => "questions_not_set",
        155_116 | 155_121 | 155_122 => "challenge_invalid",
        155_706 => "network",
        _ => "internal",
    }
}

/// What the face may ask of the world. Weak, for the link holds the face.
struct HostPage(Weak<Link>);

impl HostPage {
    fn ask<T: Default>(&self, ask: impl FnOnce(&Rc<Link>) -> T) -> T {
        self.0.upgrade().map(|link| ask(&link)).unwrap_or_default()
    }
}

impl Host for HostPage {
    fn send(&self, event: Event) {
        self.ask(|link| link.send(&event));
    }

    fn step(&self, name: &'static str, progress: Option<Progress>, challenge_type: Option<ChallengeType>) {
        let (index, total) = progress.map_or((0, 0), |progress| (progress.step, progress.of));
        let flow = challenge_type.map_or("", ChallengeType::name);
        self.ask(|link| link.options.step(name, index, total, flow));
    }

    fn ended(&self, outcome: Outcome) {
        let (status, detail, number) = match outcome {
            Outcome::Completed(flow) => ("completed", flow, 0.0),
            Outcome::Canceled(step) => ("canceled", step, 0.0),
            Outcome::Forgot => ("forgot", "current-pin", 0.0),
            Outcome::Locked(kind, until) => {
                use repin_core::api::CredentialKind;
                let factor = match kind {
                    CredentialKind::Pin => "pin",
                    CredentialKind::Answers => "answers",
                    CredentialKind::Code => "code",
                };
                ("locked", factor, until as f64)
            }
            Outcome::Failed(code) => ("failed", kind_of_failure(code), code.into()),
        };
        self.ask(|link| link.options.ended(status, detail, number));
    }

    fn needs_session(&self, reason: &'static str) {
        self.ask(|link| {
            // The host's server may take its time.
            if reason == "expired" {
                link.show(loading());
            }
            link.options.needs_session(reason);
        });
    }

    fn can_renew(&self) -> bool {
        self.ask(|link| link.options.can_renew())
    }

    fn hands_over(&self) -> bool {
        self.ask(|link| link.options.hands_over())
    }

    fn closes_after_ms(&self) -> Option<u32> {
        self.ask(|link| link.options.closes_after_ms())
    }

    fn shows_loading(&self) -> bool {
        self.ask(|link| !link.shown.get())
    }
}
