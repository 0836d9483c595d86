//! What lies on the disk: enough to go on after a restart, nothing that a thief could read.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use repin_core::api::{Attempts, CommitReply, Step};

use crate::client::{Client, code, questions};
use crate::common::{Gateway, START, database};
use crate::{ANSWERS, PIN, USER, enrolled, gateway_with_user};

#[tokio::test]
async fn a_restart_keeps_sessions_runs_locks_and_credentials() {
    let gateway = enrolled().await;
    let mut restore = Client::open(&gateway, "POST", "/user/pin/restore").await;
    restore.prove(ANSWERS).await.unwrap();
    let mut change = Client::open(&gateway, "PUT", "/user/pin").await;
    for _ in 0..3 {
        change.guess("111111").await.unwrap();
    }
    let app = gateway.inner.app.id.clone();
    let (seq, run, token, challenge) = (restore.seq, restore.run, restore.token, restore.challenge);
    let (channel, kind) = (restore.channel, restore.kind);

    let gateway = gateway.restart().await;
    assert_eq!(gateway.inner.app.id, app);
    let locked = Client::reopen(&gateway, &change.challenge).await;
    let attempts = locked.opened.unwrap().attempts;
    assert_eq!(attempts, Some(Attempts { left: 0, locked_until: Some(START + 30 * 60_000) }));
    // The run goes on in the middle, with its old token.
    let (_, key) = gateway.token(USER).await;
    let mut restore = Client::on(&gateway, &token, &key, &challenge);
    (restore.channel, restore.kind, restore.seq, restore.run) = (channel, kind, seq, run);
    restore.replace(&["730562"]).await.unwrap();
    Client::open(&gateway, "PUT", "/user/pin").await.prove("730562").await.unwrap();
}

#[tokio::test]
async fn the_database_holds_no_question_no_hint_no_key_and_no_token() {
    // Six digits are in any ten thousand of hex by chance.
    const LONG_PIN: &str = "49381750628374";
    let gateway = gateway_with_user().await;
    Client::open(&gateway, "POST", "/user/initialize").await.replace(&[LONG_PIN, ANSWERS]).await.unwrap();
    let mut client = Client::open(&gateway, "POST", "/user/pin/restore").await;
    let (token, key) = gateway.token(USER).await;
    client.prove(ANSWERS).await.unwrap();
    client.replace(&["730562"]).await.unwrap();
    let mut all = match gateway.database() {
        Some(url) => database::dump(&url).await.into_bytes(),
        None => Vec::new(),
    };
    for file in std::fs::read_dir(gateway.data()).unwrap().map(|file| file.unwrap().path()) {
        if file.is_file() {
            all.extend(std::fs::read(file).unwrap());
        }
    }
    // On PostgreSQL what was read are rows, with bytes in hex.
    let hex = |needle: &[u8]| needle.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into_bytes();
    let holds = |needle: &[u8]| holds(&all, needle) || holds(&all, &hex(needle));
    assert!(holds(USER.as_bytes()), "the search finds what is there");
    assert!(!holds(LONG_PIN.as_bytes()) && !holds(ANSWERS.as_bytes()));
    for question in questions() {
        assert!(!holds(question.text.as_bytes()), "{}", question.text);
        assert!(!holds(question.id.as_bytes()), "{}", question.id);
        assert!(!question.hint.is_some_and(|hint| holds(hint.as_bytes())));
    }
    for secret in [&token, &client.token, &key] {
        assert!(!holds(secret.as_bytes()));
        assert!(!holds(secret.split('.').next_back().unwrap().as_bytes()));
    }
    let raw_key = base64::Engine::decode(&base64::prelude::BASE64_STANDARD, &key).unwrap();
    assert!(!holds(&raw_key));
}

#[tokio::test]
async fn a_replaced_record_is_gone_from_the_disk() {
    let gateway = gateway_with_user().await;
    let mut client = Client::open(&gateway, "POST", "/user/pin").await;
    let commit = client.register(&[PIN]).await.unwrap();
    client.say::<_, CommitReply>(Step::Commit, &commit).await.unwrap();
    let mut change = Client::open(&gateway, "PUT", "/user/pin").await;
    change.prove(PIN).await.unwrap();
    change.replace(&["730562"]).await.unwrap();
    // A restart writes the log back into the file and removes it.
    let gateway = gateway.restart().await;
    let record = &commit.credentials[0].record;
    match gateway.database() {
        // What dead rows leave in its files is gone when they are vacuumed and overwritten: docs/operating.md.
        Some(url) => {
            let hex: String = record[..32].iter().map(|byte| format!("{byte:02x}")).collect();
            assert!(!database::dump(&url).await.contains(&hex));
        }
        None => assert!(!holds(&std::fs::read(gateway.data().join("repin.db")).unwrap(), &record[..32])),
    }
}

#[tokio::test]
async fn the_data_folder_and_its_keys_are_the_owners_alone() {
    let gateway = enrolled().await;
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(gateway.data()), 0o700);
    let keys: Vec<_> =
        std::fs::read_dir(gateway.data().join("keys")).unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(keys.len(), 6);
    assert!(keys.iter().all(|key| mode(key) == 0o400));
}

#[tokio::test]
async fn a_second_gateway_on_the_same_folder_starts_only_where_the_database_can_be_shared() {
    let gateway = enrolled().await;
    if let Some(node) = gateway.another_node().await {
        // Where the database is shared, so may the key ring be.
        assert_eq!(node.user(USER).await["data"]["user"]["pinStatus"], "ENABLED");
        return;
    }
    let config = repin_server::Config::new(gateway.data());
    let second = repin_server::Gateway::start(config, gateway.clock.clone()).await;
    assert!(matches!(second.err(), Some(repin_server::StartError::InUse(_))));
}

/// Whether bytes are somewhere in others.
fn holds(all: &[u8], needle: &[u8]) -> bool {
    all.windows(needle.len()).any(|window| window == needle)
}

#[tokio::test]
async fn the_sweep_forgets_runs_that_no_session_can_continue_and_keeps_their_challenge() {
    const HOURS: u64 = 60 * 60_000;
    let gateway = Gateway::start_with(|config| config.challenge_ttl = Duration::from_secs(24 * 3600)).await;
    gateway.create_user(USER).await;
    let mut client = Client::open(&gateway, "POST", "/user/pin").await;
    gateway.inner.store.sweep(START + 2 * HOURS - 1).await.unwrap();
    let commit = client.register(&[PIN]).await.unwrap();
    gateway.inner.store.sweep(START + 2 * HOURS).await.unwrap();
    assert_eq!(code(client.say::<_, CommitReply>(Step::Commit, &commit).await), (400, 155117));
    let mut again = Client::reopen(&gateway, &client.challenge).await;
    again.replace(&[PIN]).await.unwrap();
}

/// As SQLite does when the disk is full.
#[tokio::test]
async fn a_transaction_that_the_database_rolls_back_by_itself_stops_no_other() {
    let gateway = enrolled().await;
    if gateway.database().is_some() {
        return;
    }
    let mut client = Client::open(&gateway, "PUT", "/user/pin").await;
    let fails = "CREATE TRIGGER fails BEFORE UPDATE ON credentials BEGIN SELECT RAISE(ROLLBACK, 'in a test'); END";
    gateway.execute(fails).await;
    assert_eq!(code(client.guess(PIN).await), (500, -1));
    gateway.execute("DROP TRIGGER fails").await;
    client.prove(PIN).await.unwrap();
}
