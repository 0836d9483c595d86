//! `GET /metrics` of a running program: to the number what was done, for those alone who listen there.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::http::StatusCode;
use axum::routing::any;
use repin_server::clock::SystemClock;
use repin_server::{Config, Gateway as Inner};
use serde_json::json;
use tokio::net::TcpListener;

use crate::common::database::Place;
use crate::common::program::Program;
use crate::common::{Gateway, metrics_url, send};
use crate::page::Page;
use crate::{USER, lock, recover, start, until};

const MINUTE: Duration = Duration::from_secs(60);

const MESSAGES: &str = "/v1/repin/challenges/{challengeId}/messages";

/// The page, as text.
pub async fn text(url: &str) -> String {
    let answer = reqwest::get(url).await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    answer.text().await.unwrap()
}

async fn page(program: &Program) -> Page {
    Page::parse(&text(&program.metrics_url()).await).unwrap()
}

#[tokio::test]
async fn after_a_recovery_and_a_lock_every_count_is_right() {
    let place = Place::new();
    let program = start(&place, &[]);
    let host = &program.host;
    host.create_user(USER).await;
    recover(host).await;
    lock(host).await;
    assert_eq!(send(host.http.get(format!("{}/no/such/{USER}", host.url))).await.0, 404);

    let page = page(&program).await;
    let guesses = |name: &str, credential| page.value(&format!("repin_{name}_total"), &[("credential", credential)]);
    for (name, pin, answers) in [
        ("guesses_evaluated", 3.0, 2.0),
        ("guesses_right", 0.0, 1.0),
        ("guesses_locked", 1.0, 0.0),
        ("locks", 1.0, 0.0),
    ] {
        assert_eq!((guesses(name, "pin"), guesses(name, "answers")), (Some(pin), Some(answers)), "{name}");
    }
    assert_eq!(page.value("repin_opaque_evaluation_seconds_count", &[]), Some(5.0));
    for (kind, created, completed) in [
        ("INITIALIZE", 1.0, 1.0),
        ("SET_PIN", 0.0, 0.0),
        ("SET_SECURITY_QUESTIONS", 0.0, 0.0),
        ("CHANGE_PIN", 1.0, 0.0),
        ("RESTORE_PIN", 1.0, 1.0),
    ] {
        let of = |name: &str| page.value(&format!("repin_challenges_{name}_total"), &[("type", kind)]);
        assert_eq!((of("created"), of("completed")), (Some(created), Some(completed)), "{kind}");
    }
    let requests = |labels: &[(&str, &str)]| page.sum("repin_http_requests_total", labels);
    assert_eq!(requests(&[("route", MESSAGES), ("method", "POST"), ("status", "200"), ("code", "0")]), 13.0);
    assert_eq!(requests(&[("route", MESSAGES), ("status", "400"), ("code", "155119")]), 1.0);
    assert_eq!(requests(&[("route", "/v1/w3s/users"), ("status", "201")]), 1.0);
    assert_eq!(requests(&[("route", "/v1/w3s/users/token"), ("status", "200")]), 3.0);
    assert_eq!(requests(&[("route", "other"), ("status", "404"), ("code", "404")]), 1.0);
    assert_eq!(requests(&[]), 22.0);
    assert_eq!(page.sum("repin_http_request_seconds_count", &[]), 22.0);
    assert_eq!(page.value("repin_http_requests_in_flight", &[]), Some(0.0));
    for (operation, times) in [("charge", 6.0), ("answer_guess", 5.0), ("commit", 2.0), ("create_challenge", 3.0)] {
        let counted = page.value("repin_store_operation_seconds_count", &[("operation", operation)]);
        assert_eq!(counted, Some(times), "{operation}");
    }
    assert_eq!(page.sum("repin_store_errors_total", &[]), 0.0);
    assert_eq!((page.value("repin_ready", &[]), page.value("repin_database_away", &[])), (Some(1.0), Some(0.0)));
    assert_eq!(page.value("repin_build_info", &[("version", env!("CARGO_PKG_VERSION"))]), Some(1.0));
}

