//! Whole ways back: by a code, by a code and answers, and from one to another.

use repin_core::api::{
    ChallengeType, CredentialKind, SendCodeReply, SendCodeRequest, SetEmailReply, SetEmailRequest, Step,
};
use repin_core::error::Code;
use repin_core::secret::SecretBytes;
use repin_server::store::Recovery;
use repin_vault::session::NewSecrets;

use crate::client::Client;
use crate::{ADDRESS, ANSWERS, PIN, USER, World, refused, typed};

const NEW_PIN: &str = "730562";

fn new_pin() -> NewSecrets {
    NewSecrets { pin: Some(typed(NEW_PIN)), ..NewSecrets::default() }
}

#[tokio::test]
async fn a_code_to_a_proved_address_brings_back_who_forgot_the_pin() {
    let world = World::with_email(false).await;
    let user = world.user(USER).await;
    assert!(user.recovery() == Recovery::Code && user.answers.is_none(), "in place of the answers");
    let mut session = world.open(USER, ChallengeType::RestorePinByCode).await;
    assert!(session.opened().can_recover && session.opened().questions.is_empty());
    let sent = world.send(&mut session).await.unwrap();
    assert_eq!((sent.address.as_str(), sent.code_length, sent.attempts.left), ("m…@m….example", 8, 3));
    assert_eq!((sent.expires_at - sent.server_time, sent.resend_at - sent.server_time), (600_000, 30_000));
    world.prove_code(&mut session, &world.post.take().code()).await.unwrap();
    session.commit(&new_pin(), &world.device, &world.link).await.unwrap();
    assert!(world.knows_pin(USER, NEW_PIN).await && !world.knows_pin(USER, PIN).await);
    // The next time, too: what the gateway holds opens the same data key.
    let mut session = world.open(USER, ChallengeType::RestorePinByCode).await;
    world.gateway.advance(30_000);
    world.send(&mut session).await.unwrap();
    world.prove_code(&mut session, &world.post.take().code()).await.unwrap();
}

#[tokio::test]
async fn with_both_the_answers_are_asked_for_after_the_code_and_alone_bring_nobody_back() {
    let world = World::with_email(true).await;
    assert_eq!(world.user(USER).await.recovery(), Recovery::Both);
    for kind in [ChallengeType::RestorePin, ChallengeType::RestorePinByCode, ChallengeType::RecoverWallets] {
        assert_eq!(world.challenge(USER, kind).await, Err(Code::UserDoesNotSetSecurityQuestionYet), "{kind:?}");
    }
    let mut session = world.open(USER, ChallengeType::RestorePinByBoth).await;
    assert_eq!(session.opened().questions.len(), 2);
    let early = session.prove(typed(ANSWERS), &world.device, &world.link).await;
    assert_eq!(refused(early), (Code::InvalidApproveContent, None));
    assert_eq!(world.user(USER).await.answers.unwrap().counter.failed, 0, "no guess at the answers was taken");
    world.send(&mut session).await.unwrap();
    world.prove_code(&mut session, &world.post.take().code()).await.unwrap();
    let unfinished = session.commit(&new_pin(), &world.device, &world.link).await;
    assert_eq!(refused(unfinished), (Code::InvalidApproveContent, None), "the code alone opens no registration");
    session.prove(typed(ANSWERS), &world.device, &world.link).await.unwrap();
    session.commit(&new_pin(), &world.device, &world.link).await.unwrap();
    assert!(world.knows_pin(USER, NEW_PIN).await);
    assert_eq!(world.user(USER).await.recovery(), Recovery::Both, "the way back outlives the PIN");
}

#[tokio::test]
async fn circles_route_for_a_forgotten_pin_goes_by_the_way_back_that_there_is() {
    let world = World::new().await;
    for (with_answers, expected) in
        [(None, "RESTORE_PIN"), (Some(false), "RESTORE_PIN_BY_CODE"), (Some(true), "RESTORE_PIN_BY_CODE_AND_ANSWERS")]
    {
        if let Some(with_answers) = with_answers {
            world.gateway.advance(60 * 60 * 1000);
            world.set_email(USER, with_answers).await;
        }
        let (token, _) = world.gateway.token(USER).await;
        let id = world.gateway.challenge("POST", "/user/pin/restore", &token).await;
        let request = world.gateway.request("GET", &format!("/user/challenges/{id}")).header("X-User-Token", &token);
        let (_, body) = crate::common::send(request).await;
        assert_eq!(body["data"]["challenge"]["type"], expected, "{body}");
    }
}

