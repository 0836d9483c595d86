//! A host's words in the places of ours: shown as text, in every place that has one, and only there.
#![cfg(target_arch = "wasm32")]
// As in `screens.rs`.
#![allow(clippy::unwrap_used, clippy::panic)]

mod stage;

use repin::i18n::Texts;
use repin::i18n::by_name::list;
use repin_core::api::QuestionKind;
use repin_vault::flow::{Event, Screen};
use stage::{PLAIN_HOST, Stage, question, settle, show_with, two_questions, view};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const MARKUP: &str = "<img src=x onerror=alert(1)><b>bold</b>";

async fn customised(screen: Screen, messages: &str) -> Stage {
    show_with(view(screen), "en", list(&js_sys::JSON::parse(messages).unwrap()), PLAIN_HOST).await
}

fn choose() -> Screen {
    Screen::ChooseQuestion {
        number: 2,
        required: 3,
        catalogue: vec![question("own", MARKUP, QuestionKind::Text, None)],
        taken: vec![],
        problem: None,
        chosen: None,
        hint: String::new(),
    }
}

#[wasm_bindgen_test]
async fn the_accent_of_a_headline_is_a_part_of_one_name() {
    let messages = r#"{"first": {"title": "Enter your \u001fsecret PIN\u001f now", "lead": ""}}"#;
    let stage = customised(Screen::NewPin { length: 6, problem: None, first: true }, messages).await;
    assert_eq!(stage.text("h2"), "Enter your secret PIN now");
    assert_eq!(stage.text("h2 .accent"), "secret PIN");
    assert!(stage.find(".lead").is_none(), "taken away by the host");
}

#[wasm_bindgen_test]
async fn the_host_s_words_and_their_accent_stay_when_another_language_is_spoken() {
    let own = r#""first": {"title": "Your \u001fsecret PIN\u001f"}, "custom": {"mark": "*"}"#;
    let first = Screen::NewPin { length: 6, problem: None, first: true };
    let stage = customised(first, &format!("{{{own}}}")).await;
    assert_eq!(stage.text(".lead"), "You’ll use it to approve transactions.");
    let german = format!(r#"{{{own}, "common": {{"continue": "Weiter"}}}}"#);
    stage.face.speak(Texts::new("de", list(&js_sys::JSON::parse(&german).unwrap())));
    settle().await;
    assert_eq!(stage.text("button[type=submit]"), "Weiter");
    assert_eq!(stage.text("h2"), "Your secret PIN");
    assert_eq!(stage.text("h2 .accent"), "secret PIN");
    stage.vault(view(choose())).await;
    assert!(stage.text("label").ends_with('*'));
}

#[wasm_bindgen_test]
async fn markup_of_a_host_is_text_in_every_place() {
    let text = MARKUP.replace('"', "\\\"");
    let messages = format!(
        r#"{{"intro": {{"title": "\u001f{text}\u001f", "lead": {{"one": "{text}", "other": "{text}"}}, "learn_more": "{text}"}},
            "choose": {{"answer": "{text}", "hint": "{text}", "placeholder": "{text}"}}, "summary": {{"title": "{text}"}},
            "agree": {{"phrase": "{text}", "label": "{text}"}}, "questions": {{"lead": "{text}"}},
            "custom": {{"item.1": "{text}", "nth.1": "{text}", "ask.2": "{text}", "mark": "{text}", "answer_header": "{text}",
                "placeholder.words": "{text}", "placeholder.hint": "{text}", "placeholder.answer0": "{text}"}}}}"#
    );
    let questions = two_questions();
    let screens = [
        Screen::QuestionsIntro { required: 2 },
        choose(),
        Screen::Summary { questions: questions.clone() },
        Screen::Agree,
        Screen::Questions { questions, problem: None },
    ];
    for screen in screens {
        let stage = customised(screen.clone(), &messages).await;
        assert!(stage.words().contains("<b>bold</b>"), "{screen:?}: {}", stage.html());
        assert!(stage.find("img, b").is_none(), "{screen:?}: {}", stage.html());
    }
}

#[wasm_bindgen_test]
async fn a_slot_has_its_number_its_sign_and_its_words_in_the_empty_fields() {
    let messages = r#"{"custom": {"ask.2": "Your 2nd question", "mark": "*",
        "placeholder.words": "Type here", "placeholder.hint": "A clue"}}"#;
    let stage = customised(choose(), messages).await;
    assert_eq!(stage.text("label"), "Your 2nd question*");
    assert_eq!(stage.input("input[id$=words]").placeholder(), "Type here");
    assert_eq!(stage.input("input[id$=hint]").placeholder(), "A clue");
    assert!(stage.words().contains("Your answer*"));
    let plain = customised(choose(), "{}").await;
    assert_eq!(plain.text("label"), "Choose a question");
    assert_eq!(plain.input("input[id$=words]").placeholder(), "");
}

#[wasm_bindgen_test]
async fn the_host_s_points_take_our_points_place_and_what_is_lost_stays_said() {
    let messages = r#"{"custom": {"item.1": "Mine is the first.", "item.2": "Mine is the last."}}"#;
    let stage = customised(Screen::Agree, messages).await;
    let words = stage.words();
    assert!(words.contains("Mine is the first.") && words.contains("Mine is the last."), "{words}");
    assert!(!words.contains("Nobody honest"), "{words}");
    assert!(words.contains("this wallet can’t be opened again"), "{words}");
}

#[wasm_bindgen_test]
async fn the_host_s_phrase_is_what_must_be_typed() {
    let messages = r#"{"agree": {"phrase": "J’ai compris Zoë", "label": "Écrivez « {phrase} »"}}"#;
    let stage = customised(Screen::Agree, messages).await;
    for wrong in ["I agree", "J’ai compris", "", "J’ai compris Zoe"] {
        stage.fill("input", wrong).await;
        stage.press("Continue").await;
        assert!(stage.sent().is_empty(), "{wrong}");
    }
    assert!(stage.words().contains("Écrivez « J’ai compris Zoë »"));
    // As another keyboard sends it: a straight apostrophe, and the last letter in two characters.
    stage.fill("input", "  j'ai compris ZOE\u{308} ").await;
    stage.press("Continue").await;
    assert!(matches!(stage.sent()[..], [Event::Agree]));
}

#[wasm_bindgen_test]
async fn learn_more_opens_beside_the_page_and_only_if_there_is_more() {
    let messages = r#"{"custom": {"learn_more_url": "https://wallet.example/help"}}"#;
    let stage = customised(Screen::QuestionsIntro { required: 2 }, messages).await;
    let link = stage.get("a");
    assert_eq!(link.text_content().as_deref(), Some("Learn more"));
    let attribute = |name: &str| link.get_attribute(name);
    assert_eq!(attribute("href").as_deref(), Some("https://wallet.example/help"));
    assert_eq!(attribute("target").as_deref(), Some("_blank"));
    assert_eq!(attribute("rel").as_deref(), Some("noopener noreferrer"));
    assert!(customised(Screen::QuestionsIntro { required: 2 }, "{}").await.find("a").is_none());
}

#[wasm_bindgen_test]
async fn the_first_pin_is_not_called_new() {
    let stage = customised(Screen::NewPin { length: 6, problem: None, first: true }, "{}").await;
    assert_eq!(stage.text("h2"), "Create your PIN");
    stage.vault(view(Screen::ConfirmPin { length: 6, problem: None, first: true })).await;
    assert_eq!(stage.text("h2"), "Enter your PIN again");
    stage.button("Set PIN");
    assert!(!stage.words().contains("new PIN"), "{}", stage.words());
}
