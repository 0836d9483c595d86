//! What a test gives to the list of evidence: a line of what it measured, and chance that can be repeated.
#![allow(clippy::print_stdout)] // that is where it is read

#[path = "../../../core/tests/common/evidence.rs"]
mod measured;

#[allow(unused_imports)] // each test binary uses a part of it
pub use measured::{count, grouped, is_long, say};

use super::numbers::Numbers;

/// Which database the test ran on.
pub fn store() -> &'static str {
    if super::database::server().is_some() { "PostgreSQL" } else { "SQLite" }
}

/// Chance with a seed.
pub struct Chance {
    /// What repeats it: `REPIN_SEED`.
    pub seed: u64,
    numbers: Numbers,
}

impl Chance {
    /// Another one at each run, unless `REPIN_SEED` says which.
    pub fn new() -> Self {
        let given = std::env::var("REPIN_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = given.unwrap_or_else(|| u64::from(uuid::Uuid::new_v4().as_fields().0)).max(1);
        println!("REPIN_SEED={seed}");
        Self { seed, numbers: Numbers::new(seed) }
    }

    /// Any number.
    pub fn number(&mut self) -> u64 {
        self.numbers.next()
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        self.numbers.below(limit)
    }
}
