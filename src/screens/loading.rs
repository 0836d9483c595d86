//! Nothing is known yet: bars where the questions will be, and after a while a word about the wait.

use crate::element::{El, Parts, after, dynamic, el, group, nothing};
use crate::face::Face;
use crate::i18n::Key;
use crate::small::Small;
use crate::widgets::{button, title};

/// Below this a flash of bars would be worse than nothing.
const SHOW_BARS_MS: u64 = 200;
const SAY_SLOW_MS: u64 = 8_000;
const OFFER_RETRY_MS: u64 = 20_000;

#[inline(never)]
pub(crate) fn screen(face: Face) -> Parts {
    let stage = Small::new(0_u32);
    after(SHOW_BARS_MS, move || {
        stage.set(1);
        face.say(&face.text(Key::LOADING_NOW));
    });
    after(SAY_SLOW_MS, move || stage.set(2));
    after(OFFER_RETRY_MS, move || stage.set(3));
    let bars = dynamic(move || if stage.get() == 0 { nothing() } else { skeleton() });
    let words = dynamic(move || match stage.get() {
        2 => {
            let slow = face.text(Key::LOADING_SLOW);
            face.say(&slow);
            title::lead(&slow)
        }
        3 => group(vec![
            title::lead(&face.text(Key::LOADING_STUCK)),
            button::secondary(face, Key::COMMON_RETRY, move || face.with_host(|host| host.needs_session("retry"))),
        ]),
        _ => nothing(),
    });
    vec![el("div").class("stack wait").children(vec![bars, words])]
}

fn skeleton() -> El {
    let bar = |class| el("div").class(class);
    group(["sk w60", "sk", "sk box", "sk w80", "sk box"].map(bar).into())
}
