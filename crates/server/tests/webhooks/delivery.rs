//! Delivery: at least once, by the schedule, however receivers behave.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use repin_server::store::Replay;
use repin_server::webhooks::RETRY_DELAYS;

use crate::common::evidence::{self, count, grouped};
use crate::common::{BY, Gateway, START};
use crate::keys::verify;
use crate::receiver::{Answer, Received, Receiver};
use crate::{USER, enrol, gateway_for, patiently, subscribe, tries};

#[tokio::test]
async fn a_receiver_that_fails_half_the_time_gets_each_event_and_no_bad_signature() {
    let events = count(200, 1_000);
    let receiver = Receiver::start().await;
    let gateway = gateway_for(&receiver).await;
    subscribe(&gateway, &receiver.url(), &[]).await;
    tries(&gateway, 1).await;
    let token = gateway.token(USER).await.0;
    let mut expected = HashSet::new();
    for _ in 1..events {
        expected.insert(gateway.challenge("POST", "/user/pin", &token).await);
    }
    let mut count = 0;
    receiver.answer_posts(move |_| {
        count += 1;
        Answer::Status(if count % 2 == 0 { 200 } else { 500 })
    });
    expected.insert(enrol(&gateway).await.challenge);
    assert_eq!(expected.len(), events);

    // Each round's failures are due in the next.
    let mut done = 1;
    let mut open = events as u64;
    for delay in RETRY_DELAYS {
        done += open;
        tries(&gateway, done).await;
        let log = gateway.inner.store.delivery_log(None, 100_000).await.unwrap();
        open = events as u64 + 1 - log.iter().filter(|line| line.status == Some(200)).count() as u64;
        if open == 0 {
            break;
        }
        gateway.advance(delay);
        gateway.inner.store.announce_deliveries();
    }
    assert_eq!(open, 0, "all are delivered");
    let posts = receiver.posts();
    assert!(posts.len() > events + events / 2, "many were tried again");
    let mut bodies: HashMap<String, Vec<u8>> = HashMap::new();
    let mut told = HashSet::new();
    for post in &posts {
        verify(&gateway, post).await;
        let first = bodies.entry(post.notification()).or_insert_with(|| post.body.clone());
        assert_eq!(first, &post.body, "a retry sends the same bytes");
        told.extend(post.json()["notification"]["id"].as_str().map(str::to_owned));
    }
    assert_eq!(told, expected);
    assert_eq!(bodies.len(), events + 1);
    assert!(gateway.inner.store.dead_letters(10).await.unwrap().is_empty());
    evidence::say(
        25,
        format_args!(
            "{} events to a receiver that fails every second time: {} told in {} tries, 0 with a bad signature",
            grouped(events),
            grouped(told.len()),
            grouped(posts.len())
        ),
        format_args!(
            "of the same bodies with a bit flipped {} of {} verify not",
            grouped(posts.len()),
            grouped(posts.len())
        ),
    );
}

#[tokio::test]
async fn the_schedule_is_kept_to_the_millisecond_and_ends_in_a_dead_letter_that_can_be_replayed() {
    let receiver = Receiver::start().await;
    let gateway = gateway_for(&receiver).await;
    let store = &gateway.inner.store;
    receiver.answer_posts(|_| Answer::Status(500));
    let subscription = subscribe(&gateway, &receiver.url(), &[]).await["id"].as_str().unwrap().to_owned();
    let mut now = START;
    for (attempt, delay) in (1..).zip(RETRY_DELAYS) {
        tries(&gateway, attempt).await;
        assert_eq!(store.due_deliveries().await.unwrap(), [(subscription.clone(), now + delay)], "after try {attempt}");
        assert_eq!(receiver.posts().len() as u64, attempt);
        gateway.advance(delay);
        now += delay;
        store.announce_deliveries();
    }
    tries(&gateway, 12).await;
    assert!(store.due_deliveries().await.unwrap().is_empty(), "given up");
    let dead = store.dead_letters(10).await.unwrap();
    assert_eq!(dead.len(), 1);
    let sent = receiver.posts();
    assert_eq!((&dead[0].id, dead[0].attempts, dead[0].dead), (&sent[0].notification(), 12, now));
    assert_eq!((dead[0].created, dead[0].kind.as_str()), (START, "webhooks.test"));

    receiver.answer(|_| Answer::Status(200));
    assert_eq!(store.replay(Replay::One("another"), BY).await.unwrap(), 0);
    assert_eq!(store.replay(Replay::Subscription(&subscription), BY).await.unwrap(), 1);
    tries(&gateway, 13).await;
    let posts = receiver.posts();
    assert_eq!(posts.len(), 13);
    assert!(posts.iter().all(|post| post.body == posts[0].body));
    assert!(store.dead_letters(10).await.unwrap().is_empty());
    let log = store.delivery_log(Some(&subscription), 100).await.unwrap();
    let told: Vec<_> = log.iter().rev().map(|line| (line.attempt, line.status)).collect();
    let expected: Vec<_> = (1..=12).map(|attempt| (attempt, Some(500))).chain([(1, Some(200))]).collect();
    assert_eq!(told, expected);
    assert_eq!(store.replay(Replay::All, BY).await.unwrap(), 0, "nothing is dead");
}

