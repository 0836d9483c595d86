//! The block function of Argon2 (RFC 9106, section 3.5), in two halves: BLAKE2b's round over the rows of a block's matrix,
//! and then over its columns.
//!
//! There are two. [`scalar`] is what RFC 9106 says, word by word. `interleaved` is for WebAssembly with 128-bit vectors,
//! and reads as if somebody had shuffled two programs: half of the rounds in vectors, the other half in words, step by step
//! in turns.
//!
//! # Why
//!
//! The round is multiplications, additions, exclusive-ors and rotations of 64-bit words, each waiting for the one before.
//! Vectors look like the way to do four at once. But WebAssembly's are 128 bits wide, have no 64-bit multiplication that
//! is one instruction of a processor, and must gather the halves that they multiply: V8 makes four instructions of one
//! multiplication of two lanes, where a word takes one. Vectors alone came out as fast as words alone, and both leave half
//! of a processor idle: vectors have execution units of their own. Two independent rounds, one in vectors and one in words,
//! side by side, use both.
//!
//! Measured as medians of paired ratios, on an x86-64 processor in Node 20 with 1 MiB of memory, against vectors alone:
//! words alone 0.85, three rounds in vectors to one in words 0.82, five to three 0.77, one to one **0.68**, one to one but
//! one after the other 0.90. It matters that they alternate, and little how finely: by eight steps a round is as good as by
//! single instructions, two steps cost 12 to 17 %. `cargo xtask bench argon2` measures the whole against other libraries,
//! and `docs/performance.md` has what came out.
//!
//! # What keeps it so
//!
//! LLVM undoes it twice if it is let: it joins the words into vectors, and it sorts what is independent by kind. So after
//! each step one pair of vectors and two words go to memory, with stores that the compiler may not move (into places that
//! are overwritten later), and the words that the round ends with are stored in the same way. And the round stands in functions
//! that are not inlined: in a loop their addresses become variables.
//!
//! Within them nothing is a loop either. LLVM once left the one that stores the words as it was, in the function for later
//! passes alone, where it is the longest: so the words went through memory, and some of them were multiplied as vectors. 1 MiB
//! took 1.2 times as long for that, and 1.3 times with words alone (Chromium 156). None of this changes what is computed, so
//! no tag tells of it, and a busy machine hides it: `tests/package/argon2id.test.mjs` reads what LLVM made.

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod interleaved;
#[cfg_attr(all(target_arch = "wasm32", target_feature = "simd128"), allow(dead_code))]
mod scalar;

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(crate) use interleaved::{column, halve};
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub(crate) use scalar::{column, halve};

/// The sum of BLAKE2b's round as Argon2 has it: `x + y + 2 * lo(x) * lo(y)`.
///
/// Written so that the doubling is an addition: as a factor LLVM folds it into the mask, which is then one instruction more.
#[inline(always)]
fn add(x: u64, y: u64) -> u64 {
    let less = !(x & 0xffff_ffff).wrapping_mul(y & 0xffff_ffff);
    x.wrapping_sub(less).wrapping_add(y.wrapping_sub(less)).wrapping_sub(2)
}

/// The first half of BLAKE2b's G on four words of `v`.
#[inline(always)]
fn mix(v: &mut [u64; 16], [a, b, c, d]: [usize; 4]) {
    v[a] = add(v[a], v[b]);
    v[d] = (v[d] ^ v[a]).rotate_right(32);
    v[c] = add(v[c], v[d]);
    v[b] = (v[b] ^ v[c]).rotate_right(24);
}

/// The second half: the same with other rotations.
#[inline(always)]
fn mix_again(v: &mut [u64; 16], [a, b, c, d]: [usize; 4]) {
    v[a] = add(v[a], v[b]);
    v[d] = (v[d] ^ v[a]).rotate_right(16);
    v[c] = add(v[c], v[d]);
    v[b] = (v[b] ^ v[c]).rotate_right(63);
}

/// Each of a round's 16 words, and no loop.
#[inline(always)]
fn each_word(mut word: impl FnMut(usize)) {
    word(0);
    word(1);
    word(2);
    word(3);
    word(4);
    word(5);
    word(6);
    word(7);
    word(8);
    word(9);
    word(10);
    word(11);
    word(12);
    word(13);
    word(14);
    word(15);
}

/// BLAKE2b's columns, and then its diagonals.
const ROUND: [[[usize; 4]; 4]; 2] = [
    [[0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15]],
    [[0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14]],
];
