//! Why questions are asked and what they mean, before any is chosen.

use repin_vault::flow::Event;

use crate::element::{El, Parts, el, nothing};
use crate::face::Face;
use crate::i18n::{Key, Plural};
use crate::widgets::icon::Icon;
use crate::widgets::{button, notice, title};

#[inline(never)]
pub(crate) fn screen(face: Face, required: u8) -> Parts {
    let lead = move || face.count(Plural::INTRO_LEAD, required.into());
    vec![
        title::hero_with(face, Icon::Key, "intro", Key::INTRO_TITLE, Box::new(lead)),
        notice::points(face, &[Key::INTRO_ONLY, Key::INTRO_PRIVATE, Key::INTRO_REMEMBER]),
        learn_more(face),
        button::primary(face, Key::INTRO_START, move || face.send(Event::Continue)),
    ]
}

/// The host's own page about it, where it has one: beside this page, which would lose what it holds.
fn learn_more(face: Face) -> El {
    let Some(url) = face.custom("learn_more_url") else { return nothing() };
    let link = el("a").class("link").attr("href", &url).attr("target", "_blank").attr("rel", "noopener noreferrer");
    link.says(face, Key::INTRO_LEARN_MORE)
}
