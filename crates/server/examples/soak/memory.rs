//! Resident memory over time, and whether it stays.

use std::fmt;

/// Looks at the memory, in KiB, in their order.
#[derive(Default)]
pub struct Memory(Vec<u64>);

/// What a process may gain from the second quarter of the time to the last: an allocator's arenas and caches settle, a leak does not.
const GROWTH: f64 = 0.05;

impl Memory {
    /// One look more.
    pub fn look(&mut self, kib: u64) {
        self.0.push(kib);
    }

    /// Whether the last quarter has, in the middle, no more than the second. The first is for caches to fill.
    pub fn is_flat(&self) -> bool {
        let [then, now] = self.quarters();
        now as f64 <= then as f64 * (1.0 + GROWTH)
    }

    /// The middle of the second quarter, and of the last.
    fn quarters(&self) -> [u64; 2] {
        let quarter = self.0.len() / 4;
        [&self.0[quarter..2 * quarter], &self.0[3 * quarter..]].map(|part| {
            let mut part = part.to_vec();
            part.sort_unstable();
            part.get(part.len() / 2).copied().unwrap_or_default()
        })
    }
}

impl fmt::Display for Memory {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [then, now] = self.quarters().map(|kib| kib as f64 / 1024.0);
        write!(out, "{then:.1} MiB in the second quarter, {now:.1} in the last ({:+.1} %)", (now / then - 1.0) * 100.0)
    }
}

/// The same looks at a process that keeps so many KiB more by the end, evenly.
pub fn leaking(memory: &Memory, kib: u64) -> Memory {
    let looks = memory.0.len().max(1) as u64;
    Memory(memory.0.iter().zip(0..).map(|(look, n)| look + kib * n / looks).collect())
}
