//! The address that codes will go to. The browser may fill it in: it is no secret of the wallet's.

use repin_vault::flow::Event;
use wasm_bindgen::JsCast;

use crate::element::{Parts, el, form, nothing};
use crate::face::Face;
use crate::i18n::Key;
use crate::problem::Problem;
use crate::small::{Small, watch};
use crate::widgets::{button, notice, title};

#[inline(never)]
pub(crate) fn screen(face: Face, address: &str, is_alone: bool) -> Parts {
    let (id, error_id) = (face.id("email"), face.id("email-error"));
    let error = Small::new(None);
    let field = el("input")
        .class("fld")
        .attr("id", &id)
        .attr("type", "email")
        .attr("autocomplete", "email")
        .attr("autocapitalize", "none")
        .attr("spellcheck", "false")
        .attr("enterkeyhint", "send")
        .attr("dir", "ltr")
        .attr("value", address)
        .attr("aria-describedby", &error_id)
        .flag("aria-invalid", move || error.get().is_some())
        .on("input", move |_| error.set(None));
    let (typed, asked) = (field.input(), field.input());
    watch(move || {
        face.judged.get();
        if matches!(face.problem(), Some(Problem::Email)) {
            error.set(Some(Key::EMAIL_INVALID));
            face.focus(asked.clone().unchecked_into());
        }
    });
    let label = el("label").attr("for", &id).says(face, Key::EMAIL_LABEL);
    let parts = vec![
        title::title(face, Key::EMAIL_TITLE, Key::EMAIL_LEAD),
        el("div").children(vec![label, field, notice::field_error(face, error_id, error)]),
        if is_alone { notice::caution(face, None, Key::WAYS_EMAIL_TEXT) } else { nothing() },
        button::submit(face, Key::CODE_SEND, Key::COMMON_SAVING, || true),
    ];
    vec![form(parts, move || face.submit(Event::SubmitEmail { address: typed.value() }))]
}
