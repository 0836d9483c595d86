//! A pool of connections that nothing sweeps.
//!
//! sqlx 0.9 looks through a pool now and then for connections that have grown old. What it counts them by can fall below zero
//! for a moment, and then it counts for ever: a core at full load, a thread that serves nobody any more, and a program that does not
//! end. [Known](https://github.com/launchbadge/sqlx/issues/3645), mended there, and in no release yet. Without an age to look for
//! nothing is started that looks.

use std::time::Duration;

use sqlx::Database;
use sqlx::pool::{PoolConnectionMetadata, PoolOptions};

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
pub fn is_fresh(connection: &PoolConnectionMetadata) -> bool {
    connection.age < LIFETIME && connection.idle_for < IDLE
}
