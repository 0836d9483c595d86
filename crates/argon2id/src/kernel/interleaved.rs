//! Half in vectors and half in words, in turns; `kernel.rs` says why.
//!
//! Of a row of 16 pairs, two of the matrix, the first eight go through a round in vectors and the other eight in words. Of
//! a quarter of the columns, two pairs wide, the left go through vectors and the right through words.

use core::arch::wasm32::{
    i8x16_shuffle, i32x4_shuffle, i64x2_add, i64x2_shuffle, u64x2_extmul_high_u32x4, u64x2_extmul_low_u32x4, u64x2_shr,
    v128, v128_load, v128_or, v128_store, v128_xor,
};

use super::{ROUND, each_word, mix, mix_again};
use crate::block::{Block, Pair};

/// Pairs from the first of a column to the second of its last row.
const COLUMN: usize = 8 * 7 + 2;

/// The exclusive-or of both blocks, through a round for each row.
pub(crate) fn halve(before: &Block, other: &Block, halfway: &mut Block) {
    let ([b0, b1, b2, b3], []) = before.0.as_chunks() else { return };
    let ([o0, o1, o2, o3], []) = other.0.as_chunks() else { return };
    let ([h0, h1, h2, h3], []) = halfway.0.as_chunks_mut() else { return };
    row(b0, o0, h0);
    row(b1, o1, h1);
    row(b2, o2, h2);
    row(b3, o3, h3);
}

/// A quarter of the columns through a round, and what went in added: `at` from 0 to 3.
#[inline(always)]
pub(crate) fn column<const ADDS: bool>(before: &Block, other: &Block, halfway: &mut Block, own: &mut Block, at: usize) {
    let (Some(before), Some(other)) = (before.0[2 * at..].first_chunk(), other.0[2 * at..].first_chunk()) else {
        return;
    };
    let (Some(halfway), Some(own)) = (halfway.0[2 * at..].first_chunk_mut(), own.0[2 * at..].first_chunk_mut()) else {
        return;
    };
    two_columns::<ADDS>(before, other, halfway, own);
}

#[inline(never)]
fn row(before: &[Pair; 16], other: &[Pair; 16], halfway: &mut [Pair; 16]) {
    let sum = |at: usize| v128_xor(load(&before[at]), load(&other[at]));
    let word = |at: usize| before[8 + at / 2].0[at % 2] ^ other[8 + at / 2].0[at % 2];
    let (v, w) = round(core::array::from_fn(sum), core::array::from_fn(word), spare(halfway));
    for (at, vector) in v.into_iter().enumerate() {
        store(&mut halfway[at], vector);
    }
    each_word(|at| keep(&mut halfway[8 + at / 2].0[at % 2], w[at]));
}

#[inline(never)]
fn two_columns<const ADDS: bool>(
    before: &[Pair; COLUMN],
    other: &[Pair; COLUMN],
    halfway: &mut [Pair; COLUMN],
    own: &mut [Pair; COLUMN],
) {
    let vectors = core::array::from_fn(|at| load(&halfway[8 * at]));
    let words = core::array::from_fn(|at| halfway[8 * (at / 2) + 1].0[at % 2]);
    let (v, w) = round(vectors, words, spare(halfway));
    for (at, vector) in v.into_iter().enumerate() {
        let at = 8 * at;
        let mut sum = v128_xor(vector, v128_xor(load(&before[at]), load(&other[at])));
        if ADDS {
            sum = v128_xor(sum, load(&own[at]));
        }
        store(&mut own[at], sum);
    }
    each_word(|word| {
        let (pair, at) = (8 * (word / 2) + 1, word % 2);
        let mut sum = w[word] ^ (before[pair].0[at] ^ other[pair].0[at]);
        if ADDS {
            sum ^= own[pair].0[at];
        }
        keep(&mut own[pair].0[at], sum);
    });
}

/// A round in vectors and another in words, by eight steps each.
#[inline(always)]
fn round(v: [v128; 8], mut w: [u64; 16], spare: &mut [Pair; 9]) -> ([v128; 8], [u64; 16]) {
    let mut v = Vectors { a: [v[0], v[1]], b: [v[2], v[3]], c: [v[4], v[5]], d: [v[6], v[7]] };
    macro_rules! half {
        ([$p:expr, $q:expr, $r:expr, $s:expr]) => {
            v.add_to_a();
            v.d = [rotate_32(v128_xor(v.d[0], v.a[0])), rotate_32(v128_xor(v.d[1], v.a[1]))];
            keep_both(spare, v.d);
            mix(&mut w, $p);
            mix(&mut w, $q);
            keep_words(spare, w[$p[1]], w[$q[1]]);

            v.add_to_c();
            v.b = [rotate_24(v128_xor(v.b[0], v.c[0])), rotate_24(v128_xor(v.b[1], v.c[1]))];
            keep_both(spare, v.b);
            mix_again(&mut w, $p);
            mix_again(&mut w, $q);
            keep_words(spare, w[$p[1]], w[$q[1]]);

            v.add_to_a();
            v.d = [rotate_16(v128_xor(v.d[0], v.a[0])), rotate_16(v128_xor(v.d[1], v.a[1]))];
            keep_both(spare, v.d);
            mix(&mut w, $r);
            mix(&mut w, $s);
            keep_words(spare, w[$r[1]], w[$s[1]]);

            v.add_to_c();
            v.b = [rotate_63(v128_xor(v.b[0], v.c[0])), rotate_63(v128_xor(v.b[1], v.c[1]))];
            keep_both(spare, v.b);
            mix_again(&mut w, $r);
            mix_again(&mut w, $s);
            keep_words(spare, w[$r[1]], w[$s[1]]);
        };
    }
    half!([ROUND[0][0], ROUND[0][1], ROUND[0][2], ROUND[0][3]]);
    v.to_diagonals();
    half!([ROUND[1][0], ROUND[1][1], ROUND[1][2], ROUND[1][3]]);
    v.to_columns();
    ([v.a[0], v.a[1], v.b[0], v.b[1], v.c[0], v.c[1], v.d[0], v.d[1]], w)
}

