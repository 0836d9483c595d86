//! A way back that needs an e-mail address: which one, the address, and the code that was sent there. A restore by code
//! begins with the code.

use std::rc::Rc;

use repin_core::api::{ChallengeType, CredentialKind, SendCodeReply};
use repin_core::secret::SecretBytes;

use super::enrol::Enrolment;
use super::{CodeProblem, Effect, Flow, Problem, Screen, State, Task, Way};
use crate::session::NewSecrets;

/// What SMTP can deliver to (RFC 5321, 4.5.3.1.3, without the brackets), in bytes.
const MAX_ADDRESS: usize = 254;
/// A gateway's own codes have 8.
const SANE_LENGTHS: std::ops::RangeInclusive<u8> = 4..=12;

impl Flow {
    /// The ways back to choose from. Without questions to choose there is one, and a host may leave fewer.
    pub(super) fn ways(&self) -> Vec<Way> {
        let has_questions = self.opened.as_ref().is_some_and(|opened| !opened.catalogue.is_empty());
        let possible = |way: &Way| has_questions || *way == Way::Email;
        let left = |way: &Way| self.ways.is_empty() || self.ways.contains(way);
        let all = [Way::Questions, Way::Email, Way::Both];
        let ways: Vec<_> = all.into_iter().filter(possible).filter(left).collect();
        // A host that leaves what cannot be is not obeyed: the person is not to blame.
        if ways.is_empty() { all.into_iter().filter(possible).collect() } else { ways }
    }

    pub(super) fn can_choose(&self) -> bool {
        self.ways().len() > 1
    }

    /// The chosen way, or the one that there is.
    pub(super) fn chosen_way(&self) -> Option<Way> {
        match *self.ways() {
            [only] => Some(only),
            _ => self.way,
        }
    }

    /// After the PIN's proof.
    pub(super) fn begin_way_back(&mut self) -> Option<Effect> {
        match *self.ways() {
            [only] => self.choose(only),
            _ => self.go(State::Ways),
        }
    }

    pub(super) fn choose(&mut self, way: Way) -> Option<Effect> {
        self.way = Some(way);
        self.kept = None;
        self.go(match way {
            Way::Questions => State::Enrolling { pin: None, enrolment: Enrolment::default() },
            Way::Email | Way::Both => State::Email { is_wrong: false },
        })
    }

    /// The choice lies just behind the questions' introduction.
    pub(super) fn chose_before(&self, enrolment: &Enrolment) -> bool {
        let is_choice = self.challenge_type() == ChallengeType::SetRecovery && self.way == Some(Way::Questions);
        is_choice && self.can_choose() && enrolment.is_at_intro()
    }

    /// The address is told here, and not known from before.
    pub(super) fn is_new_address(&self) -> bool {
        self.challenge_type() == ChallengeType::SetRecovery
    }

    pub(super) fn submit_email(&mut self, address: String) -> Option<Effect> {
        self.address = address.trim().to_owned();
        self.sent = None;
        if !looks_like_an_address(&self.address) {
            return self.go(State::Email { is_wrong: true });
        }
        self.work(Task::SendCode)
    }

    pub(super) fn send_code(&self) -> Effect {
        Effect::SendCode {
            address: self.is_new_address().then(|| self.address.clone()),
            with_answers: self.is_new_address() && self.chosen_way() == Some(Way::Both),
        }
    }

    /// Where a code was asked for that could not be sent: the one before stays good, and an address can be typed anew.
    pub(super) fn before_sending(&self) -> State {
        match (&self.sent, self.is_new_address()) {
            (Some(_), _) => State::Code(None),
            (None, true) => State::Email { is_wrong: false },
            (None, false) => State::Announcing,
        }
    }

