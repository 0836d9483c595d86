//! Guesses: charged before they are evaluated, counted for the person and not for the challenge, never twice.

use std::collections::BTreeSet;

use rand_core::OsRng;
use repin_core::api::{Attempts, CredentialKind, Prove1Reply, Prove1Request, Step};
use repin_core::credential::ClientLogin;
use repin_core::secret::SecretBytes;

use crate::client::{Client, Refused, code};
use crate::common::START;
use crate::common::evidence::{count, say, store};
use crate::naive::{FORGET, let_through};
use crate::{ANSWERS, PIN, USER, enrolled};

const LOCK: u64 = 30 * 60 * 1000;

fn ke1() -> Prove1Request {
    ke1_of("111111")
}

fn ke1_of(secret: &str) -> Prove1Request {
    let (_, ke1) = ClientLogin::start(&SecretBytes::new(secret.as_bytes().to_vec()), &mut OsRng).unwrap();
    Prove1Request { kind: CredentialKind::Pin, ke1 }
}

#[tokio::test]
async fn three_wrong_guesses_lock_for_thirty_minutes_to_the_millisecond() {
    let gateway = enrolled().await;
    let mut client = Client::open(&gateway, "PUT", "/user/pin").await;
    let attempts = client.opened.as_ref().unwrap().attempts;
    assert_eq!(attempts, Some(Attempts { left: 3, locked_until: None }));
    let locked_until = Some(START + LOCK);
    for (left, locked_until) in [(2, None), (1, None), (0, locked_until)] {
        let (reply, proof) = client.guess("111111").await.unwrap();
        assert!(proof.is_none());
        assert_eq!(reply.attempts, Attempts { left, locked_until });
    }
    let refused = client.guess(PIN).await.err().unwrap();
    assert_eq!((refused.status, refused.code), (400, 155119), "even the right one");
    assert_eq!(refused.detail.unwrap().attempts, Some(Attempts { left: 0, locked_until }));
    assert_eq!(gateway.inner.evaluations(), 3);

    let user = gateway.user(USER).await["data"]["user"].take();
    assert_eq!(user["pinStatus"], "LOCKED");
    let details = &user["pinDetails"];
    assert_eq!(details["failedAttempts"], 3);
    assert_eq!(details["lockedDate"], "2027-01-15T08:00:00Z");
    assert_eq!(details["lockedExpiryDate"], "2027-01-15T08:30:00Z");
    let (token, _) = gateway.token(USER).await;
    assert_eq!(gateway.try_challenge("PUT", "/user/pin", &token).await, Err(155119));

    gateway.advance(LOCK - 1);
    assert_eq!(code(client.guess(PIN).await), (400, 155119), "a millisecond too early");
    gateway.advance(1);
    let (reply, proof) = client.guess(PIN).await.unwrap();
    assert_eq!(reply.attempts, Attempts { left: 2, locked_until: None }, "a new window");
    client.confirm(&proof.unwrap()).await.unwrap();
    let user = gateway.user(USER).await["data"]["user"].take();
    assert_eq!((user["pinStatus"].as_str(), &user["pinDetails"]["failedAttempts"]), (Some("ENABLED"), &0.into()));
}

#[tokio::test]
async fn a_lock_survives_a_reload_and_another_challenge() {
    let gateway = enrolled().await;
    let mut client = Client::open(&gateway, "PUT", "/user/pin").await;
    let other = Client::open(&gateway, "PUT", "/user/pin").await;
    for _ in 0..3 {
        client.guess("111111").await.unwrap();
    }
    for challenge in [&client.challenge, &other.challenge] {
        let mut again = Client::reopen(&gateway, challenge).await;
        let attempts = again.opened.as_ref().unwrap().attempts;
        assert_eq!(attempts, Some(Attempts { left: 0, locked_until: Some(START + LOCK) }));
        assert_eq!(code(again.guess(PIN).await), (400, 155119));
    }
    assert_eq!(gateway.inner.evaluations(), 3);
}

#[tokio::test]
async fn the_third_guess_can_still_be_the_right_one() {
    let gateway = enrolled().await;
    let mut client = Client::open(&gateway, "PUT", "/user/pin").await;
    client.guess("111111").await.unwrap();
    client.guess("222222").await.unwrap();
    client.prove(PIN).await.unwrap();
    let user = gateway.user(USER).await["data"]["user"].take();
    assert_eq!(user["pinStatus"], "ENABLED");
}

