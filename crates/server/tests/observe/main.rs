//! What an operator sees: metrics, traces, health and the doctor, and that no secret is in any of them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../protocol/client.rs"]
#[allow(dead_code)] // the protocol's tests use all of it
mod client;
mod collector;
#[path = "../common/mod.rs"]
mod common;
mod doctor;
mod evidence;
mod health;
mod metrics;
mod page;
mod secrets;
mod traces;

use std::process::Command;
use std::time::Duration;

use client::{Client, code};
use common::Host;
use common::database::{Place, database_of};
use common::program::{Program, Starting, serve};

/// The user of the client.
pub const USER: &str = "user-0001";
/// Their PIN: longer than a real one, so that no number looks like it by chance.
pub const PIN: &str = "49381749381749";
/// The one that they choose when they recover.
pub const NEW_PIN: &str = "73056273056273";
/// Their answers, joined.
pub const ANSWERS: &str = "the answers, joined as the vault joins them";
/// Others.
pub const WRONG: &str = "answers that are wrong";

/// The program on this place, with some options more.
pub fn command(place: &Place, options: &[&str]) -> Command {
    let mut command = serve(&place.path().join("data"));
    command.args(["--log-level", "trace", "--metrics-listen", "127.0.0.1:0"]).args(options);
    command.envs(database_of(place.path()));
    command
}

/// Started, and listening.
pub fn start(place: &Place, options: &[&str]) -> Program {
    Starting::new(&mut command(place, options)).listening().unwrap()
}

/// Somebody sets a PIN, forgets it, is wrong once, and recovers: nine messages in two sessions, whose tokens and keys are returned.
pub async fn recover(host: &Host) -> Vec<String> {
    let mut enrol = Client::open(host, "POST", "/user/initialize").await;
    enrol.replace(&[PIN, ANSWERS]).await.unwrap();
    let mut restore = Client::open(host, "POST", "/user/pin/restore").await;
    assert!(restore.guess(WRONG).await.unwrap().1.is_none());
    restore.prove(ANSWERS).await.unwrap();
    restore.replace(&[NEW_PIN]).await.unwrap();
    [enrol, restore].map(|client| [client.token, client.challenge]).concat()
}

/// Three wrong PINs, and a fourth that is not taken: five messages.
pub async fn lock(host: &Host) {
    let mut change = Client::open(host, "PUT", "/user/pin").await;
    for _ in 0..3 {
        assert!(change.guess(WRONG).await.unwrap().1.is_none());
    }
    assert_eq!(code(change.guess(NEW_PIN).await), (400, 155119));
}

/// Asks until the answer is right. What is waited for happens in another process, or in a task that tells nobody.
pub async fn until<F: Future<Output = bool>>(mut right: impl FnMut() -> F) {
    let asking = async {
        while !right().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), asking).await.expect("in time");
}
