//! Another language while the widget stands in the page, in a browser: all words change, and nothing else does.
#![cfg(target_arch = "wasm32")]
// Clippy knows `#[test]`, where a panic is the message, but not `#[wasm_bindgen_test]`.
#![allow(clippy::unwrap_used, clippy::panic)]

mod stage;

use js_sys::Function;
use repin::i18n::Texts;
use repin::i18n::by_name::list;
use repin_core::api::{ChallengeType, CredentialKind, QuestionKind};
use repin_vault::flow::{AnswersProblem, DeadEnd, Event, PinProblem, Progress, Screen, SessionTimes, ViewModel};
use stage::{PLAIN_HOST, Stage, now, question, settle, show, show_with, tries, two_questions, view};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const MINUTE: u64 = 60_000;

/// English with a mark at every text, as a language's list.
fn marked() -> JsValue {
    let mark = "return JSON.parse(text, (name, value) => (typeof value == 'string' ? '¡' + value : value))";
    let english = include_str!("../locales/en.json").into();
    list(&Function::new_with_args("text", mark).call1(&JsValue::NULL, &english).unwrap())
}

async fn speak(stage: &Stage, locale: &str, messages: JsValue) {
    stage.face.speak(Texts::new(locale, messages));
    settle().await;
}

fn asked(problem: Option<AnswersProblem>) -> Screen {
    Screen::Questions { questions: two_questions(), problem }
}

fn new(problem: Option<PinProblem>) -> Screen {
    Screen::NewPin { length: 6, problem, first: false }
}

fn every_page() -> Vec<ViewModel> {
    let catalogue = vec![question("pet", "Your pet?", QuestionKind::Text, None)];
    let choose = Screen::ChooseQuestion {
        number: 1,
        required: 2,
        catalogue,
        taken: vec![],
        problem: None,
        chosen: Some(0),
        hint: String::new(),
    };
    let locked = Screen::Locked {
        kind: CredentialKind::Answers,
        until: now() + 27 * MINUTE,
        server_time: now(),
        can_recover: true,
    };
    let on_the_way = |screen| ViewModel {
        progress: Some(Progress { step: 1, of: 3 }),
        can_go_back: true,
        session: Some(SessionTimes { expires_at: now() + 2 * MINUTE, server_time: now() }),
        ..view(screen)
    };
    vec![
        on_the_way(asked(None)),
        on_the_way(asked(Some(AnswersProblem::Wrong { attempts: tries(2) }))),
        on_the_way(asked(Some(AnswersProblem::Empty { indexes: vec![0, 1] }))),
        view(Screen::CurrentPin {
            length: 6,
            problem: Some(PinProblem::Wrong { attempts: tries(1) }),
            can_recover: true,
        }),
        on_the_way(new(Some(PinProblem::InDateAnswer))),
        view(Screen::ConfirmPin { length: 6, problem: Some(PinProblem::Mismatch), first: false }),
        view(Screen::QuestionsIntro { required: 2 }),
        on_the_way(choose),
        view(Screen::Summary { questions: two_questions() }),
        view(Screen::Agree),
        view(Screen::Working { stretchings: 1, measured_ms: None, challenge_type: ChallengeType::Initialize }),
        view(Screen::Done { challenge_type: ChallengeType::RestorePin }),
        view(locked),
        view(Screen::Expired { unsure: false }),
        view(Screen::Expired { unsure: true }),
        view(Screen::CannotRecover { reason: DeadEnd::CannotRemember }),
        view(Screen::CannotRecover { reason: DeadEnd::NoQuestions }),
        view(Screen::Offline),
        view(Screen::Failed { code: 155_122, retryable: true }),
    ]
}

