//! A pool of connections that nothing sweeps.
//!
//! sqlx 0.9 looks through a pool now and then for connections that have grown old. What it counts them by can fall below zero
//! for a moment, and then it counts for ever: a core at full load, a thread that serves nobody any more, and a program that does not
//! end. [Known](https://github.com/launchbadge/sqlx/issues/3645), mended there, and in no release yet. Without an age to look for
//! nothing is started that looks.

use std::time::Duration;

use sqlx::Database;
use sqlx::pool::PoolOptions;

/// How long a connection to a server is used: one that has moved, or remembers much, is not kept for ever.
const LIFETIME: Duration = Duration::from_secs(30 * 60);
/// How long one may lie unused: what is between may have forgotten it.
const IDLE: Duration = Duration::from_secs(10 * 60);

/// Options for at most `connections` of them.
#[allow(clippy::disallowed_methods, reason = "here and nowhere else")]
pub fn unswept<DB: Database>(connections: u32) -> PoolOptions<DB> {
    PoolOptions::new().max_connections(connections).max_lifetime(None).idle_timeout(None)
}

/// Whether a connection can be used once more. Asked before each use, in the place of what sweeps.
pub fn is_fresh(age: Duration, idle_for: Duration) -> bool {
    age < LIFETIME && idle_for < IDLE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_used_until_it_is_old_or_has_lain_for_long() {
        let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
        let fresh = |age, idle_for| is_fresh(minutes(age), minutes(idle_for));
        assert!(fresh(0, 0) && fresh(29, 9));
        assert!(!fresh(30, 0) && !fresh(29, 10));
    }
}
