//! Choose one question, answer it, and leave a hint for oneself.

use std::rc::Rc;

use repin_core::api::{Question, QuestionKind};
use repin_core::decimal::decimal;
use repin_vault::flow::{Event, QuestionProblem};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlSelectElement};

use crate::element::{El, Parts, el, form, group, nothing};
use crate::face::Face;
use crate::i18n::Key;
use crate::problem::Problem;
use crate::small::{Small, watch};
use crate::widgets::answer_input::{AnswerInput, hinted, in_its_language, text_field};
use crate::widgets::notice::field_error;
use crate::widgets::{button, notice, title};

/// What the vault offers for this slot.
pub(crate) struct Offer {
    pub number: u8,
    pub required: u8,
    pub catalogue: Vec<Question>,
    pub taken: Vec<u8>,
    pub chosen: Option<u8>,
    pub hint: String,
}

#[inline(never)]
pub(crate) fn screen(face: Face, offer: Offer) -> Parts {
    let index = Small::new(offer.chosen.map(u32::from));
    let hidden = Small::new(false);
    let (select, select_view) = question_select(face, index, &offer);
    let (answers, answer_view) = AnswerOfEither::new(face, index, hidden, &offer.catalogue);
    let answers = Rc::new(answers);
    let (hint, hint_view) = hint_field(face, &offer.hint);
    let headline = move || face.of(Key::CHOOSE_TITLE, offer.number.into(), offer.required.into());
    let parts = vec![
        title::title_with(face, Box::new(headline), Box::new(move || face.text(Key::CHOOSE_LEAD))),
        select_view,
        answer_view,
        hint_view,
        button::toggle(face, hidden, Key::QUESTIONS_SHOW, Key::QUESTIONS_HIDE),
        notice::note(face, Key::QUESTIONS_PRIVACY),
        button::submit(face, Key::COMMON_CONTINUE, Key::COMMON_CHECKING, || true),
    ];

    let (select_of, answers_of, hint_of) = (select.clone(), answers.clone(), hint.clone());
    watch(move || {
        face.judged.get();
        match face.problem().and_then(Problem::question) {
            Some(QuestionProblem::NoQuestion) => select_of.point_at(Key::CHOOSE_NO_QUESTION),
            Some(QuestionProblem::EmptyAnswer) => answers_of.asked().point_at(Key::CHOOSE_EMPTY),
            Some(QuestionProblem::AnswerTooLong) => answers_of.asked().point_at(Key::CHOOSE_ANSWER_LONG),
            Some(QuestionProblem::HintIsAnswer) => hint_of.point_at(Key::CHOOSE_HINT_IS_ANSWER),
            Some(QuestionProblem::HintTooLong) => hint_of.point_at(Key::CHOOSE_HINT_LONG),
            None => {}
        }
    });
    let submit = move || {
        let Some(index) = index.now() else { return select.point_at(Key::CHOOSE_NO_QUESTION) };
        match answers.asked().read() {
            Ok(answer) => {
                let hint = hint.element.unchecked_ref::<web_sys::HtmlInputElement>().value().trim().to_owned();
                face.submit(Event::SubmitQuestion { index: index as u8, answer, hint });
            }
            Err(_) => answers.asked().focus(),
        }
    };
    vec![form(parts, submit)]
}

/// A field with its error, to point at.
#[derive(Clone)]
struct Field {
    face: Face,
    element: HtmlElement,
    error: Small<Option<Key>>,
}

impl Field {
    fn new(face: Face, field: El, event: &str) -> (Self, El) {
        let error = Small::new(None);
        let element = field.element();
        let field = field.flag("aria-invalid", move || error.get().is_some()).on(event, move |_| error.set(None));
        (Self { face, element, error }, field)
    }

    fn point_at(&self, error: Key) {
        self.error.set(Some(error));
        self.face.focus(self.element.clone());
    }
}

/// One field for words and one for a date; the chosen question says which is asked.
struct AnswerOfEither {
    index: Small<Option<u32>>,
    kinds: Vec<QuestionKind>,
    words: Rc<AnswerInput>,
    date: Rc<AnswerInput>,
}

