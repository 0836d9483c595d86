//! What the gateway has to know between two messages of a run. It lies in the store, sealed with the storage key, so
//! any node can answer the next message and a copy of the database tells nothing of a run.

use repin_core::api::{self, CredentialKind, RunId};
use repin_core::credential::CredentialId;
use repin_core::secret::SecretBytes;
use repin_core::wire::{Reader, Wire, WireError, Writer};
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
    /// The code that was last sent in this run.
    pub code: Option<Asked>,
}

/// A code that was sent.
#[derive(Clone)]
pub struct Asked {
    /// Its record.
    pub credential: CredentialId,
    /// The address that its proof proves; `None` where it was known.
    pub address: Option<String>,
    /// Whether answers shall be asked for beside codes to that address.
    pub with_answers: bool,
    /// Whether it was proved.
    pub proved: bool,
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
    Asked { credential, address, with_answers, proved }
    Guess { login, credential }
    Registered { kind, credential, setup_kid }
}

/// In a run that has nothing to do with codes the form is the one from before there were any. While gateways are replaced one by
/// one, each then reads the other's states: a code can only be asked for once all of them know codes (`--smtp-url` is set last,
/// docs/operating.md), and the one reading of each form is still its one encoding.
impl Wire for RunState {
    fn write(&self, writer: &mut Writer) {
        writer.array(3 + u64::from(self.code.is_some()));
        self.root.write(writer);
        self.guess.write(writer);
        self.registered.write(writer);
        if self.code.is_some() {
            self.code.write(writer);
        }
    }

    fn read(reader: &mut Reader) -> Result<Self, WireError> {
        let length = reader.array()?;
        let state =
            Self { root: Wire::read(reader)?, guess: Wire::read(reader)?, registered: Wire::read(reader)?, code: None };
        match length {
            3 => Ok(state),
            4 => Ok(Self { code: Wire::read(reader)?, ..state }),
            _ => Err(WireError),
        }
    }
}

impl RunState {
    /// What outlives a guess and a registration: the channel's root, and the code.
    pub fn carried(&self) -> Self {
        // Needed in clear: copied into the next state, which is sealed.
        let root = self.root.as_ref().map(|root| SecretBytes::new(root.expose_secret().to_vec()));
        Self { root, code: self.code.clone(), ..Self::default() }
    }

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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    struct Before {
        root: Option<SecretBytes>,
        guess: Option<Guess>,
        registered: Vec<Registered>,
    }

    wire_struct! {
        Before { root, guess, registered }
    }

    #[test]
    fn a_state_without_a_code_is_read_by_gateways_that_know_none_and_theirs_here() {
        let registered =
            || vec![Registered { kind: CredentialKind::Pin, credential: [7; 16], setup_kid: "kid".into() }];
        let root = || Some(SecretBytes::new(vec![1; 32]));
        let now = api::encode(&RunState { root: root(), registered: registered(), ..RunState::default() });
        let before = api::encode(&Before { root: root(), guess: None, registered: registered() });
        assert_eq!(now.expose_secret(), before.expose_secret());
        let read: RunState = api::decode(before.expose_secret()).unwrap();
        assert!(read.code.is_none() && read.registered.len() == 1);
        let asked =
            Asked { credential: [9; 16], address: Some("m@example.org".into()), with_answers: true, proved: false };
        let coded = api::encode(&RunState { root: root(), code: Some(asked), ..RunState::default() });
        assert!(api::decode::<Before>(coded.expose_secret()).is_err(), "the control: it is longer");
        let code = api::decode::<RunState>(coded.expose_secret()).unwrap().code.unwrap();
        assert_eq!(
            (code.credential, code.address.as_deref(), code.with_answers),
            ([9; 16], Some("m@example.org"), true)
        );
    }
}
