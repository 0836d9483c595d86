//! A message that opened, and the tools of its step: reading it, sealing the reply, refusing.

use std::sync::Arc;

use axum::http::HeaderMap;
use rand_core::OsRng;
use repin_core::api::{
    self, Attempts, ChallengeType, CredentialKind, DecodeError, Envelope, ErrorDetail, Step, UnixMs,
};
use repin_core::channel::{Channel, Place};
use repin_core::credential::{CredentialId, credential_identifier};
use repin_core::error::Code;
use repin_core::secret::SecretBytes;
use repin_core::wallet::{WalletId, wallet_identifier};
use repin_core::wire::Wire;
use sha2::{Digest, Sha256};

use super::state::RunState;
use crate::arithmetic::NotComputed;
use crate::auth::Session;
use crate::error::ApiError;
use crate::gateway::Gateway;
use crate::store::{Challenge, Change, Committed, MessageKey, Recorded, Reply, Run, Status, StoreError};

/// A message that opened, and all that its step may need.
#[allow(missing_docs)] // the types say it
pub struct Message {
    pub gateway: Arc<Gateway>,
    pub session: Session,
    pub challenge: Challenge,
    pub envelope: Envelope,
    /// Origin of the page, when a browser told it.
    pub origin: Option<String>,
    /// The request's headers, for the gateway's own name.
    pub headers: HeaderMap,
    /// `None` for an OPEN.
    pub run: Option<Run>,
    pub state: RunState,
    pub channel: Channel,
    pub plaintext: SecretBytes,
    pub now: UnixMs,
}

/// Why a step did not succeed.
pub enum Failure {
    /// The client is told so under seal, and what `change` says of the run is kept.
    Refused { code: Code, attempts: Option<Attempts>, change: Change },
    /// Ours to solve; nothing happened, and the same bytes can be sent again.
    Internal(ApiError),
}

impl From<Code> for Failure {
    fn from(code: Code) -> Self {
        Self::Refused { code, attempts: None, change: Change::default() }
    }
}

impl From<DecodeError> for Failure {
    fn from(_: DecodeError) -> Self {
        Code::InvalidApproveContent.into()
    }
}

impl From<NotComputed> for Failure {
    fn from(error: NotComputed) -> Self {
        Self::Internal(error.into())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Internal(error.into())
    }
}

/// The reply that a step made, and whether it is the one that counts.
pub type Answered = Result<(Reply, Recorded), Failure>;

impl Message {
    /// The message's name in the store.
    pub fn key(&self) -> MessageKey<'_> {
        let hash = Sha256::digest(&self.envelope.sealed).into();
        MessageKey { challenge: &self.challenge.id, run: self.envelope.run, seq: self.envelope.seq, hash }
    }

    /// Names a credential of the user's in every derivation.
    pub fn identifier(&self, kind: CredentialKind, id: &CredentialId) -> Vec<u8> {
        credential_identifier(&self.session.claimed.app.id, &self.session.user.id, kind, id)
    }

    /// Names a wallet of the user's in the seals of its shares.
    pub fn wallet_identifier(&self, id: &WalletId) -> Vec<u8> {
        wallet_identifier(&self.session.claimed.app.id, &self.session.user.id, id)
    }

    /// The answer of a step that ended the challenge, or could not.
    pub fn committed(&self, committed: Committed, reply: Reply) -> Answered {
        match committed {
            Committed::Recorded(recorded) => {
                if matches!(recorded, Recorded::Now) {
                    self.gateway.metrics.challenge_completed(self.challenge.kind);
                }
                Ok((reply, recorded))
            }
            Committed::Refused(code) => Err(Failure::from(code)),
        }
    }

    /// The plaintext as a `T`.
    pub fn decode<T: Wire>(&self) -> Result<T, DecodeError> {
        // Needed in clear: it is what is decoded.
        api::decode(self.plaintext.expose_secret())
    }

    /// A reply sealed under the request's key.
    pub fn seal<T: Wire>(&self, reply: &T) -> Reply {
        self.seal_under(&self.channel, reply)
    }

    /// A reply sealed under another key: the ratcheted one, to the proof.
    pub fn seal_under<T: Wire>(&self, channel: &Channel, reply: &T) -> Reply {
        let place = place(&self.challenge, &self.envelope);
        Reply { code: None, sealed: channel.seal_reply(&place, &self.envelope.sealed, &api::encode(reply), &mut OsRng) }
    }

    /// The run's state, sealed for the store.
    pub fn seal_state(&self, state: &RunState) -> Vec<u8> {
        state.seal(&self.gateway.keys, &self.challenge.id, &self.envelope.run)
    }

    /// Whether REGISTER and COMMIT are accepted now: after a proof, or after OPEN where nothing is to be proved.
    pub fn check_registration_open(&self) -> Result<(), Failure> {
        let until = self.run.as_ref().and_then(|run| run.registration_open_until);
        if until.is_some_and(|until| self.now < until) { Ok(()) } else { Err(Code::InvalidApproveContent.into()) }
    }

    /// Whether messages before this one are still to come. Its run's state is then one that they will have changed, and was read before.
    pub fn is_too_early(&self) -> bool {
        self.run.as_ref().is_some_and(|run| !run.ended && self.envelope.seq > run.last_seq.saturating_add(1))
    }

    /// Whether the challenge is complete and its wallets may still be on their way.
    pub fn follows_wallets(&self) -> bool {
        self.challenge.status == Status::Complete && self.challenge.kind == ChallengeType::RecoverWallets
    }

    /// An error, sealed.
    pub fn refusal(&self, code: Code, attempts: Option<Attempts>) -> Reply {
        let detail = ErrorDetail { code: code.number(), attempts, server_time: self.now };
        let place = place(&self.challenge, &self.envelope);
        let sealed = self.channel.seal_refusal(&place, &self.envelope.sealed, &api::encode(&detail), &mut OsRng);
        Reply { code: Some(code), sealed }
    }
}

/// Where a message stands, in both directions.
pub fn place<'a>(challenge: &'a Challenge, envelope: &Envelope) -> Place<'a> {
    Place {
        challenge_id: &challenge.id,
        challenge_type: (envelope.step != Step::Open).then_some(challenge.kind),
        step: envelope.step,
        run: envelope.run,
        seq: envelope.seq,
    }
}
