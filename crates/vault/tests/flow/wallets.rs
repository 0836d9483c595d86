//! Wallets: made, exported, and updated where they are held elsewhere.

use std::rc::Rc;

use repin_core::api::{Address, Chain, RotationReply, RotationState, WalletRotation};
use repin_vault::flow::{Exported, Handed};

use super::*;

fn addresses() -> Vec<Address> {
    vec![Address {
        chain: Chain::Ethereum,
        address: "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266".into(),
        path: "m/44'/60'/0'/0/0".into(),
    }]
}

const KEY: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

fn exported() -> Exported {
    let csv = format!("chain,address,key\n,,{KEY}\n");
    Exported { addresses: addresses(), keys: Rc::new(secret(KEY)), csv: Rc::new(secret(&csv)) }
}

fn proved(challenge_type: ChallengeType) -> (Flow, Option<Effect>) {
    let mut flow = flow(challenge_type);
    assert!(matches!(flow.view().screen, Screen::CurrentPin { .. }));
    flow.pin("493817");
    let effect = flow.hear(Outcome::Proved { stretching_ms: 1 });
    (flow, effect)
}

#[test]
fn a_wallet_is_made_as_soon_as_the_pin_is_proved() {
    let (mut flow, effect) = proved(ChallengeType::CreateWallet);
    assert!(matches!(effect, Some(Effect::CreateWallet)));
    assert!(matches!(flow.view().screen, Screen::Working { challenge_type: ChallengeType::CreateWallet, .. }));
    flow.hear(Outcome::WalletMade(addresses()));
    assert_eq!(flow.view().screen, Screen::WalletReady { addresses: addresses() });
    assert!(flow.is_over());
}

#[test]
fn a_wallet_that_could_not_be_made_is_tried_again() {
    let (mut flow, _) = proved(ChallengeType::CreateWallet);
    flow.hear(failure(Code::Conflict));
    assert!(matches!(flow.view().screen, Screen::Failed { retryable: true, .. }));
    assert!(matches!(flow.say(Event::Retry), Some(Effect::CreateWallet)));
}

/// EXPORT_PRIVATE_KEYS up to the keys.
fn exporting() -> Flow {
    let (mut flow, effect) = proved(ChallengeType::ExportKeys);
    assert!(effect.is_none(), "nothing is exported before the person has understood");
    assert_eq!(flow.view().screen, Screen::KeysWarning);
    assert!(matches!(flow.say(Event::Agree), Some(Effect::Export)));
    assert!(flow.view().busy && flow.view().screen == Screen::KeysWarning);
    flow.hear(Outcome::Exported(exported()));
    flow
}

#[test]
fn keys_are_handed_over_when_asked_for_and_are_in_no_view() {
    let mut flow = exporting();
    assert_eq!(flow.view().screen, Screen::Keys { addresses: addresses() });
    let Some(Effect::HandOver(Handed::Keys(keys))) = flow.say(Event::ShowKeys) else { panic!() };
    assert_eq!(keys.expose_secret(), KEY.as_bytes());
    let Some(Effect::HandOver(Handed::File(csv))) = flow.say(Event::SaveKeys) else { panic!() };
    assert!(csv.expose_secret().starts_with(b"chain,"));
    let view = flow.view();
    assert!(!wire::to_bytes(&view).windows(8).any(|part| KEY.as_bytes().windows(8).any(|key| key == part)));
    assert!(!format!("{view:?}").contains(&KEY[2..10]));
    assert!(view.session.is_none(), "the session's end takes nothing away any more");
}

#[test]
fn an_export_that_came_to_nothing_says_so_and_offers_no_second_try_that_would_be_refused() {
    let (mut flow, _) = proved(ChallengeType::ExportKeys);
    flow.say(Event::Agree);
    assert!(flow.hear(Outcome::NoKeys).is_none());
    assert_eq!(flow.view().screen, Screen::Failed { code: -1, retryable: false });
    assert!(flow.is_over());
    // A gateway that stumbled has used nothing up.
    let (mut flow, _) = proved(ChallengeType::ExportKeys);
    flow.say(Event::Agree);
    flow.hear(failure(Code::Unknown));
    assert!(matches!(flow.say(Event::Retry), Some(Effect::Export)));
}

#[test]
fn leaving_the_keys_wipes_them_and_tells_the_gateway_nothing() {
    let mut flow = exporting();
    let Some(Effect::HandOver(Handed::Keys(keys))) = flow.say(Event::ShowKeys) else { panic!() };
    assert!(flow.say(Event::Cancel).is_none());
    assert!(flow.is_over());
    assert_eq!(Rc::strong_count(&keys), 1, "the flow holds them no longer");
    assert!(flow.say(Event::ShowKeys).is_none());
}

#[test]
fn keys_are_asked_for_in_vain_before_they_are_there() {
    let (mut flow, _) = proved(ChallengeType::ExportKeys);
    for event in [Event::ShowKeys, Event::SaveKeys] {
        assert!(flow.say(event).is_none());
        assert_eq!(flow.view().screen, Screen::KeysWarning);
    }
}

fn rotation(states: &[RotationState]) -> Outcome {
    let wallet = |(n, state): (usize, &RotationState)| WalletRotation {
        wallet: format!("wallet-{n}"),
        label: "Ethereum".into(),
        version: 1,
        state: *state,
    };
    Outcome::Rotation(RotationReply { wallets: states.iter().enumerate().map(wallet).collect(), server_time: 9 })
}