#[tokio::test]
async fn a_label_names_a_route_a_code_or_a_word_of_ours_and_nobody() {
    let place = Place::new();
    let program = start(&place, &[]);
    let host = &program.host;
    host.create_user(USER).await;
    recover(host).await;
    // What callers can choose: a path, a method, an id, an origin.
    let odd = host.http.request("BREW".parse().unwrap(), format!("{}/tea?user={USER}", host.url));
    send(odd.header("X-Request-Id", "rid-1").header("Origin", "https://odd.example")).await;

    let page = page(&program).await;
    let (names, values) = page.labels();
    let allowed = [
        "code",
        "credential",
        "kid",
        "le",
        "method",
        "operation",
        "outcome",
        "purpose",
        "reason",
        "route",
        "state",
        "status",
        "task",
        "type",
        "version",
    ];
    assert!(names.is_subset(&BTreeSet::from(allowed)), "{names:?}");
    assert!(values.contains("OTHER"), "{values:?}");
    for chosen in [USER, "rid-1", "odd.example", "wallet.example", "BREW", "tea"] {
        assert!(!values.iter().any(|value| value.contains(chosen)), "{chosen} {values:?}");
    }
    assert!(page.values.len() < 1_000, "{}", page.values.len());
    let keys = page.values.iter().filter(|((name, _), _)| name == "repin_key_created_timestamp_seconds");
    assert_eq!(keys.map(|(_, made)| *made > 1.7e9).collect::<Vec<_>>(), [true; 6]);
}

#[tokio::test]
async fn the_page_is_not_on_the_public_port_and_nothing_else_is_on_its_own() {
    let place = Place::new();
    let program = start(&place, &[]);
    assert_eq!(send(program.host.http.get(format!("{}/metrics", program.host.url))).await.0, 404);
    let own = program.metrics_url();
    for other in ["/", "/health/live", "/v1/w3s/ping"] {
        assert_eq!(send(program.host.http.get(own.replace("/metrics", other))).await.0, 404, "{other}");
    }
    assert_eq!(send(program.host.http.post(&own)).await.0, 405);
}

#[tokio::test]
async fn the_outbox_and_what_became_of_each_try_are_counted() {
    let gateway = Gateway::start_with(|config| {
        config.webhooks.allow_networks = vec!["127.0.0.0/8".parse().unwrap()];
        config.webhooks.allow_http = true;
    })
    .await;
    let url = metrics_url(&gateway.inner).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}/hook", listener.local_addr().unwrap());
    // There is a receiver, and it wants nothing.
    let receiver =
        any(async |method: axum::http::Method| if method == "HEAD" { StatusCode::OK } else { StatusCode::GONE });
    tokio::spawn(async { axum::serve(listener, Router::new().fallback(receiver)).await });
    let mut tries = gateway.inner.webhook_tries.subscribe();
    let subscribe = gateway.http.post(format!("{}/v2/notifications/subscriptions", gateway.url));
    let body = json!({"endpoint": endpoint, "notificationTypes": []});
    let (status, body) = send(subscribe.bearer_auth(&gateway.api_key).json(&body)).await;
    assert_eq!(status, 200, "{body}");
    tries.wait_for(|tries| *tries == 1).await.unwrap();

    let page = Page::parse(&text(&url).await).unwrap();
    let outcome = |outcome| page.value("repin_webhook_deliveries_total", &[("outcome", outcome)]);
    assert_eq!(["delivered", "retry", "dead", "gone"].map(outcome), [Some(0.0), Some(0.0), Some(0.0), Some(1.0)]);
    assert_eq!(page.value("repin_webhook_dead_letters", &[]), Some(1.0));
    assert_eq!(page.value("repin_webhook_outbox_waiting", &[]), Some(0.0));

    // One that waits, of an event half an hour old; nobody tries before its time.
    gateway.execute("UPDATE subscriptions SET enabled = true").await;
    gateway.execute("UPDATE deliveries SET dead = NULL, due = 9000000000000").await;
    gateway.advance(30 * 60_000);
    let page = Page::parse(&text(&url).await).unwrap();
    assert_eq!(page.value("repin_webhook_outbox_waiting", &[]), Some(1.0));
    assert_eq!(page.value("repin_webhook_outbox_oldest_seconds", &[]), Some(1800.0));
    assert_eq!(page.value("repin_webhook_dead_letters", &[]), Some(0.0));
}

