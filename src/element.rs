//! Elements as Leptos views of one type. `view!` gives every element a type of its own, and every type its own build,
//! rebuild and drop code: for the screens here that came to 87 KB of WASM, this comes to 4. Nothing goes through
//! `innerHTML`, which Trusted Types forbid, or a `style` attribute, which a strict CSP does.

use std::time::Duration;

use leptos::prelude::*;
use leptos::tachys::html::attribute::Attribute;
use leptos::tachys::html::attribute::any_attribute::AnyAttribute;
use leptos::tachys::hydration::Cursor;
use leptos::tachys::reactive_graph::RenderEffectState;
use leptos::tachys::view::{Mountable, Position, PositionState, Render, RenderHtml};
use send_wrapper::SendWrapper;
use wasm_bindgen::prelude::*;
use web_sys::{Document, Element, Event, HtmlElement, HtmlInputElement, KeyboardEvent, Node, Text};

use crate::face::Face;
use crate::i18n::Key;
use crate::small::watch;

/// Words made anew whenever what they are made from changes: the language, for one.
pub(crate) type Words = Box<dyn Fn() -> String>;

/// A part of a screen: an element, several parts, or one that changes. As large as a pointer, for they are handed about
/// a lot.
pub(crate) struct El(Box<Made>);

/// One after the other.
pub(crate) type Parts = Vec<El>;

enum Made {
    /// Made at once, and what will stand in it.
    Element(SendWrapper<Element>, Parts),
    Group(Parts),
    Dynamic(SendWrapper<Box<dyn FnMut() -> El>>),
}

/// An HTML element. What can be set on it follows in a chain.
pub(crate) fn el(tag: &str) -> El {
    El::of(document().create_element(tag))
}

/// A list. Safari takes one without markers for none.
pub(crate) fn list(tag: &str, class: &str) -> El {
    el(tag).class(class).attr("role", "list")
}

/// An SVG element.
pub(crate) fn svg(tag: &str) -> El {
    El::of(document().create_element_ns(Some("http://www.w3.org/2000/svg"), tag))
}

/// A part that is made again when what it read has changed.
pub(crate) fn dynamic(make: impl FnMut() -> El + 'static) -> El {
    // The wrapper says what is true of a page: there is one thread.
    El(Box::new(Made::Dynamic(SendWrapper::new(Box::new(make)))))
}

/// Several parts as one.
pub(crate) fn group(parts: Parts) -> El {
    El(Box::new(Made::Group(parts)))
}

/// Nothing at all.
pub(crate) fn nothing() -> El {
    group(Vec::new())
}

/// A form whose Enter key goes from field to field, and in the last does what the submit button says. It is never sent:
/// fields have no names.
pub(crate) fn form(parts: Parts, submit: impl Fn() + 'static) -> El {
    let mut fields = Vec::new();
    find_fields(&parts, &mut fields);
    if let Some((_, before)) = fields.split_last() {
        // What the key is called on a phone; a field by itself says what the last one does.
        before.iter().for_each(|field| set(field, "enterkeyhint", Some("next")));
    }
    el("form")
        .class("stack")
        .attr("novalidate", "")
        .attr("autocomplete", "off")
        .on("keydown", move |event| on_enter(&fields, event.unchecked_ref()))
        .on("submit", move |event| {
            event.prevent_default();
            submit();
        })
        .children(parts)
}

/// The inputs among these parts, in their order. What comes and goes holds none.
fn find_fields(parts: &[El], found: &mut Vec<HtmlElement>) {
    for part in parts {
        match &*part.0 {
            Made::Element(element, children) => {
                found.extend(element.dyn_ref::<HtmlInputElement>().map(|input| HtmlElement::from(input.clone())));
                find_fields(children, found);
            }
            Made::Group(parts) => find_fields(parts, found),
            Made::Dynamic(_) => {}
        }
    }
}

/// On to the next field: one who mends the first of two answers does not mean to send both. In the last field the browser
/// sends the form.
fn on_enter(fields: &[HtmlElement], event: &KeyboardEvent) {
    /// By its number: an Enter that an input method takes for itself has another, 229. That a word is being composed says
    /// less: on Android one often is when "Next" is touched.
    const ENTER: u32 = 13;
    if event.key_code() != ENTER {
        return;
    }
    let here = event.target().map(|target| target.unchecked_into::<HtmlElement>());
    let mut from_here = fields.iter().skip_while(|field| Some(*field) != here.as_ref());
    if from_here.next().is_none() {
        return; // A button's, or a list's.
    }
    let is_shown = |field: &&HtmlElement| field.closest("[hidden]").is_ok_and(|hidden| hidden.is_none());
    match from_here.find(is_shown) {
        // Held down, it would run to the end and send the form.
        _ if event.repeat() => event.prevent_default(),
        Some(next) => {
            event.prevent_default();
            let _ = next.focus();
        }
        None => {}
    }
}

