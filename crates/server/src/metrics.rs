//! What the gateway counts, for Prometheus. Every name and every label stands in this program (`metrics/labels.rs`), so no
//! identity and no secret can become one, and there are no more series than routes, codes and operations.
//!
//! They count from the start of this process, and for this process alone; `metrics/page.rs` adds what the database, the
//! key ring and the clock are like at the moment of asking.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Metric, Registry};
use repin_core::api::{ChallengeType, CredentialKind};

mod labels;
mod page;

pub use labels::{Request, Task};
pub use page::serve;

use crate::magic;
use crate::store::{Outcome, StoreError};
use labels::{OfCredential, OfOperation, OfOutcome, OfReason, OfRoute, OfTask, OfType};

/// Upper bounds in seconds, for what a client waits for.
const REQUEST_BUCKETS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
/// For an operation of the store, and an evaluation of OPAQUE: a third of a millisecond where nothing is wrong.
const WORK_BUCKETS: [f64; 10] = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 2.5];

type Histograms<L> = Family<L, Histogram, fn() -> Histogram>;

/// The counters of one gateway.
pub struct Metrics {
    registry: Registry,
    requests: Family<Request, Counter>,
    request_seconds: Histograms<OfRoute>,
    requests_in_flight: Gauge,
    evaluated: Family<OfCredential, Counter>,
    right: Family<OfCredential, Counter>,
    locked: Family<OfCredential, Counter>,
    locks: Family<OfCredential, Counter>,
    evaluation_seconds: Histogram,
    created: Family<OfType, Counter>,
    completed: Family<OfType, Counter>,
    deliveries: Family<OfOutcome, Counter>,
    rotations: Family<OfOutcome, Counter>,
    operation_seconds: Histograms<OfOperation>,
    store_errors: Family<OfReason, Counter>,
    panics: Family<OfTask, Counter>,
    operations_in_flight: AtomicU64,
}

