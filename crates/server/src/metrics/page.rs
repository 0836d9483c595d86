//! `GET /metrics`, on a listener of its own: what was counted, and how the database, the outbox and the key ring are now.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prometheus_client::encoding::prometheus_text::{CONTENT_TYPE, encode};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use tokio::net::TcpListener;
use tokio::time::timeout;

use super::Adder;
use super::labels::{OfKey, OfState};
use crate::clock::seconds;
use crate::error::ApiError;
use crate::gateway::Gateway;
use crate::keys::made_at;
use crate::serving;
use crate::store::{Connections, Outbox};

/// How long the outbox may take to be counted. Without an answer its numbers are left out, for old ones would lie.
const COUNT_TIMEOUT: Duration = Duration::from_secs(3);

/// Serves the page until the process ends, also while the gateway finishes its last requests.
pub async fn serve(listener: TcpListener, gateway: Arc<Gateway>) {
    let head = gateway.config.head_timeout;
    serving::serve_for_ever(listener, Router::new().route("/metrics", get(page)).with_state(gateway), head).await;
}

async fn page(State(gateway): State<Arc<Gateway>>) -> Response {
    let mut text = String::new();
    let now = snapshot(&gateway).await;
    let encoded = encode(&mut text, &gateway.metrics.registry).and_then(|()| encode(&mut text, &now));
    match encoded {
        Ok(()) => ([(header::CONTENT_TYPE, CONTENT_TYPE)], text).into_response(),
        Err(_) => ApiError::Internal.into_response(),
    }
}

/// What is true at this moment.
async fn snapshot(gateway: &Gateway) -> Registry {
    let mut registry = Registry::with_prefix("repin");
    let mut add = Adder(&mut registry);
    // Before the store is asked how it is, for which it takes a connection itself.
    let at_work = gateway.metrics.operations_in_flight.load(Ordering::Relaxed);
    let connected = gateway.store.connections();
    let ready = gateway.readiness().await;
    let away = i64::from(gateway.outage.is_away());
    add.to("ready", "Whether /health/ready says so", Gauge::<i64>::default()).set(i64::from(ready.is_ok()));
    add.to("database_away", "Whether the database is away and requests are refused", Gauge::<i64>::default()).set(away);
    clock(gateway, &mut add);
    connections(&connected, at_work, &mut add);
    keys(gateway, &mut add);
    if let Ok(Ok(outbox)) = timeout(COUNT_TIMEOUT, gateway.store.outbox()).await {
        outbox_now(gateway, &outbox, &mut add);
    }
    registry
}

/// Nothing of a clock that is moved on purpose.
fn clock(gateway: &Gateway, add: &mut Adder<'_>) {
    let Some(ahead) = gateway.clock.ahead_of_wall() else { return };
    let gauge: Gauge<f64, AtomicU64> = add.to(
        "clock_ahead_seconds",
        "How far the gateway's clock is ahead of its machine's, in seconds; less than 0: behind",
        Gauge::default(),
    );
    gauge.set(seconds(ahead));
}

/// `at_work`: operations that have begun.
fn connections(connections: &Connections, at_work: u64, add: &mut Adder<'_>) {
    let states: Family<OfState, Gauge> =
        add.to("database_connections", "Connections to the database, by what they do", Family::default());
    states.get_or_create(&OfState { state: "in_use" }).set(connections.in_use.into());
    states.get_or_create(&OfState { state: "idle" }).set(connections.idle.into());
    let limit: Gauge = add.to("database_connections_limit", "Connections there may be", Gauge::default());
    limit.set(connections.limit.into());
    // Each operation at work has a connection, or waits for one.
    let waiting = at_work.saturating_sub(connections.in_use.into());
    let gauge: Gauge = add.to("database_operations_waiting", "Operations that wait for a connection", Gauge::default());
    gauge.set(i64::try_from(waiting).unwrap_or(i64::MAX));
}

fn keys(gateway: &Gateway, add: &mut Adder<'_>) {
    let made: Family<OfKey, Gauge> = add.to(
        "key_created_timestamp_seconds",
        "When each key of the ring was made, in seconds since 1970",
        Family::default(),
    );
    for (purpose, kid) in gateway.keys.kids() {
        let key = OfKey { purpose: purpose.name(), kid: kid.to_owned() };
        made.get_or_create(&key).set(i64::try_from(made_at(kid) / 1000).unwrap_or(i64::MAX));
    }
}

fn outbox_now(gateway: &Gateway, outbox: &Outbox, add: &mut Adder<'_>) {
    let waiting: Gauge = add.to("webhook_outbox_waiting", "Webhooks that are still to be delivered", Gauge::default());
    waiting.set(outbox.waiting);
    let oldest: Gauge<f64, AtomicU64> =
        add.to("webhook_outbox_oldest_seconds", "Age of the oldest of them; 0 if there is none", Gauge::default());
    let age = outbox.oldest.map_or(0, |created| gateway.clock.now().saturating_sub(created));
    oldest.set(Duration::from_millis(age).as_secs_f64());
    let dead: Gauge = add.to("webhook_dead_letters", "Webhooks that were given up", Gauge::default());
    dead.set(outbox.dead);
}