#[tokio::test]
async fn a_receiver_that_hangs_holds_up_nobody_else() {
    let [hanging, quick] = [Receiver::start().await, Receiver::start().await];
    let both = hanging.folder_with(&quick);
    let gateway = Gateway::start_with(|config| {
        config.webhooks = hanging.config();
        config.webhooks.ca = Some(both.clone());
        // What hangs does so until the stop.
        config.webhooks.timeout = Duration::from_secs(60);
    })
    .await;
    gateway.create_user(USER).await;
    subscribe(&gateway, &hanging.url(), &[]).await;
    subscribe(&gateway, &quick.url(), &[]).await;
    tries(&gateway, 2).await;
    hanging.answer(|_| Answer::Hang);
    let token = gateway.token(USER).await.0;
    for _ in 0..19 {
        gateway.challenge("POST", "/user/pin", &token).await;
    }
    enrol(&gateway).await;
    let posts = quick.wait_for(21).await;
    assert_eq!(posts.iter().map(Received::notification).collect::<HashSet<_>>().len(), 21);
    assert_eq!(hanging.wait_for(5).await.len(), 5, "four at a time, and the test before");
    // A stop gives back what hangs, uncounted; what was never answered comes again.
    hanging.answer(|_| Answer::Status(200));
    let gateway = gateway.restart().await;
    let told = hanging.wait_until(|posts| posts.len() >= 25).await;
    assert_eq!(told.iter().map(Received::notification).collect::<HashSet<_>>().len(), 21);
    tries(&gateway, 20).await;
    let log = gateway.inner.store.delivery_log(None, 1000).await.unwrap();
    assert!(log.iter().all(|line| line.attempt == 1 && line.status == Some(200)), "{log:?}");
}

