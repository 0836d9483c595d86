//! The gateway of Repin: Circle-compatible REST for the host's backend, the gateway half of `repin/1` for the widget,
//! and the widget itself, from one binary. It never sees a PIN or an answer.
//!
//! Start with [`app`]: every route there is. [`Gateway`] is what handlers share; [`store::Store`] keeps the rules that must
//! hold under races; `protocol` is where a guess is charged before it is evaluated.

// The store's statements are written once and compiled for each database: store/sql/store.rs.
#![allow(clippy::duplicate_mod)]

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use tower::util::MapRequestLayer;
use tower_http::catch_panic::CatchPanicLayer;

pub mod api_key;
mod arithmetic;
mod assets;
pub mod attempts;
pub mod audit;
mod auth;
mod authority;
mod circle;
pub mod client_address;
pub mod clock;
pub mod config;
pub mod date;
mod demo;
pub mod doctor;
mod edge;
mod error;
mod failpoint;
mod frame;
mod gateway;
mod health;
pub mod keys;
pub mod limits;
mod loopback;
pub mod magic;
pub mod mail;
mod metrics;
mod openapi;
mod outage;
mod path_id;
mod planbok;
mod protocol;
mod rate;
pub mod rotation;
mod route;
#[doc(hidden)] // for the model that the tests check
pub mod rules;
mod serving;
mod session;
pub mod store;
mod supervision;
mod traces;
pub mod webhooks;

pub use api_key::ApiKey;
pub use config::Config;
pub use gateway::{Gateway, StartError};
pub use magic::MagicConfig;
pub use mail::MailConfig;
pub use metrics::serve as serve_metrics;
pub use openapi::openapi_json;
pub use traces::TracesConfig;
pub use webhooks::WebhookConfig;

use error::ApiError;
use metrics::Task;

/// How often what has expired is written down and swept away. Reads do not depend on it.
const SWEEP_EVERY: Duration = Duration::from_secs(60);

/// Every route of the gateway, without what surrounds them.
#[doc(hidden)] // for the test that compares them with the OpenAPI document
pub fn routes(gateway: &Arc<Gateway>) -> Router {
    Router::new()
        .merge(circle::router())
        .merge(protocol::router(gateway))
        .merge(planbok::router())
        .merge(magic::router())
        .layer(from_fn_with_state(gateway.clone(), outage::refuse))
        .merge(Router::from(health::routes()))
        .merge(Router::from(openapi::routes()))
        .with_state(gateway.clone())
}

/// The paths of Circle's API that are answered with 155199.
#[doc(hidden)] // for tests
pub fn uncovered_paths() -> impl Iterator<Item = &'static str> {
    circle::uncovered::ROUTES.iter().map(|(path, _)| *path)
}

/// The gateway as it is served.
pub fn app(gateway: Arc<Gateway>) -> Router {
    let routes = routes(&gateway)
        .merge(frame::router().with_state(gateway.clone()))
        .merge(planbok::pages().with_state(gateway.clone()))
        .fallback(assets::serve)
        .method_not_allowed_fallback(|| async { ApiError::Route(StatusCode::METHOD_NOT_ALLOWED) })
        // Nothing is known to panic; should something, one request fails and not the process.
        .layer(CatchPanicLayer::custom(|_| axum::response::IntoResponse::into_response(ApiError::Internal)))
        .layer(from_fn_with_state(gateway.clone(), edge::observe));
    // Around the log too: the demo's page asks once a second.
    let routes = match gateway.config.demo.clone() {
        Some(demo) => demo.mount(&gateway, routes),
        None => routes,
    };
    // Around the router, for the path must be mended before it is matched.
    Router::new()
        .fallback_service(tower::Layer::layer(&MapRequestLayer::new(edge::join_slashes::<axum::body::Body>), routes))
}

/// How long a stopping gateway waits for clients to take their answers.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(20);

