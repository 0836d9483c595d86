//! The new secrets are being protected. The bar shows what is done of the key stretchings, up to 92 %, and leaves the rest
//! to the gateway's reply. Until the first segment is heard of it follows the time that one stretching took on this device a moment
//! ago, and it never goes back.

use repin_core::api::ChallengeType;
use repin_core::decimal::decimal;

use crate::element::{Parts, dynamic, el, every, nothing};
use crate::face::Face;
use crate::i18n::Key;
use crate::small::Small;
use crate::widgets::icon::Icon;
use crate::widgets::title;

/// For a device that has not stretched anything yet: a phone of the middle range.
const GUESS_MS: f64 = 1_500.0;
/// REGISTER and COMMIT travel too.
const NETWORK_MS: f64 = 600.0;
const STEP_MS: u64 = 250;
const SLOW_MS: f64 = 10_000.0;
const CEILING: f64 = 92.0;

#[inline(never)]
pub(crate) fn screen(face: Face, stretchings: u8, measured_ms: Option<u32>, challenge_type: ChallengeType) -> Parts {
    let expected = measured_ms.map_or(GUESS_MS, f64::from) * f64::from(stretchings) + NETWORK_MS;
    let started = js_sys::Date::now();
    face.stretched.set(0);
    let (percent, is_slow) = (Small::new(0), Small::new(false));
    every(STEP_MS, move || {
        let waited = js_sys::Date::now() - started;
        if face.stretched.now() == 0 {
            percent.set(progress(waited / expected));
        }
        is_slow.set(waited > SLOW_MS);
    });
    let headline = match challenge_type {
        ChallengeType::Initialize => Key::WORKING_TITLE_ALL,
        ChallengeType::SetSecurityQuestions | ChallengeType::SetRecovery => Key::WORKING_TITLE_ANSWERS,
        ChallengeType::CreateWallet => Key::WORKING_TITLE_WALLET,
        _ => Key::WORKING_TITLE,
    };
    vec![
        title::hero(face, Icon::Shield, "", headline, Key::WORKING_LEAD),
        el("progress").attr("max", "100").attr_with("aria-label", move || Some(face.text(headline))).attr_with(
            "value",
            move || {
                let done = CEILING / 1_000.0 * f64::from(face.stretched.get()) / f64::from(stretchings);
                Some(decimal(percent.get().max((done as u32).min(CEILING as u32)), 1))
            },
        ),
        dynamic(move || {
            if !is_slow.get() {
                return nothing();
            }
            let slow = face.text(Key::WORKING_SLOW);
            face.say(&slow);
            title::lead(&slow)
        }),
    ]
}

/// Fast at first and never arriving: four fifths of the way at the expected time. Without an exponential, which is half a kilobyte.
fn progress(share: f64) -> u32 {
    (CEILING * share / (share + 0.25)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_moves_on_and_never_claims_to_be_done() {
        let shares = [0.0, 0.5, 1.0, 2.0, 5.0, 100.0].map(progress);
        assert!(shares.is_sorted() && shares[0] == 0 && shares[2] > 70, "{shares:?}");
        assert!(shares.iter().all(|percent| *percent <= 92), "{shares:?}");
    }
}