#[tokio::test]
async fn the_way_back_can_be_changed_to_any_other_and_open_challenges_of_the_old_one_end() {
    let world = World::with_email(false).await;
    let by_code = world.challenge(USER, ChallengeType::RestorePinByCode).await.unwrap();
    let mut old = world.open_on(USER, by_code).await;
    world.send(&mut old).await.unwrap();
    let code = world.post.take().code();
    let mut session = world.open(USER, ChallengeType::SetRecovery).await;
    session.prove(typed(PIN), &world.device, &world.link).await.unwrap();
    session.commit(&crate::answers(), &world.device, &world.link).await.unwrap();
    let user = world.user(USER).await;
    assert!(user.recovery() == Recovery::Answers && user.email.is_none());
    assert!(user.code.unwrap().record.is_empty(), "a code that is still on its way opens nothing any more");
    assert_eq!(refused(world.prove_code(&mut old, &code).await).0, Code::ChallengeInvalid);
}

#[tokio::test]
async fn who_asked_for_an_address_has_to_prove_it_before_anything_is_set() {
    let world = World::new().await;
    let mut session = world.open(USER, ChallengeType::SetRecovery).await;
    let (device, link) = (&world.device, &world.link);
    let before_pin = session.send_code(Some(ADDRESS), true, device, link).await;
    assert_eq!(refused(before_pin).0, Code::InvalidApproveContent);
    session.prove(typed(PIN), device, link).await.unwrap();
    for bad in ["maria", "maria@mail.example\r\nBcc: thief@mail.example", "a@b.example,c@d.example"] {
        assert_eq!(refused(session.send_code(Some(bad), true, device, link).await).0, Code::UserEmailInvalid);
    }
    session.send_code(Some(ADDRESS), true, device, link).await.unwrap();
    let mail = world.post.take();
    assert!(session.set_email(device, link).await.is_err());
    world.prove_code(&mut session, &mail.code()).await.unwrap();
    // It was proved for both: a code alone is not enough now.
    assert_eq!(refused(session.set_email(device, link).await).0, Code::InvalidApproveContent);
    assert_eq!(world.user(USER).await.recovery(), Recovery::Answers, "nothing was set");
}

#[tokio::test]
async fn an_address_that_was_not_proved_is_no_way_back() {
    let world = World::new().await;
    // The vault would not ask.
    let mut client = Client::proved(&world.gateway, ChallengeType::SetRecovery).await;
    let data_key = SecretBytes::new(vec![7; 32]);
    let send = SendCodeRequest { address: Some(ADDRESS.into()), with_answers: false };
    let _: SendCodeReply = client.say(Step::SendCode, &send).await.unwrap();
    let set = client.say::<_, SetEmailReply>(Step::SetEmail, &SetEmailRequest { data_key }).await;
    assert_eq!(set.unwrap_err().code, i64::from(Code::InvalidApproveContent.number()));
    assert_eq!(world.user(USER).await.recovery(), Recovery::Answers, "nothing was set");
}

#[tokio::test]
async fn after_a_codes_proof_no_other_is_sent_in_the_same_run() {
    let world = World::with_email(true).await;
    let mut session = world.open(USER, ChallengeType::RestorePinByBoth).await;
    world.send(&mut session).await.unwrap();
    world.prove_code(&mut session, &world.post.take().code()).await.unwrap();
    world.gateway.advance(30_000);
    assert_eq!(refused(world.send(&mut session).await).0, Code::InvalidApproveContent);
    assert!(world.post.letters().is_empty());
}

#[tokio::test]
async fn an_operator_lifts_the_lock_of_codes() {
    let world = World::with_email(false).await;
    let mut session = world.open(USER, ChallengeType::RestorePinByCode).await;
    world.send(&mut session).await.unwrap();
    let code = world.post.take().code();
    for _ in 0..3 {
        world.prove_code(&mut session, "00000000").await.unwrap_err();
    }
    assert_eq!(refused(world.prove_code(&mut session, &code).await).0, Code::UserOtpIsLocked);
    let user = world.user(USER).await;
    assert!(world.gateway.inner.store.unlock(&user, CredentialKind::Code, crate::common::BY).await.unwrap());
    assert!(world.user(USER).await.code_unlocked.is_some());
    world.prove_code(&mut session, &code).await.unwrap();
}
