//! Names that the store knew when it was last asked: whoever comes with one is no stranger, and is not counted for that. It says nothing
//! of whether the name still holds, for which the store is asked each time.
//!
//! Only what an operator made gets in, so it needs no bound.

use std::collections::HashSet;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Mutex, PoisonError};

/// Some names, by a hash of 64 bits that nobody outside can predict.
#[derive(Default)]
pub struct Familiar {
    hasher: RandomState,
    names: Mutex<HashSet<u64>>,
}

impl Familiar {
    /// Whether it was known.
    pub fn has<K: Hash + ?Sized>(&self, name: &K) -> bool {
        self.names.lock().unwrap_or_else(PoisonError::into_inner).contains(&self.hasher.hash_one(name))
    }

    /// Remembers what the store said.
    pub fn set<K: Hash + ?Sized>(&self, name: &K, known: bool) {
        let name = self.hasher.hash_one(name);
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if known {
            names.insert(name);
        } else {
            names.remove(&name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_known_is_no_stranger_until_it_is_known_no_more() {
        let familiar = Familiar::default();
        familiar.set("a", false);
        assert!(!familiar.has("a"));
        familiar.set("a", true);
        assert!(familiar.has("a") && !familiar.has("b"));
        familiar.set("a", false);
        assert!(!familiar.has("a"));
    }
}
