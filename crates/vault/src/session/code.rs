//! Codes by e-mail: asking for one, proving it, and making an address the way back.

use std::rc::Rc;

use repin_core::api::{
    ChallengeType, CredentialKind, SendCodeReply, SendCodeRequest, SetEmailReply, SetEmailRequest, Step,
};
use repin_core::credential::check_ksf;
use repin_core::secret::SecretBytes;

use super::{Link, Proved, Session, SessionError};
use crate::platform::Platform;

impl Session {
    /// SEND_CODE: has a new code sent. In a SET_RECOVERY after the PIN's proof to `address`, which is sent without the white space
    /// around it, and `with_answers` when answers shall be asked for beside it; in a restore to the address that is known, with `None`
    /// and `false`. The code before is good for nothing from then on.
    ///
    /// # Errors
    /// [`SessionError::Refused`]: 155135 for what is no address, 155138 when it could not be sent, 155141 while codes are locked, 155142
    /// when it is too early for another (`attempts.locked_until` says when); and those of an exchange. The code before then stays good.
    pub async fn send_code(
        &mut self,
        address: Option<&str>,
        with_answers: bool,
        platform: &impl Platform,
        link: &Link,
    ) -> Result<SendCodeReply, SessionError> {
        let request = SendCodeRequest { address: address.map(|address| address.trim().to_owned()), with_answers };
        let sent: SendCodeReply = self.exchange(Step::SendCode, &request, platform, link).await?;
        check_ksf(sent.ksf).map_err(|_| SessionError::Protocol)?;
        self.code_ksf = Some(sent.ksf);
        Ok(sent)
    }

    /// Proves the code that was sent last in this run: its digits in ASCII, nothing between them. Where the code opens the data key it
    /// is held from here on; where answers follow, [`Session::prove`] takes them next.
    ///
    /// # Errors
    /// [`SessionError::WrongSecret`] after the charge; [`SessionError::Refused`]: 155130 for a code that is too old, 155132 for one that
    /// another has taken the place of or that was used, 155141 while codes are locked; and those of an exchange.
    pub async fn prove_code(
        &mut self,
        code: Rc<SecretBytes>,
        platform: &impl Platform,
        link: &Link,
    ) -> Result<Proved, SessionError> {
        let ksf = self.code_ksf.ok_or(SessionError::Protocol)?;
        let opened = self.prove_secret(CredentialKind::Code, ksf, &code, platform, link).await?;
        let opens = self.opened.challenge_type == ChallengeType::RestorePinByCode;
        if opens != opened.data_key.is_some() {
            return Err(SessionError::Protocol);
        }
        if let Some(data_key) = opened.data_key {
            // The code is spent: there is nothing to prove it with again.
            self.proof = Some(super::Held { data_key, secret: None });
        }
        self.code_proved = true;
        Ok(opened.proved)
    }

    /// SET_EMAIL: makes the proved address the way back, a code to it being enough, and hands the gateway the data key for it.
    /// Completes the challenge.
    ///
    /// # Errors
    /// [`SessionError::Protocol`] before the PIN's proof; those of an exchange; nothing is half-applied.
    pub async fn set_email(&mut self, platform: &impl Platform, link: &Link) -> Result<SetEmailReply, SessionError> {
        let held = self.proof.as_ref().filter(|_| self.code_proved).ok_or(SessionError::Protocol)?;
        // Needed in clear: it is what is sealed for the gateway.
        let data_key = SecretBytes::new(held.data_key.expose_secret().to_vec());
        self.exchange(Step::SetEmail, &SetEmailRequest { data_key }, platform, link).await
    }
}
