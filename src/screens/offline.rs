//! The gateway cannot be reached. Nothing was lost.

use repin_vault::flow::Event;

use crate::element::Parts;
use crate::face::Face;
use crate::i18n::Key;
use crate::widgets::icon::Icon;
use crate::widgets::{button, title};

#[inline(never)]
pub(crate) fn screen(face: Face) -> Parts {
    vec![
        title::hero(face, Icon::Cloud, "warn", Key::OFFLINE_TITLE, Key::OFFLINE_TEXT),
        button::primary(face, Key::COMMON_RETRY, move || face.send(Event::Retry)),
        button::close(face),
    ]
}
