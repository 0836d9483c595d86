//! Something went wrong: what it means for the person, and the number that support needs.

use repin_vault::flow::Event;
use wasm_bindgen::prelude::*;
use web_sys::Event as DomEvent;

use crate::element::{El, Parts, el};
use crate::face::Face;
use crate::i18n::{Key, error_texts};
use crate::small::Small;
use crate::widgets::icon::Icon;
use crate::widgets::{button, title};

#[wasm_bindgen]
extern "C" {
    type Writing;
    /// Throws where a page has no clipboard, as on http.
    #[wasm_bindgen(catch, js_namespace = ["navigator", "clipboard"], js_name = writeText)]
    fn write_text(text: &str) -> Result<Writing, JsValue>;
    #[wasm_bindgen(method)]
    fn then(this: &Writing, written: &JsValue, refused: &JsValue);
}

#[inline(never)]
pub(crate) fn screen(face: Face, code: i32, retryable: bool) -> Parts {
    let (headline, text) = error_texts(code);
    let (picture, tone) = picture(headline);
    let mut parts = vec![title::hero(face, picture, tone, headline, text)];
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
    let copied = Small::new(false);
    let code = code.to_string();
    let shown = code.clone();
    let number = el("span").text_with(move || face.fill(Key::FAILED_CODE, "code", &shown));
    let copy = button::button("link", move || {
        // Without permission nothing is copied, and nothing is said: the number is in sight either way.
        if let Ok(writing) = write_text(&code) {
            // As an event handler, of which the code is there already. A refusal brings an error, success nothing.
            let settled: Box<dyn FnMut(DomEvent)> = Box::new(move |error| copied.set(error.is_undefined()));
            let settled = Closure::wrap(settled).into_js_value();
            writing.then(&settled, &settled);
        }
    })
    .text_with(move || face.text(if copied.get() { Key::FAILED_COPIED } else { Key::FAILED_COPY }));
    el("p").class("code").children(vec![number, copy])
}
