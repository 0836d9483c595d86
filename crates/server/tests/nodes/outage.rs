//! The database away, read only, and back.

use std::path::Path;

use repin_core::api::Step;
use repin_core::api::{CredentialKind, Prove1Reply, Prove1Request};
use repin_core::credential::ClientLogin;
use repin_core::secret::SecretBytes;
use serde_json::{Value, json};

use crate::client::Client;
use crate::common::evidence::say;
use crate::common::{Host, send};
use crate::facts::Facts;
use crate::journey::{Road, STEPS, change_pin};
use crate::node::Site;
use crate::{ANSWERS, PIN, USER};

async fn health(host: &Host, which: &str) -> u16 {
    send(host.http.get(format!("{}/health/{which}", host.url))).await.0
}

/// Waits for the gateway to find out by itself: it looks once a second.
async fn until_ready_says(host: &Host, status: u16) {
    let says = async {
        while health(host, "ready").await != status {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), says).await.expect("it finds out");
}

async fn until_ready(host: &Host) {
    until_ready_says(host, 200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_database_is_away_errors_say_so_and_afterwards_everything_goes_on() {
    let site = Site::new();
    let node = site.start("0");
    let host = &node.host;
    host.create_user(USER).await;
    Client::open(host, "POST", "/user/initialize").await.replace(&[PIN, ANSWERS]).await.unwrap();
    let mut change = Client::open(host, "PUT", "/user/pin").await;
    change.guess("111111").await.unwrap();

    site.cluster.stop(false).unwrap();
    until_ready_says(host, 503).await;
    assert_eq!(health(host, "live").await, 200);
    // For an alarm; the outbox cannot be counted, and is not said to be empty.
    let metrics = reqwest::get(node.metrics_url()).await.unwrap().text().await.unwrap();
    assert!(metrics.contains("\nrepin_database_away 1\n") && metrics.contains("\nrepin_ready 0\n"), "{metrics}");
    assert!(!metrics.contains("repin_webhook_outbox_waiting"), "{metrics}");
    let (_, ke1) = ClientLogin::start(&SecretBytes::new(b"222222".to_vec()), &mut rand_core::OsRng).unwrap();
    let sealed = change.seal(Step::Prove1, &Prove1Request { kind: CredentialKind::Pin, ke1 });
    let (guess, rest) = tokio::join!(
        change.send(Step::Prove1, change.seq, &sealed),
        send(host.request("POST", "/users/token").json(&json!({"userId": USER}))),
    );
    for (status, body) in [guess, rest] {
        assert_eq!((status, &body), (503, &json!({"code": -1, "message": "Something went wrong"})));
    }
    // On Planbok's paths in Planbok's shape.
    let visit = host.http.post(format!("{}/v1/repin/visits/{}/session", host.url, change.challenge));
    let customer =
        host.http.get(format!("{}/v2/customers/{USER}", host.url)).header("PLANBOK-X-API-KEY", &host.api_key);
    for request in [visit, customer] {
        let response = request.send().await.unwrap();
        assert_eq!((response.status().as_u16(), response.headers()["retry-after"].as_bytes()), (503, &b"2"[..]));
        let body: serde_json::Value = response.json().await.unwrap();
        assert_eq!(body, json!({"success": false, "message": "Something went wrong"}));
    }

    site.cluster.resume().unwrap();
    until_ready(host).await;
    let user = host.user(USER).await["data"]["user"].take();
    assert_eq!(user["pinDetails"]["failedAttempts"], 1, "what was not answered was not charged");
    // The very bytes that could not be taken, as the widget sends them again.
    let (status, body) = change.send(Step::Prove1, change.seq, &sealed).await;
    let reply: Prove1Reply = change.read(Step::Prove1, &sealed, status, &body).unwrap();
    assert_eq!(reply.attempts.left, 1);
    Client::open(host, "PUT", "/user/pin").await.prove(PIN).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_database_that_is_read_only_what_needs_no_writing_is_answered() {
    let site = Site::new();
    let node = site.start("0");
    let host = &node.host;
    host.create_user(USER).await;
    let mut enrol = Client::open(host, "POST", "/user/initialize").await;
    enrol.replace(&[PIN, ANSWERS]).await.unwrap();
    // As after a change of roles: new connections meet a server that takes no writes.
    let disconnect =
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = 'repin-server'";
    site.execute(&["ALTER DATABASE postgres SET default_transaction_read_only = on", disconnect]).await;

    until_ready_says(host, 503).await;
    assert_eq!(health(host, "live").await, 200);
    assert_eq!(host.user(USER).await["data"]["user"]["pinStatus"], "ENABLED");
    let (token, _) = host.token(USER).await;
    assert_eq!(host.challenge_status(&token, &enrol.challenge).await, "COMPLETE");
    let (status, body) = send(host.request("POST", "/users").json(&json!({"userId": "user-0002"}))).await;
    assert_eq!((status, body["code"].as_i64()), (503, Some(-1)), "{body}");
    assert_eq!(host.try_challenge("PUT", "/user/pin", &token).await, Err(-1));

    let writable = "ALTER DATABASE postgres RESET default_transaction_read_only";
    site.execute(&["SET default_transaction_read_only = off", writable, disconnect]).await;
    until_ready(host).await;
    Client::open(host, "PUT", "/user/pin").await.prove(PIN).await.unwrap();
}

/// The server stops as in a crash before each message, and is there again when it is repeated; or, as the control, it is not stopped.
struct CrashAtEach<'a> {
    site: &'a Site,
    host: &'a Host,
    stops: bool,
    refused: usize,
    unchanged: usize,
}

impl CrashAtEach<'_> {
    async fn facts(&self) -> Facts {
        Facts::read(Some(self.site.url()), Path::new("")).await
    }
}

impl Road for CrashAtEach<'_> {
    async fn carry(&mut self, client: &Client, step: Step, sealed: &[u8]) -> (u16, Value) {
        let before = self.facts().await;
        if self.stops {
            self.site.cluster.stop(false).unwrap();
        }
        let (status, body) = client.send(step, client.seq, sealed).await;
        self.refused += usize::from(status == 503 && body["code"] == -1);
        if self.stops {
            self.site.cluster.resume().unwrap();
            until_ready(self.host).await;
        }
        self.unchanged += usize::from(self.facts().await == before);
        client.send(step, client.seq, sealed).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_crashes_at_every_message_loses_nothing_and_gives_no_attempt() {
    let site = Site::new();
    let node = site.start("0");
    let host = &node.host;
    host.create_user(USER).await;
    Client::open(host, "POST", "/user/initialize").await.replace(&[PIN, ANSWERS]).await.unwrap();
    let mut road = CrashAtEach { site: &site, host, stops: true, refused: 0, unchanged: 0 };
    change_pin(host, PIN, "730562", &mut road).await;
    let messages = STEPS.len();
    assert_eq!((road.refused, road.unchanged), (messages, messages));
    assert!(Client::open(host, "PUT", "/user/pin").await.guess(PIN).await.unwrap().1.is_none());
    Client::open(host, "PUT", "/user/pin").await.prove("730562").await.unwrap();

    let mut control = CrashAtEach { stops: false, refused: 0, unchanged: 0, ..road };
    change_pin(host, "730562", "194673", &mut control).await;
    assert_eq!((control.refused, control.unchanged), (0, 0), "the checks see what a message changes");
    let figure = format!(
        "PostgreSQL stopped as by a crash before each of {messages} messages: {messages} answered 503, 0 of them half applied, \
         each went on by the same bytes"
    );
    let changed = messages - control.unchanged;
    say(13, figure, format_args!("without a stop {} refused, {changed} changed something", control.refused));
}
