//! The CBOR items that messages are made of (RFC 8949 §3): numbers, byte and text strings, arrays, `true`, `false` and
//! `null`. Written in their shortest form; there is no other item, and no length that is not known beforehand.
//!
//! By hand, for these eight are a quarter of what a library brings to every phone. `tests/items.rs` holds them against
//! one, `minicbor`.

use alloc::vec::Vec;

use super::WireError;

/// Where items are appended. Writing to memory cannot fail.
pub struct Writer(Vec<u8>);

/// What is still to be read.
pub struct Reader<'a>(&'a [u8]);

// The major types, RFC 8949 §3.1.
const UNSIGNED: u8 = 0;
const NEGATIVE: u8 = 1;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
// Simple values, RFC 8949 §3.3, in the byte that is all of them.
const FALSE: u8 = 0xf4;
const TRUE: u8 = 0xf5;
const NULL: u8 = 0xf6;

impl Writer {
    /// Begins, with room for so many bytes.
    pub fn with_capacity(bytes: usize) -> Self {
        Self(Vec::with_capacity(bytes))
    }

    /// What was written.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// A number that is not negative.
    pub fn u64(&mut self, number: u64) {
        self.head(UNSIGNED, number);
    }

    /// A number that may be negative.
    pub fn i32(&mut self, number: i32) {
        match u32::try_from(number) {
            Ok(number) => self.head(UNSIGNED, number.into()),
            // -1 - n, which is what the bits of n turned over say.
            Err(_) => self.head(NEGATIVE, u64::from(!number as u32)),
        }
    }

    /// `true` or `false`.
    pub fn bool(&mut self, value: bool) {
        self.0.push(if value { TRUE } else { FALSE });
    }

    /// `null`.
    pub fn null(&mut self) {
        self.0.push(NULL);
    }

    /// A byte string.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.string(BYTES, bytes);
    }

    /// A text string.
    pub fn str(&mut self, text: &str) {
        self.string(TEXT, text.as_bytes());
    }

    /// The beginning of an array of so many items, which follow.
    pub fn array(&mut self, length: u64) {
        self.head(ARRAY, length);
    }

    #[inline(never)]
    fn string(&mut self, major: u8, bytes: &[u8]) {
        self.head(major, bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    /// A major type and its argument.
    #[inline(never)]
    fn head(&mut self, major: u8, argument: u64) {
        let (information, length) = match argument {
            0..24 => (argument as u8, 0),
            24..0x100 => (24, 1),
            0x100..0x1_0000 => (25, 2),
            0x1_0000..0x1_0000_0000 => (26, 4),
            _ => (27, 8),
        };
        self.0.push(major << 5 | information);
        self.0.extend(argument.to_be_bytes().iter().skip(8 - length));
    }
}

impl<'a> Reader<'a> {
    /// Begins at the first byte.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Whether everything was read.
    pub fn is_at_end(&self) -> bool {
        self.0.is_empty()
    }

    /// A number that is not negative.
    ///
    /// # Errors
    /// [`WireError`] if another item stands there, as for all of these.
    pub fn u64(&mut self) -> Result<u64, WireError> {
        self.head(UNSIGNED)
    }

    /// A number that may be negative.
    ///
    /// # Errors
    /// [`WireError`].
    pub fn i32(&mut self) -> Result<i32, WireError> {
        let is_negative = self.0.first().is_some_and(|first| first >> 5 == NEGATIVE);
        let argument = self.head(if is_negative { NEGATIVE } else { UNSIGNED })?;
        let number = i32::try_from(argument).map_err(|_| WireError)?;
        Ok(if is_negative { !number } else { number })
    }

    /// `true` or `false`.
    ///
    /// # Errors
    /// [`WireError`].
    pub fn bool(&mut self) -> Result<bool, WireError> {
        match self.take(1)? {
            [FALSE] => Ok(false),
            [TRUE] => Ok(true),
            _ => Err(WireError),
        }
    }

    /// Reads `null`, if it stands there.
    pub fn null(&mut self) -> bool {
        let is_null = self.0.first() == Some(&NULL);
        if is_null {
            self.0 = self.0.get(1..).unwrap_or_default();
        }
        is_null
    }

    /// A byte string.
    ///
    /// # Errors
    /// [`WireError`].
    pub fn bytes(&mut self) -> Result<&'a [u8], WireError> {
        self.string(BYTES)
    }

    /// A text string.
    ///
    /// # Errors
    /// [`WireError`], also if it is not UTF-8.
    pub fn str(&mut self) -> Result<&'a str, WireError> {
        core::str::from_utf8(self.string(TEXT)?).map_err(|_| WireError)
    }

    /// The beginning of an array: how many items follow, if it tells the truth.
    ///
    /// # Errors
    /// [`WireError`].
    pub fn array(&mut self) -> Result<u64, WireError> {
        self.head(ARRAY)
    }

    #[inline(never)]
    fn string(&mut self, major: u8) -> Result<&'a [u8], WireError> {
        let length = self.head(major)?;
        self.take(usize::try_from(length).map_err(|_| WireError)?)
    }

    /// The argument of an item of this major type.
    #[inline(never)]
    fn head(&mut self, major: u8) -> Result<u64, WireError> {
        let first = *self.take(1)?.first().ok_or(WireError)?;
        match (first >> 5 == major, first & 31) {
            (true, small @ 0..24) => Ok(small.into()),
            (true, size @ 24..28) => {
                let bytes = self.take(1 << (size - 24))?;
                Ok(bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
            }
            _ => Err(WireError),
        }
    }

    #[inline(never)]
    fn take(&mut self, length: usize) -> Result<&'a [u8], WireError> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(WireError)?;
        self.0 = rest;
        Ok(taken)
    }
}
