//! Answers or the current PIN: checked for what costs no try, then proved.

use std::rc::Rc;

use repin_core::answers::{self, Unicode};
use repin_core::api::QuestionKind;
use repin_core::secret::SecretBytes;

use super::{AnswersProblem, Effect, Flow, PinProblem, Problem, State};

impl Flow {
    pub(super) fn submit_answers(&mut self, typed: &[SecretBytes], unicode: &impl Unicode) -> Option<Effect> {
        let rule = self.opened.as_ref()?.answer_rule;
        let mut normal = Vec::new();
        let mut empty = Vec::new();
        for (i, question) in self.questions().iter().enumerate() {
            // Needed in clear: to be normalised. A missing answer is an empty one.
            let answer = typed.get(i).map_or(&[][..], SecretBytes::expose_secret);
            match answers::normalise(rule, question.kind, answer, unicode) {
                Ok(answer) => normal.push(answer),
                Err(_) => empty.push(i as u8),
            }
        }
        if !empty.is_empty() {
            return self.go(State::Asking(Problem::Answers(AnswersProblem::Empty { indexes: empty })));
        }
        let joined = answers::join(self.questions().iter().map(|q| q.id.as_str()).zip(&normal));
        let is_date = |question: &repin_core::api::Question| question.kind == QuestionKind::Date;
        let dates = normal.into_iter().zip(self.questions()).filter(|(_, q)| is_date(q)).map(|(date, _)| date);
        let dates = dates.collect();
        self.state = State::Proving { pin: None, dates };
        Some(Effect::Prove(Rc::new(joined)))
    }

    pub(super) fn submit_current_pin(&mut self, pin: SecretBytes) -> Option<Effect> {
        if !self.is_pin(&pin) {
            return self.go(State::Asking(Problem::Pin(PinProblem::Length)));
        }
        let pin = Rc::new(pin);
        self.state = State::Proving { pin: Some(Rc::clone(&pin)), dates: Vec::new() };
        Some(Effect::Prove(pin))
    }

    /// As many ASCII digits as a PIN has here.
    pub(super) fn is_pin(&self, pin: &SecretBytes) -> bool {
        // Needed in clear: to look at its length and digits.
        pin.len() == usize::from(self.pin_length()) && pin.expose_secret().iter().all(u8::is_ascii_digit)
    }
}
