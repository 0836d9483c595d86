//! Codes and thieves: three tries over all codes, whoever asks however often; and codes that are good for nothing.

use futures_util::future::join_all;
use rand_core::OsRng;
use repin_core::api::{ChallengeType, CredentialKind, Prove1Request, SendCodeReply, SendCodeRequest, Step};
use repin_core::credential::ClientLogin;
use repin_core::error::Code;
use repin_core::secret::SecretBytes;
use repin_server::MailConfig;
use repin_vault::session::SessionError;
use tokio::net::TcpListener;

use crate::client::Client;
use crate::common::metrics_url;
use crate::{USER, World, refused};

const HALF_AN_HOUR: u64 = 30 * 60 * 1000;

#[tokio::test]
async fn three_wrong_codes_lock_for_half_an_hour_and_a_new_code_does_not_unlock() {
    let world = World::with_email(false).await;
    let mut session = world.open(USER, ChallengeType::RestorePinByCode).await;
    for left in [2, 1, 0] {
        world.send(&mut session).await.unwrap();
        world.post.take();
        world.gateway.advance(30_000);
        let wrong = world.prove_code(&mut session, "00000000").await;
        let Err(SessionError::WrongSecret { attempts, .. }) = wrong else { panic!("{wrong:?}") };
        assert_eq!(attempts.left, left, "counted over all codes");
    }
    let (code, attempts) = refused(world.send(&mut session).await);
    assert!(code == Code::UserOtpIsLocked && attempts.unwrap().locked_until.is_some());
    assert_eq!(world.challenge(USER, ChallengeType::RestorePinByCode).await, Err(Code::UserOtpIsLocked));
    assert!(world.post.letters().is_empty(), "nothing was sent");
    let metrics = reqwest::get(metrics_url(&world.gateway.inner).await).await.unwrap().text().await.unwrap();
    // Besides these, the one that proved the address.
    for line in ["repin_guesses_evaluated_total{credential=\"code\"} 4", "repin_locks_total{credential=\"code\"} 1"] {
        assert!(metrics.contains(line), "{line}: {metrics}");
    }
    world.gateway.advance(HALF_AN_HOUR);
    world.send(&mut session).await.unwrap();
    world.prove_code(&mut session, &world.post.take().code()).await.unwrap();
}

/// Not 503, for which a balancer leaves a gateway alone: one person's repetitions would take one after the other away from everybody.
#[tokio::test]
async fn a_message_that_comes_again_while_its_letter_is_on_its_way_is_429_and_later_gets_the_reply() {
    let World { gateway, post, device, link } = World::with_email(false).await;
    let slow = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", slow.local_addr().unwrap());
    let mail = MailConfig::new(&url, "codes@wallet.example").unwrap();
    let gateway = gateway.restart_with(|config| config.mail = Some(mail)).await;
    let world = World { gateway, post, device, link };
    let challenge = world.challenge(USER, ChallengeType::RestorePinByCode).await.unwrap();
    let client = Client::reopen(&world.gateway, &challenge).await;
    let sealed = client.seal(Step::SendCode, &SendCodeRequest { address: None, with_answers: false });
    let send = || client.send(Step::SendCode, client.seq, &sealed);
    let url = format!("{}/v1/repin/challenges/{challenge}/messages", world.gateway.url);
    let same = world.gateway.http.post(url).header("X-User-Token", &client.token);
    let same = same.json(&client.envelope(Step::SendCode, client.seq, &sealed));
    let meanwhile = async {
        let connected = slow.accept().await.unwrap();
        let again = same.send().await.unwrap();
        // The mail server is gone: what waits for it comes to its end.
        drop((connected, slow));
        again
    };
    let (first, again) = tokio::join!(send(), meanwhile);
    assert_eq!((again.status().as_u16(), again.headers()["retry-after"].to_str().unwrap()), (429, "2"));
    assert_eq!(first.1["code"], Code::EmailSendingFailed.number(), "{first:?}");
    assert_eq!(send().await, first, "the same bytes get the reply when there is one");
}