/// The clock as a gateway has it that was started while its machine's was wrong, or whose machine stood still since.
#[tokio::test]
async fn a_clock_that_is_not_its_machines_any_more_is_told() {
    let folder = tempfile::tempdir().unwrap();
    for (name, was, expected) in [
        ("ahead", SystemTime::now() + MINUTE, 60.0),
        ("right", SystemTime::now(), 0.0),
        ("behind", SystemTime::now() - MINUTE, -60.0),
    ] {
        let config = Config::new(folder.path().join(name));
        let gateway = Inner::start(config, Arc::new(SystemClock::read(|| was))).await.unwrap();
        let page = Page::parse(&text(&metrics_url(&gateway).await).await).unwrap();
        let told = page.value("repin_clock_ahead_seconds", &[]).unwrap();
        assert!((told - expected).abs() < 30.0, "{name}: {told}");
    }
    // One that stands on purpose has nothing to tell.
    let gateway = Gateway::start().await;
    let page = Page::parse(&text(&metrics_url(&gateway.inner).await).await).unwrap();
    assert_eq!(page.value("repin_clock_ahead_seconds", &[]), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_for_a_connection_is_counted() {
    let gateway = Gateway::start().await;
    let url = metrics_url(&gateway.inner).await;
    let held = gateway.hold_users().await;
    let limit = Page::parse(&text(&url).await).unwrap().value("repin_database_connections_limit", &[]).unwrap();
    // SQLite: the one that writes. PostgreSQL: all of them.
    let writers = if gateway.database().is_some() { limit } else { 1.0 };
    let created: Vec<_> = (0..writers as usize + 2)
        .map(|number| {
            let request = gateway.request("POST", "/users").json(&json!({"userId": format!("user-{number}")}));
            tokio::spawn(async move { send(request).await.0 })
        })
        .collect();
    until(async || {
        let page = Page::parse(&text(&url).await).unwrap();
        let in_use = page.value("repin_database_connections", &[("state", "in_use")]);
        // The outbox cannot be counted without a connection, and is left out.
        in_use == Some(writers) && page.value("repin_database_operations_waiting", &[]) >= Some(2.0)
    })
    .await;
    drop(held);
    for created in created {
        assert_eq!(created.await.unwrap(), 201);
    }
    until(async || {
        let page = Page::parse(&text(&url).await).unwrap();
        page.value("repin_database_operations_waiting", &[]) == Some(0.0)
    })
    .await;
}

#[tokio::test]
async fn the_paper_lists_what_is_served() {
    let place = Place::new();
    let program = start(&place, &[]);
    // What has a series only once something was done.
    assert_eq!(send(program.host.request("GET", "/users/nobody")).await.0, 404);
    let page = page(&program).await;
    let rows: Vec<_> = page
        .families
        .iter()
        .map(|(name, kind, help)| format!("| `{name}` | {kind} | {} |", help.trim_end_matches('.')))
        .collect();
    let paper = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/operating.md")).unwrap();
    let listed: Vec<_> = paper.lines().filter(|line| line.starts_with("| `repin_")).collect();
    assert_eq!(listed, rows, "as it should be:\n{}", rows.join("\n"));
    // What the alarms look at is there, too.
    let word = |character: char| !character.is_ascii_alphanumeric() && character != '_';
    let alarms = paper.lines().filter(|line| line.contains("alert:")).flat_map(|line| line.split(word));
    let looked_at: BTreeSet<_> = alarms.filter(|word| word.starts_with("repin_")).collect();
    let part_of = |name: &str| ["", "_bucket", "_sum", "_count"].map(|part| name.to_owned() + part);
    let served: Vec<_> = page.families.iter().flat_map(|(name, ..)| part_of(name)).collect();
    let unknown: Vec<_> = looked_at.iter().filter(|name| !served.iter().any(|known| known == *name)).collect();
    assert!(looked_at.len() >= 10 && unknown.is_empty(), "{unknown:?}");
}