/// How long then for what was begun for clients who left: a letter's two tries, and the store's work around them.
const TASKS_GRACE: Duration = Duration::from_secs(60);

/// How long then for what works by itself: longer than a call to Magic, whose answer comes once.
const WORKERS_GRACE: Duration = Duration::from_secs(150);

/// Serves until `shutdown` resolves; then finishes the requests at hand and what was begun for clients who left. A client
/// that neither finishes its request nor takes its answer is waited for 20 seconds; what does not end on a database that is gone without
/// a word, for four minutes in all. What was begun there is done altogether or not at all, and claims lapse.
pub async fn serve(listener: TcpListener, gateway: Arc<Gateway>, shutdown: impl Future<Output = ()> + Send + 'static) {
    magic::worker::end_orphans(&gateway).await;
    let stop_workers = CancellationToken::new();
    let sweeper = kept(Task::Sweep, &gateway, &stop_workers, sweep);
    let _clock = kept(Task::Clock, &gateway, &stop_workers, |gateway| clock::watch(gateway.clock.clone()));
    let is_away_looked_for = gateway.config.database.is_some();
    let watcher = is_away_looked_for.then(|| kept(Task::Probe, &gateway, &stop_workers, outage::watch_store));
    let stop = stop_workers.clone();
    let deliveries =
        kept(Task::Webhooks, &gateway, &stop_workers, move |gateway| webhooks::worker::run(gateway, stop.clone()));
    let stop = stop_workers.clone();
    let rotations =
        kept(Task::Magic, &gateway, &stop_workers, move |gateway| magic::worker::run(gateway, stop.clone()));
    let stop = stop_workers.clone();
    let sealing = kept(Task::Audit, &gateway, &stop_workers, move |gateway| audit::run(gateway, stop.clone()));
    let (stopping, stopped) = oneshot::channel();
    let shutdown = async {
        shutdown.await;
        let _ = stopping.send(());
    };
    let overdue = async {
        let _ = stopped.await;
        tokio::time::sleep(SHUTDOWN_GRACE).await;
    };
    tokio::select! {
        () = serving::serve(listener, app(gateway.clone()), gateway.config.head_timeout, shutdown) => {}
        () = overdue => {}
    }
    sweeper.abort();
    if let Some(watcher) = watcher {
        watcher.abort();
    }
    gateway.tasks.close();
    if timeout(TASKS_GRACE, gateway.tasks.wait()).await.is_err() {
        tracing::error!(left = gateway.tasks.len(), "what was begun for clients has not ended");
    }
    stop_workers.cancel();
    let workers = async {
        let _ = deliveries.await;
        let _ = rotations.await;
        let _ = sealing.await;
        gateway.store.close().await;
    };
    if timeout(WORKERS_GRACE, workers).await.is_err() {
        let left = gateway.store.connections().in_use;
        tracing::error!(left, "deliveries, rotations or the audit's seal have not ended, or connections not come back");
    }
    gateway.traces.close().await;
}

/// A task of the gateway's, begun anew should it panic; gone with what is returned.
fn kept<F: Future<Output = ()> + Send + 'static>(
    task: Task,
    gateway: &Arc<Gateway>,
    stop: &CancellationToken,
    begin: impl Fn(Arc<Gateway>) -> F + Send + 'static,
) -> AbortOnDropHandle<()> {
    let (metrics, gateway) = (gateway.metrics.clone(), gateway.clone());
    let work = supervision::keep(task, metrics, stop.clone(), move || begin(gateway.clone()));
    AbortOnDropHandle::new(tokio::spawn(work))
}

async fn sweep(gateway: Arc<Gateway>) {
    let mut interval = tokio::time::interval(SWEEP_EVERY);
    loop {
        interval.tick().await;
        if let Err(error) = gateway.use_keys().await {
            tracing::warn!(%error, "which keys are in use");
        }
        if let Err(error) = gateway.store.sweep(gateway.clock.now()).await {
            tracing::warn!(%error, "sweep");
        }
    }
}
