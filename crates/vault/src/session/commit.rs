//! REGISTER and COMMIT: the new secrets become records that hold nothing guessable, and replace the old at once.

use std::rc::Rc;

use rand_core::RngCore;
use repin_core::api::{
    CommitReply, CommitRequest, CredentialKind, Evaluation, NewCredential, Question, RegisterReply, RegisterRequest,
    Registration, Step,
};
use repin_core::credential::{ClientRegistration, credential_identifier, wrap_data_key};
use repin_core::secret::{Secret, SecretBytes};

use super::{Link, Session, SessionError, ready_to_stretch};
use crate::platform::Platform;

/// What is to be stored, as records. What the challenge replaces must be here, nothing else.
#[derive(Clone, Default)]
pub struct NewSecrets {
    /// ASCII digits.
    pub pin: Option<Rc<SecretBytes>>,
    /// The joined answers.
    pub answers: Option<Rc<SecretBytes>>,
    /// The questions they answer, in order.
    pub questions: Vec<Question>,
}

impl NewSecrets {
    fn get(&self, kind: CredentialKind) -> Result<&Rc<SecretBytes>, SessionError> {
        let secret = match kind {
            CredentialKind::Pin => &self.pin,
            CredentialKind::Answers => &self.answers,
            // The gateway makes codes, and their records.
            CredentialKind::Code => return Err(SessionError::Protocol),
        };
        secret.as_ref().ok_or(SessionError::Protocol)
    }
}

impl Session {
    /// Registers and commits. If the registration window has closed meanwhile, a new run is opened and proved with what
    /// is held, once.
    ///
    /// # Errors
    /// Those of an exchange; nothing is half-applied. After an error the same call can be made again.
    pub async fn commit(
        &mut self,
        new: &NewSecrets,
        platform: &impl Platform,
        link: &Link,
    ) -> Result<CommitReply, SessionError> {
        ready_to_stretch(self.opened.register_ksf, platform, link).await?;
        let reply = match self.register_and_commit(new, platform, link).await {
            // A new run would forget that a code was proved, and with it the address that it proved.
            Err(error) if error.asks_for_another_proof() && !self.code_proved => {
                self.reopen(platform, link).await?;
                self.register_and_commit(new, platform, link).await?
            }
            result => result?,
        };
        // Nothing needs what was proved any more.
        self.proof = None;
        self.committed = true;
        Ok(reply)
    }

    async fn register_and_commit(
        &mut self,
        new: &NewSecrets,
        platform: &impl Platform,
        link: &Link,
    ) -> Result<CommitReply, SessionError> {
        let kinds = self.opened.challenge_type.replaces();
        let mut started = Vec::new();
        let mut registrations = Vec::new();
        for kind in kinds {
            let (state, request) = ClientRegistration::start(new.get(*kind)?, &mut platform.rng())?;
            started.push((*kind, state));
            registrations.push(Registration { kind: *kind, request });
        }
        let request = RegisterRequest { registrations };
        let reply: RegisterReply = self.exchange(Step::Register, &request, platform, link).await?;
        if reply.evaluations.len() != started.len() {
            return Err(SessionError::Protocol);
        }

        // The first enrolment makes the data key; later ones keep what it protects.
        let fresh = Secret::make_with(|key| platform.rng().fill_bytes(key));
        let data_key = self.proof.as_ref().map_or(&fresh, |held| &held.data_key);
        let mut credentials = Vec::new();
        for ((kind, state), evaluation) in started.into_iter().zip(&reply.evaluations) {
            if evaluation.kind != kind {
                return Err(SessionError::Protocol);
            }
            platform.yield_now().await;
            credentials.push(self.make_credential(state, new.get(kind)?, evaluation, data_key, platform)?);
        }
        let (questions, answer_rule) = match new.answers {
            Some(_) => (new.questions.clone(), self.opened.answer_rule),
            None => (Vec::new(), 0),
        };
        let commit = CommitRequest { credentials, questions, answer_rule };
        self.exchange(Step::Commit, &commit, platform, link).await
    }

    fn make_credential(
        &self,
        state: ClientRegistration,
        secret: &SecretBytes,
        evaluation: &Evaluation,
        data_key: &Secret<32>,
        platform: &impl Platform,
    ) -> Result<NewCredential, SessionError> {
        let Evaluation { kind, credential_id, response } = evaluation;
        let ksf = self.opened.register_ksf;
        let id = credential_id.as_slice().try_into().map_err(|_| SessionError::Protocol)?;
        let (record, export_key) = state.finish(secret, response, platform.stretching(ksf), &mut platform.rng())?;
        let identifier = credential_identifier(&self.opened.app_id, &self.opened.user_id, *kind, id);
        let wrap = wrap_data_key(&export_key, *kind, &identifier, data_key, &mut platform.rng());
        Ok(NewCredential { kind: *kind, credential_id: credential_id.clone(), record, wrap, ksf })
    }
}
