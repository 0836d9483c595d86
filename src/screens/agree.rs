//! Understand that nobody can reset the answers, or what exporting keys means, and say so in writing: the two places where
//! going on needs a pause.

use js_sys::JsString;
use repin_vault::flow::Event;
use wasm_bindgen::JsCast;

use crate::element::{El, Parts, el, form};
use crate::face::Face;
use crate::i18n::{Key, lower};
use crate::small::Small;
use crate::widgets::answer_input::{hinted, text_field};
use crate::widgets::icon::Icon;
use crate::widgets::{button, notice, title};

/// Before answers are set.
#[inline(never)]
pub(crate) fn screen(face: Face) -> Parts {
    let parts = vec![
        title::hero_with(face, Icon::Shield, "confirm", Key::AGREE_TITLE, Box::new(String::new)),
        what_it_means(face),
        notice::caution(face, None, Key::AGREE_LOST),
    ];
    in_writing(face, parts, Key::COMMON_CONTINUE)
}

/// Before keys are exported.
#[inline(never)]
pub(crate) fn keys(face: Face) -> Parts {
    let parts = vec![
        title::hero(face, Icon::Warning, "warn", Key::KEYS_WARN, Key::KEYS_WARN_LEAD),
        notice::points(face, &[Key::KEYS_NOBODY, Key::KEYS_WATCH, Key::KEYS_FILE]),
    ];
    in_writing(face, parts, Key::KEYS_GET)
}

/// The words to type, and the button that goes on once they are there.
fn in_writing(face: Face, mut parts: Parts, go_on: Key) -> Parts {
    let (id, error_id) = (face.id("agree"), face.id("agree-error"));
    let (agreed, error) = (Small::new(false), Small::new(None));
    let field = hinted(face, text_field(&id), "phrase")
        .attr("aria-describedby", &error_id)
        .flag("aria-invalid", move || error.get().is_some());
    let (typed, asked) = (field.input(), field.input());
    let field = field.on("input", move |_| {
        agreed.set(plain(&typed.value()) == plain(&face.text(Key::AGREE_PHRASE)));
        error.set(None);
    });
    let label = el("label").attr("for", &id);
    let label = label.text_with(move || face.fill(Key::AGREE_LABEL, "phrase", &face.text(Key::AGREE_PHRASE)));
    parts.extend([
        el("div").children(vec![label, field, notice::field_error(face, error_id, error)]),
        button::submit(face, go_on, Key::COMMON_SAVING, move || agreed.get()),
    ]);
    vec![form(parts, move || {
        if agreed.now() {
            face.submit(Event::Agree);
        } else {
            error.set(Some(Key::AGREE_NOT_YET));
            face.focus(asked.clone().unchecked_into());
        }
    })]
}

/// The host's own points, where it has any. That what is lost is lost is said in any case.
fn what_it_means(face: Face) -> El {
    let own = (1..).map_while(|n| face.custom_at("item", n)).collect::<Vec<_>>();
    if own.is_empty() {
        notice::points(face, &[Key::AGREE_ONLY_YOU, Key::AGREE_SCAM])
    } else {
        notice::own_points(&own)
    }
}

/// Without the differences nobody means: case, spaces of any kind, quotation marks, a full stop, marks that show nothing,
/// and whether a keyboard sends an accented letter as one character or as two.
fn plain(text: &str) -> String {
    let meant = |c: &char| c.is_ascii_alphanumeric() || !(c.is_ascii() || is_aside(*c));
    // NFKC makes every space that does not break one that does. The browser lower-cases as in English, where the Turkish
    // `İ` becomes an `i` with a dot above, and `I` never the `ı` that Turks mean by it.
    let text = String::from(JsString::from(text).normalize("NFKC"));
    lower(&text).chars().filter(meant).map(|c| if c == 'ı' { 'i' } else { c }).collect()
}

fn is_aside(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '‘'..='‟' | '‹' | '›' | '«' | '»' | '。' | '「'..='』' | '\u{307}')
}
