//! The program itself: killed in the middle of a delivery, looked after from another process, silent about secrets.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::common::database::{self, Place, database_of};
use crate::common::program::{Program, Starting, serve};
use crate::common::send;
use crate::receiver::{Answer, Receiver};
use crate::{USER, enrol, request, subscribe};

/// The gateway on this folder, which may reach the receiver.
fn start(data: &Path, receiver: &Receiver) -> Program {
    let mut command = serve(data);
    // Not asked, and not heeded.
    command.envs([("HTTPS_PROXY", "http://127.0.0.1:9"), ("ALL_PROXY", "http://127.0.0.1:9")]);
    command.args(["--log-level", "trace", "--webhook-allow-network", "127.0.0.0/8", "--webhook-ca"]).arg(receiver.ca());
    Starting::new(command.envs(database_of(data))).listening().unwrap()
}

/// Asks it to stop, which it does well, and returns its log without its own address, which it tells at the start.
fn stop(program: Program) -> String {
    let own = program.host.url.replace("http://", "");
    let (ended_well, log) = program.stop();
    assert!(ended_well);
    log.join("\n").replace(&own, "")
}

fn admin(data: &Path, arguments: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_repin-server");
    Command::new(program)
        .env_clear()
        .envs(database_of(data))
        .args(["admin", "--json", "--by", "olive", "webhooks"])
        .args(arguments)
        .arg("--data")
        .arg(data)
        .output()
        .unwrap()
}

fn answer(output: &Output) -> Value {
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test]
async fn killed_between_claim_and_delivery_it_delivers_after_the_restart() {
    let receiver = Receiver::start().await;
    let folder = Place::new();
    let mut program = start(folder.path(), &receiver);
    program.host.create_user(USER).await;
    subscribe(&program.host, &receiver.url_by_address(), &[]).await;
    receiver.wait_for(1).await;
    receiver.answer(|_| Answer::Hang);
    let challenge = enrol(&program.host).await.challenge;
    // Claimed and sent, and the receiver has not said that it has it.
    let before = receiver.wait_for(2).await;
    program.kill();
    if let Some((_, url)) = database_of(folder.path()) {
        // As a minute later: on a shared database nobody knows that it is dead.
        database::execute(&url, "UPDATE deliveries SET due = 0 WHERE owner IS NOT NULL").await;
    }
    receiver.answer(|_| Answer::Status(200));
    let program = start(folder.path(), &receiver);
    let posts = receiver.wait_for(3).await;
    assert_eq!(posts[2].json()["notification"]["id"], challenge.as_str());
    assert_eq!(posts[2].body, before[1].body);
    stop(program);
}

#[tokio::test]
async fn the_operator_lists_and_replays_dead_letters_while_the_gateway_runs() {
    let receiver = Receiver::start().await;
    let folder = Place::new();
    let data = folder.path();
    let program = start(data, &receiver);
    let endpoint = format!("{}?token=hush-hush-in-the-query", receiver.url_by_address());
    receiver.answer_posts(|_| Answer::Status(410));
    let id = subscribe(&program.host, &endpoint, &[]).await["id"].as_str().unwrap().to_owned();
    let sent = receiver.wait_for(1).await.remove(0);
    let one = format!("/subscriptions/{id}");
    // 410 is written down after it was read.
    while send(request(&program.host, "GET", &one)).await.1["data"]["enabled"] == true {
        tokio::task::yield_now().await;
    }
    let letters = answer(&admin(data, &["dead-letters"]));
    let letter = &letters["deadLetters"][0];
    assert_eq!(letters["deadLetters"].as_array().unwrap().len(), 1);
    assert_eq!([&letter["notificationId"], &letter["subscription"]], [&json!(sent.notification()), &json!(id)]);
    assert_eq!([&letter["type"], &letter["tries"]], [&json!("webhooks.test"), &json!(1)]);

    receiver.answer(|_| Answer::Status(200));
    assert_eq!(send(request(&program.host, "PATCH", &one).json(&json!({"enabled": true}))).await.0, 200);
    assert!(!admin(data, &["replay"]).status.success(), "which?");
    assert_eq!(answer(&admin(data, &["replay", "another"])), json!({"replayed": 0}));
    assert_eq!(receiver.posts().len(), 1);
    // From another process, and the gateway notices by itself.
    assert_eq!(answer(&admin(data, &["replay", &sent.notification()])), json!({"replayed": 1}));
    let posts = receiver.wait_for(2).await;
    assert_eq!(posts[1].body, sent.body);
    assert_eq!(answer(&admin(data, &["dead-letters"])), json!({"deadLetters": []}));

    let rotated = answer(&admin(data, &["rotate-key"]))["id"].as_str().unwrap().to_owned();
    let log = stop(program);
    let log_of = |id: &str| answer(&admin(data, &["log", "--subscription", id]))["tries"].take();
    let tries = log_of(&id).as_array().unwrap().clone();
    assert_eq!(tries.iter().map(|line| line["status"].as_u64().unwrap()).collect::<Vec<_>>(), [200, 410]);
    let same =
        |line: &Value| line["subscription"] == id && line["notificationId"] == sent.notification() && line["try"] == 1;
    assert!(tries.iter().all(same));
    assert_eq!(log_of("another"), json!([]));
    let mut audit = Command::new(env!("CARGO_BIN_EXE_repin-server"));
    let audit = audit.args(["admin", "audit", "list", "--data"]).arg(data).envs(database_of(data)).output();
    let audit = String::from_utf8(audit.unwrap().stdout).unwrap();
    for done in ["WEBHOOKS_REPLAYED", "WEBHOOK_KEY_ADDED", "olive", &sent.notification(), &rotated] {
        assert!(audit.contains(done), "{done}\n{audit}");
    }
    let missing = admin(&data.join("nowhere"), &["dead-letters"]);
    assert!(!missing.status.success() && !data.join("nowhere").exists());

    let told = String::from_utf8(admin(data, &["log"]).stdout).unwrap() + &log;
    assert!(log.contains("\"status\":410") && log.contains(&sent.notification()), "{log}");
    for secret in ["hush-hush", "/hook", "127.0.0.1", &sent.header("x-circle-signature")[..40], "hello", "world"] {
        assert!(!told.contains(secret), "{secret}\n{told}");
    }

    // Both keys may have been made in the same second; either may be the newest, and both are served.
    let program = start(data, &receiver);
    for key in [rotated.as_str(), sent.header("x-circle-key-id")] {
        assert_eq!(send(request(&program.host, "GET", &format!("/publicKey/{key}"))).await.0, 200);
    }
    stop(program);
}
