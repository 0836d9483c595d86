//! The program itself: its help, its log, its end.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::Read;
use std::process::{Command, Stdio};

mod admin;
#[path = "../protocol/client.rs"]
#[allow(dead_code)] // the protocol's tests use all of it
mod client;
#[path = "../common/mod.rs"]
mod common;
mod keys;

use client::Client;
use common::database::{Place, database_of};
use common::program::{Program, Starting, serve};
use common::{API_KEY, send};
use repin_core::api::CancelRequest;
use serde_json::json;

/// The user of the client.
pub const USER: &str = "user-0001";
// Longer than a real one, so that no time or identity in the log looks like it by chance.
const PIN: &str = "49381749381749";
const ANSWERS: &str = "the answers, joined as the vault joins them";

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_repin-server"));
    command.env_clear();
    command
}

/// Changes a SQLite database behind its gateway's back.
async fn execute_sqlite(file: &std::path::Path, statement: &'static str) {
    use sqlx::Connection;
    let mut connection = sqlx::SqliteConnection::connect(file.to_str().unwrap()).await.unwrap();
    sqlx::query(statement).execute(&mut connection).await.unwrap();
}

/// The program on this place, with all that it logs.
fn start(folder: &Place) -> Program {
    let mut command = serve(&folder.path().join("data"));
    command.args(["--log-level", "trace"]).envs(database_of(folder.path()));
    Starting::new(&mut command).listening().unwrap()
}

#[test]
fn help_explains_every_option_and_never_shows_a_key() {
    let output = program().args(["serve", "--help"]).env("REPIN_API_KEY", API_KEY).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    for option in [
        "--listen",
        "--data",
        "--api-key",
        "--allowed-origin",
        "--public-url",
        "--challenge-ttl",
        "--rate-limit",
        "--metrics-listen",
        "--otlp-endpoint",
        "--drain",
        "--demo",
    ] {
        assert!(text.contains(option), "{option}\n{text}");
    }
    assert!(!text.contains("a-secret-of-the-tests"), "{text}");
}

/// A program with the feature `failpoints` names the variable that it reads, and those places.
#[test]
fn the_program_has_no_place_at_which_a_test_can_end_it() {
    let program = std::fs::read(env!("CARGO_BIN_EXE_repin-server")).unwrap();
    let has = |text: &str| program.windows(text.len()).any(|window| window == text.as_bytes());
    for name in ["REPIN_FAILPOINTS", "charge.counted", "commit.written", "late charge"] {
        assert_eq!(has(name), cfg!(feature = "failpoints"), "{name}");
    }
    assert!(has("REPIN_API_KEY"), "the control");
}

#[test]
fn a_start_that_fails_says_why_and_repeats_no_key() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    std::fs::write(&data, "a file where the folder should be").unwrap();
    let mut child = program()
        .args(["serve", "--listen", "127.0.0.1:0", "--api-key", API_KEY, "--data"])
        .arg(&data)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut log = String::new();
    child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
    assert!(!child.wait().unwrap().success());
    assert!(log.contains(data.to_str().unwrap()), "{log}");
    assert!(!log.contains("a-secret-of-the-tests"), "{log}");
}

#[test]
fn a_gateway_warns_that_it_has_no_key_when_there_is_none_in_the_database_either() {
    let folder = Place::new();
    let warns = || {
        let mut command = serve(&folder.path().join("data"));
        command.env_remove("REPIN_API_KEY").envs(database_of(folder.path()));
        let (ended_well, log) = Starting::new(&mut command).listening().unwrap().stop();
        assert!(ended_well);
        log.iter().any(|line| line.contains("there is no API key"))
    };
    assert!(warns());
    let key = admin::said(folder.path(), &["key", "create"]);
    assert!(!warns(), "there is one now");
    admin::said(folder.path(), &["key", "revoke", key.split(':').nth(1).unwrap()]);
    assert!(warns(), "and now none again");
}

#[tokio::test]
async fn no_pin_answer_token_or_key_is_in_the_log_at_trace_and_the_program_ends_well() {
    let folder = Place::new();
    let program = start(&folder);
    let host = &program.host;
    host.create_user(USER).await;
    let mut enrol = Client::open(host, "POST", "/user/initialize").await;
    enrol.replace(&[PIN, ANSWERS]).await.unwrap();
    let mut restore = Client::open(host, "POST", "/user/pin/restore").await;
    let (_, wrong) = restore.guess("wrong answers").await.unwrap();
    assert!(wrong.is_none());
    restore.prove(ANSWERS).await.unwrap();
    let refused =
        restore.say::<_, repin_core::api::CommitReply>(repin_core::api::Step::Commit, &CancelRequest {}).await;
    assert!(refused.is_err());
    restore.replace(&["73056273056273"]).await.unwrap();
    let (token, key) = host.token(USER).await;
    let odd = json!({"userId": PIN, "answer": ANSWERS});
    assert_eq!(send(host.request("POST", "/user/pin").header("X-User-Token", &token).json(&odd)).await.0, 400);
    assert_eq!(send(host.request("GET", &format!("/{PIN}?answer={PIN}"))).await.0, 404);
    let (user_tokens, challenge) = ([token, enrol.token.clone(), restore.token.clone()], restore.challenge.clone());

    let (ended_well, log) = program.stop();
    assert!(ended_well);
    let log = log.join("\n");
    assert!(log.contains("/v1/repin/challenges/{challengeId}/messages"), "the requests are in the log\n{log}");
    assert!(log.contains("\"session\":\""), "{log}");
    assert!(log.contains("stopped"), "{log}");
    for secret in [PIN, "73056273056273", ANSWERS, "wrong answers", &key, "a-secret-of-the-tests", &challenge] {
        assert!(!log.contains(secret), "{secret}\n{log}");
    }
    for token in user_tokens {
        assert!(token.split('.').all(|part| !log.contains(part)), "{log}");
    }
    assert!(!log.contains("school"), "questions\n{log}");
}

#[tokio::test]
async fn a_killed_program_starts_again_where_it_was() {
    let folder = Place::new();
    let mut program = start(&folder);
    program.host.create_user(USER).await;
    let mut enrol = Client::open(&program.host, "POST", "/user/initialize").await;
    enrol.replace(&[PIN, ANSWERS]).await.unwrap();
    let mut change = Client::open(&program.host, "PUT", "/user/pin").await;
    change.guess("111111").await.unwrap();
    program.kill();

    let program = start(&folder);
    let user = program.host.user(USER).await["data"]["user"].take();
    assert_eq!((user["pinStatus"].as_str(), &user["pinDetails"]["failedAttempts"]), (Some("ENABLED"), &json!(1)));
    Client::open(&program.host, "PUT", "/user/pin").await.prove(PIN).await.unwrap();
}
