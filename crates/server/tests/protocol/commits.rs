//! COMMIT: all of it or nothing, to its end.

use repin_core::api::*;
use serde_json::json;

use crate::client::{Client, code};
use crate::common::{Gateway, send};
use crate::{ANSWERS, PIN, USER, enrolled, gateway_with_user};

async fn statuses(gateway: &Gateway) -> (String, String) {
    let user = gateway.user(USER).await["data"]["user"].take();
    let text = |name: &str| user[name].as_str().unwrap().to_owned();
    (text("pinStatus"), text("securityQuestionStatus"))
}

#[tokio::test]
async fn the_new_pin_works_and_the_old_one_does_not() {
    let gateway = enrolled().await;
    let mut client = Client::open(&gateway, "POST", "/user/pin/restore").await;
    client.prove(ANSWERS).await.unwrap();
    let reply = client.replace(&["730562"]).await.unwrap();
    assert_eq!(reply.committed_at, crate::common::START);
    let (token, _) = gateway.token(USER).await;
    let challenge = gateway.challenge_shape(&token, &client.challenge).await;
    assert_eq!((challenge["status"].as_str(), challenge["type"].as_str()), (Some("COMPLETE"), Some("RESTORE_PIN")));
    assert!(challenge.get("errorCode").is_none());

    let mut change = Client::open(&gateway, "PUT", "/user/pin").await;
    assert!(change.guess(PIN).await.unwrap().1.is_none());
    change.prove("730562").await.unwrap();
}

#[tokio::test]
async fn a_data_key_wrapped_at_enrolment_comes_back_with_the_proof() {
    let gateway = gateway_with_user().await;
    let mut client = Client::open(&gateway, "POST", "/user/pin").await;
    let commit = client.register(&[PIN]).await.unwrap();
    client.say::<_, CommitReply>(Step::Commit, &commit).await.unwrap();
    let mut change = Client::open(&gateway, "PUT", "/user/pin").await;
    let proved = change.prove(PIN).await.unwrap();
    assert_eq!(proved.wrap, commit.credentials[0].wrap);
    assert_eq!(proved.credential_id, commit.credentials[0].credential_id);
}

#[tokio::test]
async fn pin_first_and_answers_later() {
    let gateway = gateway_with_user().await;
    Client::open(&gateway, "POST", "/user/pin").await.replace(&[PIN]).await.unwrap();
    assert_eq!(statuses(&gateway).await, ("ENABLED".into(), "UNSET".into()));
    let (token, _) = gateway.token(USER).await;
    assert_eq!(gateway.try_challenge("POST", "/user/pin", &token).await, Err(155107));
    assert_eq!(gateway.try_challenge("POST", "/user/initialize", &token).await, Err(155106));
    assert_eq!(gateway.try_challenge("POST", "/user/pin/restore", &token).await, Err(155111));

    let mut client = Client::open(&gateway, "POST", "/user/securityQuestions").await;
    client.prove(PIN).await.unwrap();
    client.replace(&[ANSWERS]).await.unwrap();
    assert_eq!(statuses(&gateway).await, ("ENABLED".into(), "ENABLED".into()));
    assert_eq!(gateway.try_challenge("POST", "/user/securityQuestions", &token).await, Err(155108));
    let mut restore = Client::open(&gateway, "POST", "/user/pin/restore").await;
    restore.prove(ANSWERS).await.unwrap();
}

#[tokio::test]
async fn initialize_sets_both_or_neither() {
    let gateway = gateway_with_user().await;
    let mut client = Client::open(&gateway, "POST", "/user/initialize").await;
    type Spoil = fn(&mut CommitRequest);
    let spoils: [(&str, Spoil); 7] = [
        ("the PIN alone", |c| c.credentials.truncate(1)),
        ("the wrong order", |c| c.credentials.swap(0, 1)),
        ("a bad second record", |c| c.credentials[1].record = vec![0xff; 192]),
        ("one question", |c| c.questions.truncate(1)),
        ("the same question twice", |c| c.questions[1].id = c.questions[0].id.clone()),
        ("a hint too long", |c| c.questions[0].hint = Some("x".repeat(101))),
        ("an unknown rule", |c| c.answer_rule = 99),
    ];
    for (what, spoil) in spoils {
        let mut commit = client.register(&[PIN, ANSWERS]).await.unwrap();
        spoil(&mut commit);
        assert_eq!(code(client.say::<_, CommitReply>(Step::Commit, &commit).await), (400, 155117), "{what}");
        assert_eq!(statuses(&gateway).await, ("UNSET".into(), "UNSET".into()), "{what}");
    }
    client.replace(&[PIN, ANSWERS]).await.unwrap();
    assert_eq!(statuses(&gateway).await, ("ENABLED".into(), "ENABLED".into()));
}

