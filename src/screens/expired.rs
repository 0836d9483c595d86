//! The session ended. Calm, for nothing was lost but time; and where that is not known, it is not said.

use crate::element::Parts;
use crate::face::Face;
use crate::i18n::Key;
use crate::widgets::icon::Icon;
use crate::widgets::{button, title};

#[inline(never)]
pub(crate) fn screen(face: Face, unsure: bool) -> Parts {
    let text = if unsure { Key::EXPIRED_UNSURE } else { Key::EXPIRED_TEXT };
    let can_renew = face.with_host(|host| host.can_renew());
    let lead = move || match can_renew {
        true => face.text(text),
        false => [&face.text(text), " ", &face.text(Key::EXPIRED_HOST)].concat(),
    };
    let mut parts = vec![title::hero_with(face, Icon::Clock, "", Key::EXPIRED_TITLE, Box::new(lead))];
    if can_renew {
        let again = move || face.with_host(|host| host.needs_session("expired"));
        parts.push(button::primary(face, Key::EXPIRED_AGAIN, again));
    }
    parts.push(button::close(face));
    parts
}