impl AnswerOfEither {
    fn new(face: Face, index: Small<Option<u32>>, hidden: Small<bool>, catalogue: &[Question]) -> (Self, El) {
        let label = || el("span").text_with(move || required(face, face.text(Key::CHOOSE_ANSWER)));
        let field = |name, kind| AnswerInput::new(face, (name, label()), kind, nothing(), hidden, |_| false);
        let (words, words_view) = field("words", QuestionKind::Text);
        let (date, date_view) = field("date", QuestionKind::Date);
        let kinds = catalogue.iter().map(|question| question.kind).collect::<Vec<_>>();
        let of = kinds.clone();
        let is_date = Small::new(false);
        watch(move || is_date.set(kind_of(&of, index.get()) == QuestionKind::Date));
        let shown_if = |date: bool, view| {
            let hidden = move || (is_date.get() != date).then(String::new);
            el("div").attr_with("hidden", hidden).child(view)
        };
        let view = group(vec![shown_if(false, words_view), shown_if(true, date_view)]);
        (Self { index, kinds, words, date }, view)
    }

    fn asked(&self) -> &AnswerInput {
        match kind_of(&self.kinds, self.index.now()) {
            QuestionKind::Text => &self.words,
            QuestionKind::Date => &self.date,
        }
    }
}

fn kind_of(kinds: &[QuestionKind], index: Option<u32>) -> QuestionKind {
    index.and_then(|index| kinds.get(index as usize).copied()).unwrap_or(QuestionKind::Text)
}

fn question_select(face: Face, index: Small<Option<u32>>, offer: &Offer) -> (Field, El) {
    let (id, error_id) = (face.id("question"), face.id("question-error"));
    let option = |value: &str, chosen: bool, off: bool| {
        let mark = |option: El, name, set| if set { option.attr(name, "") } else { option };
        mark(mark(el("option").attr("value", value), "selected", chosen), "disabled", off)
    };
    let mut options = vec![option("", offer.chosen.is_none(), true).says(face, Key::CHOOSE_PLACEHOLDER)];
    for (n, question) in offer.catalogue.iter().enumerate() {
        let n = n as u8;
        let option =
            in_its_language(option(&decimal(n.into(), 1), offer.chosen == Some(n), offer.taken.contains(&n)), question);
        // An option takes no element: characters say that its text has its own direction.
        options.push(option.text(&["\u{2068}", &question.text, "\u{2069}"].concat()));
    }
    let select = el("select").class("fld").attr("id", &id).attr("aria-describedby", &error_id).children(options);
    let chosen = select.element().unchecked_into::<HtmlSelectElement>();
    let select = select.on("change", move |_| index.set(chosen.value().parse().ok()));
    let (field, select) = Field::new(face, select, "change");
    let number = offer.number.into();
    let words = move || face.custom_at("ask", number).unwrap_or_else(|| face.text(Key::CHOOSE_QUESTION));
    let label = el("label").attr("for", &id).text_with(move || required(face, words()));
    let error = field_error(face, error_id, field.error);
    (field, el("div").children(vec![label, select, error]))
}

/// A label with the host's sign for what must be filled in, where it has one.
fn required(face: Face, label: String) -> String {
    label + &face.custom("mark").unwrap_or_default()
}

fn hint_field(face: Face, before: &str) -> (Field, El) {
    let (id, help_id, error_id) = (face.id("hint"), face.id("hint-help"), face.id("hint-error"));
    let input = hinted(face, text_field(&id), "hint").attr("value", before);
    let input = input.attr("aria-describedby", &[help_id.as_str(), " ", &error_id].concat());
    let (field, input) = Field::new(face, input, "input");
    let parts = vec![
        el("label").attr("for", &id).says(face, Key::CHOOSE_HINT),
        el("p").class("hint").attr("id", &help_id).says(face, Key::CHOOSE_HINT_HELP),
        input,
        field_error(face, error_id, field.error),
    ];
    (field, el("div").children(parts))
}
