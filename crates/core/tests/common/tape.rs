//! Hexadecimal, a generator of chosen bytes, and a seeded one.
#![allow(dead_code)] // each test binary uses a part of it

use rand_core::{CryptoRng, Error, RngCore, impls};
use sha2::{Digest, Sha256};

/// Bytes of a hexadecimal text. Panics on anything else, for it only reads vectors.
pub fn unhex(text: &str) -> Vec<u8> {
    assert!(text.is_ascii() && text.len().is_multiple_of(2), "not hexadecimal: {text}");
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal")).collect()
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Yields the given bytes in order, and panics when they are used up: randomness that a vector prescribes.
pub struct Chosen(Vec<u8>);

impl Chosen {
    pub fn new(parts: &[&[u8]]) -> Self {
        Self(parts.concat())
    }

    pub fn left(&self) -> usize {
        self.0.len()
    }
}

impl RngCore for Chosen {
    fn next_u32(&mut self) -> u32 {
        impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, out: &mut [u8]) {
        assert!(out.len() <= self.0.len(), "{} random bytes are asked for, {} are left", out.len(), self.0.len());
        out.copy_from_slice(&self.0[..out.len()]);
        self.0.drain(..out.len());
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Error> {
        self.fill_bytes(out);
        Ok(())
    }
}

impl CryptoRng for Chosen {}

/// A stream that anyone can make again: SHA-256(label || u64 BE counter), counter 0, 1, 2 …, joined.
pub struct Tape {
    label: String,
    counter: u64,
    block: Vec<u8>,
}

impl Tape {
    pub fn new(label: &str) -> Self {
        Self { label: label.into(), counter: 0, block: Vec::new() }
    }

    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut out = [0; N];
        self.fill_bytes(&mut out);
        out
    }

    /// A number below `end`, near enough to evenly for choosing test cases.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next_u64() % end as u64) as usize
    }
}

impl RngCore for Tape {
    fn next_u32(&mut self) -> u32 {
        impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, out: &mut [u8]) {
        for byte in out {
            if self.block.is_empty() {
                let input = [self.label.as_bytes(), &self.counter.to_be_bytes()].concat();
                // Reversed, for bytes are taken from the end.
                self.block = Sha256::digest(input).iter().rev().copied().collect();
                self.counter += 1;
            }
            *byte = self.block.pop().unwrap_or_default();
        }
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Error> {
        self.fill_bytes(out);
        Ok(())
    }
}

impl CryptoRng for Tape {}