    pub(super) fn code_sent(&mut self, sent: SendCodeReply) -> Option<Effect> {
        let (attempts, server_time) = (sent.attempts, sent.server_time);
        let is_sane = SANE_LENGTHS.contains(&sent.code_length);
        self.sent = Some(sent).filter(|_| is_sane);
        if attempts.left == 0 {
            return self.locked(CredentialKind::Code, attempts, server_time);
        }
        match self.sent {
            Some(_) => self.go(State::Code(None)),
            None => self.end(Screen::Failed { code: -1, retryable: false }),
        }
    }

    pub(super) fn submit_code(&mut self, code: SecretBytes) -> Option<Effect> {
        let length = self.sent.as_ref().map_or(0, |sent| usize::from(sent.code_length));
        // Needed in clear: to look at its length and digits.
        if code.len() != length || !code.expose_secret().iter().all(u8::is_ascii_digit) {
            return self.go(State::Code(Some(CodeProblem::Length)));
        }
        self.state = State::ProvingCode;
        Some(Effect::ProveCode(Rc::new(code)))
    }

    pub(super) fn code_was_right(&mut self) -> Option<Effect> {
        self.code_proved = true;
        match (self.challenge_type(), self.chosen_way()) {
            (ChallengeType::SetRecovery, Some(Way::Both)) => match self.kept.take() {
                Some(new) => self.work(Task::Commit(new)),
                None => self.go(State::Enrolling { pin: None, enrolment: Enrolment::default() }),
            },
            (ChallengeType::SetRecovery, _) => self.work(Task::SetEmail),
            (challenge, _) if challenge.proves_then().is_some() => self.go(State::Asking(Problem::None)),
            _ => self.go(State::NewPin(None)),
        }
    }

    /// The code's time was over before they could be set: they wait for another code.
    pub(super) fn keep(&mut self, new: NewSecrets) {
        self.kept = Some(new).filter(|_| self.is_new_address());
    }

    pub(super) fn email(&self, is_wrong: bool) -> Screen {
        let is_alone = self.chosen_way() == Some(Way::Email);
        Screen::Email { address: self.address.clone(), is_wrong, is_alone }
    }

    pub(super) fn code(&self, problem: Option<CodeProblem>) -> (Screen, Option<u8>, bool) {
        let Some(sent) = &self.sent else { return (Screen::SendCode, Some(1), false) };
        let is_new = self.is_new_address();
        let screen = Screen::Code {
            length: sent.code_length,
            // As it was typed a moment ago, so that a slip is seen. What the gateway keeps comes masked.
            address: if is_new { self.address.clone() } else { sent.address.clone() },
            problem,
            expires_at: sent.expires_at,
            resend_at: sent.resend_at,
        };
        (screen, Some(self.steps_before_code() + 1), is_new)
    }
}

/// Something, an `@`, and a domain with a dot. Whether it is anybody's shows only when the code arrives.
fn looks_like_an_address(text: &str) -> bool {
    let is_plain = text.len() <= MAX_ADDRESS && !text.contains(|c: char| c.is_whitespace() || c.is_control());
    // By bytes: the search for a character from the end is longer than all this.
    let at = text.bytes().rposition(|byte| byte == b'@').unwrap_or(0);
    let domain = text.get(at + 1..).unwrap_or_default();
    is_plain && at > 0 && domain.contains('.') && domain.split('.').all(|label| !label.is_empty())
}

#[cfg(test)]
mod tests {
    use super::looks_like_an_address;

    #[test]
    fn an_address_is_told_from_a_slip() {
        for address in ["maria@example.org", "a.b+c@mail.example.co.uk", "maría@ejemplo.es", "\"a@b\"@example.org"] {
            assert!(looks_like_an_address(address), "{address}");
        }
        for slip in ["", "maria", "maria@", "@example.org", "maria@example", "maria@example.", "ma ria@example.org"] {
            assert!(!looks_like_an_address(slip), "{slip}");
        }
        assert!(!looks_like_an_address(&["a".repeat(250), "@b.org".into()].concat()));
    }
}