#[tokio::test]
async fn a_thousand_guesses_at_once_are_three() {
    let world = World::with_email(false).await;
    let challenge = world.challenge(USER, ChallengeType::RestorePinByCode).await.unwrap();
    let mut thief = Client::reopen(&world.gateway, &challenge).await;
    let _: SendCodeReply =
        thief.say(Step::SendCode, &SendCodeRequest { address: None, with_answers: false }).await.unwrap();
    let (mut evaluated, mut locked) = (0, 0);
    for _ in 0..5 {
        let guesses = (0..200).map(|guess| {
            let secret = SecretBytes::new(format!("{guess:08}").into_bytes());
            let (_, ke1) = ClientLogin::start(&secret, &mut OsRng).unwrap();
            thief.seal(Step::Prove1, &Prove1Request { kind: CredentialKind::Code, ke1 })
        });
        let guesses: Vec<_> = guesses.collect();
        for (status, body) in join_all(guesses.iter().map(|sealed| thief.send(Step::Prove1, thief.seq, sealed))).await {
            evaluated += u32::from(status == 200);
            locked += u32::from(body["code"] == Code::UserOtpIsLocked.number());
            assert!(status == 200 || status == 409 || body["code"] == Code::UserOtpIsLocked.number(), "{body}");
        }
        thief.seq += 1;
    }
    assert_eq!(evaluated, 3);
    assert!(locked >= 2, "{locked}");
    assert_eq!(world.user(USER).await.code.unwrap().counter.consecutive, 3);
}

#[tokio::test]
async fn a_code_that_is_too_old_or_used_or_another_runs_is_refused_and_costs_no_try() {
    let world = World::with_email(false).await;
    let challenge = world.challenge(USER, ChallengeType::RestorePinByCode).await.unwrap();
    let mut session = world.open_on(USER, challenge.clone()).await;
    world.send(&mut session).await.unwrap();
    let code = world.post.take().code();

    let mut other = world.open_on(USER, challenge.clone()).await;
    // Without one of its own, the vault would not even ask.
    let asked = other.prove_code(crate::typed(&code), &world.device, &world.link).await;
    assert_eq!(asked.err(), Some(SessionError::Protocol));
    let mut thief = Client::reopen(&world.gateway, &challenge).await;
    assert_eq!(crate::client::code(thief.guess(&code).await), (400, 155132), "another run's");

    world.gateway.advance(600_000);
    assert_eq!(refused(world.prove_code(&mut session, &code).await).0, Code::UserOtpTokenExpired);
    assert_eq!(world.user(USER).await.code.unwrap().counter.failed, 0);

    world.send(&mut session).await.unwrap();
    let code = world.post.take().code();
    world.prove_code(&mut session, &code).await.unwrap();
    assert_eq!(refused(world.prove_code(&mut session, &code).await).0, Code::InvalidApproveContent, "proved already");
    let mut thief = Client::reopen(&world.gateway, &challenge).await;
    assert_eq!(crate::client::code(thief.guess(&code).await), (400, 155132), "used");
    let user = world.user(USER).await;
    assert!(user.code_expires_at == 0 && user.code.unwrap().record.is_empty());
}

#[tokio::test]
async fn another_persons_code_is_a_wrong_one() {
    let world = World::with_email(false).await;
    world.enrol("user-0002").await;
    world.set_email("user-0002", false).await;
    world.gateway.advance(60 * 60 * 1000);
    let mut theirs = world.open(USER, ChallengeType::RestorePinByCode).await;
    world.send(&mut theirs).await.unwrap();
    let code = world.post.take().code();
    world.gateway.advance(30_000);
    let mut session = world.open("user-0002", ChallengeType::RestorePinByCode).await;
    world.send(&mut session).await.unwrap();
    let wrong = world.prove_code(&mut session, &code).await;
    assert!(matches!(wrong, Err(SessionError::WrongSecret { .. })), "{wrong:?}");
    world.prove_code(&mut theirs, &code).await.unwrap();
}

