//! Work that nobody asks for and nobody waits for: should it panic, it is counted, told in the log and begun anew.
//!
//! Nothing is known to panic. But such a task would end in silence, and a gateway that delivers nothing, or seals nothing, looks from
//! outside as one that is well.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinError;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::metrics::{Metrics, Task};

/// How long until it is begun anew: what panics at once must not fill the log.
const PAUSE: Duration = Duration::from_secs(5);

/// Does a task's work, from its beginning again after each panic, until it ends by itself or, after a panic, was told to stop. Dropped, it
/// takes the work with it.
pub async fn keep<F>(task: Task, metrics: Arc<Metrics>, stop: CancellationToken, begin: impl FnMut() -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    keep_after(PAUSE, task, metrics, stop, begin).await;
}

async fn keep_after<F>(
    pause: Duration,
    task: Task,
    metrics: Arc<Metrics>,
    stop: CancellationToken,
    mut begin: impl FnMut() -> F,
) where
    F: Future<Output = ()> + Send + 'static,
{
    while has_panicked(task, &metrics, AbortOnDropHandle::new(tokio::spawn(begin())).await) {
        tokio::select! {
            () = stop.cancelled() => return,
            () = sleep(pause) => {}
        }
    }
}

/// Whether a task, or a part of its work, ended by a panic, which is then counted. What it said is on standard error, and may be of
/// what it worked on: it is not repeated.
pub fn has_panicked<T>(task: Task, metrics: &Metrics, ended: Result<T, JoinError>) -> bool {
    let panicked = ended.is_err_and(|error| error.is_panic());
    if panicked {
        tracing::error!(task = task.name(), "a task panicked");
        metrics.task_panicked(task);
    }
    panicked
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic, clippy::unwrap_used)]
    use std::future::pending;
    use std::sync::atomic::{AtomicU64, Ordering};

    use tokio::sync::oneshot;

    use super::*;

    const LONG: Duration = Duration::from_secs(3_600);

    #[tokio::test]
    async fn what_panics_is_counted_and_begun_anew_until_it_ends_by_itself() {
        let (metrics, begun) = (Arc::new(Metrics::new()), Arc::new(AtomicU64::new(0)));
        let counted = begun.clone();
        let work = move || {
            let begun = counted.clone();
            async move { assert!(begun.fetch_add(1, Ordering::SeqCst) == 3, "in a test") }
        };
        keep_after(Duration::ZERO, Task::Sweep, metrics.clone(), CancellationToken::new(), work).await;
        assert_eq!((begun.load(Ordering::SeqCst), metrics.task_panics(Task::Sweep)), (4, 3));
        assert_eq!(metrics.task_panics(Task::Webhooks), 0);
    }

    #[tokio::test]
    async fn after_a_panic_who_is_told_to_stop_does_not_wait_to_begin_anew() {
        let (metrics, stop) = (Arc::new(Metrics::new()), CancellationToken::new());
        let stopping = stop.clone();
        let work = move || {
            stopping.cancel();
            async { panic!("in a test") }
        };
        keep_after(LONG, Task::Audit, metrics.clone(), stop, work).await;
        assert_eq!(metrics.task_panics(Task::Audit), 1);
    }

    #[tokio::test]
    async fn what_is_dropped_takes_its_work_along_and_that_is_no_panic() {
        let (metrics, (alive, gone)) = (Arc::new(Metrics::new()), oneshot::channel::<()>());
        let mut alive = Some(alive);
        let work = move || {
            let alive = alive.take();
            async move {
                pending::<()>().await;
                drop(alive);
            }
        };
        let kept = tokio::spawn(keep(Task::Clock, metrics.clone(), CancellationToken::new(), work));
        tokio::task::yield_now().await;
        kept.abort();
        assert!(gone.await.is_err(), "the work is gone, and what it held");
        assert_eq!(metrics.task_panics(Task::Clock), 0);
    }
}