/// The 16 words of a round, a row of four in two vectors.
struct Vectors {
    a: [v128; 2],
    b: [v128; 2],
    c: [v128; 2],
    d: [v128; 2],
}

impl Vectors {
    #[inline(always)]
    fn add_to_a(&mut self) {
        self.a = add(self.a, self.b);
    }

    #[inline(always)]
    fn add_to_c(&mut self) {
        self.c = add(self.c, self.d);
    }

    #[inline(always)]
    fn to_diagonals(&mut self) {
        let Self { b, c, d, .. } = self;
        *b = [across(b[0], b[1]), across(b[1], b[0])];
        *c = [c[1], c[0]];
        *d = [across(d[1], d[0]), across(d[0], d[1])];
    }

    #[inline(always)]
    fn to_columns(&mut self) {
        let Self { b, c, d, .. } = self;
        *b = [across(b[1], b[0]), across(b[0], b[1])];
        *c = [c[1], c[0]];
        *d = [across(d[0], d[1]), across(d[1], d[0])];
    }
}

/// `x + y + 2 * lo(x) * lo(y)` in four lanes.
#[inline(always)]
fn add(x: [v128; 2], y: [v128; 2]) -> [v128; 2] {
    let (low_x, low_y) = (i32x4_shuffle::<0, 2, 4, 6>(x[0], x[1]), i32x4_shuffle::<0, 2, 4, 6>(y[0], y[1]));
    let product = [u64x2_extmul_low_u32x4(low_x, low_y), u64x2_extmul_high_u32x4(low_x, low_y)];
    core::array::from_fn(|at| i64x2_add(i64x2_add(x[at], y[at]), i64x2_add(product[at], product[at])))
}

#[inline(always)]
fn rotate_32(x: v128) -> v128 {
    i32x4_shuffle::<1, 0, 3, 2>(x, x)
}

#[inline(always)]
fn rotate_24(x: v128) -> v128 {
    i8x16_shuffle::<3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10>(x, x)
}

#[inline(always)]
fn rotate_16(x: v128) -> v128 {
    i8x16_shuffle::<2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9>(x, x)
}

#[inline(always)]
fn rotate_63(x: v128) -> v128 {
    v128_or(u64x2_shr(x, 63), i64x2_add(x, x))
}

/// The second word of one and the first of the other.
#[inline(always)]
fn across(first: v128, second: v128) -> v128 {
    i64x2_shuffle::<1, 2>(first, second)
}

/// Where steps leave what keeps them in order: pairs that are overwritten when the round is over, or that it has read.
#[inline(always)]
fn spare<const N: usize>(halfway: &mut [Pair; N]) -> &mut [Pair; 9] {
    let Some(spare) = halfway.first_chunk_mut() else { unreachable!("there are 16 and more") };
    spare
}

#[inline(always)]
fn keep_both(spare: &mut [Pair; 9], [x, y]: [v128; 2]) {
    keep_vector(&mut spare[0], x);
    keep_vector(&mut spare[8], y);
}

#[inline(always)]
fn keep_words(spare: &mut [Pair; 9], x: u64, y: u64) {
    keep(&mut spare[1].0[0], x);
    keep(&mut spare[1].0[1], y);
}

#[inline(always)]
#[allow(unsafe_code)]
fn load(from: &Pair) -> v128 {
    // SAFETY: a pair has the 16 bytes that are read.
    unsafe { v128_load((&raw const *from).cast()) }
}

#[inline(always)]
#[allow(unsafe_code)]
fn store(to: &mut Pair, vector: v128) {
    // SAFETY: a pair has the 16 bytes that are written, and any are two words.
    unsafe { v128_store((&raw mut *to).cast(), vector) }
}

/// As [`store`], and neither moved nor left out.
#[inline(always)]
#[allow(unsafe_code)]
fn keep_vector(to: &mut Pair, vector: v128) {
    // SAFETY: as above; a pair is aligned as a vector.
    unsafe { core::ptr::write_volatile((&raw mut *to).cast(), vector) }
}

/// Neither moved nor left out, and not joined with its neighbour into a vector.
#[inline(always)]
#[allow(unsafe_code)]
fn keep(to: &mut u64, word: u64) {
    // SAFETY: a reference may be written to.
    unsafe { core::ptr::write_volatile(to, word) }
}