#[tokio::test]
async fn codes_are_half_a_minute_apart_and_five_in_an_hour_for_a_user_and_for_an_address() {
    let world = World::with_email(false).await;
    world.enrol("user-0002").await;
    let mut session = world.open(USER, ChallengeType::RestorePinByCode).await;
    let first = world.send(&mut session).await.unwrap();
    world.gateway.advance(29_999);
    let (code, attempts) = refused(world.send(&mut session).await);
    assert_eq!((code, attempts.unwrap().locked_until), (Code::UserOtpSendCountsOverLimit, Some(first.resend_at)));
    world.gateway.advance(1);
    for _ in 0..4 {
        world.send(&mut session).await.unwrap();
        world.gateway.advance(30_000);
    }
    let (_, attempts) = refused(world.send(&mut session).await);
    let opens = attempts.unwrap().locked_until.unwrap();
    assert_eq!(opens, first.server_time + 60 * 60 * 1000, "when the first is an hour old");
    // Somebody else, to the same address in other letters.
    let mut other = world.open("user-0002", ChallengeType::SetRecovery).await;
    other.prove(crate::typed(crate::PIN), &world.device, &world.link).await.unwrap();
    let address = crate::ADDRESS.to_uppercase();
    let again = other.send_code(Some(&address), false, &world.device, &world.link).await;
    assert_eq!(refused(again).0, Code::UserOtpSendCountsOverLimit);
    other.send_code(Some("other@mail.example"), false, &world.device, &world.link).await.unwrap();
    assert_eq!(world.post.letters().len(), 6);
}

#[tokio::test]
async fn what_strangers_send_to_an_address_keeps_nobody_from_their_own_way_back() {
    let world = World::with_email(false).await;
    world.enrol("user-0002").await;
    let mut stranger = world.open("user-0002", ChallengeType::SetRecovery).await;
    stranger.prove(crate::typed(crate::PIN), &world.device, &world.link).await.unwrap();
    for _ in 0..5 {
        stranger.send_code(Some(crate::ADDRESS), false, &world.device, &world.link).await.unwrap();
        world.gateway.advance(30_000);
    }
    let sixth = stranger.send_code(Some(crate::ADDRESS), false, &world.device, &world.link).await;
    assert_eq!(refused(sixth).0, Code::UserOtpSendCountsOverLimit);
    let mut session = world.open(USER, ChallengeType::RestorePinByCode).await;
    let sent = world.send(&mut session).await.unwrap();
    assert_eq!(sent.resend_at, sent.server_time + 30_000, "and their next one is held back by their own alone");
}

/// From the beginning: what was proved before the lock does not go along unseen, or the PIN that is asked for again would be refused.
#[tokio::test]
async fn whoever_waits_out_a_lock_on_the_code_of_a_new_address_gives_the_pin_again_and_comes_to_the_end() {
    let world = World::new().await;
    let mut session = world.open(USER, ChallengeType::SetRecovery).await;
    let pin = || crate::typed(crate::PIN);
    session.prove(pin(), &world.device, &world.link).await.unwrap();
    session.send_code(Some(crate::ADDRESS), false, &world.device, &world.link).await.unwrap();
    for _ in 0..3 {
        let wrong = world.prove_code(&mut session, "00000000").await;
        assert!(matches!(wrong, Err(SessionError::WrongSecret { .. })), "{wrong:?}");
    }
    world.post.take();
    world.gateway.advance(HALF_AN_HOUR);
    session.reopen(&world.device, &world.link).await.unwrap();
    let again = session.prove(pin(), &world.device, &world.link).await;
    assert_eq!(refused(again.map(drop)).0, Code::InvalidApproveContent, "it was proved with what was held");
    session.start_over(&world.device, &world.link).await.unwrap();
    session.prove(pin(), &world.device, &world.link).await.unwrap();
    session.send_code(Some(crate::ADDRESS), false, &world.device, &world.link).await.unwrap();
    world.prove_code(&mut session, &world.post.take().code()).await.unwrap();
    session.set_email(&world.device, &world.link).await.unwrap();
}

#[tokio::test]
async fn a_proof_that_does_not_hold_spends_the_guess_and_says_so() {
    let world = World::with_email(false).await;
    let challenge = world.challenge(USER, ChallengeType::RestorePinByCode).await.unwrap();
    let mut client = Client::reopen(&world.gateway, &challenge).await;
    let _: SendCodeReply =
        client.say(Step::SendCode, &SendCodeRequest { address: None, with_answers: false }).await.unwrap();
    let (_, proof) = client.guess(&world.post.take().code()).await.unwrap();
    let mut proof = proof.unwrap();
    proof.ke3[0] ^= 1;
    assert_eq!(crate::client::code(client.confirm(&proof).await), (400, 155134));
    proof.ke3[0] ^= 1;
    assert_eq!(crate::client::code(client.confirm(&proof).await), (400, 155117), "a guess has one proof");
}