/// Runs once, so many milliseconds from now, unless the part it belongs to has gone by then.
pub(crate) fn after(ms: u64, run: impl FnOnce() + 'static) {
    fn erased(ms: u64, run: Box<dyn FnOnce()>) {
        if let Ok(timer) = set_timeout_with_handle(run, Duration::from_millis(ms)) {
            on_cleanup(move || timer.clear());
        }
    }
    erased(ms, Box::new(run));
}

/// Runs again and again, until the part it belongs to has gone.
pub(crate) fn every(ms: u64, run: impl Fn() + 'static) {
    fn erased(ms: u64, run: Box<dyn Fn()>) {
        if let Ok(timer) = set_interval_with_handle(run, Duration::from_millis(ms)) {
            on_cleanup(move || timer.clear());
        }
    }
    erased(ms, Box::new(run));
}

/// Hears an event of the window, until the part it belongs to has gone.
pub(crate) fn on_window(name: &str, run: impl Fn() + 'static) {
    let heard = window_event_listener_untyped(name, move |_| run());
    on_cleanup(move || heard.remove());
}

impl El {
    #[allow(clippy::expect_used)] // Making an element fails for a malformed name alone, and ours are literals.
    fn of(made: Result<Element, JsValue>) -> Self {
        Self(Box::new(Made::Element(SendWrapper::new(made.expect("a literal tag name")), Vec::new())))
    }

    pub(crate) fn class(self, names: &str) -> Self {
        self.attr("class", names)
    }

    pub(crate) fn attr(self, name: &str, value: &str) -> Self {
        set(&self.node(), name, Some(value));
        self
    }

    /// An attribute that follows what it is read from; `None` takes it away.
    pub(crate) fn attr_with(self, name: &'static str, value: impl Fn() -> Option<String> + 'static) -> Self {
        let (element, value): (_, Box<dyn Fn() -> Option<String>>) = (self.node(), Box::new(value));
        watch(move || set(&element, name, value().as_deref()));
        self
    }

    /// An attribute that is `true` or `false`, as ARIA has them.
    pub(crate) fn flag(self, name: &'static str, value: impl Fn() -> bool + 'static) -> Self {
        self.attr_with(name, move || Some(if value() { "true" } else { "false" }.to_owned()))
    }

    /// Text as the only content.
    pub(crate) fn text(self, text: &str) -> Self {
        self.node().set_text_content(Some(text));
        self
    }

    /// One of the widget's texts as the only content, in whatever language is spoken.
    pub(crate) fn says(self, face: Face, key: Key) -> Self {
        self.text_with(move || face.text(key))
    }

    /// Text that follows what it is read from.
    pub(crate) fn text_with(self, text: impl Fn() -> String + 'static) -> Self {
        let (element, text): (_, Box<dyn Fn() -> String>) = (self.node(), Box::new(text));
        watch(move || element.set_text_content(Some(&text())));
        self
    }

    pub(crate) fn on(self, event: &str, run: impl FnMut(Event) + 'static) -> Self {
        fn erased(element: &Element, event: &str, run: Box<dyn FnMut(Event)>) {
            let run = Closure::wrap(run).into_js_value();
            // Fails for no name that is a literal.
            let _ = element.add_event_listener_with_callback(event, run.unchecked_ref());
        }
        erased(&self.node(), event, Box::new(run));
        self
    }

    /// Puts an element in that is kept elsewhere too. It stands before the children.
    pub(crate) fn with(self, element: &Element) -> Self {
        let _ = self.node().append_child(element);
        self
    }

    pub(crate) fn child(mut self, child: El) -> Self {
        if let Made::Element(_, children) = &mut *self.0 {
            children.push(child);
        }
        self
    }

    pub(crate) fn children(mut self, parts: Parts) -> Self {
        if let Made::Element(_, children) = &mut *self.0 {
            children.extend(parts);
        }
        self
    }

    /// The element itself, for what is not an attribute.
    pub(crate) fn element(&self) -> HtmlElement {
        self.node().unchecked_into()
    }

    /// The element as the input it is.
    pub(crate) fn input(&self) -> HtmlInputElement {
        self.node().unchecked_into()
    }

    fn node(&self) -> Element {
        match &*self.0 {
            Made::Element(element, _) => (**element).clone(),
            // Only what `el` and `svg` made is asked: what stands in for the rest goes nowhere.
            Made::Group(_) | Made::Dynamic(_) => JsValue::UNDEFINED.unchecked_into(),
        }
    }
}

