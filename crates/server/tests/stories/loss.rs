//! Networks that lose things. Nothing is ever charged or done twice.

use repin_vault::flow::{Event, Screen};

use crate::native::{Fault, Native, Tab};
use crate::{ANSWERS, PIN, Person, story};

const NEW: &str = "730562";

/// Twice in a row: the vault repeats once by itself.
const OFFLINE: [Fault; 2] = [Fault::LoseRequest, Fault::LoseRequest];

#[tokio::test]
async fn any_lost_reply_of_a_recovery_is_made_good_without_a_second_charge() {
    story(async {
        // OPEN, PROVE 1, PROVE 2, REGISTER, COMMIT: lose the reply of each in turn.
        for lost in 0..5 {
            let person = Person::enrolled().await;
            let network = Native::default();
            network.plan((0..lost).map(|_| Fault::None).chain([Fault::LoseReply]));
            let session = person.session("POST", "/user/pin/restore").await;
            let mut tab = Tab::open_on(network.clone(), session).await;
            tab.answers(&ANSWERS).await;
            tab.pin(NEW).await;
            assert!(matches!(tab.pin(NEW).await, Screen::Done { .. }), "lost {lost}: {:?}", tab.view.screen);
            assert_eq!(network.sent(), 6, "five messages, one of them twice");
            assert!(person.knows_pin(NEW).await);
        }
    })
    .await;
}

#[tokio::test]
async fn a_lost_reply_to_a_wrong_guess_is_charged_once() {
    story(async {
        let person = Person::enrolled().await;
        let network = Native::default();
        network.plan([Fault::None, Fault::LoseReply]);
        let mut tab = Tab::open_on(network, person.session("PUT", "/user/pin").await).await;
        tab.pin("111112").await;
        let details = person.gateway.user(&person.user).await;
        assert_eq!(details["data"]["user"]["pinDetails"]["failedAttempts"], 1);
    })
    .await;
}

#[tokio::test]
async fn offline_waits_for_the_person_and_goes_on_where_it_was() {
    story(async {
        let person = Person::enrolled().await;
        let network = Native::default();
        let mut tab = Tab::open_on(network.clone(), person.session("PUT", "/user/pin").await).await;
        network.plan(OFFLINE);
        assert_eq!(*tab.pin(PIN).await, Screen::Offline);
        network.plan(OFFLINE);
        assert_eq!(*tab.retry().await, Screen::Offline);
        assert!(matches!(tab.retry().await, Screen::NewPin { .. }), "{:?}", tab.view.screen);
    })
    .await;
}

#[tokio::test]
async fn someone_offline_can_still_leave() {
    story(async {
        let person = Person::enrolled().await;
        let network = Native::default();
        let mut tab = Tab::open_on(network.clone(), person.session("PUT", "/user/pin").await).await;
        network.plan(OFFLINE);
        tab.pin(PIN).await;
        assert_eq!(*tab.act(Event::Cancel).await, Screen::Cancelled);
    })
    .await;
}
