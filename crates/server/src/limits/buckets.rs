//! So many in any minute for each key, in a bounded memory, whatever the number of keys.
//!
//! Each key's allowance is one time: when it will be whole again (GCRA, ITU-T I.371). A key that was not seen for a minute is
//! as one that was never seen, so two generations are enough: after a minute (or what else the window is) the older is forgotten, exactly. When keys come so
//! fast that a generation is full before, it is forgotten earlier, and those who were limited then begin anew: a flood costs
//! nobody their turn, and no memory.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::mem::swap;
use std::sync::{Mutex, PoisonError};

use repin_core::api::UnixMs;

/// Keys in a generation. Two generations of them take 4.5 MB: 17 bytes for each place of a table of 131,072.
pub const GENERATION: usize = 65_536;
const MINUTE_US: u64 = 60_000_000;

/// Allowances by key.
pub struct Buckets {
    /// What one costs, in microseconds.
    interval: u64,
    /// When an allowance is whole again, in microseconds.
    window: u64,
    hasher: RandomState,
    generations: Mutex<Generations>,
}

/// Keys are kept by a hash of 64 bits that nobody outside can predict; that two of 131,072 are the same has a chance of one
/// in two thousand million.
#[derive(Default)]
struct Generations {
    young: HashMap<u64, u64>,
    old: HashMap<u64, u64>,
    began: u64,
}

impl Buckets {
    /// So many in any minute. `None` for 0, which is no limit.
    pub fn new(per_minute: u32) -> Option<Self> {
        Self::of(per_minute, 1)
    }

    /// So many in any so many minutes. `None` for 0, which is no limit.
    pub fn of(count: u32, minutes: u64) -> Option<Self> {
        let window = MINUTE_US.saturating_mul(minutes);
        let interval = window.checked_div(u64::from(count))?;
        Some(Self { interval, window, hasher: RandomState::new(), generations: Mutex::default() })
    }

    /// Counts one.
    ///
    /// # Errors
    /// The seconds to wait, at least one, when it is one too many. It is not counted then.
    pub fn take<K: Hash + ?Sized>(&self, key: &K, now: UnixMs) -> Result<(), u64> {
        let (key, now) = (self.hasher.hash_one(key), now.saturating_mul(1000));
        let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        generations.age(now, self.window);
        let whole = generations.young.get(&key).or_else(|| generations.old.get(&key)).copied().unwrap_or_default();
        let after = whole.max(now).saturating_add(self.interval);
        let over = after.saturating_sub(now.saturating_add(self.window));
        if over > 0 {
            return Err(over.div_ceil(1_000_000));
        }
        generations.young.insert(key, after);
        Ok(())
    }
}

impl Generations {
    fn age(&mut self, now: u64, window: u64) {
        if self.young.len() >= GENERATION || now.saturating_sub(self.began) >= window {
            swap(&mut self.young, &mut self.old);
            self.young.clear();
            self.began = now;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn so_many_at_once_then_evenly_and_all_again_after_a_minute() {
        let buckets = Buckets::new(60).unwrap();
        assert!((0..60).all(|_| buckets.take("a", 0).is_ok()));
        assert_eq!(buckets.take("a", 0), Err(1));
        assert!(buckets.take("b", 0).is_ok());
        assert!(buckets.take("a", 1000).is_ok() && buckets.take("a", 1000).is_err());
        assert!((0..59).all(|_| buckets.take("a", 60_000).is_ok()));
        assert!(buckets.take("a", 60_000).is_err(), "one was taken a second later");
        assert!((0..60).all(|_| buckets.take("a", 180_000).is_ok()));
    }

    #[test]
    fn a_key_is_not_forgotten_before_its_minute_is_over() {
        let buckets = Buckets::new(1).unwrap();
        for began in [0, 59_999, 1_000_000] {
            // Whenever generations change.
            assert!(buckets.take("else", began).is_ok() || began == 59_999);
            assert!(buckets.take(&began, began + 30_000).is_ok());
            assert!(buckets.take(&began, began + 89_999).is_err());
            assert!(buckets.take(&began, began + 90_000).is_ok());
        }
    }

    #[test]
    fn a_flood_of_addresses_takes_a_bounded_memory_and_nobody_elses_turn() {
        let buckets = Buckets::new(2).unwrap();
        for flood in 0..1_000_000_u32 {
            assert!(buckets.take(&flood, 1).is_ok());
        }
        let generations = buckets.generations.lock().unwrap();
        let keys = generations.young.len() + generations.old.len();
        let places = generations.young.capacity() + generations.old.capacity();
        assert!(keys <= 2 * GENERATION && places <= 2 * 131_072, "{keys} {places}");
        drop(generations);
        assert!(buckets.take("an honest one", 1).is_ok());
        // The control: without the flood the third is one too many.
        assert!(buckets.take("an honest one", 1).is_ok() && buckets.take("an honest one", 1).is_err());
    }
}
