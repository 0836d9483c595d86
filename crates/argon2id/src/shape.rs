//! How the memory is laid out: lanes of blocks, each cut into four slices, of which all lanes' first are filled before any
//! lane's second (RFC 9106, section 3.4).

use crate::block::WORK;

/// What one derivation costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB, at least 8 for each lane; what is no multiple of 4 * `p` is rounded down.
    pub m_kib: u32,
    /// Passes, from 1.
    pub t: u32,
    /// Lanes, from 1 to 2^24 - 1. They are filled one after the other: a worker has one thread.
    pub p: u32,
}

/// The cost or a length is not one of RFC 9106, or there is too little memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused;

impl Cost {
    /// How many blocks of 1 KiB the memory has to have: those of the cost and four to work with. More than there can be
    /// for a cost that is refused.
    pub fn blocks(self) -> usize {
        Shape::of(self).map_or(usize::MAX, |shape| shape.blocks().saturating_add(WORK))
    }

    /// How many segments there are to fill; 0 for a cost that is refused.
    pub fn segments(self) -> u32 {
        Shape::of(self).map_or(0, |shape| self.t * SLICES * shape.lanes)
    }
}

pub(crate) const SLICES: u32 = 4;

/// A cost that is one, in blocks.
#[derive(Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) passes: u32,
    pub(crate) lanes: u32,
    pub(crate) lane_length: u32,
    pub(crate) segment_length: u32,
}

impl Shape {
    pub(crate) fn of(Cost { m_kib, t, p }: Cost) -> Result<Self, Refused> {
        let lanes_fit = (1..1 << 24).contains(&p) && m_kib / 8 >= p;
        // The second keeps the number of segments a u32.
        if !lanes_fit || t == 0 || t.checked_mul(SLICES * p).is_none() {
            return Err(Refused);
        }
        let segment_length = m_kib / (SLICES * p);
        Ok(Self { passes: t, lanes: p, lane_length: segment_length * SLICES, segment_length })
    }

    /// m' of RFC 9106.
    pub(crate) fn blocks(&self) -> usize {
        self.lanes as usize * self.lane_length as usize
    }
}
