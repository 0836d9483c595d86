//! Numbers for choosing test cases: the same for the same seed, on every platform.
#![allow(dead_code)] // a part of it is used by each crate

/// xorshift64*.
pub struct Numbers(u64);

impl Numbers {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `end`, near enough to evenly for choosing test cases.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() >> 11) as usize % end
    }

    /// One of these.
    pub fn any<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }
}
