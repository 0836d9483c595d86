//! The screens for ways back by e-mail, for wallets and for their keys, in a browser.
#![cfg(target_arch = "wasm32")]
// Clippy knows `#[test]`, where a panic is the message, but not `#[wasm_bindgen_test]`.
#![allow(clippy::unwrap_used, clippy::panic)]

mod stage;

use js_sys::Uint8Array;
use repin::face::Outcome;
use repin_core::api::{Address, Chain, ChallengeType, RotationState, WalletRotation};
use repin_vault::flow::{CodeProblem, Event, Handed, Screen, ViewModel, Way};
use stage::{Stage, busy, now, settle, show, sleep, tries, view};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const MINUTE: u64 = 60_000;
const KEY: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

fn code(problem: Option<CodeProblem>) -> Screen {
    code_until(problem, now() + 10 * MINUTE, now() + MINUTE)
}

fn code_until(problem: Option<CodeProblem>, expires_at: u64, resend_at: u64) -> Screen {
    Screen::Code { length: 8, address: "maria@example.org".into(), problem, expires_at, resend_at }
}

fn address() -> Address {
    Address {
        chain: Chain::Ethereum,
        address: "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266".into(),
        path: "m/44'/60'/0'/0/0".into(),
    }
}

fn email(is_wrong: bool, is_alone: bool) -> Screen {
    Screen::Email { address: "maria@example".into(), is_wrong, is_alone }
}

mod a_way_back {
    use super::*;

    #[wasm_bindgen_test]
    async fn says_with_each_choice_what_it_protects_from() {
        let stage = show(Screen::Ways { ways: vec![Way::Questions, Way::Email] }).await;
        let words = stage.text(".way:nth-of-type(2)");
        assert!(words.starts_with("Codes by e-mail Nothing to remember."), "{words}");
        assert!(words.contains("whoever runs this service could open your wallet"), "{words}");
        assert!(stage.find(".way:nth-of-type(3)").is_none(), "what a host does not leave is not there");
        stage.get(".way:nth-of-type(2)").click();
        assert!(matches!(stage.sent()[0], Event::ChooseWay { way: Way::Email }));
    }

    #[wasm_bindgen_test]
    async fn takes_an_address_that_the_browser_may_fill_in() {
        let stage = show(email(false, true)).await;
        let field = stage.input("input[type=email]");
        assert_eq!(field.get_attribute("autocomplete").as_deref(), Some("email"));
        assert_eq!(field.value(), "maria@example", "what was typed before comes back to be mended");
        assert!(stage.words().contains("whoever runs this service could open your wallet"));
        stage.fill("input[type=email]", "maria@example.org").await;
        stage.press("Send code").await;
        assert!(matches!(&stage.sent()[0], Event::SubmitEmail { address } if address == "maria@example.org"));
    }

    #[wasm_bindgen_test]
    async fn points_at_what_is_no_address() {
        let stage = show(email(false, false)).await;
        assert!(!stage.words().contains("whoever runs this service"), "the code is not alone here");
        stage.vault(view(email(true, false))).await;
        assert_eq!(stage.text("[role=alert]"), "Check the address. It should look like name@example.com.");
        assert_eq!(stage.input("input[type=email]").get_attribute("aria-invalid").as_deref(), Some("true"));
    }
}

mod a_code {
    use super::*;

    async fn type_code(stage: &Stage, digits: &str) {
        stage.put(&stage.pin(), digits, "insertFromPaste").await;
    }

    #[wasm_bindgen_test]
    async fn is_in_sight_offered_by_the_device_and_sent_on_continue_alone() {
        let stage = show(code(None)).await;
        let field = stage.pin();
        assert_eq!(
            (field.type_().as_str(), field.get_attribute("autocomplete").as_deref()),
            ("text", Some("one-time-code"))
        );
        assert!(stage.words().contains("maria@example.org"));
        type_code(&stage, "4071 8265").await;
        assert_eq!(field.value(), "40718265");
        assert!(stage.sent().is_empty());
        stage.press("Continue").await;
        assert!(matches!(&stage.sent()[0], Event::SubmitCode(code) if code.expose_secret() == b"40718265"));
    }

    #[wasm_bindgen_test]
    async fn that_looks_easy_is_a_code_like_any_other() {
        let stage = show(code(None)).await;
        type_code(&stage, "12345678").await;
        stage.press("Continue").await;
        assert_eq!(stage.sent().len(), 1);
    }

    #[wasm_bindgen_test]
    async fn that_is_short_or_wrong_is_told_and_costs_what_is_said() {
        let stage = show(code(None)).await;
        type_code(&stage, "4071").await;
        stage.press("Continue").await;
        assert!(stage.sent().is_empty());
        assert!(stage.text("[role=alert]").contains("No try was used."));
        stage.vault(view(code(Some(CodeProblem::Wrong { attempts: tries(2) })))).await;
        assert!(stage.text("[role=alert]").contains("You have 2 tries left."));
        assert_eq!(stage.pin().value(), "");
    }

