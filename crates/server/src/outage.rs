//! While the store is away: who asks is told at once, and does not wait in a queue for what will not come.
//!
//! A gateway on a database of its own machine's is never without it. One on PostgreSQL asks it once a second, over a connection
//! that no request can hold. A store that only takes nothing new is not away: what can be read is answered.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::error::ApiError;
use crate::gateway::Gateway;
use crate::planbok;
use crate::store::{Readiness, Result, StoreError};

/// How long the store may take to say that it is there.
const PROBE_TIMEOUT: Duration = Duration::from_secs(5);
/// How often it is asked.
const PROBE_EVERY: Duration = Duration::from_secs(1);

/// Whether the store is away.
#[derive(Default)]
pub struct Outage(watch::Sender<bool>);

impl Outage {
    /// Whether it was when it was last asked.
    pub fn is_away(&self) -> bool {
        *self.0.borrow()
    }

    /// Asks the store: whether it can be worked on.
    ///
    /// # Errors
    /// [`StoreError`] when it does not answer.
    pub async fn probe(&self, gateway: &Gateway) -> Result<Readiness> {
        let ready = timeout(PROBE_TIMEOUT, gateway.store.ready()).await;
        let ready = ready.unwrap_or_else(|_| Err(StoreError::Away("no answer in time".into())));
        let away = ready.is_err() && gateway.config.database.is_some();
        if self.0.send_replace(away) != away {
            tracing::warn!(away, "the store");
        }
        ready
    }
}

/// Asks for as long as the gateway runs.
pub async fn watch_store(gateway: Arc<Gateway>) {
    loop {
        // What came of it is kept there.
        let _ = gateway.outage.probe(&gateway).await;
        sleep(PROBE_EVERY).await;
    }
}

/// Refuses requests while the store is away, also those that were waiting for it when it went. What had begun of theirs happens
/// altogether or not at all, as after any reply that is lost.
pub async fn refuse(State(gateway): State<Arc<Gateway>>, request: Request, next: Next) -> Response {
    let mut away = gateway.outage.0.subscribe();
    let uri = request.uri().clone();
    tokio::select! {
        biased;
        _ = away.wait_for(|away| *away) => planbok::refusal_at(uri.path(), ApiError::Away),
        response = next.run(request) => response,
    }
}
