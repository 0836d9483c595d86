//! Buttons. None is ever `disabled`: one that cannot do its work yet says so with `aria-disabled`, stays reachable, and
//! explains itself when pressed.

use crate::element::{El, el};
use crate::face::Face;
use crate::i18n::Key;
use crate::small::Small;

/// Sends the form. While the vault works it says so; `ready` is false when pressing would only explain.
pub(crate) fn submit(face: Face, label: Key, busy: Key, ready: impl Fn() -> bool + 'static) -> El {
    el("button")
        .attr("type", "submit")
        .class("btn main")
        .flag("aria-disabled", move || !ready() || face.busy.get())
        .text_with(move || face.text(if face.busy.get() { busy } else { label }))
}

/// The one thing to do on a screen without a form.
pub(crate) fn primary(face: Face, label: Key, press: impl Fn() + 'static) -> El {
    button("btn main", press).says(face, label)
}

/// Something to do that is not urged.
pub(crate) fn secondary(face: Face, label: Key, press: impl Fn() + 'static) -> El {
    button("btn alt", press).says(face, label)
}

/// A quiet way aside.
pub(crate) fn link(face: Face, label: Key, press: impl Fn() + 'static) -> El {
    button("link", press).says(face, label)
}

/// "Close", with the outcome that the screen means.
pub(crate) fn close(face: Face) -> El {
    secondary(face, Key::COMMON_CLOSE, move || face.leave())
}

/// A link that says "Show …" or "Hide …" and flips `state`. The label changes, so there is no pressed state to tell.
/// Pressing it leaves the focus, and with it a phone's keyboard, where they are.
pub(crate) fn toggle(face: Face, state: Small<bool>, on: Key, off: Key) -> El {
    button("link", move || state.set(!state.now()))
        .text_with(move || face.text(if state.get() { on } else { off }))
        .on("mousedown", |event| event.prevent_default())
}

pub(crate) fn button(class: &str, press: impl Fn() + 'static) -> El {
    el("button").attr("type", "button").class(class).on("click", move |_| press())
}
