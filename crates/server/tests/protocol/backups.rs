//! What a restored backup brings back is what docs/operating.md says of it.

use std::path::Path;
use std::process::Command;

use repin_core::api::Attempts;
use repin_server::keys::Purpose;
use repin_server::rotation::grace;
use repin_server::store::{By, Retirement};

use crate::client::{Client, code};
use crate::common::evidence::say;
use crate::common::{Gateway, START};
use crate::{ANSWERS, PIN, USER, enrolled, rotation};

const LOCK: u64 = 30 * 60 * 1000;

/// SQLite's own copy, which `.backup` of its shell makes.
fn copy(from: &Path, to: &Path) {
    let script = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).backup(sqlite3.connect(sys.argv[2]))";
    let made = Command::new("python3").args(["-c", script]).args([from, to]).status().unwrap();
    assert!(made.success());
}

async fn counter(gateway: &Gateway) -> repin_server::attempts::Counter {
    let app = &gateway.inner.app.id;
    gateway.inner.store.user(app, USER).await.unwrap().unwrap().pin.unwrap().counter
}

#[tokio::test]
async fn a_restore_brings_back_tries_pins_and_challenges_as_the_operators_paper_says() {
    if crate::common::database::server().is_some() {
        return;
    }
    let gateway = enrolled().await;
    let kept = tempfile::tempdir().unwrap();
    let backup = kept.path().join("repin.db");
    let mut early = Client::open(&gateway, "PUT", "/user/pin").await;
    for _ in 0..2 {
        early.guess("111111").await.unwrap();
    }
    let mut restore = Client::open(&gateway, "POST", "/user/pin/restore").await;
    copy(&gateway.data().join("repin.db"), &backup);
    let then = counter(&gateway).await;

    // What is lost: a lock, and a new PIN.
    let (reply, _) = early.guess("111111").await.unwrap();
    assert_eq!(reply.attempts, Attempts { left: 0, locked_until: Some(START + LOCK) });
    assert_eq!(code(early.guess(PIN).await), (400, 155119));
    restore.prove(ANSWERS).await.unwrap();
    restore.replace(&["730562"]).await.unwrap();
    let token = restore.token.clone();
    assert_eq!(gateway.challenge_status(&token, &restore.challenge).await, "COMPLETE");

    let put_back = |data: &Path| {
        for ending in ["db-wal", "db-shm"] {
            let _ = std::fs::remove_file(data.join("repin").with_extension(ending));
        }
        std::fs::copy(&backup, data.join("repin.db")).unwrap();
    };
    let gateway = gateway.restart_after(put_back).await;
    let tries = counter(&gateway).await;
    assert_eq!(tries, then, "tries and the count against 100 are the backup's");
    assert_eq!(gateway.challenge_status(&token, &restore.challenge).await, "PENDING", "open again");
    let mut change = Client::open(&gateway, "PUT", "/user/pin").await;
    assert_eq!(change.opened.as_ref().unwrap().attempts, Some(Attempts { left: 1, locked_until: None }));
    change.prove(PIN).await.expect("the old PIN is the PIN again");

    // Sessions end with their key. A gateway that used it a moment ago is waited for, as the paper says.
    let old = gateway.inner.keys.newest(Purpose::TokenSigning).to_owned();
    rotation::add(&gateway, Purpose::TokenSigning);
    let later = START + grace(Purpose::TokenSigning);
    let by = By { operator: "Ada", now: later };
    let retired = gateway.inner.store.retire_ring_key(Purpose::TokenSigning.name(), &old, START, by).await.unwrap();
    assert_eq!(retired, Retirement::Done);
    let gateway = gateway.restart().await;
    let path = format!("/user/challenges/{}", restore.challenge);
    let request = gateway.request("GET", &path).header("X-User-Token", &token);
    assert_eq!(crate::common::send(request).await.1["code"], 155105, "a token from before");
    Client::open(&gateway, "PUT", "/user/pin").await.prove(PIN).await.unwrap();

    let again = tries.charged(START).is_some();
    let figure = format!(
        "SQLite restored from a backup: {} of 3 tries used, as at the backup; the old PIN opens, a completed challenge is open \
         again, and with the signing key retired 0 tokens from before are taken",
        tries.failed
    );
    say(9, figure, format_args!("before the restore the credential was locked; after it a guess is taken: {again}"));
}
