//! Delivers what is due: claims it, sends it, writes down what became of it.
//!
//! A receiver that hangs holds a few tries of its own subscription and nobody else's. What is claimed by a gateway that dies
//! comes back, so everything is delivered at least once, and sometimes twice.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use repin_core::api::UnixMs;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::planbok;
use super::schedule::outcome;
use super::signing::{Signature, sign};
use crate::gateway::Gateway;
use crate::metrics::Task;
use crate::store::{Attempt, Claim, Delivery, Outcome, Result};
use crate::supervision::has_panicked;

/// Tries at the same time, for one subscription.
const AT_ONCE_EACH: usize = 4;
/// And in all.
const AT_ONCE: usize = 256;
/// How long a claim holds: longer than any try can take.
const CLAIM_MS: u64 = 60_000;
/// How often the store is asked at least: the clock may have been put forward, and the operator's commands write from
/// another process.
const POLL: Duration = Duration::from_secs(1);
/// How long a stopping gateway waits for tries that have begun.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(5);

struct Worker {
    gateway: Arc<Gateway>,
    /// This gateway's name in claims.
    owner: Arc<str>,
    tries: JoinSet<()>,
    /// Whose each try is.
    subscriptions: HashMap<Id, String>,
}

/// Delivers until told to stop; then finishes the tries at hand or gives them back.
pub async fn run(gateway: Arc<Gateway>, stop: CancellationToken) {
    let owner = Uuid::new_v4().to_string().into();
    let mut worker = Worker { gateway, owner, tries: JoinSet::new(), subscriptions: HashMap::new() };
    if let Err(error) = worker.gateway.store.end_orphaned_claims(worker.gateway.clock.now()).await {
        tracing::warn!(%error, "webhooks: claims of the last run");
    }
    while !stop.is_cancelled() {
        let wait = worker.start_due().await.unwrap_or_else(|error| {
            tracing::warn!(%error, "webhooks: what is due");
            POLL
        });
        tokio::select! {
            () = stop.cancelled() => {}
            () = worker.gateway.store.deliveries_changed() => {}
            Some(over) = worker.tries.join_next_with_id() => worker.forget(over),
            () = sleep(wait) => {}
        }
    }
    worker.finish().await;
}

impl Worker {
    /// Starts what is due and has room; how long to wait before looking again.
    async fn start_due(&mut self) -> Result<Duration> {
        while let Some(over) = self.tries.try_join_next_with_id() {
            self.forget(over);
        }
        let now = self.gateway.clock.now();
        let mut next = now.saturating_add(u64::try_from(POLL.as_millis()).unwrap_or(u64::MAX));
        for (subscription, due) in self.gateway.store.due_deliveries().await? {
            let busy = self.subscriptions.values().filter(|busy| **busy == subscription).count();
            let room = AT_ONCE_EACH.saturating_sub(busy).min(AT_ONCE.saturating_sub(self.tries.len()));
            if due <= now && room > 0 {
                let started = self.start(&subscription, room, now).await?;
                // Fewer than asked for: the rest is due later, and when, the next look tells.
                next = if (1..room).contains(&started) { now } else { next };
            } else if room > 0 {
                next = next.min(due);
            }
        }
        Ok(Duration::from_millis(next.saturating_sub(now)))
    }

    async fn start(&mut self, subscription: &str, limit: usize, now: UnixMs) -> Result<usize> {
        let claim = Claim { subscription, owner: &self.owner, until: now.saturating_add(CLAIM_MS), limit };
        let claimed = self.gateway.store.claim_deliveries(&claim, now).await?;
        let count = claimed.len();
        for delivery in claimed {
            let subscription = delivery.subscription.clone();
            let attempt = deliver(self.gateway.clone(), self.owner.clone(), delivery);
            self.subscriptions.insert(self.tries.spawn(attempt).id(), subscription);
        }
        Ok(count)
    }

    fn forget(&mut self, over: std::result::Result<(Id, ()), JoinError>) {
        let id = over.as_ref().map_or_else(JoinError::id, |(id, ())| *id);
        self.subscriptions.remove(&id);
        // Its claim lapses.
        has_panicked(Task::Webhooks, &self.gateway.metrics, over);
    }

    async fn finish(mut self) {
        let all = async {
            while let Some(over) = self.tries.join_next_with_id().await {
                self.forget(over);
            }
        };
        if timeout(SHUTDOWN_GRACE, all).await.is_err() {
            self.tries.shutdown().await;
        }
        if let Err(error) = self.gateway.store.release_deliveries(&self.owner, self.gateway.clock.now()).await {
            tracing::warn!(%error, "webhooks: claims are left to lapse");
        }
    }
}

/// In the form that the subscription asked for.
fn signature(gateway: &Gateway, delivery: &Delivery) -> Option<Signature> {
    let Some(sealed) = &delivery.secret else { return sign(&gateway.keys, delivery.body.as_bytes()) };
    let about = (&*delivery.id, &*delivery.kind);
    let now = gateway.clock.now();
    let signed = planbok::sign(&gateway.keys, &delivery.subscription, sealed, about, &delivery.body, now);
    signed.inspect_err(|error| tracing::error!(%error, "webhooks: a secret does not open")).ok()
}

/// One try, and one line of the log: identities, numbers and words of ours, nothing of the endpoint or the body.
async fn deliver(gateway: Arc<Gateway>, owner: Arc<str>, delivery: Delivery) {
    let started = Instant::now();
    let sent = match signature(&gateway, &delivery) {
        Some(signature) => {
            let sent = gateway.webhooks.post(&delivery.endpoint, &delivery.body, &signature).await;
            sent.map_err(super::SendError::class)
        }
        None => Err("signing"),
    };
    let at = gateway.clock.now();
    let status = sent.ok();
    let attempt = Attempt {
        delivery: &delivery,
        owner: &owner,
        status,
        error: sent.err(),
        millis: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        at,
        outcome: outcome(delivery.attempt, status, at),
    };
    tracing::info!(
        subscription = delivery.subscription,
        notification = delivery.id,
        kind = delivery.kind,
        attempt = delivery.attempt,
        status = status.unwrap_or_default(),
        error = attempt.error.unwrap_or_default(),
        millis = attempt.millis,
        dead = matches!(attempt.outcome, Outcome::Dead | Outcome::Gone),
        "webhook"
    );
    gateway.metrics.delivery(attempt.outcome);
    if let Err(error) = gateway.store.finish_attempt(&attempt).await {
        // The claim lapses, and the receiver may get it once more.
        tracing::error!(%error, "webhooks: a try cannot be written down");
        return;
    }
    gateway.webhook_tries.send_modify(|tries| *tries += 1);
}