fn set(element: &Element, name: &str, value: Option<&str>) {
    let _ = match value {
        Some(value) => element.set_attribute(name, value),
        None => element.remove_attribute(name),
    };
}

fn document() -> Document {
    leptos::prelude::document()
}

/// A part that stands in the page. Kept, for dropping it ends what keeps it up to date.
pub(crate) enum ElState {
    Element(Element, #[allow(dead_code)] Vec<ElState>),
    /// And the empty text behind them, which marks where they are.
    Group(Vec<ElState>, Text),
    Dynamic(RenderEffectState<ElState>),
}

impl Render for El {
    type State = ElState;

    fn build(self) -> ElState {
        match *self.0 {
            Made::Element(element, children) => {
                let element = element.take();
                let place = |child: El| {
                    let mut child = child.build();
                    child.mount(&element, None);
                    child
                };
                let children = children.into_iter().map(place).collect();
                ElState::Element(element, children)
            }
            Made::Group(parts) => {
                ElState::Group(parts.into_iter().map(Render::build).collect(), document().create_text_node(""))
            }
            Made::Dynamic(mut make) => {
                #[expect(clippy::redundant_closure, reason = "what is inside the wrapper is not Send")]
                let make: Box<dyn FnMut() -> El + Send> = Box::new(move || make());
                ElState::Dynamic(make.build())
            }
        }
    }

    /// In the old one's place: parts are made again only when there is something new in them.
    ///
    /// The old one goes first. A browser lays the page out before it takes away what has the focus: that is nothing while
    /// the page stands as it was drawn, and a long task once the new part is in it.
    fn rebuild(self, state: &mut ElState) {
        let mut new = self.build();
        match state {
            ElState::Element(old, _) => {
                if let Some(parent) = old.parent_element() {
                    let next = old.next_sibling();
                    old.remove();
                    new.mount(&parent, next.as_ref());
                }
            }
            // Its end is marked in the page, and stays until the new part is in.
            ElState::Group(parts, end) => {
                parts.iter_mut().for_each(Mountable::unmount);
                if let Some(parent) = end.parent_element() {
                    new.mount(&parent, Some(end));
                }
                end.remove();
            }
            ElState::Dynamic(_) => {
                state.insert_before_this(&mut new);
                state.unmount();
            }
        }
        *state = new;
    }
}

impl Mountable for ElState {
    fn unmount(&mut self) {
        match self {
            Self::Element(element, _) => element.remove(),
            Self::Group(parts, end) => {
                parts.iter_mut().for_each(Self::unmount);
                end.remove();
            }
            Self::Dynamic(part) => part.unmount(),
        }
    }

    fn mount(&mut self, parent: &Element, marker: Option<&Node>) {
        match self {
            Self::Element(element, _) => drop(parent.insert_before(element, marker)),
            Self::Group(parts, end) => {
                let _ = parent.insert_before(end, marker);
                parts.iter_mut().for_each(|part| part.mount(parent, Some(end)));
            }
            Self::Dynamic(part) => part.mount(parent, marker),
        }
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        match self {
            Self::Element(element, _) => insert_before(element, child),
            Self::Group(parts, end) => match parts.first() {
                Some(first) => first.insert_before_this(child),
                None => insert_before(end, child),
            },
            Self::Dynamic(part) => part.insert_before_this(child),
        }
    }

    fn elements(&self) -> Vec<Element> {
        match self {
            Self::Element(element, _) => vec![element.clone()],
            Self::Group(parts, _) => parts.iter().flat_map(Self::elements).collect(),
            Self::Dynamic(part) => part.elements(),
        }
    }
}

fn insert_before(node: &Node, child: &mut dyn Mountable) -> bool {
    let parent = node.parent_element();
    if let Some(parent) = &parent {
        child.mount(parent, Some(node));
    }
    parent.is_some()
}

impl AddAnyAttr for El {
    type Output<A: Attribute> = Self;

    fn add_any_attr<A: Attribute>(self, _: A) -> Self {
        self
    }
}

/// Leptos asks every view how it would be rendered by a server. This one is for browsers.
impl RenderHtml for El {
    type AsyncOutput = Self;
    type Owned = Self;
    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Self {
        self
    }

    fn to_html_with_buf(self, _: &mut String, _: &mut Position, _: bool, _: bool, _: Vec<AnyAttribute>) {}

    fn hydrate<const FROM_SERVER: bool>(self, _: &Cursor, _: &PositionState) -> ElState {
        self.build()
    }

    fn into_owned(self) -> Self {
        self
    }
}
