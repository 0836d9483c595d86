//! Runs: in order, of one session, replayed without effect, ended when the challenge is.

use repin_core::api::*;
use repin_core::error::Code;

use crate::client::{Client, code, open_request, questions};
use crate::common::{Gateway, KSF, ORIGIN, START};
use crate::limits::asked;
use crate::{ANSWERS, PIN, USER, enrolled, gateway_with_user};

const MINUTES: u64 = 60_000;

#[tokio::test]
async fn open_tells_what_a_recovery_needs_and_no_more() {
    let gateway = enrolled().await;
    let client = Client::open(&gateway, "POST", "/user/pin/restore").await;
    let opened = client.opened.unwrap();
    assert_eq!(opened.challenge_type, ChallengeType::RestorePin);
    assert_eq!(opened.questions, questions(), "texts and hints as they were chosen");
    assert!(opened.catalogue.is_empty());
    assert_eq!((opened.prove_ksf, opened.register_ksf), (Some(KSF), KSF));
    assert_eq!(opened.attempts, Some(Attempts { left: 3, locked_until: None }));
    assert_eq!((opened.required_questions, opened.pin_length), (2, 6));
    assert_eq!(opened.app_id, gateway.inner.app.id);
    assert_eq!(opened.session_expires_at, START + 60 * MINUTES);
    assert_eq!(opened.challenge_expires_at, START + 120 * MINUTES);
    assert_eq!(opened.server_time, START);

    let client = Client::open(&gateway, "PUT", "/user/pin").await;
    let opened = client.opened.unwrap();
    assert!(opened.questions.is_empty() && opened.catalogue.is_empty());
}

#[tokio::test]
async fn open_offers_questions_where_answers_are_set() {
    let gateway = gateway_with_user().await;
    let opened = Client::open(&gateway, "POST", "/user/initialize").await.opened.unwrap();
    assert!(opened.catalogue.len() >= 10 && opened.questions.is_empty());
    assert_eq!((opened.prove_ksf, opened.attempts), (None, None));
    assert!(!opened.can_recover);
    let opened = Client::open(&gateway, "POST", "/user/pin").await.opened.unwrap();
    assert!(opened.catalogue.is_empty());
}

#[tokio::test]
async fn open_refuses_another_app() {
    let gateway = enrolled().await;
    let mut client = Client::new(&gateway, "PUT", "/user/pin").await;
    let other = OpenRequest { app_id: Some("c0ffee00-0000-4000-8000-000000000002".into()), ..open_request() };
    assert_eq!(code(client.say::<_, OpenReply>(Step::Open, &other).await), (400, 155114));
    client.seq = 0;
    let own = OpenRequest { app_id: Some(gateway.inner.app.id.clone()), ..open_request() };
    client.say::<_, OpenReply>(Step::Open, &own).await.unwrap();
}

#[tokio::test]
async fn a_message_that_comes_before_the_one_before_it_is_not_taken_whatever_comes_meanwhile() {
    let gateway = gateway_with_user().await;
    let mut enrol = Client::open(&gateway, "POST", "/user/initialize").await;
    let before = asked(&gateway, "record").await;
    let begun = (enrol.run, enrol.seq);
    enrol.seq += 1;
    assert_eq!(code(enrol.register(&[PIN, ANSWERS]).await), (409, 409));
    assert_eq!(asked(&gateway, "record").await, before, "the store is not asked to take it, as it might by then");
    (enrol.run, enrol.seq) = begun;
    enrol.replace(&[PIN, ANSWERS]).await.unwrap();
    assert!(asked(&gateway, "record").await > before, "the control");
}

#[tokio::test]
async fn a_run_belongs_to_the_session_that_opened_it() {
    let gateway = enrolled().await;
    let mut client = Client::new(&gateway, "POST", "/user/pin/restore").await;
    let sealed = client.seal(Step::Open, &open_request());
    let answer = client.send(Step::Open, 0, &sealed).await;
    assert_eq!(answer.0, 200);
    // The same person's other session gets no kept reply for the same bytes: it has to open a run of its own.
    let own = std::mem::replace(&mut client.token, gateway.token(USER).await.0);
    let (status, body) = client.send(Step::Open, 0, &sealed).await;
    assert_ne!((status, &body["sealed"]), (200, &answer.1["sealed"]));
    client.token = own;
    assert_eq!(client.send(Step::Open, 0, &sealed).await, answer);
}

#[tokio::test]
async fn every_message_replayed_gets_the_same_reply_and_does_nothing_again() {
    let gateway = enrolled().await;
    let mut client = Client::new(&gateway, "POST", "/user/pin/restore").await;
    let mut said = Vec::new();
    // OPEN
    let sealed = client.seal(Step::Open, &open_request());
    said.push((Step::Open, sealed.clone(), client.send(Step::Open, 0, &sealed).await));
    client.take_open(&sealed, said[0].2.0, &said[0].2.1).unwrap();
    client.prove(ANSWERS).await.unwrap();
    let commit = client.register(&["730562"]).await.unwrap();
    let sealed = client.seal(Step::Commit, &commit);
    let answer = client.send(Step::Commit, client.seq, &sealed).await;
    assert_eq!(answer.0, 200);
    for _ in 0..3 {
        assert_eq!(client.send(Step::Commit, client.seq, &sealed).await, answer, "after the run has ended too");
        assert_eq!(client.send(Step::Open, 0, &said[0].1).await, said[0].2);
    }
    let other = client.seal(Step::Commit, &commit);
    let (status, body) = client.send(Step::Commit, client.seq, &other).await;
    assert_eq!((status, body["code"].as_i64()), (403, Some(155122)), "the key is gone with the run");
    assert_eq!(gateway.inner.evaluations(), 1);
}

