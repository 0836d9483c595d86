//! The session ended. Calm, for nothing was lost but time; and where that is not known, it is not said.

use crate::element::Parts;
use crate::face::Face;
use crate::i18n::Key;
use crate::widgets::icon::Icon;
use crate::widgets::{button, title};

#[inline(never)]
pub(crate) fn screen(face: Face, unsure: bool) -> Parts {
    let what = if unsure { Key::EXPIRED_UNSURE } else { Key::EXPIRED_TEXT };
    let can_renew = face.with_host(|host| host.can_renew());
    let sentences = [Some(Key::EXPIRED_WHY), Some(what), (!can_renew).then_some(Key::EXPIRED_HOST)];
    let lead = move || sentences.iter().flatten().map(|key| face.text(*key)).collect::<Vec<_>>().join(" ");
    let mut parts = vec![title::hero_with(face, Icon::Clock, "", Key::EXPIRED_TITLE, Box::new(lead))];
    if can_renew {
        let again = move || face.with_host(|host| host.needs_session("expired"));
        parts.push(button::primary(face, Key::EXPIRED_AGAIN, again));
    }
    parts.push(button::close(face));
    parts
}
