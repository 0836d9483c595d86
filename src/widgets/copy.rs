//! A quiet button that copies, and says so once it is true.

use wasm_bindgen::prelude::*;
use web_sys::Event;

use super::button::button;
use crate::element::El;
use crate::face::Face;
use crate::i18n::Key;
use crate::small::Small;

#[wasm_bindgen]
extern "C" {
    type Writing;
    /// Throws where a page has no clipboard, as on http.
    #[wasm_bindgen(catch, js_namespace = ["navigator", "clipboard"], js_name = writeText)]
    fn write_text(text: &str) -> Result<Writing, JsValue>;
    #[wasm_bindgen(method)]
    fn then(this: &Writing, written: &JsValue, refused: &JsValue);
}

pub(crate) fn copy(face: Face, label: Key, text: String) -> El {
    let copied = Small::new(false);
    button("link", move || {
        // Without permission nothing is copied, and nothing is said: it is in sight either way.
        if let Ok(writing) = write_text(&text) {
            // As an event handler, of which the code is there already. A refusal brings an error, success nothing.
            let settled: Box<dyn FnMut(Event)> = Box::new(move |error| {
                copied.set(error.is_undefined());
                if copied.now() {
                    face.say(&face.text(Key::FAILED_COPIED));
                }
            });
            let settled = Closure::wrap(settled).into_js_value();
            writing.then(&settled, &settled);
        }
    })
    .text_with(move || face.text(if copied.get() { Key::FAILED_COPIED } else { label }))
}
