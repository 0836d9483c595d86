//! Messages that are not what they should be: a clear code, nothing charged, nothing changed.

use rand_core::{OsRng, RngCore};
use repin_core::api::*;
use repin_core::channel::Channel;
use repin_core::credential::ClientLogin;
use repin_core::secret::{Secret, SecretBytes};
use serde_json::json;

use crate::client::{Client, code, open_request};
use crate::common::{Gateway, KSF};
use crate::{ANSWERS, PIN, USER, enrolled};

fn ke1(kind: CredentialKind) -> Prove1Request {
    let (_, ke1) = ClientLogin::start(&SecretBytes::new(b"111111".to_vec()), &mut OsRng).unwrap();
    Prove1Request { kind, ke1 }
}

async fn assert_nothing_charged(gateway: &Gateway) {
    assert_eq!(gateway.inner.evaluations(), 0);
    let user = gateway.user(USER).await["data"]["user"].take();
    assert_eq!(user["pinDetails"]["failedAttempts"], 0);
    assert_eq!(user["securityQuestionDetails"]["failedAttempts"], 0);
}

#[tokio::test]
async fn cut_or_changed_bytes_do_not_open_and_are_not_charged() {
    let gateway = enrolled().await;
    let client = Client::open(&gateway, "PUT", "/user/pin").await;
    let sealed = client.seal(Step::Prove1, &ke1(CredentialKind::Pin));
    for end in (0..sealed.len()).step_by(7) {
        let (status, body) = client.send(Step::Prove1, 1, &sealed[..end]).await;
        assert_eq!((status, body["code"].as_i64()), (400, Some(155118)), "cut at {end}");
        assert!(body.get("sealed").is_none());
    }
    for index in (0..sealed.len()).step_by(7) {
        let mut bad = sealed.clone();
        bad[index] ^= 1;
        let (status, body) = client.send(Step::Prove1, 1, &bad).await;
        assert_eq!((status, body["code"].as_i64()), (400, Some(155118)), "changed at {index}");
    }
    for (step, seq) in [(Step::Prove2, 1), (Step::Prove1, 2), (Step::Open, 0)] {
        let (status, body) = client.send(step, seq, &sealed).await;
        assert_eq!((status, body["code"].as_i64()), (400, Some(155118)), "in another place: {step:?} {seq}");
    }
    assert_nothing_charged(&gateway).await;
    assert_eq!(client.send(Step::Prove1, 1, &sealed).await.0, 200, "the number is still free");
}

#[tokio::test]
async fn a_wrong_key_or_another_sessions_token_opens_nothing() {
    let gateway = enrolled().await;
    let mut client = Client::open(&gateway, "PUT", "/user/pin").await;
    let own = std::mem::replace(
        &mut client.channel,
        Channel::from_session(client.token.as_bytes(), &Secret::make_with(|key| key.fill(1))),
    );
    assert_eq!(code(client.guess(PIN).await), (400, 155118));
    client.channel = own;
    let (other, _) = gateway.token(USER).await;
    let own = std::mem::replace(&mut client.token, other);
    assert_eq!(code(client.guess(PIN).await), (400, 155118));
    assert_nothing_charged(&gateway).await;
    client.token = own;
    client.prove(PIN).await.unwrap();
}

#[tokio::test]
async fn plaintexts_that_are_not_the_steps_message_are_155117_and_not_charged() {
    let gateway = enrolled().await;
    let mut client = Client::open(&gateway, "PUT", "/user/pin").await;
    let mut noise = vec![0; 512];
    OsRng.fill_bytes(&mut noise);
    let long_vector =
        [&[0x82, 0x01, 0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x80][..], &[0; 244]].concat();
    for plaintext in [vec![], vec![0; 256], vec![0x80; 256], vec![0; 255], noise, long_vector, vec![0; MAX_PLAINTEXT]] {
        let length = plaintext.len();
        let sealed = client.seal_bytes(Step::Prove1, &SecretBytes::new(plaintext));
        let (status, body) = client.send(Step::Prove1, client.seq, &sealed).await;
        let refused = client.read::<Prove1Reply>(Step::Prove1, &sealed, status, &body).unwrap_err();
        assert_eq!((refused.status, refused.code), (400, 155117), "{length} bytes");
        assert!(refused.detail.is_some());
        client.seq += 1;
    }
    let not_points = [vec![], vec![0; 96], vec![0xff; 96], ke1(CredentialKind::Pin).ke1[..95].to_vec(), vec![1; 97]];
    for ke1 in not_points {
        let request = Prove1Request { kind: CredentialKind::Pin, ke1 };
        assert_eq!(code(client.say::<_, Prove1Reply>(Step::Prove1, &request).await), (400, 155117));
    }
    let wrong_kind = ke1(CredentialKind::Answers);
    assert_eq!(code(client.say::<_, Prove1Reply>(Step::Prove1, &wrong_kind).await), (400, 155117));
    assert_nothing_charged(&gateway).await;
    client.prove(PIN).await.unwrap();
}

