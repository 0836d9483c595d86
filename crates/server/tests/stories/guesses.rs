//! Wrong guesses, as people make them.

use repin_core::api::{Attempts, CredentialKind};
use repin_vault::flow::{AnswersProblem, Event, PinProblem, Screen};

use crate::native::Tab;
use crate::{ANSWERS, PIN, Person, story};

const LOCK: u64 = 30 * 60_000;

#[tokio::test]
async fn three_wrong_answers_lock_for_thirty_minutes_and_then_the_right_ones_work() {
    story(async {
        let person = Person::enrolled().await;
        let session = person.session("POST", "/user/pin/restore").await;
        let challenge = session.challenge_id.clone();
        let mut tab = Tab::open(session).await;
        for left in [2, 1] {
            let screen = tab.answers(&["somewhere else", "19880327"]).await;
            let problem = Some(AnswersProblem::Wrong { attempts: Attempts { left, locked_until: None } });
            assert!(matches!(screen, Screen::Questions { problem: p, .. } if *p == problem), "{screen:?}");
        }
        let screen = tab.answers(&["somewhere else", "19880327"]).await;
        assert!(
            matches!(screen, Screen::Locked { kind: CredentialKind::Answers, can_recover: false, .. }),
            "{screen:?}"
        );

        // A reload shows the same.
        let tab = Tab::open(person.renewed(&challenge).await).await;
        let Screen::Locked { until, server_time, .. } = tab.view.screen else { panic!("{:?}", tab.view.screen) };
        assert_eq!(until - server_time, LOCK);

        person.gateway.advance(LOCK - 1_000);
        let mut tab = Tab::open(person.renewed(&challenge).await).await;
        assert!(matches!(tab.view.screen, Screen::Locked { .. }), "a second too early");
        person.gateway.advance(1_000);
        assert!(matches!(tab.act(Event::Retry).await, Screen::Questions { problem: None, .. }));
        assert!(matches!(tab.answers(&ANSWERS).await, Screen::NewPin { .. }), "{:?}", tab.view.screen);
    })
    .await;
}

#[tokio::test]
async fn a_right_guess_after_two_wrong_ones_gives_all_tries_back() {
    story(async {
        let person = Person::enrolled().await;
        for _ in 0..2 {
            let mut tab = person.open("PUT", "/user/pin").await;
            tab.pin("111112").await;
            let screen = tab.pin("111113").await;
            let attempts = Attempts { left: 1, locked_until: None };
            let problem = Some(PinProblem::Wrong { attempts });
            assert!(matches!(screen, Screen::CurrentPin { problem: p, .. } if *p == problem), "{screen:?}");
            assert!(matches!(tab.pin(PIN).await, Screen::NewPin { .. }));
        }
    })
    .await;
}

#[tokio::test]
async fn tries_are_counted_over_all_challenges_of_a_person() {
    story(async {
        let person = Person::enrolled().await;
        let mut tabs = Vec::new();
        for _ in 0..4 {
            tabs.push(person.open("PUT", "/user/pin").await);
        }
        for tab in &mut tabs {
            tab.pin("111112").await;
        }
        assert!(matches!(tabs[1].view.screen, Screen::CurrentPin { .. }));
        assert!(matches!(tabs[2].view.screen, Screen::Locked { .. }), "{:?}", tabs[2].view.screen);
        assert!(matches!(tabs[3].view.screen, Screen::Locked { .. }), "{:?}", tabs[3].view.screen);
        assert!(matches!(tabs[3].pin(PIN).await, Screen::Locked { .. }), "the right PIN is too late");
    })
    .await;
}

#[tokio::test]
async fn a_hundred_wrong_guesses_in_a_row_close_the_credential() {
    story(async {
        let person = Person::enrolled().await;
        let mut tab = person.open("PUT", "/user/pin").await;
        for guess in 1..=100 {
            tab.pin("111112").await;
            if guess < 100 && matches!(tab.view.screen, Screen::Locked { .. }) {
                person.gateway.advance(LOCK);
                tab = person.open("PUT", "/user/pin").await;
            }
        }
        assert!(matches!(tab.view.screen, Screen::CannotRecover { .. }), "{:?}", tab.view.screen);
        person.gateway.advance(LOCK);
        let (token, _) = person.gateway.token(&person.user).await;
        let status = person.gateway.try_challenge("PUT", "/user/pin", &token).await;
        assert_eq!(status.unwrap_err(), 155119);
    })
    .await;
}
