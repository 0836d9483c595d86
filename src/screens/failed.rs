//! Something went wrong: what it means for the person, and the number that support needs.

use repin_core::decimal::decimal;
use repin_vault::flow::Event;

use crate::element::{El, Parts, el};
use crate::face::Face;
use crate::i18n::{Key, error_texts};
use crate::widgets::copy::copy;
use crate::widgets::icon::Icon;
use crate::widgets::{button, notice, title};

#[inline(never)]
pub(crate) fn screen(face: Face, code: i32, retryable: bool) -> Parts {
    let (headline, text) = error_texts(code);
    let (picture, tone) = picture(headline);
    let mut parts = vec![title::hero(face, picture, tone, headline, text)];
    // Of what has a number of its own it is known.
    parts.extend(notice::unsure(face).filter(|_| code < 0));
    if retryable {
        parts.push(button::primary(face, Key::COMMON_RETRY, move || face.send(Event::Retry)));
    }
    parts.extend([button::close(face), code_line(face, code)]);
    parts
}

/// What looks like danger is dangerous: what only ended is as calm as a session's end, and what is shut has a lock.
fn picture(headline: Key) -> (Icon, &'static str) {
    match headline {
        Key::ERRORS_155105_TITLE | Key::ERRORS_155122_TITLE => (Icon::Clock, ""),
        Key::ERRORS_155109_TITLE => (Icon::Lock, "warn"),
        _ => (Icon::Warning, "err"),
    }
}

fn code_line(face: Face, code: i32) -> El {
    let code = [if code < 0 { "-" } else { "" }, &decimal(code.unsigned_abs(), 1)].concat();
    let shown = code.clone();
    let number = el("span").text_with(move || face.fill(Key::FAILED_CODE, "code", &shown));
    el("p").class("code").children(vec![number, copy(face, Key::FAILED_COPY, code)])
}
