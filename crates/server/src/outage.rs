//! While the store is away: who asks is told at once, and does not wait in a queue for what will not come.
//!
//! A gateway on a database of its own machine's is never without it. One on PostgreSQL asks it once a second, over a connection
//! that no request can hold, and whoever wants to know is told what it said last: of a crowd that asked by itself the last ones would wait in
//! vain, and take their own queue for an outage. A store that only takes nothing new is not away: what can be read is answered.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use tokio::sync::{Mutex, watch};
use tokio::time::sleep;

use crate::error::ApiError;
use crate::gateway::Gateway;
use crate::planbok;
use crate::store::{Readiness, Result, within};

/// How long the store may take to say that it is there.
const PROBE_TIMEOUT: Duration = Duration::from_secs(5);
/// How often it is asked.
const PROBE_EVERY: Duration = Duration::from_secs(1);
/// How long what it said is told. Longer than it is old before the next look: so while somebody looks, nobody else does.
const TOLD_FOR: Duration = Duration::from_secs(2);

/// Whether the store is away.
#[derive(Default)]
pub struct Outage {
    found: watch::Sender<Option<Found>>,
    /// Held by whoever asks the store.
    asking: Mutex<()>,
}

/// What the store said, and when.
#[derive(Clone, Copy)]
struct Found {
    at: Instant,
    said: Said,
}

/// How the store is, if it says so.
pub type Said = std::result::Result<Readiness, NoAnswer>;

/// It does not say so. Why is in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoAnswer;

impl Outage {
    /// Whether it was when it was last asked.
    pub fn is_away(&self) -> bool {
        is_away(&self.found.borrow())
    }

    /// How the store is, or was a moment ago.
    pub async fn readiness(&self, gateway: &Gateway) -> Said {
        if gateway.config.database.is_some() {
            return self.look(TOLD_FOR, ask(gateway)).await;
        }
        // Nobody looks once a second there, and asking makes no queue.
        ask(gateway).await.map_err(|error| {
            tracing::warn!(%error, "not ready");
            NoAnswer
        })
    }

    /// What was found no longer ago than `told_for`; else asks, one after the other.
    async fn look(&self, told_for: Duration, ask: impl Future<Output = Result<Readiness>>) -> Said {
        if let Some(said) = self.told(told_for) {
            return said;
        }
        let _alone = self.asking.lock().await;
        // Whoever was here before has asked for all who waited.
        if let Some(said) = self.told(told_for) {
            return said;
        }
        let asked = ask.await;
        match &asked {
            Err(error) if !self.is_away() => tracing::warn!(%error, away = true, "the store"),
            Ok(_) if self.is_away() => tracing::warn!(away = false, "the store"),
            _ => {}
        }
        let said = asked.map_err(|_| NoAnswer);
        self.found.send_replace(Some(Found { at: Instant::now(), said }));
        said
    }

    fn told(&self, told_for: Duration) -> Option<Said> {
        let found = *self.found.borrow();
        found.filter(|found| found.at.elapsed() < told_for).map(|found| found.said)
    }
}

fn is_away(found: &Option<Found>) -> bool {
    found.is_some_and(|found| found.said.is_err())
}

async fn ask(gateway: &Gateway) -> Result<Readiness> {
    within(PROBE_TIMEOUT, gateway.store.ready()).await
}

/// Looks for as long as the gateway runs.
pub async fn watch_store(gateway: Arc<Gateway>) {
    loop {
        // What came of it is kept there.
        let _ = gateway.outage.look(Duration::ZERO, ask(&gateway)).await;
        sleep(PROBE_EVERY).await;
    }
}

/// Refuses requests while the store is away, also those that were waiting for it when it went. What had begun of theirs happens
/// altogether or not at all, as after any reply that is lost.
pub async fn refuse(State(gateway): State<Arc<Gateway>>, request: Request, next: Next) -> Response {
    let mut found = gateway.outage.found.subscribe();
    let uri = request.uri().clone();
    tokio::select! {
        biased;
        _ = found.wait_for(is_away) => planbok::refusal_at(uri.path(), ApiError::Away),
        response = next.run(request) => response,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::future::join_all;
    use tokio::time::timeout;

    use super::*;
    use crate::store::StoreError;

    const LONG: Duration = Duration::from_secs(3_600);

    /// A store that answers so when it is told to, and how often it was asked.
    struct Asked {
        times: AtomicUsize,
        answers: watch::Sender<bool>,
    }

    impl Asked {
        fn new() -> Self {
            Self { times: AtomicUsize::new(0), answers: watch::Sender::new(false) }
        }

        async fn answer(&self, said: Result<Readiness>) -> Result<Readiness> {
            self.times.fetch_add(1, Ordering::SeqCst);
            self.answers.subscribe().wait_for(|answers| *answers).await.unwrap();
            said
        }

        fn times(&self) -> usize {
            self.times.load(Ordering::SeqCst)
        }
    }

    #[tokio::test]
    async fn of_a_crowd_that_wants_to_know_one_asks_for_all() {
        let (outage, store) = (Outage::default(), Asked::new());
        let crowd = join_all((0..1_000).map(|_| outage.look(LONG, store.answer(Ok(Readiness::Ready)))));
        let let_answer = async {
            tokio::task::yield_now().await;
            assert_eq!(store.times(), 1, "the others wait for what it says");
            store.answers.send_replace(true);
        };
        let (said, ()) = tokio::join!(crowd, let_answer);
        assert!(said.iter().all(|said| *said == Ok(Readiness::Ready)));
        assert_eq!(store.times(), 1);
        assert!(!outage.is_away());
    }

    #[tokio::test]
    async fn whoever_looks_asks_each_time_and_the_others_are_told_what_it_found() {
        let (outage, store) = (Outage::default(), Asked::new());
        store.answers.send_replace(true);
        for (said, away) in [(Ok(Readiness::ReadOnly), false), (Err(NoAnswer), true), (Ok(Readiness::Ready), false)] {
            let before = store.times();
            let answer = said.map_err(|NoAnswer| StoreError::Away("no answer".into()));
            assert_eq!(outage.look(Duration::ZERO, store.answer(answer)).await, said);
            assert_eq!((store.times(), outage.is_away()), (before + 1, away));
            assert_eq!(outage.look(LONG, store.answer(Ok(Readiness::Full))).await, said);
            assert_eq!(store.times(), before + 1, "told, and not asked");
        }
    }

    #[tokio::test]
    async fn whoever_goes_away_while_they_ask_leaves_it_to_the_next() {
        let (outage, store) = (Outage::default(), Asked::new());
        let asking = outage.look(LONG, store.answer(Ok(Readiness::Ready)));
        assert!(timeout(Duration::from_millis(1), asking).await.is_err());
        store.answers.send_replace(true);
        assert_eq!(outage.look(LONG, store.answer(Ok(Readiness::Ready))).await, Ok(Readiness::Ready));
        assert_eq!(store.times(), 2);
    }
}
