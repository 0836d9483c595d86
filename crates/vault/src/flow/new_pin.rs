//! A new PIN: refused when weak, when it is the old one or stands in a date answer; then entered twice.

use std::rc::Rc;

use repin_core::api::ChallengeType;
use repin_core::pin_policy::weakness;
use repin_core::secret::SecretBytes;

use super::{Effect, Enrolment, Flow, PinProblem, State, Task};
use crate::session::NewSecrets;

impl Flow {
    pub(super) fn submit_new_pin(&mut self, pin: SecretBytes) -> Option<Effect> {
        match self.refuse_pin(&pin) {
            Some(problem) => self.go(State::NewPin(Some(problem))),
            None => self.go(State::ConfirmPin { first: Rc::new(pin), problem: None }),
        }
    }

    fn refuse_pin(&self, pin: &SecretBytes) -> Option<PinProblem> {
        // Needed in clear: the rules look at digits. Nobody but the person can time these comparisons.
        let digits = pin.expose_secret();
        let is_current = |current: &Rc<SecretBytes>| current.expose_secret() == digits;
        if !self.is_pin(pin) {
            Some(PinProblem::Length)
        } else if self.proved.pin.as_ref().is_some_and(is_current) {
            Some(PinProblem::SameAsCurrent)
        } else if self.proved.dates.iter().any(|date| shows_date(digits, date.expose_secret())) {
            Some(PinProblem::InDateAnswer)
        } else {
            weakness(digits).map(|weakness| PinProblem::Weak { weakness })
        }
    }

    pub(super) fn confirm_pin(&mut self, first: Rc<SecretBytes>, again: &SecretBytes) -> Option<Effect> {
        let problem = if !self.is_pin(again) {
            Some(PinProblem::Length)
        } else {
            // Needed in clear: to be compared.
            (first.expose_secret() != again.expose_secret()).then_some(PinProblem::Mismatch)
        };
        if problem.is_some() {
            return self.go(State::ConfirmPin { first, problem });
        }
        let new = NewSecrets { pin: Some(Rc::clone(&first)), ..NewSecrets::default() };
        match self.challenge_type() {
            ChallengeType::Initialize => {
                self.go(State::Enrolling { pin: Some(first), enrolment: Enrolment::default() })
            }
            ChallengeType::RecoverWallets => self.work(Task::Look(new)),
            _ => self.work(Task::Commit(new)),
        }
    }
}

/// A date `YYYYMMDD` in the usual orders, in full and with a short year.
pub(super) fn orders(date: &[u8]) -> [Vec<u8>; 6] {
    let [year, month, day] = [0..4, 4..6, 6..8].map(|range| date.get(range).unwrap_or_default());
    let short = year.get(2..).unwrap_or_default();
    [
        [year, month, day],
        [day, month, year],
        [month, day, year],
        [short, month, day],
        [day, month, short],
        [month, day, short],
    ]
    .map(|order| order.concat())
}

/// Whether one text stands in another. No text of no length is asked for.
pub(super) fn contains(whole: &[u8], part: &[u8]) -> bool {
    whole.windows(part.len()).any(|window| window == part)
}

/// Whether a PIN is contained in a date `YYYYMMDD`, or is the date in a usual short order.
fn shows_date(pin: &[u8], date: &[u8]) -> bool {
    orders(date).iter().any(|order| contains(order, pin))
}

#[cfg(test)]
mod tests {
    use super::shows_date;

    #[test]
    fn a_date_is_found_in_every_usual_order() {
        for pin in ["270388", "032788", "880327", "19880327", "1988", "2703", "988032"] {
            assert!(shows_date(pin.as_bytes(), b"19880327"), "{pin}");
        }
        assert!(!shows_date(b"493817", b"19880327"));
    }
}
