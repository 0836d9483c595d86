//! A channel that looks at neither tag nor place: the control of every check that says that nothing changed was taken.

use rand_core::{CryptoRng, Error, RngCore, impls};
use repin_core::api::RunId;
use repin_core::channel::{Channel, NONCE_LEN, TAG_LEN, expand, seal_with};
use repin_core::secret::Secret;

/// The key of a run's requests, as `Channel` derives it.
pub fn request_key(channel: &Channel, challenge: &str, run: &RunId) -> Secret<32> {
    expand(channel.root(), &[b"repin/1 c2s", challenge.as_bytes(), run])
}

/// What the cipher makes of these bytes when nobody asks whether they are the ones that were sealed.
pub fn open(key: &Secret<32>, sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, rest) = sealed.split_at_checked(NONCE_LEN)?;
    let body = &rest[..rest.len().checked_sub(TAG_LEN)?];
    // Zeros under the same nonce are the key stream.
    let stream = seal_with(key, b"", &vec![0; body.len()], &mut Nonce(nonce.to_vec()));
    Some(body.iter().zip(&stream[NONCE_LEN..]).map(|(byte, mask)| byte ^ mask).collect())
}

/// Yields a nonce that was used.
struct Nonce(Vec<u8>);

impl RngCore for Nonce {
    fn next_u32(&mut self) -> u32 {
        impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, out: &mut [u8]) {
        out.copy_from_slice(&self.0);
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Error> {
        self.fill_bytes(out);
        Ok(())
    }
}

impl CryptoRng for Nonce {}
