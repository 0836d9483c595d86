//! The PIN field: one real password input under decorative slots. The digits live in the input alone, until they are
//! taken out as bytes; signals know how many there are and what the rules say about them.
//!
//! A password input, for anything drawn over a text input shows the digits to assistive technology and to the
//! clipboard. No `maxlength`, for it would cut a pasted `493-817` before the hyphen is dropped.

use std::rc::Rc;

use repin_core::decimal::decimal;
use repin_core::pin_policy::{Weakness, weakness};
use repin_core::secret::SecretBytes;
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlInputElement, InputEvent, SelectionMode};
use zeroize::Zeroizing;

use super::answer_input::let_alone;
use crate::digits::ascii_digits;
use crate::element::{El, Parts, after, el, group, on_window};
use crate::face::Face;
use crate::i18n::{Key, Plural};
use crate::small::{Fits, Small, watch};

/// How long typing must rest before the count is announced, in milliseconds: a count for each key would drown the
/// echo of the next one.
const ANNOUNCE_AFTER_MS: u64 = 500;

/// What the rules say about the entry so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Too few digits to judge.
    Incomplete,
    /// No rule of the page speaks against it.
    Good,
    /// Refused.
    Weak(Weakness),
}

/// The field.
pub(crate) struct PinInput {
    face: Face,
    input: HtmlInputElement,
    length: usize,
    /// Digits that came by e-mail: in sight, and offered by the device.
    is_code: bool,
    state: PinState,
}

/// What may be known of the field without knowing the PIN.
#[derive(Clone, Copy)]
pub(crate) struct PinState {
    /// How many digits are entered, or were when they were submitted.
    pub(crate) count: Small<u32>,
    pub(crate) verdict: Small<Verdict>,
    /// "Show PIN" is on.
    pub(crate) shown: Small<bool>,
    /// The slot that the next digit goes to; `None` without focus.
    caret: Small<Option<u32>>,
}

impl PinInput {
    /// The field and its view. `invalid` colours it; `described` are the ids of what is said about it.
    pub(crate) fn new(
        face: Face,
        length: usize,
        described: &str,
        invalid: impl Fn(PinState) -> bool + 'static,
    ) -> (Rc<Self>, El) {
        Self::make(face, length, false, described, Rc::new(invalid))
    }

    /// The same for a code, which has no rules and hides from nobody.
    pub(crate) fn code(
        face: Face,
        length: usize,
        described: &str,
        invalid: impl Fn(PinState) -> bool + 'static,
    ) -> (Rc<Self>, El) {
        Self::make(face, length, true, described, Rc::new(invalid))
    }

    fn make(
        face: Face,
        length: usize,
        is_code: bool,
        described: &str,
        invalid: Rc<dyn Fn(PinState) -> bool>,
    ) -> (Rc<Self>, El) {
        let state = PinState {
            count: Small::new(0),
            verdict: Small::new(Verdict::Incomplete),
            shown: Small::new(is_code),
            caret: Small::new(None),
        };
        let is_invalid = invalid.clone();
        let input = let_alone(el("input").attr("id", &face.id("pin")))
            .attr_with("type", move || Some(if state.shown.get() { "text" } else { "password" }.to_owned()))
            .attr("inputmode", "numeric")
            .attr("enterkeyhint", "go")
            .attr("required", "")
            .attr("dir", "ltr")
            .attr("translate", "no")
            .attr("aria-labelledby", &[face.id("title"), face.id("pin-label")].join(" "))
            .attr("aria-describedby", described)
            .flag("aria-invalid", move || is_invalid(state));
        let input = if is_code { input.attr("autocomplete", "one-time-code") } else { input };
        let field = Rc::new(Self { face, input: input.input(), length, is_code, state });

        let field_of = field.clone();
        let mut input = input.on("beforeinput", move |event| field_of.on_before_input(&event));
        for (name, heard) in HEARD {
            let field = field.clone();
            input = input.on(name, move |event| heard(&field, &event));
        }
        field.announce_count();
        field.hide_with_page();

        let label = el("label").class("vh").attr("id", &face.id("pin-label")).attr("for", &face.id("pin"));
        let slots = (0..length).map(|n| slot(state, n as u32, length)).collect::<Parts>();
        let slots = el("div").class("slots").attr("aria-hidden", "true").children(slots);
        // Wider than its place, so that spaced letters never scroll it.
        let input = el("div").class("over").child(input);
        let pin = el("div").child(input).child(slots).attr_with("class", move || {
            let class = match (invalid(state), state.shown.get()) {
                (true, false) => "pin bad",
                (false, true) => "pin shown",
                (true, true) => "pin bad shown",
                (false, false) => "pin",
            };
            Some(class.to_owned())
        });
        // Through the object model, for a strict CSP forbids the attribute.
        let _ = pin.element().style().set_property("--n", &decimal(length as u32, 1));
        let label = label.text_with(move || face.count(Plural::PIN_LABEL, length as u32));
        (field, group(vec![label, pin]))
    }

    pub(crate) fn state(&self) -> PinState {
        self.state
    }

    /// The digits, erased here. The slots stay filled, so that nothing seems lost while the vault works.
    pub(crate) fn take(&self) -> SecretBytes {
        let digits = ascii_digits(&Zeroizing::new(self.input.value())).collect();
        self.input.set_value("");
        self.hide();
        SecretBytes::new(digits)
    }