    #[wasm_bindgen_test]
    async fn can_be_sent_again_after_a_while_and_not_before() {
        let stage = show(code(None)).await;
        assert!(stage.words().contains("You can ask for a new code in"));
        let stage = show(code_until(None, now() + MINUTE, now())).await;
        stage.press("Send a new code").await;
        assert!(matches!(stage.sent()[0], Event::SendCode));
    }

    #[wasm_bindgen_test]
    async fn that_is_sent_again_is_told_and_finds_an_empty_field() {
        let first = code_until(None, now() + 10 * MINUTE, now());
        let stage = show(first.clone()).await;
        type_code(&stage, "4071").await;
        stage.press("Send a new code").await;
        stage.vault(busy(first)).await;
        stage.vault(view(code_until(None, now() + 11 * MINUTE, now() + MINUTE))).await;
        assert_eq!(stage.pin().value(), "", "what was typed is of the code before");
        assert!(stage.find(".slot.f").is_none());
        assert!(stage.focused().unwrap().is_same_node(Some(&stage.pin())));
        sleep(100).await;
        assert!(stage.text("[role=status]").starts_with("We sent it to"), "{}", stage.html());
    }

    #[wasm_bindgen_test]
    async fn that_is_too_old_is_not_sent_at_all() {
        let stage = show(code_until(None, now() - 1_000, now() - 1_000)).await;
        assert!(stage.text("[role=alert]").contains("This code has expired"));
        type_code(&stage, "40718265").await;
        stage.press("Continue").await;
        assert!(stage.sent().is_empty());
        stage.vault(view(code(None))).await;
        assert!(stage.find("[role=alert]").is_none(), "a new one has come");
    }

    #[wasm_bindgen_test]
    async fn leads_back_to_the_address_where_there_is_a_way_back() {
        let stage = show(code(None)).await;
        assert!(!stage.words().contains("Use another address"));
        drop(stage);
        let back = ViewModel { can_go_back: true, ..view(code(None)) };
        let stage = stage::show_with(back, "en", wasm_bindgen::JsValue::UNDEFINED, stage::PLAIN_HOST).await;
        stage.press("Use another address").await;
        assert!(matches!(stage.sent()[0], Event::Back));
    }
}

mod keys {
    use super::*;

    async fn shown() -> Stage {
        let stage = show(Screen::Keys { addresses: vec![address()] }).await;
        stage.press("Show keys").await;
        assert!(matches!(stage.sent()[0], Event::ShowKeys));
        hand_over(&stage, Handed::KEYS, KEY);
        settle().await;
        stage
    }

    fn hand_over(stage: &Stage, what: u8, text: &str) -> Uint8Array {
        let bytes = Uint8Array::from(text.as_bytes());
        stage.face.hand_over(what, &bytes);
        bytes
    }

    #[wasm_bindgen_test]
    async fn are_not_in_the_page_until_they_are_asked_for() {
        let stage = show(Screen::Keys { addresses: vec![address()] }).await;
        assert!(!stage.html().contains("0x"));
        assert_eq!(stage.text("code"), "Hidden");
    }

    #[wasm_bindgen_test]
    async fn stand_in_a_text_while_they_are_shown_and_nowhere_once_hidden() {
        let stage = shown().await;
        assert_eq!(stage.text("code"), KEY);
        assert_eq!(stage.html().matches(&KEY[2..]).count(), 1);
        stage.press("Hide keys").await;
        assert!(!stage.html().contains(&KEY[2..]));
        stage.press("Show keys").await;
        assert!(matches!(stage.sent()[0], Event::ShowKeys), "they are asked for anew");
    }

    #[wasm_bindgen_test]
    async fn go_when_another_page_comes_in_front() {
        let stage = shown().await;
        let event = web_sys::Event::new("visibilitychange").unwrap();
        web_sys::window().unwrap().dispatch_event(&event).unwrap();
        settle().await;
        assert!(!stage.html().contains(&KEY[2..]));
    }

    #[wasm_bindgen_test]
    async fn leave_nothing_in_the_buffer_they_came_in() {
        let stage = shown().await;
        let bytes = hand_over(&stage, Handed::KEYS, KEY);
        assert!(bytes.to_vec().iter().all(|byte| *byte == 0));
        // To somebody who has left: nobody shows them.
        stage.vault(view(Screen::Expired { unsure: false })).await;
        let bytes = hand_over(&stage, Handed::KEYS, KEY);
        assert!(bytes.to_vec().iter().all(|byte| *byte == 0));
        assert!(!stage.html().contains(&KEY[2..]));
    }

    #[wasm_bindgen_test]
    async fn are_saved_when_asked_for_and_it_is_said() {
        let stage = show(Screen::Keys { addresses: vec![address()] }).await;
        stage.press("Save as a file").await;
        assert!(matches!(stage.sent()[0], Event::SaveKeys));
        hand_over(&stage, Handed::FILE, "address,key\r\n");
        settle().await;
        assert!(stage.words().contains("Saved as wallet-keys.csv."));
        assert!(!stage.html().contains("blob:"), "the file has no address any more");
    }

