//! The time left of a pause: shown every second, told to screen readers at 10, 5 and 1 minutes and at the end, when it
//! calls back by itself.

use repin_core::api::UnixMs;

use crate::element::{El, el};
use crate::face::Face;
use crate::i18n::{Key, Plural};
use crate::small::{Small, watch};

const ANNOUNCED_MINUTES: [u32; 3] = [10, 5, 1];

pub(crate) fn countdown(face: Face, until: UnixMs, over: impl Fn() + 'static) -> El {
    let left = Small::new(face.seconds_until(until));
    let mut before = left.now() + 1;
    watch(move || {
        face.ticks.get();
        let now = face.seconds_until(until);
        left.set(now);
        let passed = |minutes: &u32| before > minutes * 60 && now <= minutes * 60;
        if now == 0 && before > 0 {
            face.say(&face.text(Key::LOCKED_OVER));
            over();
        } else if now > 0 && ANNOUNCED_MINUTES.iter().any(passed) {
            // As it is now: a phone that slept may have passed several.
            face.say(&face.count(Plural::LOCKED_SAY, now.div_ceil(60)));
        }
        before = now;
    });
    el("p")
        .class("clock")
        .attr("role", "timer")
        .attr("dir", "ltr")
        .attr_with("aria-label", move || Some(face.text(Key::LOCKED_LEFT)))
        .text_with(move || face.texts(|texts| texts.clock(left.get())))
}
