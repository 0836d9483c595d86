//! The letter, the mail server, and what is left behind of a code.

use repin_core::api::ChallengeType;
use repin_core::error::Code;
use repin_server::MailConfig;
use repin_server::doctor::{Subject, Verdict, examine};

use crate::common::database;
use crate::native::Native;
use crate::post::refusing;
use crate::{ADDRESS, USER, World, refused};

#[tokio::test]
async fn a_letter_is_in_the_language_of_the_persons_browser() {
    let mut world = World::with_email(false).await;
    let mut session = world.open(USER, ChallengeType::RestorePinByCode).await;
    for (accepted, tag, words, direction) in [
        ("de-AT,de;q=0.9", "de", "Sagen Sie ihn niemandem.", "ltr"),
        ("ar-EG", "ar", "يُرجى عدم إخبار أي شخص به أبدًا.", "rtl"),
        ("ja", "ja", "誰にも教えないでください。", "ltr"),
        ("tlh", "en", "Never tell it to anybody.", "ltr"),
    ] {
        world.device = Native::speaking(accepted);
        world.send(&mut session).await.unwrap();
        world.gateway.advance(30_000);
        let letter = world.post.take();
        assert!(letter.headers.contains(&format!("Content-Language: {tag}\n")), "{}", letter.headers);
        assert!(letter.headers.contains(&format!("To: {ADDRESS}\n")), "{}", letter.headers);
        assert!(letter.headers.contains("From: Wallet <codes@wallet.example>\n"), "{}", letter.headers);
        assert!(letter.plain.contains(words) && letter.html.contains(words), "{}", letter.plain);
        assert!(letter.html.contains(&format!("dir=\"{direction}\"")), "{}", letter.html);
        assert!(letter.html.contains(&letter.code()) && !letter.headers.contains(&letter.code()));
    }
}

#[tokio::test]
async fn the_database_holds_neither_a_code_nor_an_address() {
    let world = World::with_email(false).await;
    let mut session = world.open(USER, ChallengeType::RestorePinByCode).await;
    world.send(&mut session).await.unwrap();
    let code = world.post.take().code();
    let everything = match world.gateway.database() {
        Some(url) => database::dump(&url).await,
        None => {
            let files =
                ["repin.db", "repin.db-wal"].map(|file| std::fs::read(world.gateway.data().join(file)).unwrap());
            files.iter().map(|file| String::from_utf8_lossy(file).into_owned()).collect()
        }
    };
    assert!(everything.contains(USER), "the control: it is the database");
    let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    for secret in [code.as_str(), ADDRESS, "maria"] {
        assert!(!everything.contains(secret) && !everything.contains(&hex(secret)), "{secret}");
    }
    world.prove_code(&mut session, &code).await.unwrap();
}

#[tokio::test]
async fn a_code_that_cannot_be_sent_counts_nothing_and_leaves_the_one_before() {
    let World { gateway, post, device, link } = World::with_email(false).await;
    let nobody = MailConfig::new("smtp://127.0.0.1:9", "codes@wallet.example").unwrap();
    let gateway = gateway.restart_with(|config| config.mail = Some(nobody)).await;
    let world = World { gateway, post, device, link };
    let challenge = world.challenge(USER, ChallengeType::RestorePinByCode).await.unwrap();
    let mut session = world.open_on(USER, challenge.clone()).await;
    for _ in 0..6 {
        let (code, attempts) = refused(world.send(&mut session).await);
        assert_eq!((code, attempts.unwrap().left), (Code::EmailSendingFailed, 3), "never too early");
    }
    let (World { gateway, post, device, link }, mail) = {
        let mail = world.post.config();
        (world, mail)
    };
    let gateway = gateway.restart_with(|config| config.mail = Some(mail)).await;
    let world = World { gateway, post, device, link };
    let mut session = world.open_on(USER, challenge).await;
    world.send(&mut session).await.unwrap();
    world.prove_code(&mut session, &world.post.take().code()).await.unwrap();
}

#[tokio::test]
async fn a_server_that_says_whom_it_refuses_leaves_no_address_in_the_log() {
    let World { gateway, post, device, link } = World::with_email(false).await;
    let gateway = gateway.restart_with(|config| config.mail = Some(refusing())).await;
    let world = World { gateway, post, device, link };
    let mut session = world.open(USER, ChallengeType::RestorePinByCode).await;
    // The gateway runs on this test's thread, and so does what it logs.
    let log = tempfile::NamedTempFile::new().unwrap();
    let lines = tracing_subscriber::fmt().with_ansi(false).with_writer(log.reopen().unwrap());
    let logging = tracing::subscriber::set_default(lines.finish());
    assert_eq!(refused(world.send(&mut session).await).0, Code::EmailSendingFailed);
    drop(logging);
    let said = std::fs::read_to_string(log.path()).unwrap();
    assert!(said.contains("a code could not be sent") && said.contains("(550)"), "the control: {said}");
    assert_eq!(said.matches("User unknown").count(), 1, "{said}");
    for part in [ADDRESS, "maria", "mail.example"] {
        assert!(!said.contains(part), "{part} is in {said}");
    }
}

#[tokio::test]
async fn without_a_mail_server_no_code_is_promised() {
    let World { gateway, post, device, link } = World::with_email(false).await;
    let gateway = gateway.restart_with(|config| config.mail = None).await;
    let world = World { gateway, post, device, link };
    let mut session = world.open(USER, ChallengeType::RestorePinByCode).await;
    assert_eq!(refused(world.send(&mut session).await).0, Code::EmailSendingFailed);
}

#[tokio::test]
async fn the_doctor_says_whether_the_mail_server_takes_us() {
    let world = World::new().await;
    let (inner, listen) = (&world.gateway.inner, "127.0.0.1:0".parse().unwrap());
    for (url, verdict) in [(None, Verdict::Ok), (Some("smtp://a:hush@127.0.0.1:9"), Verdict::Fault)] {
        let mut config = inner.config.clone();
        if let Some(url) = url {
            config.mail = Some(MailConfig::new(url, "codes@wallet.example").unwrap());
        }
        let findings = examine(&Subject::new(config, listen, false, inner.clock.clone())).await;
        let mail = findings.iter().find(|finding| finding.check == "mail").expect("a finding");
        assert_eq!(mail.verdict, verdict, "{mail}");
        assert!(!mail.to_string().contains("hush"));
    }
}