#[tokio::test]
async fn a_commit_fails_what_else_was_open() {
    let gateway = gateway_with_user().await;
    let mut first = Client::open(&gateway, "POST", "/user/pin").await;
    let mut second = Client::open(&gateway, "POST", "/user/initialize").await;
    let late = second.register(&[PIN, ANSWERS]).await.unwrap();
    first.replace(&[PIN]).await.unwrap();
    let (token, _) = gateway.token(USER).await;
    let shape = gateway.challenge_shape(&token, &second.challenge).await;
    assert_eq!((shape["status"].as_str(), shape["errorCode"].as_i64()), (Some("FAILED"), Some(155122)));
    assert_eq!(shape["errorMessage"], "The provided challengeId is invalid");
    assert_eq!(code(second.say::<_, CommitReply>(Step::Commit, &late).await), (403, 155122));
    assert_eq!(statuses(&gateway).await, ("ENABLED".into(), "UNSET".into()));
    let mut again = Client::on(&gateway, &token, &gateway.token(USER).await.1, &second.challenge);
    assert_eq!(again.say_open().await.unwrap_err().status, 400, "another session's key");
    let (token, key) = gateway.token(USER).await;
    let mut again = Client::on(&gateway, &token, &key, &second.challenge);
    assert_eq!(code(again.say_open().await), (403, 155122));
    let request = gateway.request("GET", "/user/challenges?status=COMPLETED").header("X-User-Token", &token);
    let (_, body) = send(request).await;
    assert_eq!(body["data"]["challenges"][0]["id"], json!(first.challenge));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_commits_that_race_one_wins() {
    let gateway = gateway_with_user().await;
    let mut clients = Vec::new();
    for _ in 0..8 {
        let mut client = Client::open(&gateway, "POST", "/user/pin").await;
        let commit = client.register(&[PIN]).await.unwrap();
        clients.push((client, commit));
    }
    let racing = clients.iter_mut().map(|(client, commit)| client.say::<_, CommitReply>(Step::Commit, commit));
    let results = futures_util::future::join_all(racing).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    assert!(results.iter().flat_map(|result| result.as_ref().err()).all(|refused| refused.code == 155122));
    let (token, _) = gateway.token(USER).await;
    let (_, body) = send(gateway.request("GET", "/user/challenges").header("X-User-Token", &token)).await;
    let challenges = body["data"]["challenges"].as_array().unwrap();
    let count = |status: &str| challenges.iter().filter(|challenge| challenge["status"] == status).count();
    assert_eq!((count("COMPLETE"), count("FAILED")), (1, 7));
}

#[tokio::test]
async fn a_commit_whose_client_hangs_up_is_finished_or_never_begun() {
    use tokio::io::AsyncWriteExt;

    let gateway = gateway_with_user().await;
    let mut client = Client::open(&gateway, "POST", "/user/pin").await;
    let commit = client.register(&[PIN]).await.unwrap();
    let sealed = client.seal(Step::Commit, &commit);
    let body = client.envelope(Step::Commit, client.seq, &sealed).to_string();
    let address = gateway.url.strip_prefix("http://").unwrap();
    let request = format!(
        "POST /v1/repin/challenges/{}/messages HTTP/1.1\r\nHost: x\r\nX-User-Token: {}\r\nContent-Length: {}\r\n\r\n{body}",
        client.challenge,
        client.token,
        body.len()
    );
    // Without its last byte the request is none.
    let mut socket = tokio::net::TcpStream::connect(address).await.unwrap();
    socket.write_all(&request.as_bytes()[..request.len() - 1]).await.unwrap();
    drop(socket);
    assert_eq!(statuses(&gateway).await.0, "UNSET");
    // With it, the client hangs up before the answer.
    let mut socket = tokio::net::TcpStream::connect(address).await.unwrap();
    socket.write_all(request.as_bytes()).await.unwrap();
    drop(socket);
    // The same bytes again: whether or not the first were read, the PIN is set once and the reply is that commit's.
    let (status, body) = client.send(Step::Commit, client.seq, &sealed).await;
    client.read::<CommitReply>(Step::Commit, &sealed, status, &body).unwrap();
    assert_eq!(statuses(&gateway).await.0, "ENABLED");
    Client::open(&gateway, "PUT", "/user/pin").await.prove(PIN).await.unwrap();
}
