//! Argon2id v1.3 (RFC 9106) for a browser's worker, which is where a person waits for it.
//!
//! [`begin`], then [`fill`] for each segment by its number, then [`finish`]: whoever calls can say how far it is, or stop.
//! All that is known between two calls lies in the caller's memory, which need not be zero before and is the caller's to
//! wipe after: the module has no allocator and no state.
//!
//! ```
//! use repin_argon2id::{Block, Cost, Inputs, begin, fill, finish};
//!
//! let cost = Cost { m_kib: 32, t: 3, p: 4 };
//! let mut memory = vec![Block::default(); cost.blocks()];
//! let inputs = Inputs { password: &[1; 32], salt: &[2; 16], secret: &[3; 8], data: &[4; 12] };
//! let mut tag = [0; 32];
//! begin(cost, inputs, tag.len(), &mut memory)?;
//! for segment in 0..cost.segments() {
//!     fill(cost, segment, &mut memory)?;
//! }
//! finish(cost, &mut tag, &memory)?;
//! assert_eq!(tag[..4], [0x0d, 0x64, 0x0d, 0xf5]); // RFC 9106, section 5.3
//! # Ok::<(), repin_argon2id::Refused>(())
//! ```
//!
//! What it computes is RustCrypto's `argon2`, which the tests compare it with and which the same code uses natively. Why
//! there is another one is in [`kernel`]: in WebAssembly it takes about six tenths of the time. `docs/performance.md` has what it
//! takes beside npm's libraries.
#![cfg_attr(not(test), no_std)]

mod block;
mod hash;
pub mod kernel;
mod segment;
mod shape;

pub use block::Block;
pub use shape::{Cost, Refused};

use block::{WORK, Work};
use segment::Segment;
use shape::Shape;

/// What is stretched. Each up to 2^32 - 1 bytes, and empty where there is none.
#[derive(Clone, Copy)]
pub struct Inputs<'a> {
    /// P of RFC 9106.
    pub password: &'a [u8],
    /// S.
    pub salt: &'a [u8],
    /// K.
    pub secret: &'a [u8],
    /// X, the associated data.
    pub data: &'a [u8],
}

/// Writes the first two blocks of each lane. `tag` is the length of what [`finish`] will be asked for, in bytes.
///
/// # Errors
/// [`Refused`] for a cost or a length that RFC 9106 does not allow, and for fewer blocks than [`Cost::blocks`].
pub fn begin(cost: Cost, inputs: Inputs<'_>, tag: usize, memory: &mut [Block]) -> Result<(), Refused> {
    let (shape, _, blocks) = parts(cost, memory)?;
    let seed = hash::seed(cost, inputs, tag)?;
    for lane in 0..shape.lanes {
        for column in 0..2 {
            hash::first_block(&seed, lane, column, &mut blocks[(lane * shape.lane_length + column) as usize]);
        }
    }
    Ok(())
}

/// Fills segment `number` of [`Cost::segments`]. They have to be filled in order, each once.
///
/// # Errors
/// As [`begin`]; and for a number that no segment has.
pub fn fill(cost: Cost, number: u32, memory: &mut [Block]) -> Result<(), Refused> {
    let (shape, work, blocks) = parts(cost, memory)?;
    if number >= cost.segments() {
        return Err(Refused);
    }
    Segment::of(&shape, number).fill(work, blocks);
    Ok(())
}

/// Writes the tag, of as many bytes as [`begin`] was told.
///
/// # Errors
/// As [`begin`].
pub fn finish(cost: Cost, tag: &mut [u8], memory: &[Block]) -> Result<(), Refused> {
    let shape = Shape::of(cost)?;
    let blocks = memory.get(WORK..cost.blocks()).ok_or(Refused)?;
    let last = |lane: u32| &blocks[((lane + 1) * shape.lane_length - 1) as usize];
    let mut sum = last(0).clone();
    for lane in 1..shape.lanes {
        sum.add(last(lane));
    }
    hash::tag(&sum, tag)
}

fn parts(cost: Cost, memory: &mut [Block]) -> Result<(Shape, Work<'_>, &mut [Block]), Refused> {
    let shape = Shape::of(cost)?;
    let (work, blocks) = memory.split_first_chunk_mut().ok_or(Refused)?;
    let blocks = blocks.get_mut(..shape.blocks()).ok_or(Refused)?;
    Ok((shape, Work::of(work), blocks))
}
