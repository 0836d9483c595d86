//! Keys, contexts and answers, sealed with the storage key. Each opens in its own row and column alone: what it belongs to is its
//! associated data.

use repin_core::channel::length_prefixed;
use repin_core::secret::SecretBytes;

use crate::keys::{KeyRing, StorageError};
use crate::store::MagicWallet;

/// What is sealed.
#[derive(Clone, Copy)]
pub enum Sealed<'a> {
    /// An access key: of an app's wallet, by Magic's name.
    Access(&'a str, &'a str),
    /// A recovery key, likewise.
    Recovery(&'a str, &'a str),
    /// The new context of a rotation.
    Context(&'a str),
    /// An answer to a rotation's call.
    Reply(&'a str),
}

impl<'a> Sealed<'a> {
    /// A wallet's access key.
    pub fn access(wallet: &'a MagicWallet) -> Self {
        Self::Access(&wallet.app, &wallet.wallet)
    }

    /// A wallet's recovery key.
    pub fn recovery(wallet: &'a MagicWallet) -> Self {
        Self::Recovery(&wallet.app, &wallet.wallet)
    }

    fn place(self) -> Vec<u8> {
        let (what, parts) = match self {
            Self::Access(app, wallet) => ("access", vec![app, wallet]),
            Self::Recovery(app, wallet) => ("recovery", vec![app, wallet]),
            Self::Context(rotation) => ("context", vec![rotation]),
            Self::Reply(rotation) => ("reply", vec![rotation]),
        };
        let mut place = b"repin/1 magic ".to_vec();
        place.extend_from_slice(&length_prefixed(what.as_bytes()));
        parts.into_iter().for_each(|part| place.extend_from_slice(&length_prefixed(part.as_bytes())));
        place
    }

    /// For the store.
    pub fn seal(self, keys: &KeyRing, plaintext: &SecretBytes) -> Vec<u8> {
        keys.seal_for_storage(&self.place(), plaintext)
    }

    /// From the store.
    ///
    /// # Errors
    /// [`StorageError`] for what stands in another place, or is under a key that is not here.
    pub fn open(self, keys: &KeyRing, sealed: &[u8]) -> Result<SecretBytes, StorageError> {
        keys.open_from_storage(&self.place(), sealed)
    }
}