#[tokio::test]
async fn answers_lock_apart_from_the_pin_and_a_recovery_unlocks_the_pin() {
    let gateway = enrolled().await;
    let mut change = Client::open(&gateway, "PUT", "/user/pin").await;
    for _ in 0..3 {
        change.guess("111111").await.unwrap();
    }
    let mut restore = Client::open(&gateway, "POST", "/user/pin/restore").await;
    for _ in 0..2 {
        restore.guess("wrong answers").await.unwrap();
    }
    restore.prove(ANSWERS).await.unwrap();
    restore.replace(&["730562"]).await.unwrap();
    assert_eq!(gateway.user(USER).await["data"]["user"]["pinStatus"], "ENABLED");
    let mut change = Client::open(&gateway, "PUT", "/user/pin").await;
    change.prove("730562").await.unwrap();

    let mut restore = Client::open(&gateway, "POST", "/user/pin/restore").await;
    for _ in 0..3 {
        restore.guess("wrong answers").await.unwrap();
    }
    assert_eq!(code(restore.guess(ANSWERS).await), (400, 155120));
    let (token, _) = gateway.token(USER).await;
    assert_eq!(gateway.try_challenge("POST", "/user/pin/restore", &token).await, Err(155120));
    assert_eq!(gateway.user(USER).await["data"]["user"]["securityQuestionStatus"], "LOCKED");
}

/// With one of them right in every other round: whether it is among the three is chance.
#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_parallel_guesses_evaluate_exactly_three() {
    let gateway = enrolled().await;
    let (token, key) = gateway.token(USER).await;
    let challenge = gateway.challenge("PUT", "/user/pin", &token).await;
    let mut clients = Vec::new();
    for _ in 0..1_000 {
        let mut client = Client::on(&gateway, &token, &key, &challenge);
        client.say_open().await.unwrap();
        clients.push(client);
    }
    let rounds = count(2, 100);
    let mut evaluated = BTreeSet::new();
    for round in 0..rounds {
        let before = gateway.inner.evaluations();
        let mut guesses = tokio::task::JoinSet::new();
        for (number, mut client) in clients.drain(..).enumerate() {
            let guess = if round % 2 == 1 && number == 500 { ke1_of(PIN) } else { ke1() };
            guesses.spawn(async move {
                let result = client.say::<_, Prove1Reply>(Step::Prove1, &guess).await;
                (client, result)
            });
        }
        let (back, results): (Vec<_>, Vec<_>) = guesses.join_all().await.into_iter().unzip();
        clients = back;
        let refused =
            |result: &Result<Prove1Reply, Refused>| result.as_ref().is_err_and(|refused| refused.code == 155119);
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 3);
        assert_eq!(results.iter().filter(|result| refused(result)).count(), 997);
        evaluated.insert(gateway.inner.evaluations() - before);
        gateway.execute(FORGET).await;
    }
    assert_eq!(evaluated, BTreeSet::from([3]));
    let naive = let_through(gateway.database(), gateway.data(), 1_000).await;
    assert!(naive > 3, "{naive}");
    let figure = format!(
        "{}: 3 of 1,000 parallel guesses evaluated in each of {rounds} rounds, in {} of which one was right",
        store(),
        rounds / 2
    );
    say(9, figure, format_args!("with a counter that is read and then written, {naive}"));
}

