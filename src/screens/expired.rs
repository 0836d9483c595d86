//! The session ended. Calm, for nothing was lost but time.

use crate::element::Parts;
use crate::face::Face;
use crate::i18n::Key;
use crate::widgets::icon::Icon;
use crate::widgets::{button, title};

#[inline(never)]
pub(crate) fn screen(face: Face) -> Parts {
    let can_renew = face.with_host(|host| host.can_renew());
    let lead = move || match can_renew {
        true => face.text(Key::EXPIRED_TEXT),
        false => [&face.text(Key::EXPIRED_TEXT), " ", &face.text(Key::EXPIRED_HOST)].concat(),
    };
    let mut parts = vec![title::hero_with(face, Icon::Clock, "", Key::EXPIRED_TITLE, Box::new(lead))];
    if can_renew {
        let again = move || face.with_host(|host| host.needs_session("expired"));
        parts.push(button::primary(face, Key::EXPIRED_AGAIN, again));
    }
    parts.push(button::close(face));
    parts
}
