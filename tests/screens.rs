//! Every screen but the PIN's, in a browser: what it says, what it sends, and what it keeps.
#![cfg(target_arch = "wasm32")]
// Clippy knows `#[test]`, where a panic is the message, but not `#[wasm_bindgen_test]`.
#![allow(clippy::unwrap_used, clippy::panic)]

mod stage;

use repin::face::Outcome;
use repin::i18n::by_name::list;
use repin_core::api::{ChallengeType, CredentialKind, QuestionKind};
use repin_vault::flow::{AnswersProblem, DeadEnd, Event, Progress, QuestionProblem, Screen, SessionTimes, ViewModel};
use stage::{
    COMPOSED, ENTER, HostIs, PLAIN_HOST, Stage, busy, effects, now, question, settle, show, show_with, sleep, tries,
    two_questions, view,
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const MINUTE: u64 = 60_000;

fn asked(problem: Option<AnswersProblem>) -> Screen {
    Screen::Questions { questions: two_questions(), problem }
}

fn wrong(left: u8) -> Screen {
    asked(Some(AnswersProblem::Wrong { attempts: tries(left) }))
}

fn answers(event: &Event) -> Vec<&[u8]> {
    match event {
        Event::SubmitAnswers(answers) => answers.iter().map(|answer| answer.expose_secret()).collect(),
        other => panic!("{other:?}"),
    }
}

async fn answer(stage: &Stage, school: &str, [day, month, year]: [&str; 3]) {
    stage.fill("[id$=answer0]", school).await;
    stage.fill("[id$=answer1-day]", day).await;
    stage.fill("[id$=answer1-month]", month).await;
    stage.fill("[id$=answer1-year]", year).await;
}

async fn in_language(screen: Screen, locale: &str) -> Stage {
    show_with(view(screen), locale, JsValue::UNDEFINED, PLAIN_HOST).await
}

mod questions {
    use super::*;

    #[wasm_bindgen_test]
    async fn are_asked_with_the_persons_own_hints_set_apart() {
        let stage = show(asked(None)).await;
        assert_eq!(stage.text(".hint bdi"), "red gate");
        assert!(stage.words().contains("Your hint: “red gate”"));
        assert_eq!(stage.text("label[for$=answer0]"), "What was your first school?");
        assert_eq!(stage.text("legend"), "When did your parents marry?");
    }

    #[wasm_bindgen_test]
    async fn are_answered_in_order_with_a_date_as_eight_digits() {
        let stage = show(asked(None)).await;
        answer(&stage, "St Mary’s", ["7", "3", "1988"]).await;
        stage.press("Continue").await;
        assert_eq!(answers(&stage.sent()[0]), ["St Mary’s".as_bytes(), b"19880307"]);
    }

    #[wasm_bindgen_test]
    async fn take_a_month_by_name_and_echo_the_date_in_words() {
        let stage = show(asked(None)).await;
        answer(&stage, "St Mary’s", ["27", "Mar", "1988"]).await;
        assert_eq!(stage.text(".echo"), "March 27, 1988");
        stage.press("Continue").await;
        assert_eq!(answers(&stage.sent()[0])[1], b"19880327");

        let stage = in_language(asked(None), "de").await;
        answer(&stage, "St Mary’s", ["27", "märz", "1988"]).await;
        assert_eq!(stage.text(".echo"), "27. März 1988");
    }

    #[wasm_bindgen_test]
    async fn catch_a_date_that_no_calendar_has_without_using_a_try() {
        for [day, month, year] in [
            ["31", "2", "1988"],
            ["29", "2", "1900"],
            ["1", "13", "1988"],
            ["1", "ma", "1988"],
            ["1", "1", "88"],
            ["", "3", "1988"],
        ] {
            let stage = show(asked(None)).await;
            answer(&stage, "St Mary’s", [day, month, year]).await;
            assert_eq!(stage.root.query_selector(".echo").unwrap().unwrap().text_content().unwrap(), "");
            stage.press("Continue").await;
            assert!(stage.sent().is_empty(), "{day} {month} {year}");
            assert!(stage.text("fieldset [role=alert]").starts_with("Check this date."));
            let field = stage.get("[id$=answer1-month]");
            assert_eq!(field.get_attribute("aria-invalid").as_deref(), Some("true"));
        }
    }

    #[wasm_bindgen_test]
    async fn ask_for_a_date_in_the_order_of_the_language() {
        for (locale, order) in [
            ("en-US", ["Month", "Day", "Year"]),
            ("de", ["Day", "Month", "Year"]),
            ("ja", ["Year", "Month", "Day"]),
            ("fa", ["Year", "Month", "Day"]),
        ] {
            let stage = in_language(asked(None), locale).await;
            let labels = stage.root.query_selector_all(".date label").unwrap();
            let labels = (0..3).map(|n| labels.get(n).unwrap().text_content().unwrap()).collect::<Vec<_>>();
            assert_eq!(labels, order, "{locale}");
        }
    }

    #[wasm_bindgen_test]
    async fn tell_whoever_comes_back_how_many_tries_are_left_and_call_nothing_wrong() {
        let stage = show(asked(Some(AnswersProblem::Left { attempts: tries(1) }))).await;
        let told = "You have 1 try left. After that, recovery is paused for 30 minutes.";
        assert_eq!(stage.text(".note.warn"), told);
        assert!(stage.find("[role=alert]").is_none() && stage.find("[aria-invalid=true]").is_none());
        assert!(
            stage.words().find(told) > stage.words().find("Answer your security questions"),
            "whoever has it read out begins at the title"
        );
        stage.vault(busy(asked(None))).await;
        assert!(stage.find(".note.warn").is_none());
    }

    #[wasm_bindgen_test]
    async fn keep_what_was_typed_when_it_was_wrong_and_do_not_tell_which() {
        let stage = show(asked(None)).await;
        answer(&stage, "St Mary’s", ["27", "3", "1988"]).await;
        stage.press("Continue").await;
        stage.vault(view(wrong(1))).await;
        assert_eq!(stage.input("[id$=answer0]").value(), "St Mary’s");
        assert_eq!(stage.input("[id$=answer1-year]").value(), "1988");
        let alert = stage.get("[role=alert]");
        assert_eq!(
            stage.text("[role=alert]"),
            "Those aren’t the answers you set You have 1 try left. After that, recovery is paused for 30 minutes. \
             We can’t tell you which answer is different."
        );
        assert!(stage.focused().unwrap().is_same_node(Some(&alert)));
        for field in ["[id$=answer0]", "[id$=answer1-day]", "[id$=answer1-month]", "[id$=answer1-year]"] {
            assert_eq!(stage.get(field).get_attribute("aria-invalid").as_deref(), Some("true"), "{field}");
        }
    }

    #[wasm_bindgen_test]
    async fn point_at_the_answers_that_are_empty() {
        let stage = show(asked(None)).await;
        stage.press("Continue").await;
        assert_eq!(answers(&stage.sent()[0]), [b"", b""]);
        stage.vault(view(asked(Some(AnswersProblem::Empty { indexes: vec![1] })))).await;
        assert_eq!(stage.text("fieldset [role=alert]"), "Type an answer.");
        assert_eq!(stage.get("[id$=answer0]").get_attribute("aria-invalid").as_deref(), Some("false"));
        assert!(stage.words().contains("No try was used."));
    }

    #[wasm_bindgen_test]
    async fn are_answered_in_sight_until_one_toggle_hides_them_all() {
        let stage = show(asked(None)).await;
        answer(&stage, "St Mary’s", ["27", "3", "1988"]).await;
        assert_eq!(stage.input("[id$=answer0]").type_(), "text");
        stage.press("Hide answers").await;
        for field in ["[id$=answer0]", "[id$=answer1-day]", "[id$=answer1-year]"] {
            assert_eq!(stage.input(field).type_(), "password", "{field}");
        }
        assert!(stage.get(".echo").class_list().contains("gone"));
        stage.press("Show answers").await;
        assert_eq!(stage.input("[id$=answer0]").type_(), "text");
    }

    #[wasm_bindgen_test]
    async fn are_gone_through_with_enter_and_sent_in_the_last_field_alone() {
        let stage = show(wrong(2)).await;
        answer(&stage, "St Mary’s", ["27", "3", "1988"]).await;
        let fields = ["[id$=answer0]", "[id$=answer1-month]", "[id$=answer1-day]", "[id$=answer1-year]"];
        for pair in fields.windows(2) {
            let (here, next) = (stage.input(pair[0]), stage.input(pair[1]));
            assert_eq!(here.get_attribute("enterkeyhint").as_deref(), Some("next"), "{}", pair[0]);
            stage.enter(&here).await;
            assert!(stage.sent().is_empty(), "who mends one answer does not mean to send all of them");
            assert!(stage.focused().unwrap().is_same_node(Some(&next)), "{}", pair[1]);
        }
        let last = stage.input(fields[3]);
        assert_eq!(last.get_attribute("enterkeyhint").as_deref(), Some("go"));
        stage.enter(&last).await;
        assert_eq!(answers(&stage.sent()[0]), ["St Mary’s".as_bytes(), b"19880327"]);
    }

    #[wasm_bindgen_test]
    async fn are_not_gone_through_while_words_are_composed_or_the_key_is_held() {
        let stage = show(asked(None)).await;
        let [first, last] = ["[id$=answer0]", "[id$=answer1-year]"].map(|field| stage.input(field));
        first.focus().unwrap();
        assert!(stage.key(&first, COMPOSED, false), "it is the input method's");
        assert!(!stage.key(&first, ENTER, true));
        assert!(stage.focused().unwrap().is_same_node(Some(&first)));
        assert!(!stage.key(&last, ENTER, true), "held until there, it sends nothing");
        let button = stage.get("button[type=submit]");
        assert!(stage.key(&button, ENTER, false), "a button is pressed");
    }

    #[wasm_bindgen_test]
    async fn are_left_alone_by_what_remembers_and_corrects() {
        let stage = show(asked(None)).await;
        for (name, value) in
            [("autocomplete", "off"), ("spellcheck", "false"), ("autocapitalize", "none"), ("data-1p-ignore", "")]
        {
            assert_eq!(stage.get("[id$=answer0]").get_attribute(name).as_deref(), Some(value), "{name}");
        }
        assert!(stage.root.query_selector("[name]").unwrap().is_none(), "what has a name could be sent by a form");
    }

    #[wasm_bindgen_test]
    async fn wait_while_the_vault_works() {
        let stage = show(asked(None)).await;
        stage.press("Continue").await;
        stage.press("Checking…").await;
        assert_eq!(stage.sent().len(), 1);
        stage.vault(busy(asked(None))).await;
        assert_eq!(stage.get("button[type=submit]").get_attribute("aria-disabled").as_deref(), Some("true"));
        stage.vault(view(wrong(2))).await;
        assert_eq!(stage.text("button[type=submit]"), "Continue");
    }

    #[wasm_bindgen_test]
    async fn are_still_answered_after_a_look_at_what_to_do_without_them() {
        let stage = show(asked(None)).await;
        stage.fill("[id$=answer0]", "St Mary’s").await;
        stage.press("I can’t remember my answers").await;
        assert!(matches!(stage.sent()[..], [Event::CannotRemember]));
        let dead_end = Screen::CannotRecover { reason: DeadEnd::CannotRemember };
        stage.vault(ViewModel { can_go_back: true, ..view(dead_end) }).await;
        assert!(stage.words().contains("Beware of anyone offering to recover it for you."));
        stage.press("Go back and try").await;
        assert!(matches!(stage.sent()[..], [Event::Back]));
        stage.vault(view(asked(None))).await;
        assert_eq!(stage.input("[id$=answer0]").value(), "St Mary’s");
        assert!(stage.focused().unwrap().is_same_node(Some(&stage.get("h2"))));
    }
}

mod a_lost_connection {
    use super::*;

    #[wasm_bindgen_test]
    async fn loses_nothing_that_was_typed() {
        let stage = show(asked(None)).await;
        answer(&stage, "St Mary’s", ["27", "3", "1988"]).await;
        stage.press("Continue").await;
        stage.vault(view(Screen::Offline)).await;
        assert_eq!(stage.text("h2"), "You seem to be offline");
        assert!(stage.find("form").is_none(), "the form is out of the way");
        stage.sent();
        stage.press("Try again").await;
        assert!(matches!(stage.sent()[..], [Event::Retry]));
        stage.vault(view(Screen::Loading)).await;
        stage.vault(view(asked(None))).await;
        assert_eq!(stage.input("[id$=answer0]").value(), "St Mary’s");
        assert_eq!(stage.text(".echo"), "March 27, 1988");
    }

    #[wasm_bindgen_test]
    async fn amid_something_that_counts_says_what_is_not_known_to_whoever_closes_now() {
        let challenge_type = ChallengeType::RestorePin;
        let working = view(Screen::Working { stretchings: 1, measured_ms: None, challenge_type });
        let failed = |code| Screen::Failed { code, retryable: true };
        for (behind, now, is_unsure) in [
            (working.clone(), Screen::Offline, true),
            (busy(asked(None)), Screen::Offline, true),
            (view(asked(None)), Screen::Offline, false),
            // A vault that died, and a device that had no memory, which is known to have changed nothing.
            (working.clone(), failed(-1), true),
            (working, failed(155_707), false),
        ] {
            let stage = show_with(behind, "en", JsValue::UNDEFINED, PLAIN_HOST).await;
            stage.vault(view(now)).await;
            let words = stage.words();
            assert_eq!(words.contains("We can’t tell whether your last step was completed."), is_unsure, "{words}");
            assert_eq!(words.contains("If you were setting a new PIN, try the new one first."), is_unsure, "{words}");
        }
    }
}

mod leaving {
    use super::*;

    #[wasm_bindgen_test]
    async fn is_immediate_when_nothing_was_typed() {
        let stage = show(asked(None)).await;
        stage.press("Cancel and close").await;
        assert_eq!(stage.log.borrow().outcome, Some(Outcome::Canceled("questions")));
        assert!(matches!(stage.sent()[..], [Event::Cancel]));
    }

    #[wasm_bindgen_test]
    async fn is_asked_about_once_when_something_was() {
        let stage = show(asked(None)).await;
        stage.fill("[id$=answer0]", "St Mary’s").await;
        stage.press("Cancel and close").await;
        assert_eq!(stage.text("h2"), "Leave without finishing?");
        assert_eq!(stage.log.borrow().outcome, None);
        stage.press("Keep going").await;
        assert_eq!(stage.input("[id$=answer0]").value(), "St Mary’s");
        assert!(stage.focused().unwrap().is_same_node(Some(&stage.get("h2"))));
        stage.press("Cancel and close").await;
        stage.press("Leave").await;
        assert_eq!(stage.log.borrow().outcome, Some(Outcome::Canceled("questions")));
    }

    #[wasm_bindgen_test]
    async fn is_asked_about_after_a_pin_was_begun() {
        let stage = show(Screen::NewPin { length: 6, problem: None, first: false }).await;
        stage.type_pin("4").await;
        stage.escape().await;
        assert_eq!(stage.text("h2"), "Leave without finishing?");
        stage.escape().await;
        assert_eq!(stage.text("h2"), "Choose a new PIN");
    }

    #[wasm_bindgen_test]
    async fn is_not_possible_while_it_is_being_committed() {
        let challenge_type = ChallengeType::ChangePin;
        let stage = show(Screen::Working { stretchings: 1, measured_ms: None, challenge_type }).await;
        stage.escape().await;
        assert_eq!(stage.log.borrow().outcome, None);
        assert!(stage.find("button").is_none());
    }
}

mod choosing_a_question {
    use super::*;

    fn choose(problem: Option<QuestionProblem>) -> Screen {
        let catalogue = vec![
            question("school", "What was your first school?", QuestionKind::Text, None),
            question("wedding", "When did your parents marry?", QuestionKind::Date, None),
            question("pet", "What was your first pet called?", QuestionKind::Text, None),
        ];
        let (taken, chosen, hint) = (vec![0], None, String::new());
        Screen::ChooseQuestion { number: 2, required: 2, catalogue, taken, problem, chosen, hint }
    }

    async fn choose_option(stage: &Stage, value: &str) {
        let select = stage.get("select").unchecked_into::<web_sys::HtmlSelectElement>();
        select.set_value(value);
        stage::fire(&select, "change");
        stage::settle().await;
    }

    #[wasm_bindgen_test]
    async fn offers_what_no_other_slot_has() {
        let stage = show(choose(None)).await;
        assert_eq!(stage.text("h2"), "Question 2 of 2");
        let all = stage.root.query_selector_all("option").unwrap();
        let open = stage.root.query_selector_all("option:not(:disabled)").unwrap();
        assert_eq!((all.length(), open.length()), (4, 2));
    }

    #[wasm_bindgen_test]
    async fn sends_question_answer_and_hint() {
        let stage = show(choose(None)).await;
        choose_option(&stage, "2").await;
        stage.fill("[id$=words]", "Rex").await;
        stage.fill("input[id$=-hint]", " brown ").await;
        stage.press("Continue").await;
        match &stage.sent()[..] {
            [Event::SubmitQuestion { index: 2, answer, hint }] => {
                assert_eq!((answer.expose_secret(), hint.as_str()), (&b"Rex"[..], "brown"));
            }
            other => panic!("{other:?}"),
        }
    }

    #[wasm_bindgen_test]
    async fn asks_for_a_date_when_the_question_is_about_one() {
        let stage = show(choose(None)).await;
        assert!(stage.find("fieldset").is_none());
        choose_option(&stage, "1").await;
        stage.fill("[id$=date-day]", "27").await;
        stage.fill("[id$=date-month]", "3").await;
        stage.fill("[id$=date-year]", "1988").await;
        stage.press("Continue").await;
        let sent = stage.sent();
        let Event::SubmitQuestion { index: 1, answer, .. } = &sent[0] else { panic!("{sent:?}") };
        assert_eq!(answer.expose_secret(), b"19880327");
    }

    #[wasm_bindgen_test]
    async fn leads_with_enter_from_the_answer_that_shows_to_the_hint() {
        for (option, answer) in [("2", "[id$=words]"), ("1", "[id$=date-year]")] {
            let stage = show(choose(None)).await;
            choose_option(&stage, option).await;
            let (answer, hint) = (stage.input(answer), stage.input("input[id$=-hint]"));
            assert_eq!(hint.get_attribute("enterkeyhint").as_deref(), Some("go"));
            stage.enter(&answer).await;
            assert!(stage.sent().is_empty());
            assert!(stage.focused().unwrap().is_same_node(Some(&hint)));
            stage.enter(&hint).await;
            assert!(matches!(stage.sent()[..], [Event::SubmitQuestion { .. }]));
        }
    }

    #[wasm_bindgen_test]
    async fn says_when_none_was_chosen() {
        let stage = show(choose(None)).await;
        stage.press("Continue").await;
        assert!(stage.sent().is_empty());
        assert_eq!(stage.text("[role=alert]"), "Choose a question first.");
        assert!(stage.focused().unwrap().is_same_node(Some(&stage.get("select"))));
        choose_option(&stage, "2").await;
        assert!(stage.find("[role=alert]").is_none());
    }

    #[wasm_bindgen_test]
    async fn says_what_the_vault_finds_wrong_where_it_is() {
        for (problem, words, place) in [
            (QuestionProblem::EmptyAnswer, "Type an answer with letters", "[id$=words]"),
            (QuestionProblem::AnswerTooLong, "This answer is too long", "[id$=words]"),
            (QuestionProblem::HintIsAnswer, "Your hint gives the answer away", "input[id$=-hint]"),
            (QuestionProblem::HintTooLong, "This hint is too long", "input[id$=-hint]"),
        ] {
            let stage = show(choose(None)).await;
            choose_option(&stage, "2").await;
            stage.vault(view(choose(Some(problem)))).await;
            assert!(stage.text("[role=alert]").starts_with(words));
            assert!(stage.focused().unwrap().is_same_node(Some(&stage.get(place))));
            assert_eq!(stage.get(place).get_attribute("aria-invalid").as_deref(), Some("true"));
        }
    }

    #[wasm_bindgen_test]
    async fn starts_a_slot_with_the_question_and_hint_it_had_before_and_no_answer() {
        let stage = show(choose(None)).await;
        stage.fill("[id$=words]", "Rex").await;
        let Screen::ChooseQuestion { catalogue, .. } = choose(None) else { unreachable!() };
        let (taken, chosen, hint) = (vec![], Some(2), "the brown one".to_owned());
        let before = Screen::ChooseQuestion { number: 1, required: 2, catalogue, taken, problem: None, chosen, hint };
        stage.vault(view(before)).await;
        assert_eq!(stage.input("[id$=words]").value(), "");
        assert_eq!(stage.get("select").unchecked_into::<web_sys::HtmlSelectElement>().value(), "2");
        assert_eq!(stage.input("input[id$=-hint]").value(), "the brown one");
        stage.fill("[id$=words]", "Rex").await;
        stage.press("Continue").await;
        let sent = stage.sent();
        let [Event::SubmitQuestion { index: 2, hint, .. }] = &sent[..] else { panic!("{sent:?}") };
        assert_eq!(hint, "the brown one");
    }
}

mod before_it_is_saved {
    use super::*;

    #[wasm_bindgen_test]
    async fn the_introduction_says_what_the_answers_mean() {
        let stage = show(Screen::QuestionsIntro { required: 2 }).await;
        assert!(stage.words().contains("Choose 2 questions that only you can answer."));
        assert!(stage.words().contains("the only way to set a new one"));
        stage.press("Choose questions").await;
        assert!(matches!(stage.sent()[..], [Event::Continue]));
    }

    #[wasm_bindgen_test]
    async fn the_summary_shows_questions_and_hints() {
        let stage = show(Screen::Summary { questions: two_questions() }).await;
        assert_eq!(stage.text("li:first-child"), "What was your first school?Your hint: “red gate”");
        assert_eq!(stage.text("li:last-child"), "When did your parents marry?No hint");
        stage.press("Continue").await;
        assert!(matches!(stage.sent()[..], [Event::Continue]));
    }

    #[wasm_bindgen_test]
    async fn only_the_typed_phrase_goes_on() {
        let stage = show(Screen::Agree).await;
        for too_early in ["", "I agre", "I agree not"] {
            stage.fill("[id$=agree]", too_early).await;
            stage.press("Continue").await;
            assert!(stage.sent().is_empty(), "{too_early}");
            assert_eq!(stage.text("[role=alert]"), "Type the words above first.");
        }
        stage.fill("[id$=agree]", " “i  AGREE”. ").await;
        assert_eq!(stage.get("button[type=submit]").get_attribute("aria-disabled").as_deref(), Some("false"));
        stage.press("Continue").await;
        assert!(matches!(stage.sent()[..], [Event::Agree]));
    }
}

mod the_wait {
    use super::*;

    #[wasm_bindgen_test]
    async fn for_the_first_word_shows_bars_after_a_moment_and_says_so() {
        let stage = show(Screen::Loading).await;
        assert!(stage.find(".sk").is_none());
        sleep(500).await;
        assert!(stage.find(".sk").is_some());
        assert_eq!(stage.text("[role=status]"), "Loading PIN recovery…");
    }

    #[wasm_bindgen_test]
    async fn for_the_protection_moves_a_bar_that_never_claims_to_be_done() {
        let challenge_type = ChallengeType::RestorePin;
        let stage = show(Screen::Working { stretchings: 1, measured_ms: Some(1), challenge_type }).await;
        assert_eq!(stage.text("h2"), "Protecting your new PIN");
        sleep(700).await;
        let early = stage.get("progress").get_attribute("value").unwrap().parse::<u32>().unwrap();
        assert!(early > 20, "{early}");
        sleep(1_500).await;
        let late = stage.get("progress").get_attribute("value").unwrap().parse::<u32>().unwrap();
        assert!(late > early && late <= 92, "{early} {late}");
    }

    #[wasm_bindgen_test]
    async fn for_the_protection_shows_what_is_done_as_soon_as_that_is_told() {
        let challenge_type = ChallengeType::Initialize;
        // So long that the time alone would move nothing.
        let stage = show(Screen::Working { stretchings: 2, measured_ms: Some(u32::MAX), challenge_type }).await;
        let mut shown = Vec::new();
        for share in [0.25, 0.5, 1.0, 0.5, 1.0] {
            stage.face.note_progress(share);
            settle().await;
            shown.push(stage.get("progress").get_attribute("value").unwrap());
        }
        assert_eq!(shown, ["11", "23", "46", "69", "92"]);
    }

    #[wasm_bindgen_test]
    async fn says_what_is_being_protected() {
        for (challenge_type, words) in [
            (ChallengeType::SetSecurityQuestions, "Protecting your answers"),
            (ChallengeType::Initialize, "Protecting your PIN and answers"),
        ] {
            let stage = show(Screen::Working { stretchings: 2, measured_ms: None, challenge_type }).await;
            assert_eq!(stage.text("h2"), words);
        }
    }
}

mod a_lock {
    use super::*;

    fn locked(kind: CredentialKind, ms: u64, can_recover: bool) -> Screen {
        Screen::Locked { kind, until: now() + ms, server_time: now(), can_recover }
    }

    #[wasm_bindgen_test]
    async fn tells_the_time_first_and_then_counts_down() {
        let stage = show(locked(CredentialKind::Answers, 27 * MINUTE + 41_000, false)).await;
        assert!(stage.text(".lead").contains("You can try again at "));
        let clock = stage.get("[role=timer]");
        assert_eq!(clock.get_attribute("aria-label").as_deref(), Some("Time left"));
        assert!(clock.get_attribute("aria-live").is_none(), "a second is not worth an announcement");
        let first = stage.text("[role=timer]");
        assert!(["27:41", "27:40"].contains(&first.as_str()), "{first}");
        sleep(1_300).await;
        assert_ne!(stage.text("[role=timer]"), first);
    }

    #[wasm_bindgen_test]
    async fn says_that_the_tries_are_used_and_not_that_they_were_wrong() {
        // A third guess that was right, and whose answer was lost, locks as well.
        for kind in [CredentialKind::Answers, CredentialKind::Code, CredentialKind::Pin] {
            let stage = show(locked(kind, MINUTE, false)).await;
            let lead = stage.text(".lead");
            assert!(lead.starts_with("All three tries are used. You can try again at "), "{lead}");
        }
    }

    #[wasm_bindgen_test]
    async fn that_was_renewed_while_it_was_waited_for_has_a_clock_of_its_own() {
        let stage = show(locked(CredentialKind::Pin, 900, false)).await;
        sleep(2_100).await;
        assert!(matches!(stage.sent()[..], [Event::Retry]));
        stage.vault(view(Screen::Loading)).await;
        stage.vault(view(locked(CredentialKind::Pin, 30 * MINUTE, false))).await;
        let clock = stage.text("[role=timer]");
        assert!(["30:00", "29:59"].contains(&clock.as_str()), "{clock}");
    }

    #[wasm_bindgen_test]
    async fn is_measured_by_the_gateways_clock_and_not_by_the_devices() {
        let (kind, hours) = (CredentialKind::Answers, 5 * 60 * MINUTE);
        let screen =
            Screen::Locked { kind, until: now() + hours + MINUTE, server_time: now() + hours, can_recover: false };
        let stage = show(screen).await;
        assert!(["01:00", "00:59"].contains(&stage.text("[role=timer]").as_str()), "{}", stage.words());
    }

    #[wasm_bindgen_test]
    async fn is_not_longer_for_a_reading_of_that_clock_that_is_shown_once_more() {
        let lock = view(locked(CredentialKind::Answers, MINUTE + 30_000, false));
        let stage = show(lock.screen.clone()).await;
        sleep(2_200).await;
        let opened = now() - 5 * MINUTE;
        let session = Some(SessionTimes { expires_at: opened + 60 * MINUTE, server_time: opened });
        stage.vault(ViewModel { session, ..view(Screen::Offline) }).await;
        stage.vault(lock).await;
        let clock = stage.text("[role=timer]");
        assert!(["01:28", "01:27"].contains(&clock.as_str()), "{clock}");
    }

    #[wasm_bindgen_test]
    async fn announces_the_last_minute_and_its_end_and_goes_on_by_itself() {
        let stage = show(locked(CredentialKind::Pin, MINUTE + 600, false)).await;
        sleep(1_500).await;
        assert_eq!(stage.text("[role=status]"), "1 minute left.");

        let stage = show(locked(CredentialKind::Pin, 900, false)).await;
        assert!(stage.sent().is_empty());
        sleep(2_100).await;
        assert_eq!(stage.text("[role=status]"), "You can try again now.");
        assert!(matches!(stage.sent()[..], [Event::Retry]));
    }

    #[wasm_bindgen_test]
    async fn of_the_pin_leaves_the_way_back_as_a_way_on_whichever_it_is() {
        let stage = show(locked(CredentialKind::Pin, MINUTE, true)).await;
        assert!(!stage.words().contains("questions"), "it may be a code");
        stage.press("Forgot PIN?").await;
        assert!(matches!(stage.sent()[..], [Event::ForgotPin]));
        let stage = show(locked(CredentialKind::Answers, MINUTE, false)).await;
        assert!(!stage.words().contains("Forgot PIN?"));
    }

    #[wasm_bindgen_test]
    async fn is_the_outcome_when_it_is_closed() {
        let stage = show(locked(CredentialKind::Answers, 30 * MINUTE, false)).await;
        stage.press("Close").await;
        let outcome = stage.log.borrow().outcome;
        assert!(matches!(outcome, Some(Outcome::Locked(CredentialKind::Answers, _))), "{outcome:?}");
    }
}

mod the_session {
    use super::*;

    const HOST: HostIs = HostIs { can_renew: true, ..PLAIN_HOST };

    fn ends_in(ms: u64, screen: Screen) -> ViewModel {
        let session = SessionTimes { expires_at: now() + ms, server_time: now() };
        ViewModel { session: Some(session), ..view(screen) }
    }

    async fn shown(ms: u64, host: HostIs) -> Stage {
        show_with(ends_in(ms, asked(None)), "en", JsValue::UNDEFINED, host).await
    }

    #[wasm_bindgen_test]
    async fn is_no_topic_while_there_is_plenty_of_it() {
        let stage = shown(6 * MINUTE, HOST).await;
        assert!(!stage.words().contains("left"));
    }

    #[wasm_bindgen_test]
    async fn is_mentioned_quietly_at_five_minutes() {
        let stage = shown(4 * MINUTE - 500, HOST).await;
        assert!(stage.text(".note").starts_with("4 minutes left For your security this session ends at"));
        assert!(stage.find("[role=alert]").is_none());
        sleep(200).await;
        assert_eq!(stage.text("[role=status]"), "4 minutes left");
    }

    #[wasm_bindgen_test]
    async fn can_be_extended_at_two_minutes_without_losing_what_was_typed() {
        let stage = shown(2 * MINUTE - 500, HOST).await;
        stage.fill("[id$=answer0]", "St Mary’s").await;
        assert!(stage.text("[role=alert]").starts_with("2 minutes left"));
        stage.press("Get more time").await;
        stage.press("One moment…").await;
        assert_eq!(stage.log.borrow().asked_for_session, ["expiring"]);
        stage.vault(ends_in(60 * MINUTE, asked(None))).await;
        assert!(stage.find("[role=alert]").is_none());
        assert_eq!(stage.input("[id$=answer0]").value(), "St Mary’s");
    }

    #[wasm_bindgen_test]
    async fn that_cannot_be_extended_is_said_to_cost_no_try() {
        let stage = shown(2 * MINUTE - 500, PLAIN_HOST).await;
        assert!(stage.text("[role=alert]").contains("You can start again without losing a try."));
        assert!(!stage.words().contains("Get more time"));

        let stage = shown(2 * MINUTE - 500, HOST).await;
        stage.press("Get more time").await;
        stage.face.renewal_failed();
        stage::settle().await;
        assert!(stage.text("[role=alert]").contains("could not give you more time"));
    }

    #[wasm_bindgen_test]
    async fn that_the_fresh_one_did_not_extend_is_told_as_if_there_had_been_none() {
        let first = ends_in(2 * MINUTE - 500, asked(None));
        let stage = show_with(first.clone(), "en", JsValue::UNDEFINED, HOST).await;
        stage.press("Get more time").await;
        stage.vault(ViewModel { not_renewed: 1, ..first }).await;
        assert!(stage.text("[role=alert]").contains("could not give you more time"));
        assert!(!stage.words().contains("One moment…"));
        // A good one that comes after all, as by the host's own `renew`, counts.
        let renewed = ViewModel { not_renewed: 1, ..ends_in(2 * MINUTE - 1_500, asked(None)) };
        stage.vault(renewed).await;
        assert!(!stage.text("[role=alert]").contains("could not give you more time"));
        stage.press("Get more time").await;
        assert_eq!(stage.log.borrow().asked_for_session, ["expiring", "expiring"]);
    }

    #[wasm_bindgen_test]
    async fn that_is_over_is_told_to_the_vault_once() {
        let stage = shown(300, HOST).await;
        assert!(stage.sent().is_empty());
        sleep(2_200).await;
        assert!(matches!(stage.sent()[..], [Event::SessionEnded]));
    }

    #[wasm_bindgen_test]
    async fn is_not_counted_while_the_new_pin_is_being_saved() {
        let challenge_type = ChallengeType::ChangePin;
        let working = Screen::Working { stretchings: 1, measured_ms: None, challenge_type };
        let stage = show_with(ends_in(1, working), "en", JsValue::UNDEFINED, HOST).await;
        sleep(1_200).await;
        assert!(stage.sent().is_empty());
    }

    #[wasm_bindgen_test]
    async fn that_ended_can_start_again_if_the_host_can() {
        let ended = Screen::Expired { unsure: false };
        let stage = show_with(view(ended.clone()), "en", JsValue::UNDEFINED, HOST).await;
        assert!(stage.words().contains("This cost you no try"));
        stage.press("Start again").await;
        assert_eq!(stage.log.borrow().asked_for_session, ["expired"]);

        let stage = show(ended).await;
        assert!(stage.words().contains("Go back to the app to start again."));
        stage.press("Close").await;
        assert_eq!(stage.log.borrow().outcome, Some(Outcome::Failed(155_104)));
    }

    #[wasm_bindgen_test]
    async fn that_ended_on_something_unanswered_says_so_and_not_that_nothing_was_changed() {
        let stage = show(Screen::Expired { unsure: true }).await;
        assert!(stage.words().contains("We can’t tell whether your last step was completed."));
        assert!(!stage.words().contains("This cost you no try"));
        assert!(stage.words().contains("Go back to the app to start again."));
        // Another one, started from here, ends before anything is sent.
        stage.vault(view(Screen::Loading)).await;
        stage.vault(view(Screen::Expired { unsure: false })).await;
        assert!(stage.words().contains("This cost you no try"));
    }

    #[wasm_bindgen_test]
    async fn that_ended_with_its_page_is_unsure_if_the_vault_was_at_work() {
        let cut_off = |stage: &Stage| stage.face.cut_off().screen;
        let stage = show(asked(None)).await;
        assert_eq!(cut_off(&stage), Screen::Expired { unsure: false });
        answer(&stage, "St Mary’s", ["27", "3", "1988"]).await;
        stage.press("Continue").await;
        assert_eq!(cut_off(&stage), Screen::Expired { unsure: true }, "the vault has not even said that it is at work");
        stage.vault(busy(asked(None))).await;
        stage.vault(view(Screen::Offline)).await;
        assert_eq!(cut_off(&stage), Screen::Expired { unsure: true }, "it waits for the connection");
        stage.vault(view(wrong(2))).await;
        assert_eq!(cut_off(&stage), Screen::Expired { unsure: false });

        let challenge_type = ChallengeType::ChangePin;
        let stage = show(Screen::Working { stretchings: 1, measured_ms: None, challenge_type }).await;
        assert_eq!(cut_off(&stage), Screen::Expired { unsure: true });
    }
}

mod the_end {
    use super::*;

    #[wasm_bindgen_test]
    async fn says_what_was_done_and_is_told_when_the_person_is_done_reading() {
        for (challenge_type, words) in [
            (ChallengeType::RestorePin, "Your PIN is changed"),
            (ChallengeType::ChangePin, "Your PIN is changed"),
            (ChallengeType::SetPin, "Your PIN is set"),
            (ChallengeType::SetSecurityQuestions, "Your answers are saved"),
            (ChallengeType::Initialize, "Your wallet is protected"),
        ] {
            let stage = show(Screen::Done { challenge_type }).await;
            assert_eq!(stage.text("h2"), words);
            assert_eq!(stage.log.borrow().outcome, None);
            stage.press("Done").await;
            assert_eq!(stage.log.borrow().outcome, Some(Outcome::Completed(challenge_type.name())));
            assert!(stage.sent().is_empty(), "what is done is not cancelled");
        }
    }

    #[wasm_bindgen_test]
    async fn closes_by_itself_when_the_host_wants_it() {
        let host = HostIs { closes_after_ms: Some(200), ..PLAIN_HOST };
        let done = Screen::Done { challenge_type: ChallengeType::SetPin };
        let stage = show_with(view(done), "en", JsValue::UNDEFINED, host).await;
        assert_eq!(stage.log.borrow().outcome, None);
        sleep(300).await;
        assert_eq!(stage.log.borrow().outcome, Some(Outcome::Completed("SET_PIN")));
    }

    #[wasm_bindgen_test]
    async fn without_a_way_on_warns_of_those_who_offer_one() {
        for (reason, title, code) in [
            (DeadEnd::NoQuestions, "No security questions were set", 155_111),
            (DeadEnd::Disabled, "Recovery is closed for this wallet", 155_109),
        ] {
            let stage = show(Screen::CannotRecover { reason }).await;
            assert_eq!(stage.text("h2"), title);
            assert!(stage.words().contains("Beware"));
            stage.press("Close").await;
            assert_eq!(stage.log.borrow().outcome, Some(Outcome::Failed(code)));
        }
    }

    #[wasm_bindgen_test]
    async fn by_failure_names_the_code_and_says_what_it_means() {
        for (code, title, tone) in [
            (155_105, "This session can’t be used", ""),
            (155_103, "This session can’t be used", ""),
            (155_122, "This request is no longer open", ""),
            (155_107, "This was already set up", "err"),
            (155_109, "The app has blocked your access", "warn"),
            (155_707, "This device couldn’t finish this step", "err"),
            (-1, "Something went wrong", "err"),
            (424_242, "Something went wrong", "err"),
        ] {
            let stage = show(Screen::Failed { code, retryable: false }).await;
            assert_eq!(stage.text("h2"), title);
            assert_eq!(stage.get(".disc").class_name().trim_end(), ["disc ", tone].concat().trim_end(), "{code}");
            assert!(stage.text(".code").contains(&code.to_string()));
            assert!(stage.find(".btn.main").is_none(), "nothing to try again with");
            stage.press("Close").await;
            assert_eq!(stage.log.borrow().outcome, Some(Outcome::Failed(code)));
        }
        let stage = show(Screen::Failed { code: 155_707, retryable: true }).await;
        stage.press("Try again").await;
        assert!(matches!(stage.sent()[..], [Event::Retry]));
    }

    #[wasm_bindgen_test]
    async fn by_asking_for_a_code_too_early_counts_down_to_the_next() {
        let stage = show(Screen::TooEarly { until: now() + 59 * MINUTE }).await;
        assert_eq!(stage.text("h2"), "The next code has to wait");
        let words = stage.text(".code");
        assert!(words.starts_with("You can ask for a new code in") && words.contains("5"), "{words}");
        assert!(!stage.words().contains("Try again"));
        stage.press("Close").await;
        assert_eq!(stage.log.borrow().outcome, Some(Outcome::Failed(155_142)));

        let stage = show(Screen::TooEarly { until: now() + 900 }).await;
        sleep(2_100).await;
        assert_eq!(stage.text("[role=status]"), "You can try again now.");
        stage.press("Try again").await;
        assert!(matches!(stage.sent()[..], [Event::Retry]));
    }

    #[wasm_bindgen_test]
    async fn by_forgetting_is_handed_to_the_host_or_explained() {
        let stage = show(Screen::HandedOver).await;
        assert_eq!(stage.text("h2"), "Set a new PIN");
        assert_eq!(stage.text(".lead"), "Go back to the app and choose “Forgot PIN”.");
        stage.press("Close").await;
        assert_eq!(stage.log.borrow().outcome, Some(Outcome::Forgot));

        let host = HostIs { hands_over: true, ..PLAIN_HOST };
        let stage = show_with(view(Screen::HandedOver), "en", JsValue::UNDEFINED, host).await;
        assert_eq!(stage.log.borrow().asked_for_session, ["forgot"]);
        assert!(stage.find("h2").is_none());
    }
}

mod the_card {
    use super::*;

    #[wasm_bindgen_test]
    async fn moves_the_focus_to_the_headline_of_each_new_step() {
        let stage = show(asked(None)).await;
        for screen in [Screen::Agree, Screen::Summary { questions: two_questions() }] {
            stage.vault(view(screen)).await;
            assert!(stage.focused().unwrap().is_same_node(Some(&stage.get("h2"))));
        }
    }

    #[wasm_bindgen_test]
    async fn leaves_the_focus_where_the_person_has_put_it_meanwhile() {
        let stage = show(asked(None)).await;
        stage.vault(view(Screen::CannotRecover { reason: DeadEnd::CannotRemember })).await;
        stage.face.receive(view(asked(None)));
        // The questions stand there again; the timer that will lead to them waits.
        effects().await;
        let answer = stage.input("[id$=answer0]");
        answer.focus().unwrap();
        settle().await;
        assert!(stage.focused().unwrap().is_same_node(Some(&answer)));
    }

    #[wasm_bindgen_test]
    async fn takes_the_focus_from_a_field_of_the_page_when_it_comes_and_never_again() {
        let document = leptos::prelude::document();
        let note = document.create_element("textarea").unwrap().unchecked_into::<web_sys::HtmlElement>();
        document.body().unwrap().append_child(&note).unwrap();
        note.focus().unwrap();
        let stage = show(asked(None)).await;
        assert!(stage.focused().unwrap().is_same_node(Some(&stage.get("h2"))));
        note.focus().unwrap();
        // As when an hour has passed.
        stage.vault(view(Screen::Expired { unsure: false })).await;
        assert!(stage.focused().unwrap().is_same_node(Some(&note)), "a word is being written there");
        note.blur().unwrap();
        stage.vault(view(asked(None))).await;
        assert!(stage.focused().unwrap().is_same_node(Some(&stage.get("h2"))));
        note.remove();
    }

    #[wasm_bindgen_test]
    async fn shows_where_the_person_is_and_the_way_back() {
        let progress = Some(Progress { step: 2, of: 3 });
        let first = ViewModel { progress, can_go_back: true, ..view(Screen::Agree) };
        let stage = show_with(first, "en", JsValue::UNDEFINED, PLAIN_HOST).await;
        assert_eq!(stage.text(".steps"), "Step 2 of 3");
        assert_eq!(stage.root.query_selector_all(".track .on").unwrap().length(), 2);
        stage.press("Back").await;
        assert!(matches!(stage.sent()[..], [Event::Back]));
        stage.vault(view(asked(None))).await;
        assert!(!stage.html().contains("aria-label=\"Back\""));
    }

    #[wasm_bindgen_test]
    async fn tells_the_host_each_step_once() {
        let stage = show(Screen::Loading).await;
        stage.vault(view(asked(None))).await;
        stage.vault(busy(asked(None))).await;
        stage.vault(view(wrong(2))).await;
        stage.vault(view(Screen::NewPin { length: 6, problem: None, first: false })).await;
        stage.vault(view(Screen::ConfirmPin { length: 6, problem: None, first: false })).await;
        let steps = stage.log.borrow().steps.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        assert_eq!(steps, ["loading", "questions", "new-pin", "confirm-pin"]);
    }

    #[wasm_bindgen_test]
    async fn speaks_another_language_where_it_has_the_words_and_english_where_not() {
        let german = r#"{"questions":{"title":"Beantworten Sie Ihre Fragen","tries":{"one":"Noch {n} Versuch.","other":"Noch {n} Versuche."}}}"#;
        let german = js_sys::JSON::parse(german).unwrap();
        let stage = show_with(view(wrong(2)), "de", list(&german), PLAIN_HOST).await;
        assert_eq!(stage.text("h2"), "Beantworten Sie Ihre Fragen");
        assert!(stage.text("[role=alert]").contains("Noch 2 Versuche."));
        assert_eq!(stage.text("button[type=submit]"), "Continue");
    }

    #[wasm_bindgen_test]
    async fn writes_numbers_in_the_digits_of_the_language() {
        let until = now() + 27 * MINUTE + 41_000;
        let locked = Screen::Locked { kind: CredentialKind::Answers, until, server_time: now(), can_recover: false };
        let stage = in_language(locked, "fa").await;
        assert!(stage.text("[role=timer]").starts_with("۲۷:۴"), "{}", stage.words());
        assert_eq!(stage.get("[role=timer]").get_attribute("dir").as_deref(), Some("ltr"));
    }

    #[wasm_bindgen_test]
    async fn survives_a_locale_that_is_none() {
        let stage = in_language(wrong(2), "not a locale").await;
        assert!(stage.words().contains("You have 2 tries left."));
    }
}
