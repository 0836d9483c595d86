//! What comes before and after the blocks: BLAKE2b over the inputs, and the hash of any length that is made of it (RFC
//! 9106, sections 3.2 and 3.3).

use blake2::digest::{Update, VariableOutput};
use blake2::{Blake2b512, Blake2bVar, Digest};

use crate::{Block, Cost, Inputs, Refused};

/// Argon2 v1.3.
const VERSION: u32 = 0x13;
/// Argon2id.
const KIND: u32 = 2;
const MOST: usize = 64;

/// H0.
pub(crate) fn seed(cost: Cost, inputs: Inputs<'_>, tag: usize) -> Result<[u8; MOST], Refused> {
    let tag = u32::try_from(tag).ok().filter(|tag| *tag >= 4).ok_or(Refused)?;
    let mut hash = Blake2b512::new();
    for number in [cost.p, tag, cost.m_kib, cost.t, VERSION, KIND] {
        Digest::update(&mut hash, number.to_le_bytes());
    }
    for input in [inputs.password, inputs.salt, inputs.secret, inputs.data] {
        let length = u32::try_from(input.len()).map_err(|_| Refused)?;
        Digest::update(&mut hash, length.to_le_bytes());
        Digest::update(&mut hash, input);
    }
    Ok(hash.finalize().into())
}

pub(crate) fn first_block(seed: &[u8; MOST], lane: u32, column: u32, block: &mut Block) {
    let mut bytes = [0; Block::BYTES];
    long(&[seed, &column.to_le_bytes(), &lane.to_le_bytes()], &mut bytes);
    block.read(&bytes);
}

pub(crate) fn tag(last: &Block, tag: &mut [u8]) -> Result<(), Refused> {
    if tag.len() < 4 || u32::try_from(tag.len()).is_err() {
        return Err(Refused);
    }
    let mut bytes = [0; Block::BYTES];
    last.write(&mut bytes);
    long(&[&bytes], tag);
    Ok(())
}

/// H': half of each hash, and all of the last.
fn long(inputs: &[&[u8]], out: &mut [u8]) {
    let length = (out.len() as u32).to_le_bytes();
    if out.len() <= MOST {
        return short([&length[..]].into_iter().chain(inputs.iter().copied()), out);
    }
    let mut hash = [0; MOST];
    short([&length[..]].into_iter().chain(inputs.iter().copied()), &mut hash);
    let mut rest = out;
    while rest.len() > MOST {
        let (half, after) = rest.split_at_mut(MOST / 2);
        half.copy_from_slice(&hash[..MOST / 2]);
        rest = after;
        let before = hash;
        let next = rest.len().min(MOST);
        short([&before[..]], &mut hash[..next]);
    }
    rest.copy_from_slice(&hash[..rest.len()]);
}

/// BLAKE2b of 1 to 64 bytes.
fn short<'a>(inputs: impl IntoIterator<Item = &'a [u8]>, out: &mut [u8]) {
    let Ok(mut hash) = Blake2bVar::new(out.len()) else { unreachable!("no hash has this length") };
    for input in inputs {
        hash.update(input);
    }
    let Ok(()) = hash.finalize_variable(out) else { unreachable!("it was asked for") };
}
