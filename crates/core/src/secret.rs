//! Secrets as types: erased when dropped, silent in `Debug`, never cloned, read in one named way.
//!
//! `repin_leaky` leaves the erasing out, for the control of a test; never in what is shipped (`src/main.rs`).
//!
//! Both types keep their bytes on the heap, so that moving one moves a pointer and leaves no copy on a stack.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use zeroize::Zeroize;

use crate::wire::{Reader, Wire, WireError, Writer};

/// A secret of a fixed length of `N` bytes, such as a key.
#[derive(Zeroize)]
#[cfg_attr(not(repin_leaky), derive(zeroize::ZeroizeOnDrop))]
pub struct Secret<const N: usize>(Box<[u8; N]>);

impl<const N: usize> Secret<N> {
    /// Lets `fill` write the secret in place, so that no copy of it is left behind.
    pub fn make_with(fill: impl FnOnce(&mut [u8; N])) -> Self {
        let mut bytes = Box::new([0; N]);
        fill(&mut bytes);
        Self(bytes)
    }

    /// Copies a secret out of a buffer that the caller goes on to erase. `None` unless it is `N` bytes long.
    pub fn copy_from(bytes: &[u8]) -> Option<Self> {
        (bytes.len() == N).then(|| Self::make_with(|secret| secret.copy_from_slice(bytes)))
    }

    /// The bytes themselves. Say in a comment why they are needed in clear.
    pub fn expose_secret(&self) -> &[u8; N] {
        &self.0
    }
}

impl<const N: usize> fmt::Debug for Secret<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

/// A secret of any length, such as a PIN as typed, an answer, or a token.
#[derive(Default, Zeroize)]
#[cfg_attr(not(repin_leaky), derive(zeroize::ZeroizeOnDrop))]
pub struct SecretBytes(Vec<u8>);

impl SecretBytes {
    /// Takes over a buffer. Its spare capacity is erased too when the secret is dropped.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes themselves. Say in a comment why they are needed in clear.
    pub fn expose_secret(&self) -> &[u8] {
        &self.0
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing was entered.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretBytes(redacted)")
    }
}

impl Wire for SecretBytes {
    fn write(&self, writer: &mut Writer) {
        self.0.write(writer);
    }

    fn read(reader: &mut Reader) -> Result<Self, WireError> {
        Vec::read(reader).map(Self)
    }
}

/// Overwrites the stack below the caller, where the steps just made may have left parts of a secret. Measured: without
/// it, one or two copies of a PIN stay in a module's memory after a proof.
#[inline(never)]
pub fn wipe_stack() {
    // Deeper than any of our steps; an eighth of the stack that a WebAssembly module has by default.
    let mut below = [0_u8; 128 * 1024];
    below.zeroize();
    core::hint::black_box(&mut below);
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn debug_output_never_shows_a_secret() {
        let key = Secret::<4>::make_with(|b| b.copy_from_slice(b"4938"));
        let pin = SecretBytes::new(b"493817".to_vec());
        let shown = format!("{key:?} {pin:?}");
        assert!(!shown.contains("4938") && !shown.contains("52"), "{shown}");
    }

    #[test]
    fn a_key_of_another_length_is_refused() {
        assert!(Secret::<32>::copy_from(&[0; 31]).is_none());
        assert!(Secret::<32>::copy_from(&[0; 32]).is_some());
    }
}
