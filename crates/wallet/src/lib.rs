//! A wallet's seed in, its addresses and private keys out. Pure: no I/O, no randomness, nothing kept.
//!
//! [`derive`] is all of it. The seed is BIP-39's (24 English words, no passphrase), so what is exported can be made again
//! by any wallet that takes a phrase; the paths are the first accounts that wallets show.

mod csv;
mod ethereum;
mod solana;

use bip32::{Language, Mnemonic};
use repin_core::secret::Secret;
use repin_core::wallet::{ExportedKey, SHARE_LEN, WalletKeys};

/// Derives the keys of both chains from 32 bytes of entropy. `None` if a derived number is no key, which BIP-32 allows for
/// and which happens to one seed in 2^127.
pub fn derive(entropy: &Secret<SHARE_LEN>) -> Option<WalletKeys> {
    // Needed in clear: what the phrase is made of. `Mnemonic` and its seed erase themselves.
    let seed = Mnemonic::from_entropy(*entropy.expose_secret(), Language::English).to_seed("");
    let keys = vec![ethereum::derive(seed.as_bytes())?, solana::derive(seed.as_bytes())?];
    Some(WalletKeys { csv: csv::write(&keys), keys })
}

/// One chain's key and address.
type Derived = Option<ExportedKey>;
