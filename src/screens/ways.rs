//! Choose a way back, and learn what each protects from. One press chooses; the header leads back here.

use repin_vault::flow::{Event, Way};

use crate::element::{El, Parts, el};
use crate::face::Face;
use crate::i18n::Key;
use crate::widgets::{button, title};

#[inline(never)]
pub(crate) fn screen(face: Face, ways: &[Way]) -> Parts {
    let offered = ways.iter().map(|way| offered(face, *way)).collect();
    vec![title::title(face, Key::WAYS_TITLE, Key::WAYS_LEAD), el("div").class("stack").children(offered)]
}

fn offered(face: Face, way: Way) -> El {
    let (name, what_it_means) = match way {
        Way::Questions => (Key::WAYS_QUESTIONS, Key::WAYS_QUESTIONS_TEXT),
        Way::Email => (Key::WAYS_EMAIL, Key::WAYS_EMAIL_TEXT),
        Way::Both => (Key::WAYS_BOTH, Key::WAYS_BOTH_TEXT),
    };
    // The space is for those who hear it.
    let name = el("strong").text_with(move || face.text(name) + " ");
    let words = vec![name, el("span").class("hint").says(face, what_it_means)];
    button::button("btn alt way", move || face.send(Event::ChooseWay { way })).children(words)
}
