//! What the gateway has to know between two messages of a run. It lies in the store, sealed with the storage key, so
//! any node can answer the next message and a copy of the database tells nothing of a run.

use repin_core::api::{self, CredentialKind, RunId};
use repin_core::credential::CredentialId;
use repin_core::secret::SecretBytes;
use repin_core::wire_struct;

use crate::keys::{KeyRing, StorageError};

/// The state of a run. Begins empty.
#[derive(Default)]
pub struct RunState {
    /// The channel's root after the ratchet. Before it, the root follows from the session.
    pub root: Option<SecretBytes>,
    /// The latest guess, waiting for its proof.
    pub guess: Option<Guess>,
    /// What REGISTER evaluated, in order.
    pub registered: Vec<Registered>,
}

/// An evaluated guess.
pub struct Guess {
    /// OPAQUE's login state.
    pub login: SecretBytes,
    /// What was guessed at.
    pub credential: CredentialId,
}

/// The identity of a record to be.
#[derive(Clone)]
pub struct Registered {
    /// PIN or answers.
    pub kind: CredentialKind,
    /// As told to the client.
    pub credential: CredentialId,
    /// The OPAQUE setup that evaluated it.
    pub setup_kid: String,
}

wire_struct! {
    RunState { root, guess, registered }
    Guess { login, credential }
    Registered { kind, credential, setup_kid }
}

impl RunState {
    /// Opens a run's state; a run without one is at its beginning.
    ///
    /// # Errors
    /// [`StorageError`] for bytes that are not this run's state, or whose key is not in the ring.
    pub fn open(keys: &KeyRing, challenge: &str, run: &RunId, sealed: Option<&[u8]>) -> Result<Self, StorageError> {
        let Some(sealed) = sealed else { return Ok(Self::default()) };
        let plaintext = keys.open_from_storage(&place(challenge, run), sealed)?;
        // Needed in clear: it is what is decoded.
        api::decode(plaintext.expose_secret()).map_err(|_| StorageError::Damaged)
    }

    /// Seals it for the store.
    pub fn seal(&self, keys: &KeyRing, challenge: &str, run: &RunId) -> Vec<u8> {
        keys.seal_for_storage(&place(challenge, run), &api::encode(self))
    }
}

fn place(challenge: &str, run: &RunId) -> Vec<u8> {
    [b"repin/1 run", challenge.as_bytes(), run].concat()
}
