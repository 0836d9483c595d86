//! The lock's edges, and a wall clock that jumps.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use repin_server::attempts::{Counter, LOCK_MS};
use repin_server::clock::{Clock, SystemClock};

use crate::client::{Client, code};
use crate::common::START;
use crate::common::evidence::{say, store};
use crate::{PIN, enrolled};

#[tokio::test]
async fn at_1799_seconds_a_guess_is_refused_and_at_1800_it_is_taken() {
    let gateway = enrolled().await;
    let (mut refused, mut taken) = (0, 0);
    let rounds = 3;
    for _ in 0..rounds {
        let mut client = Client::open(&gateway, "PUT", "/user/pin").await;
        for _ in 0..3 {
            client.guess("111111").await.unwrap();
        }
        gateway.advance(1_799_000);
        refused += usize::from(code(client.guess(PIN).await) == (400, 155119));
        gateway.advance(1_000);
        taken += usize::from(client.prove(PIN).await.is_ok());
    }
    assert_eq!((refused, taken), (rounds, rounds));
    let (real, naive) = jumps();
    assert_eq!((real, naive), (0, 2));
    let figure = format!(
        "{}: {refused} of {rounds} guesses refused 1,799 s after a lock, {taken} of {rounds} taken at 1,800 s; wall clock jumps \
         of an hour forth and back changed {real} of 2 locks",
        store()
    );
    say(12, figure, format_args!("with a clock that asks the wall each time they changed {naive} of 2"));
}

/// A wall clock that an operator sets.
struct Wall(AtomicU64);

impl Wall {
    fn read(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// As clocks are easily made.
impl Clock for Wall {
    fn now(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// In how many of two jumps (an hour forth, an hour back) a lock ends early or lasts longer: by the gateway's clock, and by one
/// that asks the wall each time.
fn jumps() -> (usize, usize) {
    let hour = 2 * LOCK_MS;
    let (mut real, mut naive) = (0, 0);
    for forth in [true, false] {
        let wall = Wall(AtomicU64::new(START));
        let system = SystemClock::read(|| wall.read());
        let mut counter = Counter::default();
        while let Some(charged) = counter.charged(START) {
            counter = charged;
        }
        let left = |clock: &dyn Clock| counter.locked_until.unwrap().saturating_sub(clock.now()).div_ceil(60_000);
        let before = (left(&system), left(&wall));
        if forth {
            wall.0.fetch_add(hour, Ordering::SeqCst);
        } else {
            wall.0.fetch_sub(hour, Ordering::SeqCst);
        }
        real += usize::from(left(&system) != before.0);
        naive += usize::from(left(&wall) != before.1);
    }
    (real, naive)
}