#[tokio::test]
async fn a_try_that_takes_too_long_counts_as_failed() {
    let receiver = Receiver::start().await;
    let gateway = Gateway::start_with(|config| {
        config.webhooks = receiver.config();
        config.webhooks.timeout = Duration::from_secs(2);
    })
    .await;
    receiver.answer_posts(|_| Answer::Hang);
    subscribe(&gateway, &receiver.url(), &[]).await;
    tries(&gateway, 1).await;
    let log = gateway.inner.store.delivery_log(None, 10).await.unwrap();
    assert_eq!((log[0].status, log[0].error.as_deref()), (None, Some("timeout")));
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_an_endless_answer_is_not_read() {
    let [receiver, elsewhere] = [Receiver::start().await, Receiver::start().await];
    let gateway = gateway_for(&receiver).await;
    let target = elsewhere.url();
    let mut first = true;
    receiver.answer_posts(
        move |_| {
            if std::mem::take(&mut first) { Answer::Redirect(target.clone()) } else { Answer::Endless }
        },
    );
    subscribe(&gateway, &receiver.url(), &[]).await;
    tries(&gateway, 1).await;
    gateway.advance(1000);
    gateway.inner.store.announce_deliveries();
    tries(&gateway, 2).await;
    let log = gateway.inner.store.delivery_log(None, 10).await.unwrap();
    assert_eq!(log.iter().map(|line| line.status).collect::<Vec<_>>(), [Some(200), Some(307)]);
    assert_eq!(elsewhere.count(), 0);
}

#[tokio::test]
async fn gone_disables_the_subscription_and_keeps_the_letter() {
    let receiver = Receiver::start().await;
    let gateway = gateway_for(&receiver).await;
    let id = subscribe(&gateway, &receiver.url(), &[]).await["id"].as_str().unwrap().to_owned();
    tries(&gateway, 1).await;
    receiver.answer_posts(|_| Answer::Status(410));
    enrol(&gateway).await;
    tries(&gateway, 2).await;
    let app = &gateway.inner.app.id;
    assert!(!gateway.inner.store.subscription(app, &id).await.unwrap().unwrap().enabled);
    assert_eq!(gateway.inner.store.dead_letters(10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_deleted_subscription_gets_nothing_more() {
    let receiver = Receiver::start().await;
    let gateway = gateway_for(&receiver).await;
    receiver.answer_posts(|_| Answer::Status(500));
    let id = subscribe(&gateway, &receiver.url(), &[]).await["id"].as_str().unwrap().to_owned();
    tries(&gateway, 1).await;
    let one = format!("/subscriptions/{id}");
    assert_eq!(crate::send(crate::request(&gateway, "DELETE", &one)).await.0, 204);
    assert!(gateway.inner.store.due_deliveries().await.unwrap().is_empty());
    assert!(gateway.inner.store.dead_letters(10).await.unwrap().is_empty());
    assert_eq!(gateway.inner.store.delivery_log(Some(&id), 10).await.unwrap().len(), 1, "the log remembers");
}

#[tokio::test]
async fn dead_letters_and_the_log_are_kept_for_90_days() {
    const DAY: u64 = 24 * 60 * 60 * 1000;
    let receiver = Receiver::start().await;
    let gateway = gateway_for(&receiver).await;
    let store = &gateway.inner.store;
    subscribe(&gateway, &receiver.url(), &[]).await;
    tries(&gateway, 1).await;
    receiver.answer_posts(|_| Answer::Status(410));
    enrol(&gateway).await;
    tries(&gateway, 2).await;
    let kept =
        async || (store.dead_letters(10).await.unwrap().len(), store.delivery_log(None, 10).await.unwrap().len());
    store.sweep(START + 90 * DAY - 1).await.unwrap();
    assert_eq!(kept().await, (1, 2));
    store.sweep(START + 90 * DAY).await.unwrap();
    assert_eq!(kept().await, (0, 0));
}

#[tokio::test]
async fn two_who_claim_at_once_never_get_the_same() {
    use repin_server::store::Claim;
    let receiver = Receiver::start().await;
    receiver.answer_posts(|_| Answer::Hang);
    let gateway = Gateway::start_with(|config| {
        config.webhooks = receiver.config();
        config.webhooks.timeout = Duration::from_secs(60);
    })
    .await;
    gateway.create_user(USER).await;
    let id = subscribe(&gateway, &receiver.url(), &[]).await["id"].as_str().unwrap().to_owned();
    receiver.wait_for(1).await;
    let token = gateway.token(USER).await.0;
    for _ in 0..39 {
        gateway.challenge("POST", "/user/pin", &token).await;
    }
    gateway.inner.store.update_subscription(&gateway.inner.app.id, &id, None, None, BY).await.unwrap();
    enrol(&gateway).await;
    let claims = (0..20).map(|node| {
        let (store, subscription) = (gateway.inner.store.clone(), id.clone());
        async move {
            let owner = format!("node {node}");
            let claim = Claim { subscription: &subscription, owner: &owner, until: START + 60_000, limit: 3 };
            store.claim_deliveries(&claim, START).await.unwrap()
        }
    });
    let claimed: Vec<_> = patiently(futures_util::future::join_all(claims)).await.into_iter().flatten().collect();
    let distinct: HashSet<_> = claimed.iter().map(|delivery| &delivery.id).collect();
    assert_eq!(distinct.len(), claimed.len());
    // The gateway itself may hold up to four; the rest is shared out.
    assert!((36..=40).contains(&claimed.len()), "{}", claimed.len());
    let none = Claim { subscription: &id, owner: "late", until: START + 60_000, limit: 100 };
    assert!(gateway.inner.store.claim_deliveries(&none, START + 59_999).await.unwrap().is_empty());
    let lapsed = gateway.inner.store.claim_deliveries(&none, START + 60_000).await.unwrap();
    assert!(lapsed.len() >= claimed.len(), "claims lapse");
    assert!(lapsed.iter().filter(|delivery| distinct.contains(&delivery.id)).all(|delivery| delivery.attempt == 2));
}
