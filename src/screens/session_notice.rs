//! The session's end draws near: a quiet word at five minutes, an alert at two, with a way to get more time (WCAG
//! 2.2.1).

use crate::element::{El, Parts, dynamic, group, nothing};
use crate::face::{Face, OVER, PLENTY};
use crate::i18n::{Key, Plural};
use crate::widgets::icon::Icon;
use crate::widgets::{button, notice};

const ALARMING_MINUTES: u32 = 2;

pub(crate) fn session_notice(face: Face) -> El {
    dynamic(move || match (face.session_left.get(), face.session()) {
        (PLENTY | OVER, _) | (_, None) => nothing(),
        (minutes, Some(session)) => {
            let failed = face.renewal_failed.get();
            let ends = face.fill(Key::EXPIRING_TEXT, "time", &face.time_of(session.expires_at));
            let more = face.text(if failed { Key::EXPIRING_FAILED } else { Key::EXPIRING_NO_LOSS });
            let fact = face.count(Plural::EXPIRING_TITLE, minutes);
            let alarming = minutes <= ALARMING_MINUTES;
            let role = if alarming { "alert" } else { "status" };
            let mut parts: Parts =
                vec![notice::boxed("note warn", Icon::Warning, &fact, &[&ends, &more]).attr("role", role)];
            if alarming && !failed && face.with_host(|host| host.can_renew()) {
                parts.push(more_time(face));
            }
            group(parts)
        }
    })
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