    /// Empties the field and its slots.
    pub(crate) fn clear(&self) {
        // Setting the value of a focused input lays the page out at once, in the task that has just changed it.
        if !Zeroizing::new(self.input.value()).is_empty() {
            self.input.set_value("");
        }
        self.hide();
        self.refresh();
    }

    fn hide(&self) {
        self.state.shown.set(self.is_code);
    }

    pub(crate) fn focus(&self) {
        self.face.focus(self.input.clone().unchecked_into());
    }

    /// The page begins at this field.
    pub(crate) fn begins_page(&self) {
        self.face.begins_at(self.input.clone().unchecked_into());
    }

    /// Typing, pasting and dropping come through here before they reach the input.
    fn on_before_input(&self, event: &Event) {
        let event = event.unchecked_ref::<InputEvent>();
        let Some(text) = event.data().map(Zeroizing::new) else { return };
        if event.is_composing() {
            return; // Not cancelable; `compositionend` cleans up.
        }
        event.prevent_default();
        if self.face.busy.now() {
            return;
        }
        let digits = Zeroizing::new(ascii_digits(&text).collect::<Vec<_>>());
        let typed = Zeroizing::new(self.input.value()).len() as u32; // ASCII, by `refresh`.
        let (mut start, mut end) = self.selection();
        if digits.len() >= self.length {
            // A whole PIN was pasted: it takes the place of what was begun.
            (start, end) = (0, typed);
        }
        let room = self.length.saturating_sub((typed - (end - start)) as usize);
        let digits = as_text(&digits[..digits.len().min(room)]);
        let end_of_new = SelectionMode::End;
        let _ = self.input.set_range_text_with_start_and_end_and_selection_mode(&digits, start, end, end_of_new);
        self.face.note_typing();
        self.refresh();
    }

    /// What the browser put in by itself: a deletion, an autofill.
    fn on_input(&self, event: &Event) {
        if !event.dyn_ref::<InputEvent>().is_some_and(InputEvent::is_composing) {
            self.refresh();
        }
    }

    /// Makes the input hold digits only, whatever filled it, and tells the signals what may be told.
    fn refresh(&self) {
        let value = Zeroizing::new(self.input.value());
        let digits = Zeroizing::new(ascii_digits(&value).take(self.length).collect::<Vec<_>>());
        if value.as_bytes() != digits.as_slice() {
            self.input.set_value(&as_text(&digits));
        }
        self.state.count.set(digits.len() as u32);
        self.state.verdict.set(match weakness(&digits) {
            _ if digits.len() < self.length => Verdict::Incomplete,
            _ if self.is_code => Verdict::Good,
            Some(weakness) => Verdict::Weak(weakness),
            None => Verdict::Good,
        });
        if self.state.caret.now().is_some() {
            self.follow_caret();
        }
    }

    fn follow_caret(&self) {
        self.state.caret.set(Some(self.selection().1.min(self.length.saturating_sub(1) as u32)));
    }

    fn selection(&self) -> (u32, u32) {
        let edge = |edge: Result<Option<u32>, _>| edge.ok().flatten().unwrap_or_default();
        (edge(self.input.selection_start()), edge(self.input.selection_end()))
    }

    /// "3 of 6 digits", once typing rests. Never which ones.
    fn announce_count(&self) {
        let (face, count, length) = (self.face, self.state.count, self.length as u32);
        let mut before = 0;
        watch(move || {
            let now = count.get();
            if now != before {
                after(ANNOUNCE_AFTER_MS, move || {
                    if count.now() == now && !face.busy.now() {
                        face.say(&face.of(Key::PIN_COUNT, now, length));
                    }
                });
            }
            before = now;
        });
    }

    /// Another tab or app in front hides the digits; leaving the page erases them.
    fn hide_with_page(self: &Rc<Self>) {
        let (field, cleared) = (self.clone(), self.clone());
        on_window("visibilitychange", move || field.hide());
        on_window("pagehide", move || cleared.clear());
    }
}

type Heard = fn(&PinInput, &Event);
const HEARD: [(&str, Heard); 6] = [
    ("input", |field, event| field.on_input(event)),
    ("compositionend", |field, _| field.refresh()),
    ("keyup", |field, _| field.follow_caret()),
    ("click", |field, _| field.follow_caret()),
    ("focus", |field, _| field.follow_caret()),
    ("blur", |field, _| field.state.caret.set(None)),
];

fn slot(state: PinState, n: u32, length: usize) -> El {
    // The two halves of a PIN stand a little apart, as people say them.
    let place = if n as usize * 2 == length { "slot half" } else { "slot" };
    let class = move || {
        let filled = if n < state.count.get() { " f" } else { "" };
        let active = if state.caret.get() == Some(n) { " a" } else { "" };
        Some([place, filled, active].concat())
    };
    el("span").attr_with("class", class)
}

fn as_text(digits: &[u8]) -> Zeroizing<String> {
    Zeroizing::new(digits.iter().map(|digit| char::from(*digit)).collect())
}

impl Fits for Verdict {
    fn pack(self) -> u32 {
        match self {
            Self::Incomplete => 0,
            Self::Good => 1,
            Self::Weak(weakness) => 2 + weakness as u32,
        }
    }

    fn unpack(packed: u32) -> Self {
        match packed {
            0 => Self::Incomplete,
            1 => Self::Good,
            2 => Self::Weak(Weakness::Repeated),
            3 => Self::Weak(Weakness::Run),
            4 => Self::Weak(Weakness::Pattern),
            _ => Self::Weak(Weakness::Date),
        }
    }
}
