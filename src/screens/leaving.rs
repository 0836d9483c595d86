//! Asked once when something was typed: leave, or keep going. The page stays behind as it was.

use crate::element::Parts;
use crate::face::Face;
use crate::i18n::Key;
use crate::widgets::icon::Icon;
use crate::widgets::{button, title};

#[inline(never)]
pub(crate) fn screen(face: Face) -> Parts {
    let text = if face.sets_first_pin() { Key::LEAVE_TEXT_FIRST } else { Key::LEAVE_TEXT };
    vec![
        title::hero(face, Icon::Warning, "warn", Key::LEAVE_TITLE, text),
        button::primary(face, Key::LEAVE_STAY, move || face.leaving.set(false)),
        button::secondary(face, Key::LEAVE_GO, move || face.leave()),
    ]
}
