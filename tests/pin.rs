//! The PIN's screens, in a browser.
#![cfg(target_arch = "wasm32")]
// Clippy knows `#[test]`, where a panic is the message, but not `#[wasm_bindgen_test]`.
#![allow(clippy::unwrap_used, clippy::panic)]

mod stage;

use repin_core::pin_policy::Weakness;
use repin_vault::flow::{Event, PinProblem, Screen};
use stage::{busy, fire, settle, show, sleep, tries, view};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

fn current() -> Screen {
    Screen::CurrentPin { length: 6, problem: None, can_recover: true }
}

fn new(problem: Option<PinProblem>) -> Screen {
    Screen::NewPin { length: 6, problem, first: false }
}

fn confirm(problem: Option<PinProblem>) -> Screen {
    Screen::ConfirmPin { length: 6, problem, first: false }
}

fn sent_pin(event: &Event) -> &[u8] {
    match event {
        Event::SubmitPin(pin) => pin.expose_secret(),
        other => panic!("{other:?}"),
    }
}

#[wasm_bindgen_test]
async fn the_pin_is_one_password_input_that_is_named_by_the_title_and_the_length() {
    let stage = show(new(None)).await;
    let pin = stage.pin();
    assert_eq!(pin.type_(), "password");
    assert_eq!(pin.get_attribute("inputmode").as_deref(), Some("numeric"));
    assert_eq!(pin.get_attribute("autocomplete").as_deref(), Some("off"));
    assert!(!pin.has_attribute("maxlength") && !pin.has_attribute("name"));
    let named = pin.get_attribute("aria-labelledby").unwrap();
    let name = named.split(' ').map(|id| stage.text(&format!("#{id}"))).collect::<Vec<_>>().join(" ");
    assert_eq!(name, "Choose a new PIN 6 digits");
    assert_eq!(stage.root.query_selector_all("input").unwrap().length(), 1);
    assert_eq!(stage.root.query_selector_all("[aria-hidden=true] > .slot").unwrap().length(), 6);
}

#[wasm_bindgen_test]
async fn the_pin_field_has_the_focus_when_its_screen_comes() {
    let stage = show(new(None)).await;
    assert!(stage.focused().unwrap().is_same_node(Some(&stage.pin())));
}

#[wasm_bindgen_test]
async fn a_pasted_pin_loses_its_separators() {
    let stage = show(new(None)).await;
    stage.put(&stage.pin(), "493-817", "insertFromPaste").await;
    assert_eq!(stage.pin().value(), "493817");
}

#[wasm_bindgen_test]
async fn a_whole_pin_that_is_pasted_takes_the_place_of_what_was_begun() {
    let stage = show(new(None)).await;
    stage.type_pin("12").await;
    stage.put(&stage.pin(), " 493 817 ", "insertFromPaste").await;
    assert_eq!(stage.pin().value(), "493817");
}

#[wasm_bindgen_test]
async fn digits_of_other_scripts_become_ascii_however_they_arrive() {
    let stage = show(new(None)).await;
    stage.type_pin("٤۹３").await;
    assert_eq!(stage.pin().value(), "493");
    // An autofill asks nobody before it fills.
    stage.pin().set_value("٤٩٣۸۱７");
    fire(&stage.pin(), "input");
    assert_eq!(stage.pin().value(), "493817");
}

#[wasm_bindgen_test]
async fn letters_and_a_seventh_digit_are_dropped() {
    let stage = show(new(None)).await;
    stage.type_pin("4a9 3b81-72").await;
    assert_eq!(stage.pin().value(), "493817");
}

#[wasm_bindgen_test]
async fn typing_replaces_what_is_selected() {
    let stage = show(new(None)).await;
    stage.type_pin("493817").await;
    stage.pin().set_selection_range(1, 3).unwrap();
    stage.type_pin("0").await;
    assert_eq!(stage.pin().value(), "40817");
}

#[wasm_bindgen_test]
async fn no_digit_of_the_pin_is_in_the_markup_hidden_or_shown() {
    let stage = show(confirm(None)).await;
    stage.type_pin("907").await;
    for _ in 0..2 {
        let html = stage.html();
        assert!(!html.contains("907") && !stage.words().contains("907"), "{html}");
        stage.press("Show PIN").await;
        assert_eq!(stage.pin().type_(), "text");
        stage.press("Hide PIN").await;
        stage.type_pin("4").await;
    }
    assert!(!stage.html().contains("9074"));
}

#[wasm_bindgen_test]
async fn as_many_slots_are_filled_as_digits_were_typed() {
    let stage = show(new(None)).await;
    stage.type_pin("493").await;
    assert_eq!(stage.root.query_selector_all(".slot.f").unwrap().length(), 3);
    assert_eq!(stage.root.query_selector_all(".slot.a").unwrap().length(), 1);
    assert!(stage.get(".slot:nth-child(4)").class_list().contains("a"));
}

