//! Which page of the card a screen is shown on, and what it is called. A page is made anew when its key changes; what
//! happens within one (busy, wrong, try again) leaves its fields and their focus alone.

use repin_vault::flow::{DeadEnd, Screen, ViewModel};

/// The three steps of the PIN's page.
pub(crate) const CURRENT_PIN: u32 = 3;
pub(crate) const NEW_PIN: u32 = 4;
pub(crate) const CONFIRM_PIN: u32 = 5;

/// Tells pages apart. Current, new and confirmed PIN share one, so that one input node serves all three and a phone's
/// keyboard, which opens only at a touch, stays open. Never 0.
pub(crate) fn page_key(screen: &Screen) -> u32 {
    match screen {
        Screen::CurrentPin { .. } | Screen::NewPin { .. } | Screen::ConfirmPin { .. } => CURRENT_PIN,
        // Each question is a page of its own, as is each failure.
        Screen::ChooseQuestion { number, .. } => step_key(screen) | u32::from(*number) << 8,
        Screen::Failed { code, .. } => step_key(screen) | code.unsigned_abs() << 8,
        // A lock that was renewed has a clock of its own. In seconds, of which half a year fits.
        Screen::Locked { until, .. } => step_key(screen) | ((until / 1_000) as u32) << 8,
        // Its words are not those of a session that ended before anything was sent.
        Screen::Expired { unsure } => step_key(screen) | u32::from(*unsure) << 8,
        other => step_key(other),
    }
}

/// Tells screens apart, by their place in [`STEPS`]; from 1.
pub(crate) fn step_key(screen: &Screen) -> u32 {
    match screen {
        Screen::Loading => 1,
        Screen::Questions { .. } => 2,
        Screen::CurrentPin { .. } => CURRENT_PIN,
        Screen::NewPin { .. } => NEW_PIN,
        Screen::ConfirmPin { .. } => CONFIRM_PIN,
        Screen::QuestionsIntro { .. } => 6,
        Screen::ChooseQuestion { .. } => 7,
        Screen::Summary { .. } => 8,
        Screen::Agree => 9,
        Screen::Working { .. } => 10,
        Screen::Done { .. } => 11,
        Screen::Locked { .. } => 12,
        Screen::Expired { .. } => 13,
        Screen::CannotRecover { .. } => 14,
        Screen::HandedOver => 15,
        Screen::Offline => 16,
        Screen::Failed { .. } => 17,
        Screen::Cancelled => 18,
        Screen::Ways { .. } => 19,
        Screen::Email { .. } => 20,
        Screen::SendCode => 21,
        Screen::Code { .. } => 22,
        Screen::KeysWarning => 23,
        Screen::Keys { .. } => 24,
        Screen::Updating { .. } => 25,
        Screen::WalletReady { .. } => 26,
        Screen::TooEarly { .. } => 27,
    }
}

/// The steps' names in events for the host page. Public API: never renamed.
const STEPS: [&str; 28] = [
    "",
    "loading",
    "questions",
    "current-pin",
    "new-pin",
    "confirm-pin",
    "questions-intro",
    "choose-question",
    "summary",
    "agree",
    "working",
    "success",
    "locked",
    "expired",
    "cannot-recover",
    "forgot",
    "offline",
    "error",
    "canceled",
    "ways-back",
    "email",
    "send-code",
    "code",
    "keys-warning",
    "keys",
    "updating-wallets",
    "success",
    "error",
];

pub(crate) fn step_name(screen: &Screen) -> &'static str {
    STEPS[step_key(screen) as usize]
}

/// Something is entered or decided here: closing may lose it, and the session's end matters.
pub(crate) fn is_input(screen: &Screen) -> bool {
    matches!(step_key(screen), 2..=9 | 19..=23)
}

/// Shown in front of the page it interrupts, which goes on where it was: nothing typed is lost.
pub(crate) fn interrupts(screen: &Screen) -> bool {
    matches!(
        screen,
        Screen::Loading
            | Screen::Offline
            | Screen::Failed { retryable: true, .. }
            | Screen::TooEarly { .. }
            | Screen::CannotRecover { reason: DeadEnd::CannotRemember }
    )
}

/// Everything that the header shows, in one number; 0 without a header. Outcomes have a button of their own to close
/// with; everything before has the header.
pub(crate) fn header_key(view: &ViewModel) -> u32 {
    let stands_before = matches!(
        view.screen,
        Screen::CannotRecover { .. } | Screen::Failed { .. } | Screen::TooEarly { .. } if view.can_go_back
    );
    let on_the_way = is_input(&view.screen) || matches!(view.screen, Screen::Loading) || stands_before;
    let (step, of) = view.progress.map_or((0, 0), |progress| (progress.step, progress.of));
    if on_the_way { u32::from_be_bytes([1, view.can_go_back.into(), step, of]) } else { 0 }
}

/// The vault has nothing more to do after this screen: its worker, and every secret in it, can go.
pub(crate) fn ends_the_vault(screen: &Screen) -> bool {
    match screen {
        Screen::Done { .. }
        | Screen::WalletReady { .. }
        | Screen::Expired { .. }
        | Screen::HandedOver
        | Screen::Cancelled
        | Screen::Failed { retryable: false, .. } => true,
        // From "I can't remember" there is a way back to the questions.
        Screen::CannotRecover { reason } => !matches!(reason, DeadEnd::CannotRemember),
        _ => false,
    }
}
