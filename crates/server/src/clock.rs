//! Where the gateway takes the time from: locks, expiry and tokens all ask one [`Clock`].
//!
//! Nothing else in this crate reads a clock, so a test or the demo page can move time, and a wall clock that jumps while
//! the gateway runs neither unlocks nor expires anything.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use repin_core::api::UnixMs;

/// The time, in milliseconds since the Unix epoch. Never goes back.
pub trait Clock: Send + Sync + 'static {
    /// Now.
    fn now(&self) -> UnixMs;

    /// The clock's handle, if it is the demo's.
    fn adjustable(&self) -> Option<&AdjustableClock> {
        None
    }
}

/// The wall clock as it stood at the start, plus the time elapsed since on a clock that cannot be set.
pub struct SystemClock {
    wall_at_start: UnixMs,
    started: Instant,
}

impl SystemClock {
    /// Reads the wall clock, this once.
    pub fn start() -> Self {
        Self::read(SystemTime::now)
    }

    /// Reads a wall clock, which can be read no second time.
    #[doc(hidden)] // for the test in which the wall clock jumps
    pub fn read(wall: impl FnOnce() -> SystemTime) -> Self {
        let wall = wall().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { wall_at_start: millis(wall), started: Instant::now() }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> UnixMs {
        self.wall_at_start.saturating_add(millis(self.started.elapsed()))
    }
}

/// Stands still until it is told to go on. For tests.
pub struct ManualClock(AtomicU64);

impl ManualClock {
    /// Stands at `now`.
    pub fn at(now: UnixMs) -> Self {
        Self(AtomicU64::new(now))
    }

    /// Goes forward.
    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(millis(by), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> UnixMs {
        self.0.load(Ordering::SeqCst)
    }
}

/// Runs like [`SystemClock`] and can be put forward. For the demo, where nobody wants to sit out a lock.
pub struct AdjustableClock {
    system: SystemClock,
    ahead: AtomicU64,
}

impl AdjustableClock {
    /// Starts at the wall clock's time.
    pub fn start() -> Self {
        Self { system: SystemClock::start(), ahead: AtomicU64::new(0) }
    }

    /// Puts the clock forward.
    pub fn advance(&self, by: Duration) {
        self.ahead.fetch_add(millis(by), Ordering::SeqCst);
    }

    /// How far it has been put forward.
    pub fn ahead(&self) -> Duration {
        Duration::from_millis(self.ahead.load(Ordering::SeqCst))
    }
}

impl Clock for AdjustableClock {
    fn now(&self) -> UnixMs {
        self.system.now().saturating_add(self.ahead.load(Ordering::SeqCst))
    }

    fn adjustable(&self) -> Option<&AdjustableClock> {
        Some(self)
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_only_go_forward_and_as_far_as_they_are_told() {
        let manual = ManualClock::at(5);
        manual.advance(Duration::from_millis(7));
        assert_eq!(manual.now(), 12);

        let adjustable = AdjustableClock::start();
        let before = adjustable.now();
        adjustable.advance(Duration::from_secs(1800));
        assert!(adjustable.now() >= before + 1_800_000);
        assert_eq!(adjustable.ahead(), Duration::from_secs(1800));
    }

    #[test]
    fn the_system_clock_starts_at_the_wall_clock() {
        let wall = millis(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default());
        assert!(SystemClock::start().now().abs_diff(wall) < 60_000);
    }
}