#[tokio::test]
async fn a_proof_belongs_to_what_open_said() {
    let gateway = enrolled().await;
    let mut client = Client::open(&gateway, "PUT", "/user/pin").await;
    client.opening[0] ^= 1;
    let (_, proof) = client.guess(PIN).await.unwrap();
    assert!(proof.is_none(), "whoever changed OPEN's reply on the way leads to no proof");
}

#[tokio::test]
async fn a_run_is_opened_once() {
    let gateway = enrolled().await;
    let client = Client::open(&gateway, "PUT", "/user/pin").await;
    let mut again = Client::on(&gateway, &client.token, &gateway.token(USER).await.1, &client.challenge);
    again.run = client.run;
    assert_eq!(code(again.say_open().await), (400, 155118), "with another key");
    let sealed = client.seal(Step::Open, &open_request());
    let (status, _) = client.send(Step::Open, 0, &sealed).await;
    assert_eq!(status, 400, "sealed for another number");
}

#[tokio::test]
async fn cancel_ends_the_run_and_leaves_the_challenge() {
    let gateway = enrolled().await;
    let mut client = Client::open(&gateway, "PUT", "/user/pin").await;
    let status = || async { gateway.challenge_status(&gateway.token(USER).await.0, &client.challenge).await };
    assert_eq!(status().await, "PENDING");
    let challenge = client.challenge.clone();
    client.prove(PIN).await.unwrap();
    let status = async || gateway.challenge_status(&gateway.token(USER).await.0, &challenge).await;
    assert_eq!(status().await, "IN_PROGRESS");
    client.say::<_, CancelReply>(Step::Cancel, &CancelRequest {}).await.unwrap();
    assert_eq!(status().await, "PENDING");
    assert_eq!(code(client.register(&["730562"]).await), (403, 155122));
    let mut again = Client::reopen(&gateway, &challenge).await;
    again.prove(PIN).await.unwrap();
}

#[tokio::test]
async fn a_proof_opens_registration_for_ten_minutes() {
    let gateway = enrolled().await;
    let mut client = Client::open(&gateway, "PUT", "/user/pin").await;
    let proved = client.prove(PIN).await.unwrap();
    assert_eq!(proved.registration_open_until, START + 10 * MINUTES);
    gateway.advance(10 * MINUTES - 1);
    let commit = client.register(&["730562"]).await.unwrap();
    let (token, _) = gateway.token(USER).await;
    assert_eq!(gateway.challenge_status(&token, &client.challenge).await, "IN_PROGRESS");
    gateway.advance(1);
    assert_eq!(gateway.challenge_status(&token, &client.challenge).await, "PENDING");
    assert_eq!(code(client.say::<_, CommitReply>(Step::Commit, &commit).await), (400, 155117));
    assert_eq!(code(client.register(&["730562"]).await), (400, 155117));
}

#[tokio::test]
async fn enrolment_has_ten_minutes_from_open() {
    let gateway = gateway_with_user().await;
    let mut client = Client::open(&gateway, "POST", "/user/pin").await;
    gateway.advance(10 * MINUTES);
    assert_eq!(code(client.register(&[PIN]).await), (400, 155117));
    let mut again = Client::reopen(&gateway, &client.challenge).await;
    gateway.advance(10 * MINUTES - 1);
    again.replace(&[PIN]).await.unwrap();
}

#[tokio::test]
async fn two_tabs_may_prove_and_the_first_commit_ends_the_other() {
    let gateway = enrolled().await;
    let mut first = Client::open(&gateway, "PUT", "/user/pin").await;
    let mut second = Client::reopen(&gateway, &first.challenge).await;
    first.prove(PIN).await.unwrap();
    second.prove(PIN).await.unwrap();
    let late = second.register(&["111222"]).await.unwrap();
    first.replace(&["730562"]).await.unwrap();
    let refused = second.say::<_, CommitReply>(Step::Commit, &late).await;
    assert_eq!(code(refused), (403, 155122));
    let mut third = Client::open(&gateway, "PUT", "/user/pin").await;
    third.prove("730562").await.unwrap();
}

#[tokio::test]
async fn codes_under_seal_are_the_codes_in_clear() {
    // `Client::read` compares them on every error; here is that it would notice.
    let gateway: Gateway = enrolled().await;
    let mut client = Client::open(&gateway, "PUT", "/user/pin").await;
    let refused = client.register(&[PIN]).await.unwrap_err();
    let detail = refused.detail.unwrap();
    assert_eq!(detail.code, Code::InvalidApproveContent.number());
    assert_eq!((detail.attempts, detail.server_time), (None, START));
    assert_eq!(open_request().origin, ORIGIN);
}