#[wasm_bindgen_test]
async fn the_count_is_announced_once_typing_rests_and_never_a_digit() {
    let stage = show(new(None)).await;
    stage.type_pin("493").await;
    assert_eq!(stage.text("[role=status]"), "");
    sleep(700).await;
    assert_eq!(stage.text("[role=status]"), "3 of 6 digits");
}

#[wasm_bindgen_test]
async fn a_sent_pin_leaves_the_input_empty_and_the_slots_filled() {
    let stage = show(current()).await;
    stage.type_pin("493817").await;
    assert!(stage.sent().is_empty(), "six digits send nothing by themselves");
    stage.press("Continue").await;
    assert_eq!(sent_pin(&stage.sent()[0]), b"493817");
    assert_eq!(stage.pin().value(), "");
    assert_eq!(stage.root.query_selector_all(".slot.f").unwrap().length(), 6);
    stage.vault(busy(current())).await;
    assert_eq!(stage.text("button[type=submit]"), "Checking…");
}

#[wasm_bindgen_test]
async fn a_pin_that_has_to_be_typed_again_leaves_no_filled_slot_behind() {
    let stage = show(current()).await;
    stage.type_pin("493817").await;
    stage.press("Continue").await;
    stage.vault(busy(current())).await;
    // It failed, and "Try again" begins a new run.
    for between in [Screen::Failed { code: 155_707, retryable: true }, Screen::Loading] {
        stage.vault(view(between)).await;
    }
    stage.vault(view(current())).await;
    assert!(stage.find(".slot.f").is_none(), "the field is empty");
    assert_eq!(stage.get("button[type=submit]").get_attribute("aria-disabled").as_deref(), Some("true"));
}

#[wasm_bindgen_test]
async fn while_the_vault_works_nothing_is_typed_or_sent() {
    let stage = show(current()).await;
    stage.type_pin("493817").await;
    stage.press("Continue").await;
    stage.type_pin("1").await;
    stage.press("Checking…").await;
    assert_eq!(stage.pin().value(), "");
    assert_eq!(stage.sent().len(), 1);
}

#[wasm_bindgen_test]
async fn each_step_uses_the_same_input_and_finds_it_empty_and_hidden() {
    let stage = show(current()).await;
    let first = stage.pin();
    stage.type_pin("493817").await;
    stage.press("Continue").await;
    for screen in [new(None), confirm(None)] {
        stage.vault(view(screen)).await;
        assert!(stage.pin().is_same_node(Some(&first)));
        assert!(stage.focused().unwrap().is_same_node(Some(&first)));
        assert_eq!((stage.pin().value().as_str(), stage.pin().type_().as_str()), ("", "password"));
        assert!(stage.find(".slot.f").is_none());
        stage.type_pin("73").await;
        stage.press("Show PIN").await;
    }
    assert_eq!(stage.text("h2"), "Enter your new PIN again");
}

#[wasm_bindgen_test]
async fn a_shown_pin_is_hidden_when_the_focus_leaves() {
    let stage = show(new(None)).await;
    stage.type_pin("493").await;
    stage.press("Show PIN").await;
    assert_eq!(stage.pin().type_(), "text");
    stage.pin().blur().unwrap();
    settle().await;
    assert_eq!(stage.pin().type_(), "password");
}

#[wasm_bindgen_test]
async fn a_shown_pin_is_hidden_when_another_tab_is_in_front_and_erased_when_the_page_goes() {
    let stage = show(new(None)).await;
    stage.type_pin("493").await;
    stage.press("Show PIN").await;
    fire(&leptos::prelude::document().document_element().unwrap(), "visibilitychange");
    settle().await;
    assert_eq!(stage.pin().type_(), "password");
    leptos::prelude::window().dispatch_event(&web_sys::Event::new("pagehide").unwrap()).unwrap();
    settle().await;
    assert_eq!(stage.pin().value(), "");
    assert!(stage.find(".slot.f").is_none());
}

#[wasm_bindgen_test]
async fn a_short_pin_is_explained_and_kept_and_not_sent() {
    let stage = show(current()).await;
    stage.type_pin("4938").await;
    assert_eq!(stage.get("button[type=submit]").get_attribute("aria-disabled").as_deref(), Some("true"));
    stage.press("Continue").await;
    assert_eq!(stage.text("[role=alert]"), "Your PIN isn’t complete Enter all 6 digits. No try was used.");
    assert_eq!(stage.pin().value(), "4938");
    assert_eq!(stage.pin().get_attribute("aria-invalid").as_deref(), Some("true"));
    assert!(stage.sent().is_empty());
    stage.type_pin("17").await;
    assert!(stage.find("[role=alert]").is_none());
    assert_eq!(stage.get("button[type=submit]").get_attribute("aria-disabled").as_deref(), Some("false"));
}

