//! "Forgot PIN?" was chosen and the host page has no recovery of its own to open: where to find it.

use crate::element::Parts;
use crate::face::Face;
use crate::i18n::Key;
use crate::widgets::icon::Icon;
use crate::widgets::{button, title};

#[inline(never)]
pub(crate) fn screen(face: Face) -> Parts {
    vec![title::hero(face, Icon::Key, "", Key::HANDED_OVER_TITLE, Key::HANDED_OVER_TEXT), button::close(face)]
}
