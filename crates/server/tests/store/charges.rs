//! The charge is one statement; the rule it follows is `Counter::charged`.

use repin_core::api::ChallengeType;
use repin_server::attempts::{Counter, LOCK_MS};
use repin_server::store::Charge;

use crate::{challenge, key, open, set_pin, store_with_user};

#[tokio::test]
async fn the_statement_and_the_rule_agree_over_a_long_history() {
    let (_place, store, user) = store_with_user().await;
    set_pin(&*store, &user, 7).await;
    let challenge = challenge(&*store, &user, ChallengeType::ChangePin, "change").await;
    open(&*store, &user, &challenge, 1).await;
    let mut rule = Counter::default();
    let mut now = 1_000;
    let mut seq = 0;
    // Steps around the lock's length, so that its edge is met again and again.
    for step in [0, 1, 5, LOCK_MS - 1, 1, 0, 0, LOCK_MS, 0, 0, 0].iter().cycle().take(700) {
        now += step;
        let charge = store.charge(&key(&challenge, 1, seq + 1), [7; 16], now).await.unwrap();
        match (charge, rule.charged(now)) {
            (Charge::Charged(told), Some(charged)) => {
                assert_eq!(told, charged.attempts(now), "at {now}");
                rule = charged;
                seq += 1;
            }
            (Charge::Locked(counter), None) => assert_eq!(counter, rule, "at {now}"),
            (_, expected) => panic!("at {now}: {expected:?} was expected"),
        }
        let stored = store.user(&user.app, &user.user_id).await.unwrap().unwrap().pin.unwrap().counter;
        assert_eq!(stored, rule, "at {now}");
    }
    assert!(rule.is_disabled(), "the history was long enough to reach the last rule");
}
