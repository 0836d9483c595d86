//! Back, "Step 2 of 3" with its bars, and close: in the same place on every step (WCAG 3.2.6).

use repin_vault::flow::Event;

use super::button::button;
use super::icon::{Icon, icon};
use crate::element::{El, dynamic, el, nothing};
use crate::face::Face;
use crate::i18n::Key;

pub(crate) fn header(face: Face) -> El {
    dynamic(move || {
        let [shown, can_go_back, step, of] = face.header.get().to_be_bytes();
        if shown == 0 || face.leaving.get() {
            return nothing();
        }
        let back = match can_go_back {
            0 => el("span"),
            _ => round(face, Icon::Back, Key::COMMON_BACK, button("round", move || face.send(Event::Back))),
        };
        let close = round(face, Icon::Close, Key::COMMON_CANCEL, button("round", move || face.close()));
        let steps = if of == 0 { el("span") } else { stepper(face, step, of) };
        el("div").class("bar").children(vec![back, steps, close])
    })
}

fn stepper(face: Face, step: u8, of: u8) -> El {
    let bar = |n| el("i").class(if n <= step { "on" } else { "" });
    let words = el("span").text_with(move || face.of(Key::COMMON_STEP, step.into(), of.into()));
    let track = el("span").class("track").attr("aria-hidden", "true").children((1..=of).map(bar).collect());
    el("div").class("steps").child(words).child(track)
}

fn round(face: Face, picture: Icon, name: Key, pressable: El) -> El {
    // Follows the language by itself: a button made anew would lose the focus.
    pressable.attr_with("aria-label", move || Some(face.text(name))).child(icon(picture))
}
