//! Boxes with an icon and a bold fact first, and lists of short points.

use super::icon::{Icon, icon};
use crate::element::{El, dynamic, el, nothing};
use crate::face::Face;
use crate::i18n::Key;
use crate::small::Small;

/// Reassurance, in passing.
pub(crate) fn note(face: Face, text: Key) -> El {
    dynamic(move || boxed("note", Icon::Shield, "", &[&face.text(text)]))
}

/// Something to be careful about.
pub(crate) fn caution(face: Face, fact: Option<Key>, text: Key) -> El {
    dynamic(move || {
        let fact = fact.map(|fact| face.text(fact)).unwrap_or_default();
        boxed("note warn", Icon::Warning, &fact, &[&face.text(text)])
    })
}

/// The same, of what is counted.
pub(crate) fn warning(text: &str) -> El {
    boxed("note warn", Icon::Warning, "", &[text])
}

/// For whoever closes now, where something was on its way: nobody can tell whether it was completed.
pub(crate) fn unsure(face: Face) -> Option<El> {
    face.is_unsure().then(|| caution(face, None, Key::EXPIRED_UNSURE))
}

/// What was wrong with a submission, read out at once. `id` ties it to its field.
pub(crate) fn problem(id: &str, fact: &str, text: &str) -> El {
    boxed("note err", Icon::Warning, fact, &[text]).attr("role", "alert").attr("id", id)
}

/// What was wrong with the whole form: takes the focus, for the fields do not tell.
pub(crate) fn form_problem(face: Face, fact: &str, sentences: &[&str]) -> El {
    let notice = boxed("note err", Icon::Warning, fact, sentences).attr("role", "alert").attr("tabindex", "-1");
    face.focus(notice.element());
    notice
}

/// The place under a field where its error comes and goes.
pub(crate) fn field_error(face: Face, id: String, error: Small<Option<Key>>) -> El {
    dynamic(move || match error.get() {
        Some(key) => el("p")
            .class("error")
            .attr("role", "alert")
            .attr("id", &id)
            .child(icon(Icon::Warning))
            .child(el("span").says(face, key)),
        None => nothing(),
    })
}

/// An icon, a fact in bold, and sentences, each an element of its own.
pub(crate) fn boxed(class: &str, picture: Icon, fact: &str, sentences: &[&str]) -> El {
    // The spaces are for those who hear it, and for what is copied.
    let spaced = |tag, text: &str| el(tag).text(&[text, " "].concat());
    let mut words = el("p");
    if !fact.is_empty() {
        words = words.child(spaced("strong", fact));
    }
    for sentence in sentences {
        words = words.child(spaced("span", sentence));
    }
    el("div").class(class).child(icon(picture)).child(words)
}

/// Short points, each with a dot.
pub(crate) fn points(face: Face, items: &[Key]) -> El {
    list(items.iter().map(|key| el("span").says(face, *key)))
}

/// The same with a host's words, which are in one language.
pub(crate) fn own_points(items: &[String]) -> El {
    list(items.iter().map(|text| el("span").text(text)))
}

fn list(words: impl Iterator<Item = El>) -> El {
    let point = |words| el("li").child(icon(Icon::Dot)).child(words);
    crate::element::list("ul", "rules").children(words.map(point).collect())
}
