//! What a screen begins with: a headline that takes the focus when the step changes, and a line that says why.

use super::icon::{Icon, icon};
use crate::element::{El, Words, dynamic, el, group, nothing};
use crate::face::Face;
use crate::i18n::Key;

/// Headline and lead. The headline takes the focus.
pub(crate) fn title(face: Face, headline: Key, text: Key) -> El {
    title_with(face, Box::new(move || face.text(headline)), Box::new(move || face.text(text)))
}

/// The same with words made elsewhere; no lead if they are empty.
pub(crate) fn title_with(face: Face, headline: Words, text: Words) -> El {
    let headline = accented("h2", headline).attr("tabindex", "-1");
    face.begins_at(headline.element());
    el("div").child(headline).child(dynamic(move || lead(&text())))
}

/// Headline and lead of a screen whose field has the focus, and is named by the headline.
pub(crate) fn field_title(face: Face, headline: Key, text: Key) -> El {
    field_title_with(face, headline, &face.text(text))
}

/// The same with a lead made elsewhere.
pub(crate) fn field_title_with(face: Face, headline: Key, text: &str) -> El {
    let headline = accented("h2", Box::new(move || face.text(headline))).attr("id", &face.id("title"));
    // Read again with the field, which is where the focus goes.
    let text = if text.is_empty() { nothing() } else { lead(text).attr("id", &face.id("lead")) };
    el("div").child(headline).child(text)
}

/// A centred headline under a picture, for outcomes. `tone` is `ok`, `warn`, `err` or nothing.
pub(crate) fn hero(face: Face, picture: Icon, tone: &str, headline: Key, text: Key) -> El {
    hero_with(face, picture, tone, headline, Box::new(move || face.text(text)))
}

/// The same with a lead made elsewhere; none if it is empty.
pub(crate) fn hero_with(face: Face, picture: Icon, tone: &str, headline: Key, text: Words) -> El {
    let disc = el("div").class(&["disc ", tone].concat()).child(icon(picture));
    el("div").class("hero").child(disc).child(title_with(face, Box::new(move || face.text(headline)), text))
}

/// Words with a part in another colour, which stands between two U+001F: a customised headline has one.
fn accented(tag: &str, words: Words) -> El {
    let part = |(n, words): (usize, &str)| {
        let part = el("span").text(words);
        if n == 1 { part.class("accent") } else { part }
    };
    el(tag).child(dynamic(move || group(words().split('\u{1f}').enumerate().map(part).collect())))
}

pub(crate) fn lead(text: &str) -> El {
    if text.is_empty() { nothing() } else { el("p").class("lead").text(text) }
}