    #[wasm_bindgen_test]
    async fn are_left_as_something_completed() {
        let stage = shown().await;
        stage.press("Close").await;
        assert!(matches!(stage.sent().last(), Some(Event::Cancel)), "the vault wipes them");
        assert_eq!(stage.log.borrow().outcome, Some(Outcome::Completed(ChallengeType::ExportKeys.name())));
    }

    #[wasm_bindgen_test]
    async fn are_not_left_by_the_key_or_the_gesture_that_goes_back() {
        let stage = shown().await;
        stage.escape().await;
        assert_eq!(stage.text("code"), KEY);
        assert_eq!(stage.log.borrow().outcome, None);
        assert!(stage.sent().is_empty());
    }

    #[wasm_bindgen_test]
    async fn that_went_when_the_page_was_left_and_brought_back_are_something_completed() {
        let stage = shown().await;
        let left = stage.face.cut_off();
        assert_eq!(left, view(Screen::Done { challenge_type: ChallengeType::ExportKeys }));
        stage.vault(left).await;
        assert!(!stage.html().contains(&KEY[2..]));
        assert_eq!(stage.text("h2"), "This request is no longer open");
        assert!(stage.words().contains("Go back to the app and start again."), "that is how keys are seen again");
        stage.press("Done").await;
        assert_eq!(stage.log.borrow().outcome, Some(Outcome::Completed(ChallengeType::ExportKeys.name())));
    }

    #[wasm_bindgen_test]
    async fn are_warned_of_in_words_that_must_be_agreed_to() {
        let stage = show(Screen::KeysWarning).await;
        assert!(stage.words().contains("Stop if someone asked you to do this"));
        stage.press("Get my keys").await;
        assert!(stage.sent().is_empty());
        stage.fill("[id$=agree]", "i agree").await;
        stage.press("Get my keys").await;
        assert!(matches!(stage.sent()[0], Event::Agree));
    }
}

mod wallets {
    use super::*;

    fn updating(states: &[RotationState], is_asking: bool) -> ViewModel {
        let wallet = |state: &RotationState| WalletRotation {
            wallet: "w".into(),
            label: "Ethereum".into(),
            version: 1,
            state: *state,
        };
        view(Screen::Updating { wallets: states.iter().map(wallet).collect(), is_asking })
    }

    #[wasm_bindgen_test]
    async fn show_their_addresses_in_groups_that_make_one_text() {
        let stage = show(Screen::WalletReady { addresses: vec![address()] }).await;
        assert_eq!(stage.get("code").text_content().unwrap(), address().address);
        assert_eq!(stage.text("code span"), "0xf3");
        stage.press("Done").await;
        assert_eq!(stage.log.borrow().outcome, Some(Outcome::Completed(ChallengeType::CreateWallet.name())));
    }

    #[wasm_bindgen_test]
    async fn that_follow_are_counted_and_what_is_not_known_is_not_called_done() {
        let first = updating(&[RotationState::Done, RotationState::Rotating], true);
        let stage = stage::show_with(first, "en", wasm_bindgen::JsValue::UNDEFINED, stage::PLAIN_HOST).await;
        assert!(stage.words().contains("1 of 2 updated"));
        sleep(3_300).await;
        assert!(matches!(stage.sent()[0], Event::Continue));
        stage.vault(updating(&[RotationState::Done, RotationState::Unknown], false)).await;
        assert!(stage.words().contains("We are checking this wallet. Your funds were not moved."));
        assert!(stage.words().contains("You can close this page"));
        stage.press("Close").await;
        assert_eq!(stage.log.borrow().outcome, Some(Outcome::Completed(ChallengeType::RecoverWallets.name())));
    }

    #[wasm_bindgen_test]
    async fn that_cannot_be_asked_about_are_left_as_something_completed() {
        for in_front in [Screen::Offline, Screen::Failed { code: -1, retryable: true }] {
            let first = updating(&[RotationState::Done, RotationState::Rotating], true);
            let stage = stage::show_with(first, "en", wasm_bindgen::JsValue::UNDEFINED, stage::PLAIN_HOST).await;
            stage.vault(view(in_front)).await;
            stage.press("Close").await;
            assert_eq!(stage.log.borrow().outcome, Some(Outcome::Completed(ChallengeType::RecoverWallets.name())));
        }
    }

    #[wasm_bindgen_test]
    async fn stay_as_they_were_when_the_page_is_left_and_brought_back() {
        let first = updating(&[RotationState::Done, RotationState::Rotating], true);
        let stage = stage::show_with(first, "en", wasm_bindgen::JsValue::UNDEFINED, stage::PLAIN_HOST).await;
        let left = stage.face.cut_off();
        assert_eq!(left, updating(&[RotationState::Done, RotationState::Rotating], false));
        stage.vault(left).await;
        assert!(stage.words().contains("1 of 2 updated"));
        stage.press("Close").await;
        assert_eq!(stage.log.borrow().outcome, Some(Outcome::Completed(ChallengeType::RecoverWallets.name())));
    }
}
