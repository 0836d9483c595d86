//! There is no way on from here. Written for safety: what still works, and who to beware of.

use repin_vault::flow::{DeadEnd, Event};

use crate::element::Parts;
use crate::face::Face;
use crate::i18n::Key;
use crate::widgets::icon::Icon;
use crate::widgets::{button, notice, title};

#[inline(never)]
pub(crate) fn screen(face: Face, reason: DeadEnd) -> Parts {
    match reason {
        DeadEnd::CannotRemember => vec![
            title::title(face, Key::FORGOT_TITLE, Key::FORGOT_LEAD),
            notice::points(face, &[Key::FORGOT_LATER, Key::FORGOT_THINK, Key::FORGOT_PIN]),
            notice::caution(face, Some(Key::FORGOT_WARN), Key::FORGOT_SCAM),
            button::primary(face, Key::FORGOT_BACK, move || face.send(Event::Back)),
        ],
        DeadEnd::NoQuestions => dead_end(face, Key::NO_QUESTIONS_TITLE, Key::NO_QUESTIONS_TEXT, Key::NO_QUESTIONS_SCAM),
        DeadEnd::Disabled => dead_end(face, Key::DISABLED_TITLE, Key::DISABLED_TEXT, Key::DISABLED_SCAM),
    }
}

fn dead_end(face: Face, headline: Key, text: Key, scam: Key) -> Parts {
    vec![title::hero(face, Icon::Lock, "warn", headline, text), notice::caution(face, None, scam), button::close(face)]
}
