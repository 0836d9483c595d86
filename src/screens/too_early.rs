//! Another code was asked for too early: from when there is one, counting down to the button that asks again.

use repin_core::api::UnixMs;
use repin_vault::flow::Event;

use super::code::another;
use crate::element::Parts;
use crate::face::Face;
use crate::i18n::Key;
use crate::small::{Small, watch};
use crate::widgets::icon::Icon;
use crate::widgets::{button, title};

#[inline(never)]
pub(crate) fn screen(face: Face, until: UnixMs) -> Parts {
    let left = Small::new(face.seconds_until(until));
    watch(move || {
        face.ticks.get();
        let now = face.seconds_until(until);
        if now == 0 && left.now() > 0 {
            face.say(&face.text(Key::LOCKED_OVER));
        }
        left.set(now);
    });
    vec![
        title::hero(face, Icon::Clock, "", Key::ERRORS_155142_TITLE, Key::ERRORS_155142_TEXT),
        another(face, left, move || button::primary(face, Key::COMMON_RETRY, move || face.send(Event::Retry))),
        button::close(face),
    ]
}
