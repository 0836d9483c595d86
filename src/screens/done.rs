//! It worked, in one sentence, and what stayed as it was in another.

use repin_core::api::ChallengeType;

use crate::element::{Parts, after};
use crate::face::Face;
use crate::i18n::Key;
use crate::widgets::icon::Icon;
use crate::widgets::{button, title};

#[inline(never)]
pub(crate) fn screen(face: Face, challenge_type: ChallengeType) -> Parts {
    let (headline, text) = match challenge_type {
        ChallengeType::SetPin => (Key::DONE_PIN_TITLE, Key::DONE_PIN_TEXT),
        ChallengeType::SetSecurityQuestions => (Key::DONE_ANSWERS_TITLE, Key::DONE_ANSWERS_TEXT),
        ChallengeType::Initialize => (Key::DONE_ALL_TITLE, Key::DONE_ALL_TEXT),
        ChallengeType::SetRecovery => (Key::DONE_WAY_TITLE, Key::DONE_WAY_TEXT),
        // The keys have a page of their own, and are here no more.
        ChallengeType::ExportKeys => (Key::ERRORS_155122_TITLE, Key::ERRORS_155122_TEXT),
        _ => (Key::DONE_RESTORE_TITLE, Key::DONE_RESTORE_TEXT),
    };
    let (picture, tone) = match challenge_type {
        ChallengeType::ExportKeys => (Icon::Clock, ""),
        _ => (Icon::Check, "ok"),
    };
    if let Some(ms) = face.with_host(|host| host.closes_after_ms()) {
        after(ms.into(), move || face.leave());
    }
    vec![
        title::hero(face, picture, tone, headline, text),
        button::primary(face, Key::COMMON_DONE, move || face.leave()),
    ]
}
