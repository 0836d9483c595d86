//! First PIN and first answers.

use repin_core::api::{ChallengeType, Question, QuestionKind};
use repin_vault::flow::{Event, QuestionProblem, Screen};

use crate::native::{Native, Tab, secret};
use crate::{ANSWERS, PIN, Person, story};

/// Enters the PIN twice and gives the answers, from INITIALIZE's first screen to its end.
pub async fn choose_everything(tab: &mut Tab) {
    tab.pin(PIN).await;
    tab.pin(PIN).await;
    choose_answers(tab).await;
}

/// Gives the answers, from the questions' introduction to the end.
pub async fn choose_answers(tab: &mut Tab) {
    tab.act(Event::Continue).await;
    for (kind, answer) in [QuestionKind::Text, QuestionKind::Date].into_iter().zip(ANSWERS) {
        let Screen::ChooseQuestion { catalogue, .. } = &tab.view.screen else { panic!("{:?}", tab.view.screen) };
        let index = catalogue.iter().position(|question| question.kind == kind).unwrap() as u8;
        let hint = if kind == QuestionKind::Text { "red gate" } else { "" };
        tab.act(Event::SubmitQuestion { index, answer: secret(answer), hint: hint.into() }).await;
    }
    assert!(matches!(tab.view.screen, Screen::Summary { .. }), "{:?}", tab.view.screen);
    tab.act(Event::Continue).await;
    tab.act(Event::Agree).await;
}

#[tokio::test]
async fn a_new_user_sets_pin_and_answers_and_the_pin_is_theirs() {
    story(async {
        let person = Person::new().await;
        let session = person.session("POST", "/user/initialize").await;
        let challenge = session.challenge_id.clone();
        let mut tab = Tab::open(session).await;
        assert_eq!(person.status(&challenge).await, "PENDING");
        choose_everything(&mut tab).await;
        assert_eq!(tab.view.screen, Screen::Done { challenge_type: ChallengeType::Initialize });
        assert_eq!(person.status(&challenge).await, "COMPLETE");
        assert!(person.knows_pin(PIN).await);
        assert!(!person.knows_pin("493818").await);
    })
    .await;
}

#[tokio::test]
async fn a_host_s_own_questions_lead_back_in_without_the_host_s_offer() {
    story(async {
        let person = Person::new().await;
        let own = [
            ("Where did we meet?", QuestionKind::Text, "Zanzibar"),
            ("When did we meet?", QuestionKind::Date, "20010203"),
            ("Who was there? 请说", QuestionKind::Text, "Philomena"),
        ];
        let question = |(text, kind, _): (&str, QuestionKind, &str)| Question {
            id: String::new(),
            text: text.into(),
            kind,
            hint: None,
        };
        let offer = Event::Offer { questions: own.map(question).into(), required: 3 };
        let session = person.session("POST", "/user/initialize").await;
        let mut tab = Tab::open_with(Native::default(), Some(offer), session).await;
        tab.pin(PIN).await;
        tab.pin(PIN).await;
        tab.act(Event::Continue).await;
        for (index, (_, _, answer)) in own.into_iter().enumerate() {
            tab.act(Event::SubmitQuestion { index: index as u8, answer: secret(answer), hint: String::new() }).await;
        }
        tab.act(Event::Continue).await;
        tab.act(Event::Agree).await;
        assert_eq!(tab.view.screen, Screen::Done { challenge_type: ChallengeType::Initialize });

        let mut tab = person.open("POST", "/user/pin/restore").await;
        let Screen::Questions { questions, .. } = &tab.view.screen else { panic!("{:?}", tab.view.screen) };
        let asked = questions.iter().map(|question| (question.text.as_str(), question.kind)).collect::<Vec<_>>();
        assert_eq!(asked, own.map(|(text, kind, _)| (text, kind)));
        assert!(matches!(tab.answers(&own.map(|own| own.2)).await, Screen::NewPin { .. }), "{:?}", tab.view.screen);
    })
    .await;
}

#[tokio::test]
async fn a_pin_can_come_first_and_the_answers_later() {
    story(async {
        let person = Person::new().await;
        let mut tab = person.open("POST", "/user/pin").await;
        tab.pin(PIN).await;
        tab.pin(PIN).await;
        assert_eq!(tab.view.screen, Screen::Done { challenge_type: ChallengeType::SetPin });

        let mut tab = person.open("POST", "/user/securityQuestions").await;
        assert!(matches!(tab.pin(PIN).await, Screen::QuestionsIntro { required: 2 }));
        choose_answers(&mut tab).await;
        assert_eq!(tab.view.screen, Screen::Done { challenge_type: ChallengeType::SetSecurityQuestions });

        let mut tab = person.open("POST", "/user/pin/restore").await;
        assert!(matches!(tab.answers(&ANSWERS).await, Screen::NewPin { .. }), "{:?}", tab.view.screen);
    })
    .await;
}

#[tokio::test]
async fn a_hint_that_is_the_answer_is_refused_by_the_real_tables_too() {
    story(async {
        let person = Person::new().await;
        let mut tab = person.open("POST", "/user/initialize").await;
        tab.pin(PIN).await;
        tab.pin(PIN).await;
        tab.act(Event::Continue).await;
        let answer = secret("Zoë’s straße");
        tab.act(Event::SubmitQuestion { index: 0, answer, hint: "ZOE\u{308}S STRASSE".into() }).await;
        assert!(matches!(tab.view.screen, Screen::ChooseQuestion { problem: Some(QuestionProblem::HintIsAnswer), .. }));
    })
    .await;
}
