//! What every screen is handed: the view to show, the texts, and the few verbs by which a person's doing leaves the
//! face. It holds what the vault said and how many digits were typed, never a PIN or an answer.

use std::cell::{Cell, RefCell};
use std::ops::Deref;
use std::rc::Rc;

use js_sys::Uint8Array;
use leptos::prelude::*;
use repin_core::api::{ChallengeType, CredentialKind, UnixMs};
use repin_core::decimal::decimal;
use repin_vault::flow::{DeadEnd, Event, Progress, Screen, SessionTimes, ViewModel};
use web_sys::{Element, HtmlElement};

use crate::i18n::{Key, Plural, Texts};
use crate::page::{ends_the_vault, header_key, interrupts, is_input, page_key, step_key, step_name};
use crate::problem::{Problem, problem_of};
use crate::small::Small;

/// What is around the widget: the vault on one side, the host page on the other.
pub trait Host {
    /// Hands an event to the vault.
    fn send(&self, event: Event);
    /// The person reached a step, of a challenge of this type once it is known; their names are public API.
    fn step(&self, name: &'static str, progress: Option<Progress>, challenge_type: Option<ChallengeType>);
    /// The widget is done and can be taken down.
    fn ended(&self, outcome: Outcome);
    /// Asks the host page for a session: `expiring` to go on, `expired` or `retry` to start again, `forgot` to recover.
    fn needs_session(&self, reason: &'static str);
    /// The host page can hand over fresh sessions.
    fn can_renew(&self) -> bool;
    /// The host page takes over when the person forgot the PIN.
    fn hands_over(&self) -> bool;
    /// The success screen closes by itself after so many milliseconds.
    fn closes_after_ms(&self) -> Option<u32>;
    /// Something else shows that it is loading, until the first screen.
    fn shows_loading(&self) -> bool {
        false
    }
    /// Steps may move the keyboard focus; off where many widgets stand on one page.
    fn moves_focus(&self) -> bool {
        true
    }
}

/// How it ended, for the host page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Outcome {
    /// The challenge is complete. Circle's name of its type.
    Completed(&'static str),
    /// The person closed at this step.
    Canceled(&'static str),
    /// The person asked for recovery instead.
    Forgot,
    /// All three tries are used; when it ends, on the gateway's clock.
    Locked(CredentialKind, UnixMs),
    /// Circle's number.
    Failed(i32),
}

/// How much of the session is left, as far as anyone needs to know.
pub(crate) const PLENTY: u32 = 0;
/// The session is over; between the two are minutes, from five down.
pub(crate) const OVER: u32 = u32::MAX;

/// The handle that screens and widgets share. As large as a pointer, for every closure on the page carries one.
#[derive(Clone, Copy)]
pub struct Face(&'static Signals);

impl Deref for Face {
    type Target = Signals;

    fn deref(&self) -> &Signals {
        self.0
    }
}

/// What the parts of the page follow.
pub struct Signals {
    inner: StoredValue<Rc<Inner>, LocalStorage>,
    /// Which page shows: it is made anew when this changes, and only then.
    pub(crate) page: Small<u32>,
    /// Which step of the page: the PIN's page has three.
    pub(crate) step: Small<u32>,
    /// What stands in front of the page for a while; 0 for nothing.
    pub(crate) front: Small<u32>,
    /// Everything the header shows.
    pub(crate) header: Small<u32>,
    /// Counts what the vault has judged, so that the same problem twice is told twice.
    pub(crate) judged: Small<u32>,
    /// The vault works on what was submitted.
    pub(crate) busy: Small<bool>,
    /// The close confirmation shows.
    pub(crate) leaving: Small<bool>,
    /// [`PLENTY`], minutes, or [`OVER`].
    pub(crate) session_left: Small<u32>,
    /// The host was asked for more time.
    pub(crate) renewing: Small<bool>,
    /// The host had no more time to give.
    pub(crate) renewal_failed: Small<bool>,
    /// Goes up once a second.
    pub(crate) ticks: Small<u32>,
    /// Thousandths of key stretchings since the bar for them was made.
    pub(crate) stretched: Small<u32>,
    /// Goes up with each change of language.
    language: Small<u32>,
    /// How much of the widget is made: nothing at 0, all but the header at 1, everything at 2. What is made for the first
    /// time is compiled for the first time, so that all of it at once would be a long task on a phone.
    pub(crate) stage: Small<u32>,
}

struct Inner {
    texts: RefCell<Texts>,
    /// What is made anew for its words takes no focus.
    rewording: Cell<bool>,
    host: Box<dyn Host>,
    view: RefCell<ViewModel>,
    /// The last view that was not an interruption: its page stays as it was, with what was typed.
    behind: RefCell<ViewModel>,
    submitted: Cell<bool>,
    typed: Cell<bool>,
    /// Gateway's clock minus the device's, in milliseconds, and the reading it was made from.
    clock: Cell<(f64, UnixMs)>,
    /// The page's headline or field, where the focus returns when an interruption is over.
    beginning: RefCell<Option<HtmlElement>>,
    /// Where the face has put the focus last. Wherever else it is, a person has put it.
    led_to: RefCell<Option<Element>>,
    /// Where key material goes that the person asked for: to the page that shows it, while it stands.
    keys_go_to: RefCell<Option<TakeKeys>>,
    /// The polite live region.
    voice: Element,
    serial: u32,
}

/// What it is ([`Handed`](repin_vault::flow::Handed)), and the bytes, which are erased afterwards.
type TakeKeys = Rc<dyn Fn(u8, &Uint8Array)>;

impl Inner {
    /// What of the card has the focus.
    fn focused(&self) -> Option<Element> {
        self.voice.parent_element()?.query_selector(":focus").ok().flatten()
    }

    /// A field of the page around is being filled in. The first screen takes the focus from there all the same: it was just
    /// asked for.
    fn is_elsewhere(&self) -> bool {
        let is_field =
            |active: Element| active.matches("input, textarea, select, [contenteditable]").unwrap_or_default();
        self.led_to.borrow().is_some() && document().active_element().is_some_and(is_field)
    }

    fn lead_to(&self, element: &HtmlElement) {
        *self.led_to.borrow_mut() = Some(element.clone().into());
        let _ = element.focus();
    }
}

thread_local! {
    static SERIAL: Cell<u32> = const { Cell::new(0) };
}

impl Face {
    /// Must be called inside a reactive owner, as in the closure given to `leptos::mount::mount_to`.
    pub fn new(texts: Texts, host: Box<dyn Host>, first: ViewModel) -> Self {
        let voice = crate::element::el("p").class("vh").attr("role", "status").element();
        let inner = Inner {
            texts: RefCell::new(texts),
            rewording: Cell::new(false),
            host,
            view: RefCell::new(loading()),
            behind: RefCell::new(loading()),
            submitted: Cell::new(false),
            typed: Cell::new(false),
            clock: Cell::new((0.0, 0)),
            beginning: RefCell::new(None),
            led_to: RefCell::new(None),
            keys_go_to: RefCell::new(None),
            voice: voice.into(),
            serial: SERIAL.replace(SERIAL.get() + 1),
        };
        // Names of signals, a hundred bytes: they stay when the widget goes, and what they name goes.
        let face = Self(Box::leak(Box::new(Signals {
            inner: StoredValue::new_local(Rc::new(inner)),
            page: Small::new(0),
            step: Small::new(0),
            front: Small::new(0),
            header: Small::new(0),
            judged: Small::new(0),
            busy: Small::new(false),
            leaving: Small::new(false),
            session_left: Small::new(PLENTY),
            renewing: Small::new(false),
            renewal_failed: Small::new(false),
            ticks: Small::new(0),
            stretched: Small::new(0),
            language: Small::new(0),
            stage: Small::new(2),
        })));
        let inner = face.inner();
        inner.host.step(step_name(&Screen::Loading), None, None);
        if !inner.host.shows_loading() {
            face.receive(first);
        }
        face
    }

    /// The vault has something new to show.
    pub fn receive(self, view: ViewModel) {
        let inner = self.inner();
        let before = inner.view.replace(view.clone());

        let interrupted = interrupts(&view.screen);
        let mut judged = false;
        if !interrupted {
            // That the vault is at work is no answer yet, nor is what stands in front of the page.
            let answered = !view.busy && inner.submitted.take();
            let behind = inner.behind.replace(view.clone());
            let is_news = match (&behind.screen, &view.screen) {
                (Screen::Updating { wallets: before, .. }, Screen::Updating { wallets, .. }) => before != wallets,
                (_, screen) => matches!(screen, Screen::Updating { .. }),
            };
            judged = answered || is_news || problem_of(&behind.screen) != problem_of(&view.screen);
            self.page.set(page_key(&view.screen));
            self.step.set(step_key(&view.screen));
        }
        let shown_elsewhere = matches!(view.screen, Screen::Loading) && inner.host.shows_loading();
        self.front.set(if interrupted && !shown_elsewhere { page_key(&view.screen) } else { 0 });
        self.header.set(header_key(&view));
        self.busy.set(view.busy);
        if judged {
            self.judged.set(self.judged.now() + 1);
        }
        self.set_clock(&view);
        if before.session != view.session {
            if let Some(session) = view.session.filter(|_| self.renewing.now()) {
                // The press that asked for it needs an answer.
                let minutes = (self.ms_until(session.expires_at) / 60_000.0).ceil() as u32;
                self.say(&self.count(Plural::EXPIRING_TITLE, minutes));
            }
            self.renewing.set(false);
            self.renewal_failed.set(false);
        }
        // What was handed over is of no use: for the person that is as if there had been nothing to hand over.
        if before.not_renewed < view.not_renewed {
            self.renewal_failed();
        } else {
            self.tick();
        }
        let (name, progress) = (step_name(&view.screen), view.progress);
        if (step_name(&before.screen), before.progress) != (name, progress) {
            inner.host.step(name, progress, view.challenge_type);
            if matches!(view.screen, Screen::HandedOver) && inner.host.hands_over() {
                inner.host.needs_session("forgot");
            }
        }
    }

    /// An event that is not answered by a verdict.
    pub(crate) fn send(self, event: Event) {
        self.inner().host.send(event);
    }

    /// An event that the vault will judge; until then buttons wait.
    pub(crate) fn submit(self, event: Event) {
        if !self.busy.now() {
            self.inner().submitted.set(true);
            self.busy.set(true);
            // The label alone would change unheard, and a PIN is taken out of its field.
            self.say(&self.text(Key::COMMON_CHECKING));
            self.send(event);
        }
    }

    /// The vault handed over key material. Whatever nobody asked for any more is erased unseen.
    pub fn hand_over(self, what: u8, bytes: &Uint8Array) {
        let take = self.inner().keys_go_to.borrow().clone();
        if let Some(take) = take {
            take(what, bytes);
        }
        bytes.fill(0, 0, bytes.length());
    }

    /// How much of a key stretching is done, from 0 to 1. The next begins where one has ended.
    pub fn note_progress(self, share: f64) {
        let whole = self.stretched.now() / 1_000 * 1_000;
        self.stretched.set(whole + (share * 1_000.0) as u32);
    }

    /// The part that is being made shows key material, until it goes.
    pub(crate) fn takes_keys(self, take: impl Fn(u8, &Uint8Array) + 'static) {
        *self.inner().keys_go_to.borrow_mut() = Some(Rc::new(take));
        on_cleanup(move || *self.inner().keys_go_to.borrow_mut() = None);
    }

    /// Something was entered: closing asks first.
    pub(crate) fn note_typing(self) {
        self.inner().typed.set(true);
    }

    /// The close button, the Escape key and "Cancel". Asks once if anything was typed.
    pub(crate) fn close(self) {
        let inner = self.inner();
        if inner.typed.get() && !self.leaving.now() && is_input(&inner.view.borrow().screen) {
            self.leaving.set(true);
        } else {
            self.leave();
        }
    }

    /// The Escape key.
    pub(crate) fn escape(self) {
        // What is being committed can no longer be called back. Keys are asked for anew in the app once they are gone: their
        // page has a button to close with.
        let stays = matches!(self.inner().view.borrow().screen, Screen::Working { .. } | Screen::Keys { .. });
        if self.leaving.now() {
            self.leaving.set(false);
        } else if !stays {
            self.close();
        }
    }

    /// Ends the widget with the outcome that the present screen means.
    pub fn leave(self) {
        let inner = self.inner();
        let (outcome, vault_runs) = {
            let (view, behind) = (inner.view.borrow(), inner.behind.borrow());
            let outcome = match outcome_of(&behind.screen) {
                // What is done stays done, whatever stands in front of it: wallets follow, asked about or not.
                done @ Outcome::Completed(_) if interrupts(&view.screen) => done,
                _ => outcome_of(&view.screen),
            };
            (outcome, !ends_the_vault(&view.screen))
        };
        // Whatever the outcome: a vault that still runs, as behind a lock, wipes its key and token before it goes.
        if vault_runs {
            inner.host.send(Event::Cancel);
        }
        inner.host.ended(outcome);
    }

    /// What to show once the vault had to end without a word, as with its page: no more than is known.
    pub fn cut_off(self) -> ViewModel {
        let inner = self.inner();
        let behind = inner.behind.borrow();
        let screen = match &behind.screen {
            // The PIN is set, and the wallets follow without anybody.
            Screen::Updating { wallets, .. } => Screen::Updating { wallets: wallets.clone(), is_asking: false },
            // The export is complete, and the keys went with the vault.
            Screen::Keys { .. } => Screen::Done { challenge_type: ChallengeType::ExportKeys },
            // What was submitted this moment is on its way before the vault says that it is at work.
            _ => Screen::Expired { unsure: is_unanswered(&behind) || self.busy.now() },
        };
        ViewModel { screen, ..loading() }
    }

    /// What the page behind sent is not answered: a try may have been used, or the PIN changed.
    pub(crate) fn is_unsure(self) -> bool {
        is_unanswered(&self.inner().behind.borrow())
    }

    /// The host could not extend the session.
    pub fn renewal_failed(self) {
        self.renewing.set(false);
        self.renewal_failed.set(true);
        // The button that asked for it goes, and has the focus.
        self.tick();
    }

    /// Goes on in another language. What was typed, the focus and every state stay as they are.
    pub fn speak(self, texts: Texts) {
        let inner = self.inner();
        *inner.texts.borrow_mut() = texts;
        inner.rewording.set(true);
        self.language.set(self.language.now() + 1);
        // Whatever follows the language has run by the next task.
        let reworded: Box<dyn FnOnce()> = Box::new(move || inner.rewording.set(false));
        set_timeout(reworded, std::time::Duration::ZERO);
        self.keep_focus();
    }

    /// What was wrong last. Read [`Face::judged`] to hear of the next one.
    pub(crate) fn problem(self) -> Option<Problem> {
        problem_of(&self.inner().behind.borrow().screen)
    }

    pub(crate) fn with_host<T>(self, ask: impl FnOnce(&dyn Host) -> T) -> T {
        ask(self.inner().host.as_ref())
    }

    pub(crate) fn screen(self) -> Screen {
        self.inner().view.borrow().screen.clone()
    }

    pub(crate) fn screen_behind(self) -> Screen {
        self.inner().behind.borrow().screen.clone()
    }

    /// Nothing is set before the end of this.
    pub(crate) fn sets_first_pin(self) -> bool {
        matches!(self.inner().behind.borrow().challenge_type, Some(ChallengeType::Initialize | ChallengeType::SetPin))
    }

    pub(crate) fn can_go_back(self) -> bool {
        self.inner().view.borrow().can_go_back
    }

    pub(crate) fn session(self) -> Option<SessionTimes> {
        self.inner().view.borrow().session
    }

    /// Has the polite live region say it. The same words again are told again.
    pub(crate) fn say(self, words: &str) {
        let (voice, words) = (self.voice(), words.to_owned());
        voice.set_text_content(None);
        let speak: Box<dyn FnOnce()> = Box::new(move || voice.set_text_content(Some(&words)));
        set_timeout(speak, std::time::Duration::from_millis(50));
    }

    pub(crate) fn voice(self) -> Element {
        self.inner().voice.clone()
    }

    /// Where the page begins; the focus goes there. What is shown in front of a page does not stay its beginning.
    pub(crate) fn begins_at(self, element: HtmlElement) {
        self.focus(element.clone());
        // What was said of the page before is not true of this one, and would be read with it. Said, for a word about the
        // wait may be on its way.
        self.say("");
        if !self.leaving.now() && self.front.now() == 0 {
            *self.inner().beginning.borrow_mut() = Some(element);
        }
    }

    /// Back from an interruption.
    pub(crate) fn focus_beginning(self) {
        if let Some(element) = self.inner().beginning.borrow().clone() {
            self.focus(element);
        }
    }

    /// Moves the focus, after the present task: the element may not stand in the page yet. Not when the person has moved
    /// it meanwhile: browsers let timers wait while keys are pressed, and the rest of a word would be typed into nothing.
    /// Nor when they write elsewhere in the page, and a new screen comes because time has passed.
    pub(crate) fn focus(self, element: HtmlElement) {
        let inner = self.inner();
        if inner.host.moves_focus() && !inner.rewording.get() {
            let before = inner.focused();
            let focus: Box<dyn FnOnce()> = Box::new(move || {
                let now = inner.focused();
                let is_ours = match now {
                    None => !inner.is_elsewhere(),
                    now => now == before || now == *inner.led_to.borrow(),
                };
                if is_ours {
                    inner.lead_to(&element);
                }
            });
            set_timeout(focus, std::time::Duration::ZERO);
        }
    }

    /// When what has the focus goes from the page in this task and nothing takes its place, the page's beginning does.
    fn keep_focus(self) {
        let inner = self.inner();
        if let Some(focused) = inner.focused() {
            let look: Box<dyn FnOnce()> = Box::new(move || {
                let nowhere = !focused.is_connected() && inner.focused().is_none();
                if let Some(beginning) = inner.beginning.borrow().as_ref().filter(|_| nowhere) {
                    // At once: whatever asks for it by name comes after.
                    inner.lead_to(beginning);
                }
            });
            set_timeout(look, std::time::Duration::ZERO);
        }
    }

    /// An id that is unique on the page, for labels and descriptions.
    pub(crate) fn id(self, name: &str) -> String {
        ["repin", &decimal(self.inner().serial, 1), "-", name].concat()
    }

    /// Milliseconds until a moment on the gateway's clock.
    pub(crate) fn ms_until(self, moment: UnixMs) -> f64 {
        moment as f64 - js_sys::Date::now() - self.inner().clock.get().0
    }

    /// What a countdown to that moment shows: whole seconds, 0 only when it has come.
    pub(crate) fn seconds_until(self, moment: UnixMs) -> u32 {
        (self.ms_until(moment) / 1000.0).ceil().max(0.0) as u32
    }

    /// A second has passed, or the session changed.
    pub(crate) fn tick(self) {
        self.ticks.set(self.ticks.now() + 1);
        let inner = self.inner();
        let session = inner.view.borrow().session.filter(|_| is_input(&inner.view.borrow().screen));
        let seconds = session.map_or(f64::INFINITY, |session| (self.ms_until(session.expires_at) / 1000.0).ceil());
        let left = match seconds {
            s if s > 300.0 => PLENTY,
            s if s > 0.0 => (s / 60.0).ceil() as u32,
            _ => OVER,
        };
        // "Get more time" may go.
        self.keep_focus();
        if left == OVER && self.session_left.now() != OVER {
            inner.host.send(Event::SessionEnded);
        }
        self.session_left.set(left);
    }

    /// The gateway's clock is believed over the device's, which may be hours off.
    fn set_clock(self, view: &ViewModel) {
        let told = match view.screen {
            Screen::Locked { server_time, .. } => Some(server_time),
            _ => view.session.map(|session| session.server_time),
        };
        let inner = self.inner();
        // A reading shown again, after another or not, is no reading of now.
        if let Some(server_time) = told.filter(|told| *told > inner.clock.get().1) {
            inner.clock.set((server_time as f64 - js_sys::Date::now(), server_time));
        }
    }

    fn inner(self) -> Rc<Inner> {
        self.inner.get_value()
    }
}

/// Texts, by key. Whatever reads one in an effect runs again when the language changes.
impl Face {
    pub(crate) fn texts<T>(self, read: impl FnOnce(&Texts) -> T) -> T {
        self.language.follow();
        read(&self.inner().texts.borrow())
    }

    pub(crate) fn text(self, key: Key) -> String {
        self.texts(|texts| texts.get(key))
    }

    /// A text that only a host's customisation has.
    pub(crate) fn custom(self, name: &str) -> Option<String> {
        self.texts(|texts| texts.custom(name))
    }

    /// One of several such texts, counted from 1.
    pub(crate) fn custom_at(self, name: &str, n: u32) -> Option<String> {
        self.texts(|texts| texts.custom_at(name, n))
    }

    pub(crate) fn fill(self, key: Key, name: &str, value: &str) -> String {
        self.texts(|texts| texts.fill(key, name, value))
    }

    pub(crate) fn count(self, plural: Plural, n: u32) -> String {
        self.texts(|texts| texts.count(plural, n))
    }

    pub(crate) fn of(self, key: Key, n: u32, total: u32) -> String {
        self.texts(|texts| texts.of(key, n, total))
    }

    /// A moment on the gateway's clock as time of day here.
    pub(crate) fn time_of(self, moment: UnixMs) -> String {
        self.texts(|texts| texts.time_of_day(moment as f64 - self.inner().clock.get().0))
    }
}

/// What shows before the vault has said anything.
pub fn loading() -> ViewModel {
    ViewModel {
        screen: Screen::Loading,
        progress: None,
        can_go_back: false,
        busy: false,
        challenge_type: None,
        session: None,
        not_renewed: 0,
    }
}

/// The vault waits for the gateway's word on what was sent.
fn is_unanswered(view: &ViewModel) -> bool {
    view.busy || matches!(view.screen, Screen::Working { .. } | Screen::Expired { unsure: true })
}

fn outcome_of(screen: &Screen) -> Outcome {
    match screen {
        Screen::Done { challenge_type } => Outcome::Completed(challenge_type.name()),
        Screen::WalletReady { .. } => Outcome::Completed(ChallengeType::CreateWallet.name()),
        Screen::Keys { .. } => Outcome::Completed(ChallengeType::ExportKeys.name()),
        Screen::Updating { .. } => Outcome::Completed(ChallengeType::RecoverWallets.name()),
        Screen::Locked { kind, until, .. } => Outcome::Locked(*kind, *until),
        Screen::HandedOver => Outcome::Forgot,
        // The numbers are Circle's: the token expired, questions not set, user disabled, network, too many codes.
        Screen::Expired { .. } => Outcome::Failed(155_104),
        Screen::CannotRecover { reason: DeadEnd::NoQuestions } => Outcome::Failed(155_111),
        Screen::CannotRecover { reason: DeadEnd::Disabled } => Outcome::Failed(155_109),
        Screen::Offline => Outcome::Failed(155_706),
        Screen::Failed { code, .. } => Outcome::Failed(*code),
        Screen::TooEarly { .. } => Outcome::Failed(155_142),
        other => Outcome::Canceled(step_name(other)),
    }
}
