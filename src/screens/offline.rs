//! The gateway cannot be reached. Nothing was lost; what is not answered yet is called so, for whoever closes it now.

use repin_vault::flow::Event;

use crate::element::Parts;
use crate::face::Face;
use crate::i18n::Key;
use crate::widgets::icon::Icon;
use crate::widgets::{button, notice, title};

#[inline(never)]
pub(crate) fn screen(face: Face) -> Parts {
    let mut parts = vec![title::hero(face, Icon::Cloud, "warn", Key::OFFLINE_TITLE, Key::OFFLINE_TEXT)];
    parts.extend(notice::unsure(face));
    parts.extend([button::primary(face, Key::COMMON_RETRY, move || face.send(Event::Retry)), button::close(face)]);
    parts
}
