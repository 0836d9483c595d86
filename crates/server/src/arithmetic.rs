//! Where OPAQUE is computed: on threads of their own, as many at once as there are processors, so that a crowd of guesses does not
//! keep the threads that serve from serving.
//!
//! Whoever comes while all are busy waits, first come first served, and 1,024 may: a quarter of a second for two processors. The
//! next is refused, and the same bytes can be sent again. A guess takes its place before it is charged, for what is charged has to
//! be evaluated. Nothing of the store's is held meanwhile.

use std::num::NonZero;
use std::sync::Arc;
use std::thread::available_parallelism;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;

/// How many may be computed or wait for it.
pub const PLACES: usize = 1024;

/// The processors, and who waits for one.
pub struct Arithmetic {
    processors: Arc<Semaphore>,
    places: Arc<Semaphore>,
}

/// A place among those who wait, kept until the work is done.
pub struct Place {
    _permit: OwnedSemaphorePermit,
}

/// Why there is no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotComputed {
    /// Too many wait already. Nothing was begun, and it passes.
    #[error("too many wait for a processor")]
    Full,
    /// The work panicked.
    #[error("a panic in the arithmetic")]
    Panicked,
}

impl Arithmetic {
    /// With as many at once as there are processors, and so many places.
    pub fn new(places: usize) -> Self {
        Self::with(available_parallelism().map_or(1, NonZero::get), places)
    }

    fn with(processors: usize, places: usize) -> Self {
        Self { processors: Arc::new(Semaphore::new(processors)), places: Arc::new(Semaphore::new(places)) }
    }

    /// Takes a place.
    ///
    /// # Errors
    /// [`NotComputed::Full`].
    pub fn place(&self) -> Result<Place, NotComputed> {
        let permit = self.places.clone().try_acquire_owned();
        permit.map(|_permit| Place { _permit }).map_err(|_| NotComputed::Full)
    }

    /// Waits for a processor and does the work on it. It goes on to its end also when nobody waits for it any more.
    ///
    /// # Errors
    /// [`NotComputed::Panicked`].
    pub async fn run<T: Send + 'static>(
        &self,
        place: Place,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, NotComputed> {
        let processor = self.processors.clone().acquire_owned().await.map_err(|_| NotComputed::Full)?;
        let held = (place, processor);
        let done = spawn_blocking(move || {
            let result = work();
            drop(held);
            result
        });
        done.await.map_err(|_| NotComputed::Panicked)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;

    use futures_util::future::join_all;

    use super::*;

    #[tokio::test]
    async fn no_more_are_computed_at_once_than_there_are_processors() {
        let arithmetic = Arithmetic::with(2, 100);
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let work = (0..100).map(|n| {
            let (now, most, place) = (now.clone(), most.clone(), arithmetic.place().unwrap());
            arithmetic.run(place, move || {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                std::thread::yield_now();
                now.fetch_sub(1, Ordering::SeqCst);
                n
            })
        });
        let done: Vec<_> = join_all(work).await.into_iter().map(Result::unwrap).collect();
        assert_eq!(done, (0..100).collect::<Vec<_>>());
        assert!((1..=2).contains(&most.load(Ordering::SeqCst)), "{most:?}");
    }

    #[tokio::test]
    async fn whoever_finds_no_place_is_refused_and_finds_one_when_another_is_done() {
        let arithmetic = Arithmetic::with(1, 2);
        let (go, wait) = mpsc::channel::<()>();
        let places = [arithmetic.place().unwrap(), arithmetic.place().unwrap()];
        assert_eq!(arithmetic.place().err(), Some(NotComputed::Full));
        let [one, other] = places;
        let (first, second, ()) =
            tokio::join!(arithmetic.run(one, move || wait.recv().is_ok()), arithmetic.run(other, || true), async {
                go.send(()).unwrap()
            },);
        assert_eq!((first, second), (Ok(true), Ok(true)));
        assert!(arithmetic.place().is_ok());
    }

    #[tokio::test]
    async fn a_panic_is_an_error_and_the_processor_is_free_again() {
        let arithmetic = Arithmetic::with(1, 1);
        let place = arithmetic.place().unwrap();
        assert_eq!(arithmetic.run(place, || -> u8 { panic!("on purpose") }).await, Err(NotComputed::Panicked));
        let place = arithmetic.place().unwrap();
        assert_eq!(arithmetic.run(place, || 7).await, Ok(7));
    }
}
