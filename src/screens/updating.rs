//! The PIN is set, and the wallets that are held elsewhere follow. Nobody needs to wait for it, and what is not known is
//! not called done.

use repin_core::api::{RotationState, WalletRotation};
use repin_vault::flow::{Event, Screen};

use crate::element::{El, Parts, dynamic, el, every, list};
use crate::face::Face;
use crate::i18n::Key;
use crate::small::watch;
use crate::widgets::icon::Icon;
use crate::widgets::{button, title};

/// How often the gateway is asked.
const ASK_MS: u64 = 3_000;

#[inline(never)]
pub(crate) fn screen(face: Face) -> Parts {
    every(ASK_MS, move || {
        if matches!(face.screen_behind(), Screen::Updating { is_asking: true, .. }) {
            face.send(Event::Continue);
        }
    });
    let mut told = done(&wallets(face));
    watch(move || {
        face.judged.get();
        let now = done(&wallets(face));
        if now != told {
            told = now;
            face.say(&count(face));
        }
    });
    vec![
        title::hero(face, Icon::Check, "ok", Key::DONE_RESTORE_TITLE, Key::UPDATING_LEAD),
        el("p").class("lead").text_with(move || {
            face.judged.get();
            count(face)
        }),
        dynamic(move || {
            face.judged.get();
            list("ul", "summary").children(wallets(face).iter().map(|wallet| item(face, wallet)).collect())
        }),
        button::primary(face, Key::COMMON_CLOSE, move || face.leave()),
    ]
}

fn wallets(face: Face) -> Vec<WalletRotation> {
    match face.screen_behind() {
        Screen::Updating { wallets, .. } => wallets,
        _ => Vec::new(),
    }
}

fn done(wallets: &[WalletRotation]) -> usize {
    wallets.iter().filter(|wallet| wallet.state == RotationState::Done).count()
}

fn count(face: Face) -> String {
    let wallets = wallets(face);
    face.of(Key::UPDATING_COUNT, done(&wallets) as u32, wallets.len() as u32)
}

fn item(face: Face, wallet: &WalletRotation) -> El {
    let state = match wallet.state {
        RotationState::Idle | RotationState::Rotating => Key::UPDATING_MOVING,
        RotationState::Done => Key::UPDATING_DONE,
        RotationState::Unknown => Key::UPDATING_UNKNOWN,
        RotationState::Frozen => Key::UPDATING_FROZEN,
    };
    let label = el("strong").child(el("bdi").text(&wallet.label));
    el("li").children(vec![label, el("span").class("hint").says(face, state)])
}
