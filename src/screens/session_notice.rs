//! The session's end draws near: a quiet word at five minutes, an alert at two, with a way to get more time (WCAG
//! 2.2.1).

use crate::element::{El, dynamic, group, nothing};
use crate::face::{Face, OVER, PLENTY};
use crate::i18n::{Key, Plural};
use crate::small::{Small, watch};
use crate::widgets::icon::Icon;
use crate::widgets::{button, notice};

const ALARMING_MINUTES: u32 = 2;

pub(crate) fn session_notice(face: Face) -> El {
    let note = dynamic(move || match (face.session_left.get(), face.session()) {
        (PLENTY | OVER, _) | (_, None) => nothing(),
        (minutes, Some(session)) => {
            let ends = face.fill(Key::EXPIRING_TEXT, "time", &face.time_of(session.expires_at));
            let more = match face.renewal_failed.get() {
                true => Key::EXPIRING_FAILED,
                false => Key::EXPIRING_NO_LOSS,
            };
            let fact = face.count(Plural::EXPIRING_TITLE, minutes);
            let note = notice::boxed("note warn", Icon::Warning, &fact, &[&ends, &face.text(more)]);
            if minutes <= ALARMING_MINUTES { note.attr("role", "alert") } else { note }
        }
    });
    // The button stays as minutes pass, and with it the focus.
    let offered = Small::new(false);
    let mut mentioned = false;
    watch(move || {
        let left = face.session_left.get();
        let near = left != PLENTY && left != OVER;
        if near && !mentioned {
            // Screen readers tell of an alert that is new in the page, and of nothing else that is.
            face.say(&face.count(Plural::EXPIRING_TITLE, left));
        }
        mentioned = near;
        let urgent = near && left <= ALARMING_MINUTES;
        offered.set(urgent && !face.renewal_failed.get() && face.with_host(|host| host.can_renew()));
    });
    group(vec![note, dynamic(move || if offered.get() { more_time(face) } else { nothing() })])
}

fn more_time(face: Face) -> El {
    let ask = move || {
        if !face.renewing.now() {
            face.renewing.set(true);
            face.with_host(|host| host.needs_session("expiring"));
        }
    };
    button::button("btn alt", ask)
        .text_with(move || face.text(if face.renewing.get() { Key::COMMON_SAVING } else { Key::EXPIRING_MORE }))
}