#[wasm_bindgen_test]
async fn the_rules_say_which_one_a_new_pin_breaks() {
    let stage = show(new(None)).await;
    stage.type_pin("12345").await;
    assert!(stage.find(".rules .ok, .rules .no").is_none(), "nothing is judged before it is complete");
    stage.type_pin("6").await;
    assert_eq!(stage.text(".rules .no"), "Not a run like 123456: not met yet.");
    // By its content: a description that has a name is read out as that name alone.
    let field = stage.find("input").unwrap();
    let described = field.get_attribute("aria-describedby").unwrap();
    let rules = described.split(' ').find_map(|id| stage.find(&format!("#{id}"))).unwrap();
    assert!(rules.text_content().unwrap().starts_with("A good PIN is: Not one or two"));
    assert!(rules.query_selector("[aria-label]").unwrap().is_none());
    stage.press("Continue").await;
    assert!(stage.text("[role=alert]").starts_with("That PIN is too easy to guess Its digits follow one another"));
    assert!(stage.sent().is_empty());
}

#[wasm_bindgen_test]
async fn the_rules_are_all_met_by_a_good_pin_and_it_can_be_sent() {
    let stage = show(new(None)).await;
    stage.type_pin("493817").await;
    assert_eq!(stage.root.query_selector_all(".rules .ok").unwrap().length(), 4);
    stage.press("Continue").await;
    assert_eq!(sent_pin(&stage.sent()[0]), b"493817");
}

#[wasm_bindgen_test]
async fn what_the_vault_finds_wrong_with_a_new_pin_is_told() {
    let weak = PinProblem::Weak { weakness: Weakness::Date };
    for (problem, fact) in [
        (weak, "That PIN is too easy to guess It reads like a date"),
        (PinProblem::SameAsCurrent, "That is the PIN you have now"),
        (PinProblem::InDateAnswer, "That PIN is in one of your answers"),
    ] {
        let stage = show(new(None)).await;
        stage.vault(view(new(Some(problem)))).await;
        assert!(stage.text("[role=alert]").starts_with(fact), "{}", stage.words());
        assert_eq!(stage.pin().get_attribute("aria-invalid").as_deref(), Some("true"));
        let described = stage.pin().get_attribute("aria-describedby").unwrap();
        assert!(described.split(' ').any(|id| stage.find(&format!("#{id}[role=alert]")).is_some()));
    }
}

#[wasm_bindgen_test]
async fn a_wrong_pin_tells_how_many_tries_are_left() {
    let stage = show(current()).await;
    for (left, words) in [(2, "You have 2 tries left."), (1, "You have 1 try left.")] {
        stage.type_pin("493817").await;
        stage.press("Continue").await;
        let problem = Some(PinProblem::Wrong { attempts: tries(left) });
        stage.vault(view(Screen::CurrentPin { length: 6, problem, can_recover: true })).await;
        assert!(stage.text("[role=alert]").starts_with(&format!("That isn’t your current PIN {words}")));
        assert!(stage.find(".slot.f").is_none());
    }
}

#[wasm_bindgen_test]
async fn whoever_comes_back_reads_how_many_tries_are_left_and_nothing_is_called_wrong() {
    let problem = Some(PinProblem::Left { attempts: tries(1) });
    let stage = show(Screen::CurrentPin { length: 6, problem, can_recover: true }).await;
    assert!(stage.text(".note.warn").starts_with("You have 1 try left."));
    assert!(stage.find("[role=alert]").is_none() && stage.find("[aria-invalid=true]").is_none());
    let told = stage.get(".note.warn").id();
    let described = stage.get("[aria-describedby]").get_attribute("aria-describedby").unwrap();
    assert!(described.split(' ').any(|id| id == told), "{described:?}, {told:?}");
}

#[wasm_bindgen_test]
async fn the_same_mismatch_twice_is_told_twice() {
    let stage = show(confirm(None)).await;
    let mut alerts = Vec::new();
    for _ in 0..2 {
        stage.type_pin("493817").await;
        stage.press("Set new PIN").await;
        stage.vault(view(confirm(Some(PinProblem::Mismatch)))).await;
        assert!(stage.text("[role=alert]").starts_with("The two PINs don’t match"));
        alerts.push(stage.get("[role=alert]"));
    }
    assert!(!alerts[0].is_same_node(Some(&alerts[1])), "a screen reader reads what is new");
}

#[wasm_bindgen_test]
async fn the_ways_aside_are_there_where_they_lead_somewhere() {
    let stage = show(current()).await;
    stage.press("Forgot PIN?").await;
    assert!(matches!(stage.sent()[..], [Event::ForgotPin]));
    stage.vault(view(confirm(None))).await;
    stage.press("Choose a different PIN").await;
    assert!(matches!(stage.sent()[..], [Event::ChooseDifferentPin]));

    let stage = show(Screen::CurrentPin { length: 6, problem: None, can_recover: false }).await;
    assert!(!stage.words().contains("Forgot"));
}

#[wasm_bindgen_test]
async fn a_pin_of_another_length_has_as_many_slots() {
    let stage = show(Screen::NewPin { length: 8, problem: None, first: false }).await;
    assert_eq!(stage.root.query_selector_all(".slot").unwrap().length(), 8);
    stage.put(&stage.pin(), "4938172605", "insertFromPaste").await;
    assert_eq!(stage.pin().value(), "49381726");
}
