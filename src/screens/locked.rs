//! All three tries are used: when it ends, as a time of day first, then as a clock that ends it by itself.

use repin_core::api::{CredentialKind, UnixMs};
use repin_vault::flow::Event;

use crate::element::Parts;
use crate::face::Face;
use crate::i18n::Key;
use crate::widgets::countdown::countdown;
use crate::widgets::icon::Icon;
use crate::widgets::{button, notice, title};

#[inline(never)]
pub(crate) fn screen(face: Face, kind: CredentialKind, until: UnixMs, can_recover: bool) -> Parts {
    let headline = match kind {
        CredentialKind::Answers | CredentialKind::Code => Key::LOCKED_TITLE,
        CredentialKind::Pin => Key::LOCKED_TITLE_PIN,
    };
    let lead = move || face.fill(Key::LOCKED_TEXT, "time", &face.time_of(until));
    let mut parts = vec![
        title::hero_with(face, Icon::Lock, "warn", headline, Box::new(lead)),
        countdown(face, until, move || face.send(Event::Retry)),
        notice::note(face, Key::LOCKED_NOBODY),
    ];
    if can_recover {
        parts.push(button::primary(face, Key::CURRENT_FORGOT, move || face.send(Event::ForgotPin)));
    }
    parts.push(button::close(face));
    parts
}
