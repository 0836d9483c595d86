//! One segment: which block each is made of (RFC 9106, sections 3.4.1 and 3.4.2), and the making of them.

use crate::block::{Block, Work};
use crate::kernel::{column, halve};
use crate::shape::{SLICES, Shape};

/// In the first pass these choose references by position alone, so that what a password takes tells nothing of it.
const INDEPENDENT_SLICES: u32 = 2;
/// Columns of [`column`].
const COLUMNS: usize = 4;
/// A type of Argon2 as it stands among the inputs of addresses.
const KIND: u64 = 2;

pub(crate) struct Segment<'a> {
    shape: &'a Shape,
    pass: u32,
    slice: u32,
    lane: u32,
}

impl<'a> Segment<'a> {
    pub(crate) fn of(shape: &'a Shape, number: u32) -> Self {
        let (slices, lane) = (number / shape.lanes, number % shape.lanes);
        Self { shape, pass: slices / SLICES, slice: slices % SLICES, lane }
    }

    pub(crate) fn fill(&self, work: Work<'_>, blocks: &mut [Block]) {
        match self.pass {
            0 => self.fill_with::<false>(work, blocks),
            // Later passes add to what is there.
            _ => self.fill_with::<true>(work, blocks),
        }
    }

    fn fill_with<const ADDS: bool>(&self, mut work: Work<'_>, blocks: &mut [Block]) {
        let Shape { lane_length, segment_length, .. } = *self.shape;
        let independent = self.pass == 0 && self.slice < INDEPENDENT_SLICES;
        // The first two blocks of a lane are there.
        let first = if self.pass == 0 && self.slice == 0 { 2 } else { 0 };
        let lane_start = self.lane * lane_length;
        let mut current = (lane_start + self.slice * segment_length + first) as usize;
        // The previous block of a lane's first is its last.
        let mut previous = match self.slice == 0 && first == 0 {
            true => current + lane_length as usize - 1,
            false => current - 1,
        };
        if independent {
            self.begin_addresses(&mut work);
        }
        let mut reference = match independent {
            true => self.reference(self.address(first, true, &mut work), first),
            false => self.reference(blocks[previous].first(), first),
        };
        for index in first..segment_length {
            let next = Some(index + 1).filter(|next| *next < segment_length);
            let mut after = reference;
            if let Some(next) = next.filter(|_| independent) {
                after = self.reference(self.address(next, false, &mut work), next);
                touch(&blocks[after]);
            }
            let [before, other, own] = three(blocks, [previous, reference, current]);
            halve(before, other, work.halfway);
            column::<ADDS>(before, other, work.halfway, own, 0);
            // The block's first word is final: where the next one's reference lies is known while three quarters of this one
            // are still to be made.
            if let Some(next) = next.filter(|_| !independent) {
                after = self.reference(blocks[current].first(), next);
                touch(&blocks[after]);
            }
            let [before, other, own] = three(blocks, [previous, reference, current]);
            for at in 1..COLUMNS {
                column::<ADDS>(before, other, work.halfway, own, at);
            }
            (previous, reference, current) = (current, after, current + 1);
        }
    }

    /// Where the block at `index` of the segment takes its second half from, by a random word.
    fn reference(&self, random: u64, index: u32) -> usize {
        let Shape { lanes, lane_length, segment_length, .. } = *self.shape;
        let lane = if self.pass == 0 && self.slice == 0 { self.lane } else { (random >> 32) as u32 % lanes };
        let (start, finished) = match self.pass {
            0 => (0, self.slice * segment_length),
            _ => ((self.slice + 1) % SLICES * segment_length, lane_length - segment_length),
        };
        // Of its own lane also what this segment has so far, without the previous block. Of another that one's last block is
        // left out for the first of a segment.
        let area = if lane == self.lane { finished + index - 1 } else { finished - u32::from(index == 0) };
        let x = random & 0xffff_ffff;
        let y = (u64::from(area) * ((x * x) >> 32)) >> 32;
        let mut at = start + area - 1 - y as u32;
        if at >= lane_length {
            at -= lane_length;
        }
        (lane * lane_length + at) as usize
    }

    fn begin_addresses(&self, work: &mut Work<'_>) {
        *work.zero = Block::default();
        *work.input = Block::default();
        let Shape { passes, .. } = *self.shape;
        let memory = self.shape.blocks() as u64;
        let words = [self.pass.into(), self.lane.into(), self.slice.into(), memory, passes.into(), KIND];
        for (at, word) in words.into_iter().enumerate() {
            work.input.set_word(at, word);
        }
    }

    /// The random word of the block at `index`; they are made 128 at once.
    fn address(&self, index: u32, is_first: bool, work: &mut Work<'_>) -> u64 {
        let at = index as usize % 128;
        if at == 0 || is_first {
            work.input.set_word(6, work.input.word(6) + 1);
            make(work.zero, work.input, work.halfway, work.addresses);
            // The block function over what it gave, which its halves allow: the last reads what it writes.
            let once = work.addresses.clone();
            make(work.zero, &once, work.halfway, work.addresses);
        }
        work.addresses.word(at)
    }
}

/// G of RFC 9106.
fn make(before: &Block, other: &Block, halfway: &mut Block, own: &mut Block) {
    halve(before, other, halfway);
    for at in 0..COLUMNS {
        column::<false>(before, other, halfway, own, at);
    }
}

/// A block, the previous one and its reference are never the same.
fn three(blocks: &mut [Block], at: [usize; 3]) -> [&mut Block; 3] {
    let Ok(three) = blocks.get_disjoint_mut(at) else { unreachable!("a block was its own reference") };
    three
}

/// Has the block fetched while there is something else to do: one word of each of its cache lines.
fn touch(block: &Block) {
    for pair in block.0.iter().step_by(4) {
        // SAFETY: a reference may be read from. Volatile, or the compiler would see that nobody uses it.
        #[allow(unsafe_code)]
        unsafe {
            core::ptr::read_volatile(&raw const pair.0[0]);
        }
    }
}