/// RECOVER_WALLETS up to the PIN's commit, with wallets that are in these states then.
fn recovering_wallets(states: &[RotationState]) -> Flow {
    let mut flow = flow(ChallengeType::RecoverWallets);
    flow.say(Event::SubmitAnswers(vec![secret("St. Mary"), secret("19880327")]));
    assert!(matches!(flow.hear(Outcome::Proved { stretching_ms: 400 }), Some(Effect::Rotate)));
    assert!(flow.view().busy && matches!(flow.view().screen, Screen::Questions { .. }));
    assert!(flow.hear(rotation(states)).is_none(), "under way while a PIN is chosen");
    assert_eq!(flow.view().progress.map(|p| (p.step, p.of)), Some((2, 3)));
    flow.pin("493817");
    assert!(matches!(flow.pin("493817"), Some(Effect::Rotation)));
    assert!(matches!(flow.view().screen, Screen::Working { stretchings: 1, .. }));
    let Some(Effect::Commit(new)) = flow.hear(rotation(states)) else { panic!() };
    assert_eq!(new.pin.unwrap().expose_secret(), b"493817");
    assert!(flow.hear(Outcome::Committed).is_none());
    flow
}

use RotationState::{Done, Frozen, Rotating, Unknown};

#[test]
fn wallets_are_shown_as_they_are_until_all_are_done() {
    let mut flow = recovering_wallets(&[Done, Rotating, Rotating]);
    let states = |flow: &Flow| match flow.view().screen {
        Screen::Updating { wallets, is_asking } => (wallets.iter().map(|w| w.state).collect::<Vec<_>>(), is_asking),
        other => panic!("{other:?}"),
    };
    assert_eq!(states(&flow), (vec![Done, Rotating, Rotating], true));
    assert!(matches!(flow.say(Event::Continue), Some(Effect::Rotation)));
    flow.hear(rotation(&[Done, Done, Unknown]));
    assert_eq!(states(&flow), (vec![Done, Done, Unknown], true), "what is not known is not called done");
    assert!(matches!(flow.say(Event::Continue), Some(Effect::Rotation)));
    flow.hear(rotation(&[Done, Done, Done]));
    assert_eq!(flow.view().screen, Screen::Done { challenge_type: ChallengeType::RecoverWallets });
}

#[test]
fn a_page_that_comes_back_to_a_complete_recovery_shows_how_far_it_is_and_asks_for_nothing() {
    let complete = || {
        Outcome::Opened(Box::new(OpenReply {
            prove_ksf: None,
            attempts: None,
            ..opened(ChallengeType::RecoverWallets)
        }))
    };
    let mut flow = Flow::default();
    flow.say(Event::Start(session()));
    assert!(matches!(flow.hear(complete()), Some(Effect::Rotation)));
    assert_eq!(flow.view().screen, Screen::Loading);
    flow.hear(rotation(&[Done, Rotating]));
    assert!(matches!(flow.view().screen, Screen::Updating { is_asking: true, .. }));
    assert!(matches!(flow.say(Event::Continue), Some(Effect::Rotation)));
    flow.hear(rotation(&[Done, Done]));
    assert_eq!(flow.view().screen, Screen::Done { challenge_type: ChallengeType::RecoverWallets });

    let mut flow = Flow::default();
    flow.say(Event::Start(session()));
    flow.hear(complete());
    flow.hear(failure(Code::Unknown));
    assert!(matches!(flow.say(Event::Retry), Some(Effect::Reopen)), "nothing is shown that is not known");
}

#[test]
fn a_frozen_wallet_is_not_waited_for() {
    let mut flow = recovering_wallets(&[Done, Frozen]);
    assert!(matches!(flow.view().screen, Screen::Updating { is_asking: false, .. }));
    assert!(flow.say(Event::Continue).is_none());
}

#[test]
fn nobody_is_kept_waiting_when_there_is_no_wallet_or_all_are_done() {
    for states in [&[][..], &[Done, Done]] {
        let done = Screen::Done { challenge_type: ChallengeType::RecoverWallets };
        assert_eq!(recovering_wallets(states).view().screen, done);
    }
}

#[test]
fn a_question_that_fails_leaves_what_is_known_for_the_pin_is_set() {
    for code in [Code::ChallengeInvalid, Code::UserTokenExpired, Code::NetworkError] {
        let mut flow = recovering_wallets(&[Rotating]);
        flow.say(Event::Continue);
        flow.hear(failure(code));
        assert!(matches!(flow.view().screen, Screen::Updating { is_asking: false, .. }), "{code}");
        assert!(flow.view().session.is_none());
        assert!(flow.say(Event::Cancel).is_none(), "there is no run to be closed");
    }
}

#[test]
fn a_rotation_that_did_not_start_is_tried_again() {
    let mut flow = flow(ChallengeType::RecoverWallets);
    flow.say(Event::SubmitAnswers(vec![secret("St. Mary"), secret("19880327")]));
    flow.hear(Outcome::Proved { stretching_ms: 400 });
    flow.hear(failure(Code::Unknown));
    assert!(matches!(flow.say(Event::Retry), Some(Effect::Rotate)));
    flow.hear(rotation(&[Rotating]));
    assert!(matches!(flow.view().screen, Screen::NewPin { .. }));
}

#[test]
fn the_new_pin_waits_for_no_news_of_the_wallets() {
    let mut flow = flow(ChallengeType::RecoverWallets);
    flow.say(Event::SubmitAnswers(vec![secret("St. Mary"), secret("19880327")]));
    flow.hear(Outcome::Proved { stretching_ms: 400 });
    flow.hear(rotation(&[Rotating]));
    flow.pin("493817");
    flow.pin("493817");
    assert!(matches!(flow.hear(failure(Code::InvalidApproveContent)), Some(Effect::Commit(_))));
    flow.hear(Outcome::Committed);
    assert!(matches!(flow.view().screen, Screen::Updating { .. }));
}