#[tokio::test]
async fn steps_out_of_turn_are_155117() {
    let gateway = enrolled().await;
    let mut client = Client::open(&gateway, "PUT", "/user/pin").await;
    assert_eq!(code(client.register(&[PIN]).await), (400, 155117), "REGISTER before the proof");
    let commit = CommitRequest { credentials: Vec::new(), questions: Vec::new(), answer_rule: 0 };
    assert_eq!(code(client.say::<_, CommitReply>(Step::Commit, &commit).await), (400, 155117));
    let proof = Prove2Request { ke3: vec![1; 64] };
    assert_eq!(code(client.say::<_, Prove2Reply>(Step::Prove2, &proof).await), (400, 155117), "no guess is open");
    assert_eq!(code(client.say::<_, OpenReply>(Step::Open, &open_request()).await), (400, 155117), "OPEN comes first");
    client.prove(PIN).await.unwrap();
    let again = ke1(CredentialKind::Pin);
    assert_eq!(code(client.say::<_, Prove1Reply>(Step::Prove1, &again).await), (400, 155117), "it is proved");
    assert_eq!(
        code(client.say::<_, CommitReply>(Step::Commit, &commit).await),
        (400, 155117),
        "COMMIT before REGISTER"
    );
    client.replace(&["730562"]).await.unwrap();

    let mut stranger = Client::new(&gateway, "PUT", "/user/pin").await;
    stranger.kind = Some(ChallengeType::ChangePin);
    stranger.seq = 1;
    assert_eq!(code(stranger.guess("730562").await), (400, 155117), "a run that was never opened");
}

#[tokio::test]
async fn envelopes_are_strict() {
    let gateway = enrolled().await;
    let client = Client::open(&gateway, "PUT", "/user/pin").await;
    let sealed = client.seal(Step::Prove1, &ke1(CredentialKind::Pin));
    let good = client.envelope(Step::Prove1, 1, &sealed);
    for (field, value) in [
        ("v", json!(2)),
        ("v", json!(null)),
        ("run", json!("not a uuid")),
        ("seq", json!(-1)),
        ("seq", json!("1")),
        ("step", json!("PROVE_3")),
        ("sealed", json!("not base64!")),
        ("extra", json!(1)),
    ] {
        let mut bad = good.clone();
        bad[field] = value;
        let (status, body) = client.send_body(bad.to_string()).await;
        assert_eq!((status, body["code"].as_i64()), (400, Some(2)), "{field}");
    }
    for body in [String::new(), "null".into(), "[".repeat(60_000), good.to_string() + "x"] {
        assert_eq!(client.send_body(body).await.0, 400);
    }
    assert_nothing_charged(&gateway).await;
    assert_eq!(client.send_body(good.to_string()).await.0, 200);
}

#[tokio::test]
async fn anothers_challenge_is_as_unknown_as_one_that_never_was() {
    let gateway = enrolled().await;
    let mut client = Client::new(&gateway, "PUT", "/user/pin").await;
    gateway.create_user("user-0002").await;
    let (token, key) = gateway.token("user-0002").await;
    let mut stranger = Client::on(&gateway, &token, &key, &client.challenge);
    let anothers = stranger.say_open().await;
    stranger.challenge = "c0ffee00-0000-4000-8000-000000000002".into();
    let nobodys = stranger.say_open().await;
    assert_eq!(code(anothers), (404, 155116));
    assert_eq!(code(nobodys), (404, 155116));
    stranger.challenge = "not-a-uuid".into();
    assert_eq!(code(stranger.say_open().await), (400, 156009));
    client.say_open().await.unwrap();
}

#[tokio::test]
async fn sessions_and_challenges_expire_in_the_middle_of_a_run() {
    let gateway = enrolled().await;
    let mut client = Client::open(&gateway, "POST", "/user/pin/restore").await;
    gateway.advance(3_630_000);
    assert_eq!(code(client.guess(ANSWERS).await), (403, 155104));
    let mut client = Client::reopen(&gateway, &client.challenge).await;
    gateway.advance(7_200_000 - 3_630_000);
    assert_eq!(code(client.guess(ANSWERS).await), (403, 155121));
    assert_nothing_charged(&gateway).await;
}

#[tokio::test]
async fn a_commit_must_be_exactly_what_register_prepared() {
    let gateway = enrolled().await;
    let mut client = Client::open(&gateway, "POST", "/user/pin/restore").await;
    client.prove(ANSWERS).await.unwrap();
    type Spoil = fn(&mut CommitRequest);
    let spoils: [(&str, Spoil); 10] = [
        ("no credential", |c| c.credentials.clear()),
        ("an identity that REGISTER did not make", |c| c.credentials[0].credential_id = vec![1; 16]),
        ("a short identity", |c| c.credentials[0].credential_id.truncate(15)),
        ("another kind", |c| c.credentials[0].kind = CredentialKind::Answers),
        ("a record that is none", |c| c.credentials[0].record = vec![0xff; 192]),
        ("a short record", |c| c.credentials[0].record.truncate(191)),
        ("a long wrap", |c| c.credentials[0].wrap.push(0)),
        ("another cost", |c| c.credentials[0].ksf = KsfParams { t: KSF.t + 1, ..KSF }),
        ("questions without answers", |c| c.questions = crate::client::questions()),
        ("a rule without answers", |c| c.answer_rule = 1),
    ];
    for (what, spoil) in spoils {
        let mut commit = client.register(&["730562"]).await.unwrap();
        spoil(&mut commit);
        assert_eq!(code(client.say::<_, CommitReply>(Step::Commit, &commit).await), (400, 155117), "{what}");
    }
    let first = client.register(&["730562"]).await.unwrap();
    client.register(&["730563"]).await.unwrap();
    assert_eq!(code(client.say::<_, CommitReply>(Step::Commit, &first).await), (400, 155117), "an older REGISTER");
    client.replace(&["730562"]).await.unwrap();
}
