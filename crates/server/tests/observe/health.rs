//! `/health/live` and `/health/ready`: each reason not to be ready, brought about.

use std::process::Command;

use serde_json::json;

use crate::common::database::{Place, database_of};
use crate::common::program::{Starting, serve};
use crate::common::{Gateway, Host, send};
use crate::{USER, start, until};

async fn health(host: &Host, which: &str) -> (u16, String) {
    let (status, body) = send(host.http.get(format!("{}/health/{which}", host.url))).await;
    (status, body["status"].as_str().unwrap().to_owned())
}

/// Why it is not ready, once it has noticed.
async fn not_ready(host: &Host) -> String {
    until(async || health(host, "ready").await.0 == 503).await;
    assert_eq!(health(host, "live").await, (200, "live".into()), "a restart would not help");
    health(host, "ready").await.1
}

#[tokio::test]
async fn a_gateway_that_is_asked_to_stop_says_so_and_serves_until_a_balancer_has_noticed() {
    let place = Place::new();
    let mut program = start(&place, &["--drain", "3600"]);
    assert_eq!(health(&program.host, "ready").await, (200, "ready".into()));
    // A closed terminal's, too, and of whoever thinks that it reads the settings again.
    program.signal("HUP");
    program.wait_for_line("not ready any more");
    // Over a connection that is made now.
    let host = Host::new(program.host.url.clone());
    assert_eq!(not_ready(&host).await, "stopping");
    host.create_user(USER).await;
    // The second signal ends the wait.
    let (ended_well, log) = program.stop();
    assert!(ended_well && log.iter().any(|line| line.contains("stopped")));
}

#[tokio::test]
async fn on_tables_of_a_newer_version_it_is_not_ready() {
    let gateway = Gateway::start().await;
    assert_eq!(health(&gateway, "ready").await.0, 200);
    gateway
        .execute(match gateway.database() {
            Some(_) => "UPDATE oldest_program SET migration = 9000",
            None => {
                "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                 VALUES (9000, 'of the future', true, x'00', 1)"
            }
        })
        .await;
    assert_eq!(not_ready(&gateway).await, "the store's tables are of a newer version");
}

#[tokio::test]
async fn on_a_full_disk_it_is_not_ready() {
    let place = Place::new();
    if database_of(place.path()).is_some() {
        return; // its disk is the server's
    }
    // A disk of 2 MiB for each file: no more is written, and the program is not killed for trying.
    let serve = serve(&place.path().join("data"));
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' XFSZ; ulimit -f 4096; exec \"$0\" \"$@\""]).arg(serve.get_program());
    command.args(serve.get_args()).env_clear().stderr(std::process::Stdio::piped());
    command.envs(serve.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let program = Starting::new(&mut command).listening().unwrap();
    let host = &program.host;
    assert_eq!(health(host, "ready").await.0, 200);
    let mut number = 0;
    let full = loop {
        number += 1;
        let (status, _) = send(host.request("POST", "/users").json(&json!({"userId": format!("user-{number}")}))).await;
        if status != 201 {
            break status;
        }
        assert!(number < 10_000, "the limit holds");
    };
    assert_eq!(full, 503, "a backend may ask again");
    // SQLite may find room in its log once more, so it is filled until a probe meets its end.
    let why = loop {
        let (ready, why) = health(host, "ready").await;
        if ready == 503 {
            break why;
        }
        number += 1;
        send(host.request("POST", "/users").json(&json!({"userId": format!("user-{number}")}))).await;
        assert!(number < 20_000, "it notices");
    };
    assert_eq!((why.as_str(), health(host, "live").await.0), ("the store's disk takes nothing new", 200));
    assert_eq!(host.user("user-1").await["data"]["user"]["pinStatus"], "UNSET", "what is there is answered");
}
