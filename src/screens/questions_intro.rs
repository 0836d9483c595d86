//! Why questions are asked and what they mean, before any is chosen.

use repin_vault::flow::Event;

use crate::element::Parts;
use crate::face::Face;
use crate::i18n::{Key, Plural};
use crate::widgets::icon::Icon;
use crate::widgets::{button, notice, title};

pub(crate) fn screen(face: Face, required: u8) -> Parts {
    let lead = move || face.count(Plural::INTRO_LEAD, required.into());
    vec![
        title::hero_with(face, Icon::Key, "", Key::INTRO_TITLE, Box::new(lead)),
        notice::points(face, &[Key::INTRO_ONLY, Key::INTRO_PRIVATE, Key::INTRO_REMEMBER]),
        button::primary(face, Key::INTRO_START, move || face.send(Event::Continue)),
    ]
}