impl Metrics {
    /// All at zero. What has few labels is there from the start: an alarm cannot tell a rate from nothing.
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("repin");
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The program's version; always 1", build);
        let mut add = Adder(&mut registry);
        let metrics = Self {
            requests: add.to(
                "http_requests",
                "Requests answered, by route, status and Circle's code",
                Family::default(),
            ),
            request_seconds: add.to(
                "http_request_seconds",
                "From a request's head to its answer's, in seconds",
                Family::new_with_constructor(|| Histogram::new(REQUEST_BUCKETS)),
            ),
            requests_in_flight: add.to("http_requests_in_flight", "Requests being answered", Gauge::default()),
            evaluated: add.to("guesses_evaluated", "Guesses charged and evaluated", Family::default()),
            right: add.to(
                "guesses_right",
                "Guesses proved right; what is evaluated and not right is wrong or given up",
                Family::default(),
            ),
            locked: add.to("guesses_locked", "Guesses refused because the credential is locked", Family::default()),
            locks: add.to(
                "locks",
                "Guesses that used up the last try; if right, they lifted the lock again",
                Family::default(),
            ),
            evaluation_seconds: add.to(
                "opaque_evaluation_seconds",
                "Arithmetic of one guess, in seconds",
                Histogram::new(WORK_BUCKETS),
            ),
            created: add.to("challenges_created", "Challenges created, by type", Family::default()),
            completed: add.to("challenges_completed", "Challenges completed, by type", Family::default()),
            deliveries: add.to(
                "webhook_deliveries",
                "Tries to deliver a webhook, by what became of them",
                Family::default(),
            ),
            rotations: add.to(
                "magic_rotations",
                "Steps of rotations of wallets that Magic holds, by what became of them",
                Family::default(),
            ),
            operation_seconds: add.to(
                "store_operation_seconds",
                "Operations of the store with the wait for a connection, in seconds",
                Family::new_with_constructor(|| Histogram::new(WORK_BUCKETS)),
            ),
            store_errors: add.to("store_errors", "Operations of the store that were not done", Family::default()),
            panics: add.to(
                "task_panics",
                "Panics in work that nobody asks for, which is then begun anew, by task",
                Family::default(),
            ),
            operations_in_flight: AtomicU64::new(0),
            registry,
        };
        metrics.begin();
        metrics
    }

    fn begin(&self) {
        for kind in [CredentialKind::Pin, CredentialKind::Answers, CredentialKind::Code].map(OfCredential::of) {
            for family in [&self.evaluated, &self.right, &self.locked, &self.locks] {
                let _ = family.get_or_create(&kind);
            }
        }
        for kind in ChallengeType::ALL.map(OfType::of) {
            for family in [&self.created, &self.completed] {
                let _ = family.get_or_create(&kind);
            }
        }
        for outcome in OfOutcome::ALL {
            let _ = self.deliveries.get_or_create(&outcome);
        }
        for outcome in magic::Outcome::ALL {
            let _ = self.rotations.get_or_create(&OfOutcome::of_rotation(outcome));
        }
        for task in Task::ALL.map(OfTask::of) {
            let _ = self.panics.get_or_create(&task);
        }
        for reason in ["away", "failed"] {
            let _ = self.store_errors.get_or_create(&OfReason { reason });
        }
    }

    /// A request begins; over when the returned is dropped, answered or not.
    pub fn request_begins(&self) -> impl Drop + use<> {
        self.requests_in_flight.inc();
        let gauge = self.requests_in_flight.clone();
        OnDrop(Some(move || _ = gauge.dec()))
    }

    /// A request was answered.
    pub fn request(&self, request: &Request, took: Duration) {
        self.requests.get_or_create(request).inc();
        let route = OfRoute { route: request.route.clone() };
        self.request_seconds.get_or_create(&route).observe(took.as_secs_f64());
    }

    /// A guess was charged, and is evaluated now. `last`: no try is left should it be wrong.
    pub fn guess_charged(&self, kind: CredentialKind, last: bool) {
        let kind = OfCredential::of(kind);
        self.evaluated.get_or_create(&kind).inc();
        if last {
            self.locks.get_or_create(&kind).inc();
        }
    }

    /// A guess took this long to evaluate.
    pub fn evaluation(&self, took: Duration) {
        self.evaluation_seconds.observe(took.as_secs_f64());
    }

    /// How many guesses have been evaluated.
    pub fn evaluations(&self) -> u64 {
        let kinds = [CredentialKind::Pin, CredentialKind::Answers, CredentialKind::Code].map(OfCredential::of);
        kinds.iter().map(|kind| self.evaluated.get_or_create(kind).get()).sum()
    }

    /// A guess was proved right.
    pub fn guess_right(&self, kind: CredentialKind) {
        self.right.get_or_create(&OfCredential::of(kind)).inc();
    }

    /// A guess was not taken, for its credential is locked.
    pub fn guess_locked(&self, kind: CredentialKind) {
        self.locked.get_or_create(&OfCredential::of(kind)).inc();
    }

    /// A challenge was created.
    pub fn challenge_created(&self, kind: ChallengeType) {
        self.created.get_or_create(&OfType::of(kind)).inc();
    }

    /// A challenge was completed.
    pub fn challenge_completed(&self, kind: ChallengeType) {
        self.completed.get_or_create(&OfType::of(kind)).inc();
    }

    /// A try to deliver a webhook is over.
    pub fn delivery(&self, outcome: Outcome) {
        self.deliveries.get_or_create(&OfOutcome::of(outcome)).inc();
    }

    /// A task, or a part of its work, panicked.
    pub fn task_panicked(&self, task: Task) {
        self.panics.get_or_create(&OfTask::of(task)).inc();
    }

    /// How often it did.
    #[cfg(test)]
    pub fn task_panics(&self, task: Task) -> u64 {
        self.panics.get_or_create(&OfTask::of(task)).get()
    }

    /// A rotation of a wallet that Magic holds came to this.
    pub fn magic_rotation(&self, outcome: magic::Outcome) {
        self.rotations.get_or_create(&OfOutcome::of_rotation(outcome)).inc();
    }

    /// An operation of the store begins; over when the returned is dropped.
    pub fn operation_begins(&self) -> impl Drop + '_ {
        self.operations_in_flight.fetch_add(1, Ordering::Relaxed);
        OnDrop(Some(|| _ = self.operations_in_flight.fetch_sub(1, Ordering::Relaxed)))
    }

    /// An operation of the store is over.
    pub fn operation(&self, operation: &'static str, took: Duration, error: Option<&StoreError>) {
        self.operation_seconds.get_or_create(&OfOperation { operation }).observe(took.as_secs_f64());
        if let Some(error) = error {
            let reason = if matches!(error, StoreError::Away(_)) { "away" } else { "failed" };
            self.store_errors.get_or_create(&OfReason { reason }).inc();
        }
    }
}

/// Registers and hands back.
struct Adder<'a>(&'a mut Registry);

impl Adder<'_> {
    fn to<M: Metric + Clone>(&mut self, name: &str, help: &str, metric: M) -> M {
        self.0.register(name, help, metric.clone());
        metric
    }
}

/// Does something when dropped: a request whose client goes away is dropped in the middle.
struct OnDrop<F: FnOnce()>(Option<F>);

impl<F: FnOnce()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        if let Some(work) = self.0.take() {
            work();
        }
    }
}
