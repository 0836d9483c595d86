//! PROVE 1 and PROVE 2: one guess, charged before it is evaluated; the client learns first whether it was right.

use std::rc::Rc;

use repin_core::api::{
    self, Attempts, CredentialKind, KsfParams, Prove1Reply, Prove1Request, Prove2Reply, Prove2Request, Step, UnixMs,
};
use repin_core::credential::{ClientLogin, CredentialError, credential_identifier, proof_context, unwrap_data_key};
use repin_core::secret::{Secret, SecretBytes};

use super::{Held, Link, Session, SessionError, ready_to_stretch};
use crate::platform::Platform;

/// A right guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proved {
    /// How long the key stretching took on this device, in milliseconds.
    pub stretching_ms: u32,
}

/// What a proof opened.
pub(super) struct Opened {
    /// `None` for a code that opens nothing by itself.
    pub data_key: Option<Secret<32>>,
    /// How it went.
    pub proved: Proved,
}

impl Session {
    /// Proves the credential that the challenge asks for: a PIN as digits, or the joined answers; where a code comes first, the answers
    /// after it.
    ///
    /// # Errors
    /// [`SessionError::WrongSecret`] after the charge; [`SessionError::OutOfMemory`] before it; and those of an exchange.
    pub async fn prove(
        &mut self,
        secret: Rc<SecretBytes>,
        platform: &impl Platform,
        link: &Link,
    ) -> Result<Proved, SessionError> {
        let first = self.opened.challenge_type.proves();
        // A code is proved by its own call, and what comes after it here.
        let kind = first.filter(|kind| *kind != CredentialKind::Code).or(self.opened.challenge_type.proves_then());
        let ksf = self.opened.prove_ksf.ok_or(SessionError::Protocol)?;
        let opened = self.prove_secret(kind.ok_or(SessionError::Protocol)?, ksf, &secret, platform, link).await?;
        let data_key = opened.data_key.ok_or(SessionError::Protocol)?;
        self.proof = Some(Held { data_key, secret: Some(secret) });
        Ok(opened.proved)
    }

    /// PROVE 1 and 2 for a secret. The channel ratchets.
    pub(super) async fn prove_secret(
        &mut self,
        kind: CredentialKind,
        ksf: KsfParams,
        secret: &SecretBytes,
        platform: &impl Platform,
        link: &Link,
    ) -> Result<Opened, SessionError> {
        // Before the guess is spent, not after.
        let stretching = ready_to_stretch(ksf, platform, link).await?;
        let (login, ke1) = ClientLogin::start(secret, &mut platform.rng())?;
        let reply: Prove1Reply = self.exchange(Step::Prove1, &Prove1Request { kind, ke1 }, platform, link).await?;
        link.set_unsure(true);

        platform.yield_now().await;
        let started = platform.now_ms();
        let context = proof_context(&self.input.challenge_id, &self.run, &self.opening);
        let proof = login
            .finish(secret, &reply.ke2, &context, stretching, &mut platform.rng())
            .map_err(|error| wrong_or(error, reply.attempts, reply.server_time))?;
        let stretching_ms = (platform.now_ms() - started) as u32;

        let k1 = self.channel.ratchet(&proof.session_key);
        let message = self.seal(Step::Prove2, &api::encode(&Prove2Request { ke3: proof.ke3 }), platform);
        // The reply is already under the ratcheted key: only a gateway that verified the proof can make it.
        let reply: Prove2Reply = self.deliver(&message, &k1, platform, link).await?.read()?;
        link.set_unsure(false);
        let id = reply.credential_id.as_slice().try_into().map_err(|_| SessionError::Protocol)?;
        let identifier = credential_identifier(&self.opened.app_id, &self.opened.user_id, kind, id);
        // A code that opens nothing by itself has none.
        let wrap = Some(&reply.wrap).filter(|wrap| kind != CredentialKind::Code || !wrap.is_empty());
        let data_key = wrap.map(|wrap| unwrap_data_key(&proof.export_key, kind, &identifier, wrap)).transpose();
        let data_key = data_key.map_err(|_| SessionError::Protocol)?;
        self.channel = k1;
        Ok(Opened { data_key, proved: Proved { stretching_ms } })
    }
}

fn wrong_or(error: CredentialError, attempts: Attempts, server_time: UnixMs) -> SessionError {
    match error {
        CredentialError::WrongSecret => SessionError::WrongSecret { attempts, server_time },
        other => other.into(),
    }
}
