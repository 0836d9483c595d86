//! Setting a new PIN by answering the questions.

use repin_core::api::ChallengeType;
use repin_vault::flow::{Event, Screen};

use crate::native::Tab;
use crate::{ANSWERS, PIN, Person, story};

const NEW: &str = "730562";
const MINUTE: u64 = 60_000;

#[tokio::test]
async fn answers_typed_in_another_way_open_the_way_to_a_new_pin() {
    story(async {
        let person = Person::enrolled().await;
        let mut tab = person.open("POST", "/user/pin/restore").await;
        let Screen::Questions { questions, .. } = &tab.view.screen else { panic!("{:?}", tab.view.screen) };
        assert_eq!(questions[0].hint.as_deref(), Some("red gate"));
        assert!(matches!(tab.answers(&["  st marys SCHOOL", "19880327"]).await, Screen::NewPin { .. }));
        tab.pin(NEW).await;
        assert_eq!(*tab.pin(NEW).await, Screen::Done { challenge_type: ChallengeType::RestorePin });
        assert!(person.knows_pin(NEW).await);
        assert!(!person.knows_pin(PIN).await);
    })
    .await;
}

#[tokio::test]
async fn recovery_ends_a_lock_on_the_pin() {
    story(async {
        let person = Person::enrolled().await;
        let mut tab = person.open("PUT", "/user/pin").await;
        for wrong in ["111112", "111113", "111114"] {
            tab.pin(wrong).await;
        }
        assert!(matches!(tab.view.screen, Screen::Locked { can_recover: true, .. }), "{:?}", tab.view.screen);
        let mut tab = person.open("POST", "/user/pin/restore").await;
        tab.answers(&ANSWERS).await;
        tab.pin(NEW).await;
        tab.pin(NEW).await;
        assert!(person.knows_pin(NEW).await);
    })
    .await;
}

#[tokio::test]
async fn an_expired_session_ends_calmly_and_the_same_challenge_goes_on_with_a_new_token() {
    story(async {
        let person = Person::enrolled().await;
        let session = person.session("POST", "/user/pin/restore").await;
        let challenge = session.challenge_id.clone();
        let mut tab = Tab::open(session).await;
        person.gateway.advance(61 * MINUTE);
        assert!(matches!(tab.answers(&ANSWERS).await, Screen::Expired { .. }), "{:?}", tab.view.screen);

        let mut tab = Tab::open(person.renewed(&challenge).await).await;
        assert!(matches!(tab.answers(&ANSWERS).await, Screen::NewPin { .. }), "{:?}", tab.view.screen);
    })
    .await;
}

#[tokio::test]
async fn a_renewed_session_goes_on_where_the_person_is() {
    story(async {
        let person = Person::enrolled().await;
        let session = person.session("POST", "/user/pin/restore").await;
        let challenge = session.challenge_id.clone();
        let mut tab = Tab::open(session).await;
        tab.answers(&ANSWERS).await;
        tab.pin(NEW).await;
        person.gateway.advance(58 * MINUTE);
        let before = tab.view.session.unwrap().expires_at;
        tab.say(Event::Renew(person.renewed(&challenge).await));
        // Nothing but the times changes.
        tab.until(|view| view.session.is_some_and(|session| session.expires_at > before)).await;
        assert!(matches!(tab.view.screen, Screen::ConfirmPin { .. }), "{:?}", tab.view.screen);
        person.gateway.advance(5 * MINUTE);
        assert_eq!(*tab.pin(NEW).await, Screen::Done { challenge_type: ChallengeType::RestorePin });
    })
    .await;
}

#[tokio::test]
async fn choosing_a_pin_for_longer_than_the_proof_lasts_costs_nothing() {
    story(async {
        let person = Person::enrolled().await;
        let mut tab = person.open("POST", "/user/pin/restore").await;
        tab.answers(&ANSWERS).await;
        tab.pin(NEW).await;
        person.gateway.advance(11 * MINUTE);
        assert_eq!(*tab.pin(NEW).await, Screen::Done { challenge_type: ChallengeType::RestorePin });
    })
    .await;
}

#[tokio::test]
async fn an_expired_challenge_is_said_with_its_code() {
    story(async {
        let person = Person::enrolled().await;
        let session = person.session("POST", "/user/pin/restore").await;
        let challenge = session.challenge_id.clone();
        person.gateway.advance(3 * 60 * MINUTE);
        let tab = Tab::open(person.renewed(&challenge).await).await;
        assert_eq!(tab.view.screen, Screen::Failed { code: 155121, retryable: false });
        assert_eq!(person.status(&challenge).await, "EXPIRED");
        drop(session);
    })
    .await;
}

#[tokio::test]
async fn a_finished_challenge_cannot_be_used_again() {
    story(async {
        let person = Person::enrolled().await;
        let session = person.session("POST", "/user/pin/restore").await;
        let challenge = session.challenge_id.clone();
        let mut tab = Tab::open(session).await;
        tab.answers(&ANSWERS).await;
        tab.pin(NEW).await;
        tab.pin(NEW).await;
        let tab = Tab::open(person.renewed(&challenge).await).await;
        assert_eq!(tab.view.screen, Screen::Failed { code: 155122, retryable: false });
    })
    .await;
}

#[tokio::test]
async fn of_two_tabs_the_first_to_finish_wins_and_the_other_is_told() {
    story(async {
        let person = Person::enrolled().await;
        let session = person.session("POST", "/user/pin/restore").await;
        let challenge = session.challenge_id.clone();
        let mut one = Tab::open(session).await;
        let mut other = Tab::open(person.renewed(&challenge).await).await;
        one.answers(&ANSWERS).await;
        other.answers(&ANSWERS).await;
        one.pin(NEW).await;
        other.pin("908172").await;
        assert!(matches!(one.pin(NEW).await, Screen::Done { .. }), "{:?}", one.view.screen);
        let screen = other.pin("908172").await;
        assert_eq!(*screen, Screen::Failed { code: 155122, retryable: false });
        assert!(person.knows_pin(NEW).await);
    })
    .await;
}

#[tokio::test]
async fn a_tab_that_was_killed_leaves_a_challenge_that_can_be_taken_up_again() {
    story(async {
        let person = Person::enrolled().await;
        let session = person.session("POST", "/user/pin/restore").await;
        let challenge = session.challenge_id.clone();
        let mut tab = Tab::open(session).await;
        tab.answers(&ANSWERS).await;
        tab.kill();
        let mut tab = Tab::open(person.renewed(&challenge).await).await;
        tab.answers(&ANSWERS).await;
        tab.pin(NEW).await;
        assert!(matches!(tab.pin(NEW).await, Screen::Done { .. }));
    })
    .await;
}
