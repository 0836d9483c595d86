//! The card: header, the page for what the vault says, and whatever stands in front of it for a while.

use leptos::prelude::*;
use repin_vault::flow::Screen;
use wasm_bindgen::JsCast;
use web_sys::KeyboardEvent;

use crate::element::{El, dynamic, el, every, group, nothing};
use crate::face::Face;
use crate::screens;
use crate::screens::choose_question::Offer;
use crate::screens::session_notice::session_notice;
use crate::small::watch;
use crate::widgets::header::header;

/// The whole widget, for the content of a `section.repin` that the loader made.
#[component]
pub fn PinRecovery(
    /// What the vault says, and whom to tell.
    face: Face,
) -> impl IntoView {
    from_stage(face, 1, card)
}

fn card(face: Face) -> El {
    every(1_000, move || face.tick());
    let covered = move || face.leaving.get() || face.front.get() != 0;
    let mut was_covered = false;
    watch(move || {
        if was_covered && !covered() {
            face.focus_beginning();
        }
        was_covered = covered();
    });
    // Hidden and not taken away: what was typed is still there afterwards.
    let behind = el("div").class("page").attr_with("hidden", move || covered().then(String::new)).child(page(face));
    el("div")
        .class("card")
        .on("keydown", move |event| on_key(face, event.unchecked_ref()))
        .on("input", move |_| face.note_typing())
        .with(&face.voice())
        .children(vec![from_stage(face, 2, header), session_notice(face), front(face), behind])
}

/// A part that is not made before this [stage](Face::stage), and then stays.
pub(crate) fn from_stage(face: Face, stage: u32, make: fn(Face) -> El) -> El {
    dynamic(move || {
        if face.stage.now() < stage {
            face.stage.follow();
            return nothing();
        }
        make(face)
    })
}

/// What passes: the question whether to leave, a lost connection, a wait.
fn front(face: Face) -> El {
    dynamic(move || match (face.leaving.get(), face.front.get()) {
        (true, _) => group(screens::leaving::screen(face)),
        (_, 0) => nothing(),
        _ => untrack(|| screen_view(face, face.screen())),
    })
}

/// Made anew when the page changes, and only then.
fn page(face: Face) -> El {
    dynamic(move || {
        face.page.get();
        // What its parts read is for them to follow: a page made anew for a new language would lose what was typed.
        untrack(|| match face.screen_behind() {
            Screen::Loading => nothing(),
            screen => screen_view(face, screen),
        })
    })
}

/// No screen is inlined here: a browser compiles a function whole when it is first called, and this one would be all of
/// them.
fn screen_view(face: Face, screen: Screen) -> El {
    group(match screen {
        Screen::Loading => screens::loading::screen(face),
        Screen::Questions { questions, .. } => screens::questions::screen(face, &questions),
        Screen::CurrentPin { .. } | Screen::NewPin { .. } | Screen::ConfirmPin { .. } => {
            screens::pin::screen(face, &screen)
        }
        Screen::QuestionsIntro { required } => screens::questions_intro::screen(face, required),
        Screen::ChooseQuestion { number, required, catalogue, taken, chosen, hint, .. } => {
            screens::choose_question::screen(face, Offer { number, required, catalogue, taken, chosen, hint })
        }
        Screen::Summary { questions } => screens::summary::screen(face, &questions),
        Screen::Agree => screens::agree::screen(face),
        Screen::Working { stretchings, measured_ms, challenge_type } => {
            screens::working::screen(face, stretchings, measured_ms, challenge_type)
        }
        Screen::Done { challenge_type } => screens::done::screen(face, challenge_type),
        Screen::Locked { kind, until, can_recover, .. } => screens::locked::screen(face, kind, until, can_recover),
        Screen::Expired { unsure } => screens::expired::screen(face, unsure),
        Screen::CannotRecover { reason } => screens::cannot_recover::screen(face, reason),
        Screen::HandedOver if face.with_host(|host| host.hands_over()) => screens::loading::screen(face),
        Screen::HandedOver => screens::handed_over::screen(face),
        Screen::Offline => screens::offline::screen(face),
        Screen::Failed { code, retryable } => screens::failed::screen(face, code, retryable),
        Screen::TooEarly { until } => screens::too_early::screen(face, until),
        Screen::Cancelled => Vec::new(),
        Screen::Ways { ways } => screens::ways::screen(face, &ways),
        Screen::Email { address, is_alone, .. } => screens::email::screen(face, &address, is_alone),
        Screen::SendCode => screens::code::announced(face),
        Screen::Code { length, .. } => screens::code::screen(face, length, face.can_go_back()),
        Screen::KeysWarning => screens::agree::keys(face),
        Screen::Keys { addresses } => screens::keys::screen(face, &addresses),
        Screen::Updating { .. } => screens::updating::screen(face),
        Screen::WalletReady { addresses } => screens::wallet_ready::screen(face, &addresses),
    })
}

fn on_key(face: Face, event: &KeyboardEvent) {
    if event.key() == "Escape" && !event.is_composing() {
        // Ours, and not that of a dialog around us.
        event.prevent_default();
        event.stop_propagation();
        face.escape();
    }
}
