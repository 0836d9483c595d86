//! Changing a known PIN.

use repin_core::api::ChallengeType;
use repin_vault::flow::{Event, PinProblem, Screen};

use crate::native::Tab;
use crate::{ANSWERS, PIN, Person, story};

const NEW: &str = "730562";

#[tokio::test]
async fn the_new_pin_works_and_the_old_one_does_not() {
    story(async {
        let person = Person::enrolled().await;
        let session = person.session("PUT", "/user/pin").await;
        let challenge = session.challenge_id.clone();
        let mut tab = Tab::open(session).await;
        assert!(matches!(tab.pin(PIN).await, Screen::NewPin { .. }));
        assert_eq!(person.status(&challenge).await, "IN_PROGRESS");
        tab.pin(NEW).await;
        assert_eq!(*tab.pin(NEW).await, Screen::Done { challenge_type: ChallengeType::ChangePin });
        assert_eq!(person.status(&challenge).await, "COMPLETE");
        assert!(person.knows_pin(NEW).await);
        assert!(!person.knows_pin(PIN).await);
    })
    .await;
}

#[tokio::test]
async fn the_same_pin_is_no_new_pin() {
    story(async {
        let person = Person::enrolled().await;
        let mut tab = person.open("PUT", "/user/pin").await;
        tab.pin(PIN).await;
        let screen = tab.pin(PIN).await;
        assert!(matches!(screen, Screen::NewPin { problem: Some(PinProblem::SameAsCurrent), .. }), "{screen:?}");
    })
    .await;
}

#[tokio::test]
async fn answers_still_work_after_the_pin_was_changed() {
    story(async {
        let person = Person::enrolled().await;
        let mut tab = person.open("PUT", "/user/pin").await;
        for pin in [PIN, NEW, NEW] {
            tab.pin(pin).await;
        }
        let mut tab = person.open("POST", "/user/pin/restore").await;
        assert!(matches!(tab.answers(&ANSWERS).await, Screen::NewPin { .. }));
    })
    .await;
}

#[tokio::test]
async fn cancelling_after_the_proof_leaves_the_challenge_pending_and_the_pin_as_it_was() {
    story(async {
        let person = Person::enrolled().await;
        let session = person.session("PUT", "/user/pin").await;
        let challenge = session.challenge_id.clone();
        let mut tab = Tab::open(session).await;
        tab.pin(PIN).await;
        assert_eq!(*tab.act(Event::Cancel).await, Screen::Cancelled);
        tab.finish().await;
        assert_eq!(person.status(&challenge).await, "PENDING");
        assert!(person.knows_pin(PIN).await);
    })
    .await;
}

#[tokio::test]
async fn forgetting_the_pin_leads_to_recovery_which_ends_the_change() {
    story(async {
        let person = Person::enrolled().await;
        let session = person.session("PUT", "/user/pin").await;
        let change = session.challenge_id.clone();
        let mut tab = Tab::open(session).await;
        assert_eq!(*tab.act(Event::ForgotPin).await, Screen::HandedOver);

        let mut tab = person.open("POST", "/user/pin/restore").await;
        tab.answers(&ANSWERS).await;
        tab.pin(NEW).await;
        assert_eq!(*tab.pin(NEW).await, Screen::Done { challenge_type: ChallengeType::RestorePin });
        assert_eq!(person.status(&change).await, "FAILED");
        assert!(person.knows_pin(NEW).await);
    })
    .await;
}
