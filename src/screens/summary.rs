//! The chosen questions with their hints, for a last look. Never the answers.

use repin_core::api::Question;
use repin_vault::flow::Event;

use crate::element::{Parts, el, list, nothing};
use crate::face::Face;
use crate::i18n::Key;
use crate::widgets::answer_input::{apart, your_hint};
use crate::widgets::{button, title};

#[inline(never)]
pub(crate) fn screen(face: Face, questions: &[Question]) -> Parts {
    let item = |(n, question): (usize, &Question)| {
        let hint = match question.hint.as_deref().filter(|hint| !hint.is_empty()) {
            Some(hint) => your_hint(face, hint),
            None => el("span").says(face, Key::SUMMARY_NO_HINT),
        };
        let hint = el("span").class("hint").child(hint);
        let n = n as u32 + 1;
        let label = face.custom_at("nth", n).map_or_else(nothing, |_| {
            el("span").class("nth").text_with(move || face.custom_at("nth", n).unwrap_or_default())
        });
        el("li").children(vec![label, el("strong").child(apart(question)), hint])
    };
    vec![
        title::title(face, Key::SUMMARY_TITLE, Key::SUMMARY_LEAD),
        list("ol", "summary").children(questions.iter().enumerate().map(item).collect()),
        button::primary(face, Key::COMMON_CONTINUE, move || face.send(Event::Continue)),
    ]
}
