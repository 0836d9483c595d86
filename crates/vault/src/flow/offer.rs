//! Questions that the host offers in place of the gateway's catalogue, for answers that are set now. What is chosen is
//! sealed in the gateway with its id, its words and its type: recovery needs neither this offer nor the host.

use repin_core::answers::question_id;
use repin_core::api::{OpenReply, Question};

/// More than this nobody answers, and the gateway refuses it.
const MAX_REQUIRED: u8 = 10;

/// What the host offered. Nothing by default.
#[derive(Default)]
pub(super) struct Offer {
    questions: Vec<Question>,
    required: u8,
}

impl Offer {
    /// `required` asks for more than the gateway's minimum, never for less; 0 asks for nothing.
    pub(super) fn new(questions: Vec<Question>, required: u8) -> Self {
        let named = |question: Question| Question { id: question_id(question.kind, &question.text), ..question };
        Self { questions: questions.into_iter().map(named).collect(), required: required.min(MAX_REQUIRED) }
    }

    /// Puts the offer in the catalogue's place where answers are to be set. One with fewer questions than must be chosen
    /// is no offer: the gateway's catalogue stays.
    pub(super) fn take_place_in(&self, opened: &mut OpenReply) {
        let required = opened.required_questions.max(self.required);
        if opened.catalogue.is_empty() {
            return;
        }
        if self.questions.len() >= usize::from(required) {
            opened.catalogue = self.questions.clone();
        }
        if opened.catalogue.len() >= usize::from(required) {
            opened.required_questions = required;
        }
    }
}
