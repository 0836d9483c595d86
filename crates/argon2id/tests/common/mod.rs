//! Random sets, and what RustCrypto's `argon2` makes of them.

use argon2::{Algorithm, Argon2, AssociatedData, ParamsBuilder, Version};
use rand_core::{OsRng, RngCore};
use repin_argon2id::{Cost, Inputs};

/// What a tag is made of.
pub struct Set {
    pub cost: Cost,
    /// Password, salt, secret and associated data.
    pub inputs: [Vec<u8>; 4],
    /// Length of the tag in bytes.
    pub tag: usize,
}

impl Set {
    /// Up to five lanes, so that there are more than the protocol has.
    pub fn random() -> Self {
        let p = number(1, 5);
        let cost = Cost { m_kib: number(8 * p, 8 * p + 130), t: number(1, 4), p };
        Self { cost, inputs: [bytes(0, 130), bytes(8, 40), bytes(0, 32), bytes(0, 32)], tag: number(4, 200) as usize }
    }

    #[allow(dead_code)] // the example asks the oracle alone
    pub fn inputs(&self) -> Inputs<'_> {
        let [password, salt, secret, data] = &self.inputs;
        Inputs { password, salt, secret, data }
    }

    /// RustCrypto's tag.
    pub fn oracle(&self) -> Result<Vec<u8>, argon2::Error> {
        let [password, salt, secret, data] = &self.inputs;
        let mut params = ParamsBuilder::new();
        params.m_cost(self.cost.m_kib).t_cost(self.cost.t).p_cost(self.cost.p).output_len(self.tag);
        params.data(AssociatedData::new(data)?);
        let argon2 = Argon2::new_with_secret(secret, Algorithm::Argon2id, Version::V0x13, params.build()?)?;
        let mut tag = vec![0; self.tag];
        argon2.hash_password_into(password, salt, &mut tag)?;
        Ok(tag)
    }
}

/// From `from` up to `to`, both included.
fn number(from: u32, to: u32) -> u32 {
    from + OsRng.next_u32() % (to - from + 1)
}

fn bytes(from: u32, to: u32) -> Vec<u8> {
    let mut bytes = vec![0; number(from, to) as usize];
    OsRng.fill_bytes(&mut bytes);
    bytes
}