/// What assistive technology and people get, without what differs between two widgets: ids, the time, and what was said
/// before the change.
fn shown(stage: &Stage) -> String {
    let same = "return html.replace(/repin\\d+-/g, '').replace(/\\d\\d:\\d\\d/g, '').replace(/ value=\"\\d+\"/g, '')
        .replace(/(<p class=\"vh\" role=\"status\">)[^<]*/, '$1')";
    Function::new_with_args("html", same).call1(&JsValue::NULL, &stage.html().into()).unwrap().as_string().unwrap()
}

#[wasm_bindgen_test]
async fn a_page_that_goes_on_in_a_language_is_the_page_that_began_in_it() {
    for page in every_page() {
        let switched = show_with(page.clone(), "en", JsValue::UNDEFINED, PLAIN_HOST).await;
        speak(&switched, "en", marked()).await;
        let switched = shown(&switched);
        let begun = show_with(page, "en", marked(), PLAIN_HOST).await;
        assert_eq!(switched, shown(&begun));
        assert!(switched.contains('¡'));
    }
}

#[wasm_bindgen_test]
async fn answers_dates_and_the_focus_outlive_a_change_of_language() {
    let stage = show(asked(None)).await;
    stage.fill("[id$=answer0]", "Red Gate").await;
    stage.fill("[id$=answer1-day]", "27").await;
    stage.fill("[id$=answer1-month]", "3").await;
    stage.fill("[id$=answer1-year]", "1988").await;
    stage.input("[id$=answer0]").focus().unwrap();
    speak(&stage, "fa", marked()).await;
    assert_eq!(stage.text("h2"), "¡Answer your security questions");
    assert_eq!(stage.text(".echo"), "۲۷ مارس ۱۹۸۸", "the date is said again");
    assert!(stage.focused().unwrap().is_same_node(Some(&stage.input("[id$=answer0]"))));
    stage.press("¡Continue").await;
    let sent = stage.sent();
    let Some(Event::SubmitAnswers(answers)) = sent.last() else { panic!("{sent:?}") };
    let answers = answers.iter().map(|answer| answer.expose_secret()).collect::<Vec<_>>();
    assert_eq!(answers, [b"Red Gate".as_slice(), b"19880327"]);
}

#[wasm_bindgen_test]
async fn a_pin_that_is_begun_outlives_a_change_of_language() {
    let stage = show(new(None)).await;
    stage.type_pin("4938").await;
    let pin = stage.pin();
    speak(&stage, "en", marked()).await;
    assert!(pin.is_same_node(Some(&stage.pin())), "the field is the same, and so is a phone's keyboard");
    assert_eq!(pin.value(), "4938");
    assert_eq!(stage.root.query_selector_all(".slot.f").unwrap().length(), 4);
    stage.type_pin("17").await;
    stage.press("¡Continue").await;
    assert!(matches!(&stage.sent()[..], [Event::SubmitPin(pin)] if pin.expose_secret() == b"493817"));
}

#[wasm_bindgen_test]
async fn what_is_chosen_and_what_is_wrong_outlive_a_change_of_language() {
    let stage = show(Screen::Agree).await;
    stage.press("Continue").await;
    assert_eq!(stage.text(".error"), "Type the words above first.");
    speak(&stage, "en", marked()).await;
    assert_eq!(stage.text(".error"), "¡Type the words above first.");
    // The words to type are now the other language's.
    stage.fill("input", "¡i agree").await;
    stage.press("¡Continue").await;
    assert!(matches!(&stage.sent()[..], [Event::Agree]));
}

#[wasm_bindgen_test]
async fn plural_forms_are_those_of_the_language() {
    let forms = r#"{"questions":{"tries":{"zero":"0","one":"1","two":"2","few":"few {n}","many":"many {n}","other":"other {n}"}}}"#;
    let forms = list(&js_sys::JSON::parse(forms).unwrap());
    for (locale, left, told) in [
        ("ar-u-nu-latn", 1, "1"),
        ("ar-u-nu-latn", 2, "2"),
        ("ar-u-nu-latn", 3, "few 3"),
        ("ar-u-nu-latn", 11, "many 11"),
        ("ar-u-nu-latn", 100, "other 100"),
        ("ar-u-nu-arab", 3, "few ٣"),
        ("pl", 2, "few 2"),
        ("pl", 5, "many 5"),
        ("ja", 1, "other 1"),
        ("en", 2, "other 2"),
    ] {
        let wrong = asked(Some(AnswersProblem::Wrong { attempts: tries(left) }));
        let stage = show_with(view(wrong), locale, forms.clone(), PLAIN_HOST).await;
        let alert = stage.text("[role=alert]");
        assert_eq!(alert.split(" you set ").nth(1).unwrap().split(" We ").next(), Some(told), "{locale}: {alert}");
    }
}

#[wasm_bindgen_test]
async fn a_list_that_was_made_for_other_texts_is_not_used() {
    let stale = js_sys::Array::from(&marked());
    stale.set(0, 1.into());
    let stage = show_with(view(asked(None)), "en", stale.into(), PLAIN_HOST).await;
    assert_eq!(stage.text("h2"), "Answer your security questions");
}

#[wasm_bindgen_test]
async fn the_phrase_is_agreed_to_as_the_keyboards_of_each_language_send_it() {
    let typed = [
        ("Kabul ediyorum", "KABUL EDİYORUM"),
        ("Kabul ediyorum", "KABUL EDIYORUM"),
        ("Tôi đồng ý", "Tôi đồng y\u{301}"),
        ("Tôi đồng ý", "To\u{302}i đo\u{302}\u{300}ng y\u{301}"),
        ("Je suis d’accord", "«\u{a0}je suis\u{202f}d'accord\u{a0}»"),
        ("同意します", "「同意します」"),
        ("موافقم", "موافقم\u{200f}."),
    ];
    for (phrase, typed) in typed {
        let messages = format!(r#"{{"agree": {{"phrase": "{phrase}"}}}}"#);
        let messages = list(&js_sys::JSON::parse(&messages).unwrap());
        let stage = show_with(view(Screen::Agree), "en", messages, PLAIN_HOST).await;
        stage.fill("input", typed.get(..typed.len() / 2).unwrap_or("x")).await;
        stage.press("Continue").await;
        assert!(stage.sent().is_empty(), "half of {typed}");
        stage.fill("input", typed).await;
        stage.press("Continue").await;
        assert!(matches!(stage.sent()[..], [Event::Agree]), "{typed} for {phrase}");
    }
}
