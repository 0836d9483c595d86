//! The block of 1 KiB, and the few that are worked with beside those of the memory.

/// Two words: what a vector holds, and aligned as one.
#[derive(Clone, Copy, Default)]
#[repr(C, align(16))]
pub(crate) struct Pair(pub(crate) [u64; 2]);

/// 128 words of 64 bits: a matrix of 8 by 8 pairs, row by row.
#[derive(Clone)]
#[repr(C, align(16))]
pub struct Block(pub(crate) [Pair; 64]);

impl Default for Block {
    fn default() -> Self {
        Self([Pair::default(); 64])
    }
}

impl Block {
    /// Length in bytes.
    pub const BYTES: usize = 1024;

    /// The first word, by which the reference of the next block is chosen.
    pub(crate) fn first(&self) -> u64 {
        self.0[0].0[0]
    }

    pub(crate) fn word(&self, at: usize) -> u64 {
        self.0[at / 2].0[at % 2]
    }

    pub(crate) fn set_word(&mut self, at: usize, word: u64) {
        self.0[at / 2].0[at % 2] = word;
    }

    /// Adds another, as vectors over GF(2).
    pub(crate) fn add(&mut self, other: &Self) {
        for (own, other) in self.0.iter_mut().zip(&other.0) {
            own.0[0] ^= other.0[0];
            own.0[1] ^= other.0[1];
        }
    }

    /// Words are little-endian, whatever the machine is.
    pub(crate) fn read(&mut self, bytes: &[u8; Self::BYTES]) {
        for (pair, bytes) in self.0.iter_mut().zip(bytes.as_chunks::<16>().0) {
            let both = u128::from_le_bytes(*bytes);
            *pair = Pair([both as u64, (both >> 64) as u64]);
        }
    }

    /// The inverse of [`Block::read`].
    pub(crate) fn write(&self, bytes: &mut [u8; Self::BYTES]) {
        for (pair, bytes) in self.0.iter().zip(bytes.as_chunks_mut::<16>().0) {
            *bytes = (u128::from(pair.0[0]) | u128::from(pair.0[1]) << 64).to_le_bytes();
        }
    }
}

/// How many there are of [`Work`].
pub(crate) const WORK: usize = 4;

/// The first blocks of the memory, so that whoever wipes it wipes these.
pub(crate) struct Work<'a> {
    /// Between the two halves of the block function.
    pub(crate) halfway: &'a mut Block,
    /// 128 random words of the slices that choose references by position alone.
    pub(crate) addresses: &'a mut Block,
    /// What those are made of.
    pub(crate) input: &'a mut Block,
    pub(crate) zero: &'a mut Block,
}

impl<'a> Work<'a> {
    pub(crate) fn of([halfway, addresses, input, zero]: &'a mut [Block; WORK]) -> Self {
        Self { halfway, addresses, input, zero }
    }
}
