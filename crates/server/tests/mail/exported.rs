//! The letter that tells whose private keys were given out.

use futures_util::future::join_all;
use repin_core::api::{ChallengeType, ExportRequest, Step};
use repin_vault::session::Session;

use crate::client::Client;
use crate::native::Native;
use crate::{ADDRESS, PIN, USER, World, typed};

/// Has a wallet made, and an export proved.
async fn proved(world: &World) -> Session {
    let mut session = world.open(USER, ChallengeType::CreateWallet).await;
    session.prove(typed(PIN), &world.device, &world.link).await.unwrap();
    session.create_wallet(&world.device, &world.link).await.unwrap();
    let mut session = world.open(USER, ChallengeType::ExportKeys).await;
    session.prove(typed(PIN), &world.device, &world.link).await.unwrap();
    session
}

/// Waits for what is sent behind a reply.
async fn sent(world: &World) {
    let tasks = &world.gateway.inner.tasks;
    tasks.close();
    tasks.wait().await;
    tasks.reopen();
}

#[tokio::test]
async fn who_has_an_address_is_told_once_in_their_language_when_their_keys_were_given_out() {
    for with_answers in [false, true] {
        let mut world = World::with_email(with_answers).await;
        world.device = Native::speaking("de");
        let mut session = proved(&world).await;
        assert!(world.post.letters().is_empty(), "a wallet alone is no reason to write");
        let exported = session.export(&world.device, &world.link).await.unwrap();
        sent(&world).await;
        let letter = world.post.take();
        assert!(letter.headers.contains(&format!("To: {ADDRESS}\n")), "{}", letter.headers);
        assert!(letter.headers.contains("Content-Language: de\n"), "{}", letter.headers);
        for text in [&letter.plain, &letter.html] {
            assert!(text.contains("die privaten Schlüssel Ihrer Wallet bekommen"), "{text}");
            assert!(text.contains("verschieben Sie Ihr Geld sofort"), "{text}");
            // Whoever reads the mail learns neither a key nor what there is to take.
            for key in &exported.keys {
                let secret = std::str::from_utf8(key.private_key.expose_secret()).unwrap();
                assert!(!text.contains(secret) && !text.contains(&key.address.address), "{text}");
            }
        }
        // What is asked for once more is refused, and no reason to write.
        session.export(&world.device, &world.link).await.err().expect("the challenge is over");
        sent(&world).await;
        assert!(world.post.letters().is_empty());
    }
}

#[tokio::test]
async fn the_same_bytes_many_times_at_once_are_one_letter() {
    let world = World::with_email(false).await;
    proved(&world).await;
    let client = Client::proved(&world.gateway, ChallengeType::ExportKeys).await;
    let sealed = client.seal(Step::Export, &ExportRequest {});
    let told = join_all((0..16).map(|_| client.send(Step::Export, client.seq, &sealed))).await;
    assert!(told.iter().any(|(status, _)| *status == 200), "{told:?}");
    sent(&world).await;
    world.post.take();
}

#[tokio::test]
async fn keys_are_given_out_without_an_address_and_without_a_mail_server_all_the_same() {
    let world = World::new().await;
    proved(&world).await.export(&world.device, &world.link).await.unwrap();
    sent(&world).await;
    assert!(world.post.letters().is_empty());

    let World { gateway, post, device, link } = World::with_email(false).await;
    let gateway = gateway.restart_with(|config| config.mail = None).await;
    let world = World { gateway, post, device, link };
    proved(&world).await.export(&world.device, &world.link).await.unwrap();
}
