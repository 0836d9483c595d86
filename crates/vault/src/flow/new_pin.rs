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

/// A date's digits in the usual orders, in full and with a short year, by their places in `YYYYMMDD`.
const ORDERS: [&[u8]; 6] = [b"01234567", b"67450123", b"45670123", b"234567", b"674523", b"456723"];

/// A date `YYYYMMDD` in each of them.
pub(super) fn orders(date: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let digit = |place: &u8| date.get(usize::from(place - b'0')).copied();
    ORDERS.iter().map(move |order| order.iter().filter_map(digit).collect())
}

/// Whether one text stands in another, which is not empty.
pub(super) fn contains(whole: &[u8], part: &[u8]) -> bool {
    !part.is_empty() && whole.windows(part.len()).any(|window| window == part)
}

/// Whether a PIN is contained in a date `YYYYMMDD`, or is the date in a usual short order.
fn shows_date(pin: &[u8], date: &[u8]) -> bool {
    orders(date).any(|order| contains(&order, pin))
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