#[tokio::test]
async fn the_same_guess_again_gets_the_same_reply_and_no_second_charge() {
    let gateway = enrolled().await;
    let client = Client::open(&gateway, "PUT", "/user/pin").await;
    let sealed = client.seal(Step::Prove1, &ke1());
    let first = client.send(Step::Prove1, 1, &sealed).await;
    assert_eq!(first.0, 200);
    for _ in 0..5 {
        assert_eq!(client.send(Step::Prove1, 1, &sealed).await, first);
    }
    assert_eq!(gateway.inner.evaluations(), 1);
    assert_eq!(gateway.user(USER).await["data"]["user"]["pinDetails"]["failedAttempts"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_guess_fifty_times_at_once_is_charged_once_and_answered_alike() {
    let gateway = enrolled().await;
    let client = Client::open(&gateway, "PUT", "/user/pin").await;
    let sealed = client.seal(Step::Prove1, &ke1());
    let racing = (0..50).map(|_| client.send(Step::Prove1, 1, &sealed));
    let answers = futures_util::future::join_all(racing).await;
    assert!(answers.iter().all(|answer| answer.0 == 200 && answer == &answers[0]), "{answers:?}");
    assert_eq!(gateway.user(USER).await["data"]["user"]["pinDetails"]["failedAttempts"], 1);
}

#[tokio::test]
async fn a_guess_that_was_charged_before_a_crash_is_evaluated_after_it_and_not_charged_again() {
    let gateway = enrolled().await;
    let client = Client::open(&gateway, "PUT", "/user/pin").await;
    let sealed = client.seal(Step::Prove1, &ke1());
    let (status, _) = client.send(Step::Prove1, 1, &sealed).await;
    assert_eq!(status, 200);
    // As a crash between the charge and the kept reply leaves it.
    for statement in ["UPDATE seen SET code = NULL, reply = NULL WHERE seq = 1", "UPDATE runs SET state = NULL"] {
        gateway.execute(statement).await;
    }
    let (status, again) = client.send(Step::Prove1, 1, &sealed).await;
    let mut client = client;
    client.seq = 1;
    let reply: Prove1Reply = client.read(Step::Prove1, &sealed, status, &again).unwrap();
    assert_eq!(reply.attempts.left, 2);
    assert_eq!(gateway.inner.evaluations(), 2, "evaluated again");
    assert_eq!(gateway.user(USER).await["data"]["user"]["pinDetails"]["failedAttempts"], 1, "charged once");
}

#[tokio::test]
async fn other_bytes_under_a_used_number_are_409_and_not_charged() {
    let gateway = enrolled().await;
    let mut client = Client::open(&gateway, "PUT", "/user/pin").await;
    let (first, second) = (client.seal(Step::Prove1, &ke1()), client.seal(Step::Prove1, &ke1()));
    assert_eq!(client.send(Step::Prove1, 1, &first).await.0, 200);
    let (status, body) = client.send(Step::Prove1, 1, &second).await;
    let refused = client.read::<Prove1Reply>(Step::Prove1, &second, status, &body).unwrap_err();
    assert_eq!((refused.status, refused.code), (409, 409));
    client.seq = 5;
    assert_eq!(code(client.guess(PIN).await), (409, 409), "a number that is not the next");
    assert_eq!(gateway.inner.evaluations(), 1);
    assert_eq!(gateway.user(USER).await["data"]["user"]["pinDetails"]["failedAttempts"], 1);
}

#[tokio::test]
async fn a_wrong_proof_is_told_and_spends_its_guess() {
    let gateway = enrolled().await;
    let mut client = Client::open(&gateway, "PUT", "/user/pin").await;
    let (_, proof) = client.guess(PIN).await.unwrap();
    let right = proof.unwrap();
    let wrong = repin_core::credential::Proof {
        ke3: vec![7; 64],
        session_key: repin_core::secret::Secret::make_with(|key| key.fill(1)),
        export_key: repin_core::secret::Secret::make_with(|key| key.fill(1)),
    };
    let refused = client.confirm(&wrong).await.unwrap_err();
    assert_eq!((refused.status, refused.code), (400, 155112));
    assert_eq!(refused.detail.unwrap().attempts, Some(Attempts { left: 2, locked_until: None }));
    assert_eq!(code(client.confirm(&right).await), (400, 155117), "the guess is gone");
    client.prove(PIN).await.unwrap();
}

#[tokio::test]
async fn a_hundred_wrong_guesses_in_a_row_need_an_operator() {
    let gateway = enrolled().await;
    for guess in 0..100 {
        if guess % 3 == 0 && guess > 0 {
            gateway.advance(LOCK);
        }
        let mut client = Client::open(&gateway, "PUT", "/user/pin").await;
        client.say::<_, Prove1Reply>(Step::Prove1, &ke1()).await.unwrap();
        client.say::<_, repin_core::api::CancelReply>(Step::Cancel, &repin_core::api::CancelRequest {}).await.unwrap();
    }
    gateway.advance(1_000 * LOCK);
    let (token, _) = gateway.token(USER).await;
    assert_eq!(gateway.try_challenge("PUT", "/user/pin", &token).await, Err(155119));
    assert_eq!(gateway.user(USER).await["data"]["user"]["pinStatus"], "LOCKED");
    assert_eq!(gateway.inner.evaluations(), 100);

    gateway.execute(FORGET).await;
    let mut client = Client::open(&gateway, "PUT", "/user/pin").await;
    client.say::<_, Prove1Reply>(Step::Prove1, &ke1()).await.unwrap();
    let figure =
        format!("{}: of wrong guesses in a row 100 are evaluated, and no more 1,000 half hours later", store());
    say(9, figure, format_args!("with the count forgotten, {}", gateway.inner.evaluations()));
}
