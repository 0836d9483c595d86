//! "Step 2 of 5": how long each way is, and where on it the person stands.

use repin_core::api::{ChallengeType, CredentialKind};

use super::{Flow, Way};

impl Flow {
    /// How many steps the whole way has; 0 where counting says nothing, or not yet.
    pub(super) fn steps(&self) -> u8 {
        match self.challenge_type() {
            ChallengeType::Initialize => 2 + self.steps_of_questions(),
            ChallengeType::SetSecurityQuestions => 1 + self.steps_of_questions(),
            ChallengeType::SetPin
            | ChallengeType::ChangePin
            | ChallengeType::RestorePin
            | ChallengeType::RecoverWallets
            | ChallengeType::RestorePinByCode
            | ChallengeType::RestorePinByBoth => self.steps_before_pin() + 2,
            ChallengeType::ExportKeys => 2,
            ChallengeType::CreateWallet => 0,
            ChallengeType::SetRecovery => match self.chosen_way() {
                None => 0,
                Some(Way::Questions) => self.steps_before_questions(false) + self.steps_of_questions(),
                Some(Way::Email) => self.steps_before_code() + 1,
                Some(Way::Both) => self.steps_before_questions(false) + self.steps_of_questions(),
            },
        }
    }

    /// An introduction, each question, a last look, the agreement.
    fn steps_of_questions(&self) -> u8 {
        self.required_questions() + 3
    }

    /// The proof, if there is one: two steps for a code, one more for the answers beside it.
    pub(super) fn steps_before_pin(&self) -> u8 {
        let challenge = self.challenge_type();
        let proof = match challenge.proves() {
            None => 0,
            Some(CredentialKind::Code) => 2,
            Some(_) => 1,
        };
        proof + u8::from(challenge.proves_then().is_some())
    }

    /// The step at which PIN or answers are asked for.
    pub(super) fn step_of_asking(&self) -> u8 {
        if self.code_proved { self.steps_before_pin() } else { 1 }
    }

    /// Up to the one that has the code sent.
    pub(super) fn steps_before_code(&self) -> u8 {
        if self.is_new_address() { 2 + u8::from(self.can_choose()) } else { 1 }
    }

    pub(super) fn steps_before_questions(&self, is_with_pin: bool) -> u8 {
        match (self.challenge_type(), self.chosen_way()) {
            (ChallengeType::SetRecovery, Some(Way::Both)) => self.steps_before_code() + 1,
            (ChallengeType::SetRecovery, _) => 1 + u8::from(self.can_choose()),
            _ if is_with_pin => 2,
            _ => 1,
        }
    }
}
