//! Argon2id (RFC 9106) as OPAQUE's key-stretching function, `docs/protocol.md` §3. Who computes it is handed in: a browser has a
//! module of its own for it (`repin-argon2id`), everybody else RustCrypto's `argon2`, by the feature `argon2id`.

use opaque_ke::errors::InternalError;
use opaque_ke::generic_array::{ArrayLength, GenericArray};

use crate::api::KsfParams;
use crate::credential::CredentialError;

/// RFC 9106's second recommended choice: 64 MiB, three passes, four lanes.
pub const DEFAULT_KSF: KsfParams = KsfParams { m_kib: 64 * 1024, t: 3, p: 4 };

/// The salt is zero, as RFC 9807 §7 has it: the input is already the user's own, from the OPRF.
pub const SALT: [u8; 16] = [0; 16];

/// This device has not enough memory for the key stretching.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfMemory;

/// Fills the output from the input.
pub type Derive = fn(cost: KsfParams, input: &[u8], output: &mut [u8]) -> Result<(), OutOfMemory>;

/// Argon2id v1.3 with [`SALT`], no secret and no associated data, as somebody computes it. Functions and not a trait's: OPAQUE
/// wants one type for all who stretch.
pub struct Argon2id {
    /// Makes sure of the memory for one derivation, so that what succeeds here succeeds again a moment later.
    pub reserve: fn(KsfParams) -> Result<(), OutOfMemory>,
    /// One derivation.
    pub derive: Derive,
}

/// Argon2id with the cost of one record. An output is as long as its input.
pub struct KeyStretching {
    cost: KsfParams,
    by: &'static Argon2id,
}

impl KeyStretching {
    /// Takes any cost; what a gateway asks for goes through [`check_ksf`] before anything is computed.
    pub fn new(cost: KsfParams, by: &'static Argon2id) -> Self {
        Self { cost, by }
    }

    /// What one stretching costs.
    pub fn cost(&self) -> KsfParams {
        self.cost
    }

    /// Makes sure that this device has the memory for one stretching, before a guess is spent on it.
    ///
    /// # Errors
    /// [`CredentialError::OutOfMemory`]; [`CredentialError::KsfOutOfBounds`].
    pub fn reserve_memory(&self) -> Result<(), CredentialError> {
        check_ksf(self.cost)?;
        Ok((self.by.reserve)(self.cost)?)
    }
}

impl opaque_ke::ksf::Ksf for KeyStretching {
    fn hash<L: ArrayLength<u8>>(&self, input: GenericArray<u8, L>) -> Result<GenericArray<u8, L>, InternalError> {
        let mut output = GenericArray::default();
        (self.by.derive)(self.cost, &input, &mut output).map_err(|OutOfMemory| InternalError::KsfError)?;
        Ok(output)
    }
}

/// Refuses a cost that would be too weak, or would hang a device: m 19..=256 MiB, t 1..=10, p 1..=4.
///
/// # Errors
/// [`CredentialError::KsfOutOfBounds`].
pub fn check_ksf(ksf: KsfParams) -> Result<(), CredentialError> {
    let in_bounds =
        (19 * 1024..=256 * 1024).contains(&ksf.m_kib) && (1..=10).contains(&ksf.t) && (1..=4).contains(&ksf.p);
    in_bounds.then_some(()).ok_or(CredentialError::KsfOutOfBounds)
}

#[cfg(feature = "argon2id")]
mod rustcrypto {
    use alloc::vec::Vec;
    use argon2::{Algorithm, Argon2, Block, Params, Version};

    use super::{Argon2id, DEFAULT_KSF, KeyStretching, KsfParams, OutOfMemory, SALT};

    static RUSTCRYPTO: Argon2id = Argon2id { reserve: |cost| blocks(cost.m_kib as usize).map(drop), derive };

    impl From<KsfParams> for KeyStretching {
        fn from(cost: KsfParams) -> Self {
            Self::new(cost, &RUSTCRYPTO)
        }
    }

    impl Default for KeyStretching {
        fn default() -> Self {
            DEFAULT_KSF.into()
        }
    }

    fn derive(KsfParams { m_kib, t, p }: KsfParams, input: &[u8], output: &mut [u8]) -> Result<(), OutOfMemory> {
        let params = Params::new(m_kib, t, p, None).map_err(|_| OutOfMemory)?;
        let mut blocks = blocks(params.block_count())?;
        blocks.resize(params.block_count(), Block::default());
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        argon2.hash_password_into_with_memory(input, &SALT, output, &mut blocks).map_err(|_| OutOfMemory)
    }

    /// Reserved by hand: a plain Vec would end the whole process where there is no memory left. A block is 1 KiB.
    fn blocks(count: usize) -> Result<Vec<Block>, OutOfMemory> {
        let mut blocks = Vec::new();
        blocks.try_reserve_exact(count).map_err(|_| OutOfMemory)?;
        Ok(blocks)
    }
}

/// OPAQUE asks for one and does not come to use it: every call of ours hands one in.
#[cfg(not(feature = "argon2id"))]
impl Default for KeyStretching {
    fn default() -> Self {
        static NONE: Argon2id = Argon2id { reserve: |_| Err(OutOfMemory), derive: |_, _, _| Err(OutOfMemory) };
        Self::new(DEFAULT_KSF, &NONE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_outside_the_bounds_is_refused_before_hashing() {
        let ok = DEFAULT_KSF;
        assert_eq!(check_ksf(ok), Ok(()));
        for bad in [
            KsfParams { m_kib: 19 * 1024 - 1, ..ok },
            KsfParams { m_kib: 256 * 1024 + 1, ..ok },
            KsfParams { t: 0, ..ok },
            KsfParams { t: 11, ..ok },
            KsfParams { p: 0, ..ok },
            KsfParams { p: 5, ..ok },
        ] {
            assert_eq!(check_ksf(bad), Err(CredentialError::KsfOutOfBounds), "{bad:?}");
        }
    }
}
