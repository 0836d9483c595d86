//! Where the gateway takes the time from: locks, expiry and tokens all ask one [`Clock`].
//!
//! Nothing else in this crate reads a clock, so a test or the demo page can move time, and a wall clock that jumps while
//! the gateway runs neither unlocks nor expires anything. Nor is such a jump followed where it is NTP that mends the clock, and a
//! machine that was suspended comes back with the time at which it stopped: `watch` tells of both, and a restart mends them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use repin_core::api::UnixMs;
use tokio::time::interval;

/// How far two clocks may be apart, in milliseconds: what one gateway's clock wrote is read by another's, so they agree on the second.
pub const APART_MS: u64 = 1_000;
/// How often the gateway's clock is held against its machine's.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// The time, in milliseconds since the Unix epoch. Never goes back.
pub trait Clock: Send + Sync + 'static {
    /// Now.
    fn now(&self) -> UnixMs;

    /// The clock's handle, if it is the demo's.
    fn adjustable(&self) -> Option<&AdjustableClock> {
        None
    }

    /// By how many milliseconds it is ahead of the machine's wall clock; less than 0: behind. `None` for one that is moved on purpose,
    /// a test's or the demo's.
    fn ahead_of_wall(&self) -> Option<i64> {
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
        Self { wall_at_start: since_epoch(wall()), started: Instant::now() }
    }

    /// By how many milliseconds it is ahead of a wall clock that says this.
    fn ahead_of(&self, wall: SystemTime) -> i64 {
        let signed = |time: UnixMs| i64::try_from(time).unwrap_or(i64::MAX);
        signed(self.now()).saturating_sub(signed(since_epoch(wall)))
    }
}

impl Clock for SystemClock {
    fn now(&self) -> UnixMs {
        self.wall_at_start.saturating_add(millis(self.started.elapsed()))
    }

    /// Told and nothing more: no time of the gateway's is taken from it.
    fn ahead_of_wall(&self) -> Option<i64> {
        Some(self.ahead_of(SystemTime::now()))
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

fn since_epoch(wall: SystemTime) -> UnixMs {
    millis(wall.duration_since(UNIX_EPOCH).unwrap_or_default())
}

/// Milliseconds, as seconds for people and for Prometheus.
pub fn seconds(ms: i64) -> f64 {
    ms as f64 / 1000.0
}

/// Says in the log when the machine's clock was set under a gateway that runs, or the machine stood still: once for each time, for a
/// clock that stays wrong is no news a minute later.
pub(crate) async fn watch(clock: Arc<dyn Clock>) {
    let (mut told, mut interval) = (Told::default(), interval(LOOK_EVERY));
    loop {
        interval.tick().await;
        let Some(ahead) = clock.ahead_of_wall() else { return };
        if !told.is_news(ahead) {
            continue;
        }
        if is_apart(ahead) {
            tracing::warn!(
                ahead_seconds = seconds(ahead),
                "the gateway's clock is not its machine's any more: restart the gateway when the machine's is right"
            );
        } else {
            tracing::info!("the gateway's clock is its machine's again");
        }
    }
}

/// How far the two were apart when that was last said, in milliseconds; 0: they were not.
#[derive(Default)]
struct Told(i64);

impl Told {
    /// Whether they have come apart, or together, by more than a second since.
    fn is_news(&mut self, ahead: i64) -> bool {
        let is_news = ahead.abs_diff(self.0) > APART_MS;
        if is_news {
            self.0 = if is_apart(ahead) { ahead } else { 0 };
        }
        is_news
    }
}

fn is_apart(ahead: i64) -> bool {
    ahead.unsigned_abs() > APART_MS
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
        assert!(SystemClock::start().now().abs_diff(since_epoch(SystemTime::now())) < 60_000);
    }

    #[test]
    fn a_wall_clock_that_is_set_moves_no_time_and_is_seen() {
        let (hour, minute) = (Duration::from_secs(3600), 60_000);
        let clock = SystemClock::start();
        let (wall, before) = (SystemTime::now(), clock.now());
        assert!(clock.ahead_of(wall).unsigned_abs() < minute);
        assert!((clock.ahead_of(wall + hour) + 3_600_000).unsigned_abs() < minute, "it is behind");
        assert!((clock.ahead_of(wall - hour) - 3_600_000).unsigned_abs() < minute, "it is ahead");
        assert!(clock.now() - before < minute);
        assert!(ManualClock::at(5).ahead_of_wall().is_none() && AdjustableClock::start().ahead_of_wall().is_none());
    }

    #[test]
    fn a_clock_that_parts_from_its_machines_is_told_of_once_and_so_is_its_return() {
        let mut told = Told::default();
        let ahead = [0, 900, 60_000, 60_000, 60_400, -3_600_000, -3_600_000, 300, 300];
        let news = ahead.map(|ahead| told.is_news(ahead));
        assert_eq!(news, [false, false, true, false, false, true, false, true, false]);
    }
}
