//! The field for one answer: words, or a date. The answer lives in the input; it is read out as bytes on submission.

use std::rc::Rc;

use repin_core::api::{Question, QuestionKind};
use repin_core::secret::SecretBytes;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use super::date_input::DateInput;
use super::notice::field_error;
use crate::element::{El, dynamic, el, group};
use crate::face::Face;
use crate::i18n::Key;
use crate::small::Small;

/// The field.
pub(crate) struct AnswerInput {
    face: Face,
    field: Field,
    /// What is wrong with this answer, as far as anyone may know.
    pub(crate) error: Small<Option<Key>>,
}

enum Field {
    Text(HtmlInputElement),
    Date(Rc<DateInput>),
}

/// What was typed is not an answer; the field says so.
pub(crate) struct NotAnAnswer;

impl AnswerInput {
    /// The field and its view. `name` makes ids; `wrong` says that the answers together did not match.
    pub(crate) fn new(
        face: Face,
        (name, label): (&str, El),
        kind: QuestionKind,
        hint: El,
        hidden: Small<bool>,
        wrong: fn(Face) -> bool,
    ) -> (Rc<Self>, El) {
        let error = Small::new(None);
        let id = face.id(name);
        let [hint_id, error_id] = ["-hint", "-error"].map(|suffix| [&id, suffix].concat());
        let described = [hint_id.as_str(), " ", &error_id].concat();
        let type_of = move || Some(if hidden.get() { "password" } else { "text" }.to_owned());
        let input = |id: &str| {
            text_field(id).attr_with("type", type_of).flag("aria-invalid", move || wrong(face) || error.get().is_some())
        };
        let typed = move |_| error.set(None);
        let (field, view) = match kind {
            QuestionKind::Text => {
                let input = hinted(face, input(&id), name).attr("aria-describedby", &described);
                let field = Field::Text(input.input());
                let parts = vec![
                    el("label").attr("for", &id).child(label),
                    el("div").class("hint").attr("id", &hint_id).child(hint),
                    input,
                    field_error(face, error_id, error),
                ];
                (field, el("div").on("input", typed).children(parts))
            }
            QuestionKind::Date => {
                let (date, inputs) = DateInput::new(face, &id, hidden, input);
                let of = date.clone();
                let example = el("span").text_with(move || of.example() + " ");
                let parts = vec![
                    el("legend").child(label),
                    el("div").class("hint").attr("id", &hint_id).children(vec![example, hint]),
                    inputs,
                    field_error(face, error_id, error),
                ];
                let set = el("fieldset").attr("aria-describedby", &described).on("input", typed);
                (Field::Date(date), set.children(parts))
            }
        };
        (Rc::new(Self { face, field, error }), view)
    }

    /// The answer as UTF-8, a date as `YYYYMMDD`; nothing typed is an empty answer.
    pub(crate) fn read(&self) -> Result<SecretBytes, NotAnAnswer> {
        match &self.field {
            Field::Text(input) => Ok(SecretBytes::new(input.value().into_bytes())),
            Field::Date(date) => date.read().ok_or_else(|| {
                self.error.set(Some(Key::DATE_INVALID));
                NotAnAnswer
            }),
        }
    }

    /// Says what is wrong and goes there.
    pub(crate) fn point_at(&self, error: Key) {
        self.error.set(Some(error));
        self.focus();
    }

    pub(crate) fn focus(&self) {
        let input = match &self.field {
            Field::Text(input) => input,
            Field::Date(date) => date.first(),
        };
        self.face.focus(input.clone().unchecked_into());
    }
}

/// A text input that nothing on the device remembers, corrects or completes.
pub(crate) fn text_field(id: &str) -> El {
    let input = el("input").attr("id", id).attr("type", "text").class("fld").attr("enterkeyhint", "go");
    let_alone(input)
}

/// The field with the host's own words in it while it is empty, where there are any. Ours has none: they vanish when
/// they are needed, and fade into what was typed.
pub(crate) fn hinted(face: Face, field: El, name: &str) -> El {
    match face.custom(&["placeholder.", name].concat()) {
        Some(words) => field.attr("placeholder", &words),
        None => field,
    }
}

/// Says to correctors, writing aids and five password managers that this is not theirs: they would offer the site's
/// password here, or keep an answer.
pub(crate) fn let_alone(input: El) -> El {
    const KEEP_OUT: [(&str, &str); 10] = [
        ("autocomplete", "off"),
        ("autocapitalize", "none"),
        ("autocorrect", "off"),
        ("spellcheck", "false"),
        ("writingsuggestions", "false"),
        ("data-1p-ignore", ""),
        ("data-lpignore", "true"),
        ("data-bwignore", ""),
        ("data-protonpass-ignore", ""),
        ("data-form-type", "other"),
    ];
    KEEP_OUT.iter().fold(input, |input, (name, value)| input.attr(name, value))
}

/// A question's words, which may be in another language than the widget's: they have their own direction, and the
/// gateway's own questions say that they are English (WCAG 3.1.2). Of a host's nobody knows.
pub(crate) fn apart(question: &Question) -> El {
    in_its_language(el("bdi"), question).text(&question.text)
}

/// Says of the gateway's questions that they are English.
pub(crate) fn in_its_language(element: El, question: &Question) -> El {
    if question.id.starts_with("own-") { element } else { element.attr("lang", "en") }
}

/// The person's own words, kept apart from the sentence around them in either direction of writing.
pub(crate) fn your_hint(face: Face, hint: &str) -> El {
    let hint = hint.to_owned();
    el("span").child(dynamic(move || {
        let (before, after) = face.texts(|texts| texts.around(Key::QUESTIONS_HINT, "hint"));
        let part = |tag, text: &str| el(tag).text(text);
        group(vec![part("span", &before), part("bdi", &hint), part("span", &after)])
    }))
}
