//! First answers: why, which questions, a last look, and the understanding that nobody can reset them.

use std::rc::Rc;

use repin_core::answers::{self, AnswerError, Unicode};
use repin_core::api::{Question, QuestionKind};
use repin_core::secret::SecretBytes;

use super::new_pin::{contains, orders};
use super::{Effect, Event, Flow, QuestionProblem, Screen, State, Task};
use crate::session::NewSecrets;

/// The longest hint, in characters.
const MAX_HINT: usize = 100;

/// What has been chosen so far, and where the person is.
#[derive(Default)]
pub(super) struct Enrolment {
    place: Place,
    slots: Vec<Slot>,
    problem: Option<QuestionProblem>,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Place {
    #[default]
    Intro,
    /// Which slot is being filled, from 0.
    Choosing(usize),
    Summary,
    Agree,
}

struct Slot {
    index: u8,
    answer: SecretBytes,
    hint: String,
}

impl Enrolment {
    pub(super) fn is_at_intro(&self) -> bool {
        self.place == Place::Intro
    }
}

impl Flow {
    pub(super) fn enrol(
        &mut self,
        pin: Option<Rc<SecretBytes>>,
        mut enrolment: Enrolment,
        event: Event,
        unicode: &impl Unicode,
    ) -> Option<Effect> {
        let required = usize::from(self.required_questions());
        enrolment.problem = None;
        enrolment.place = match (enrolment.place, event) {
            (Place::Intro, Event::Continue) => Place::Choosing(0),
            (Place::Choosing(0), Event::Back) => Place::Intro,
            (Place::Choosing(slot), Event::Back) => Place::Choosing(slot - 1),
            (Place::Choosing(slot), Event::SubmitQuestion { index, answer, hint }) => {
                match self.fill(&enrolment, slot, index, &answer, hint, unicode) {
                    Ok(filled) => {
                        enrolment.slots.truncate(slot);
                        enrolment.slots.push(filled);
                        if slot + 1 < required { Place::Choosing(slot + 1) } else { Place::Summary }
                    }
                    Err(problem) => {
                        enrolment.problem = Some(problem);
                        Place::Choosing(slot)
                    }
                }
            }
            (Place::Summary, Event::Back) => Place::Choosing(required.saturating_sub(1)),
            (Place::Summary, Event::Continue) => Place::Agree,
            (Place::Agree, Event::Back) => Place::Summary,
            (Place::Agree, Event::Agree) => {
                let questions = self.chosen(&enrolment);
                let joined = answers::join(
                    questions.iter().map(|q| q.id.as_str()).zip(enrolment.slots.iter().map(|slot| &slot.answer)),
                );
                return self.work(Task::Commit(NewSecrets { pin, answers: Some(Rc::new(joined)), questions }));
            }
            (place, _) => place,
        };
        self.go(State::Enrolling { pin, enrolment })
    }

    /// A filled slot, its answer in normal form.
    fn fill(
        &self,
        enrolment: &Enrolment,
        slot: usize,
        index: u8,
        answer: &SecretBytes,
        hint: String,
        unicode: &impl Unicode,
    ) -> Result<Slot, QuestionProblem> {
        let question = self.catalogue().get(usize::from(index)).ok_or(QuestionProblem::NoQuestion)?;
        if enrolment.slots.iter().take(slot).any(|taken| taken.index == index) {
            return Err(QuestionProblem::NoQuestion);
        }
        // Compared as answers are, which have a limit in bytes: 85 characters of Chinese or Thai.
        if hint.chars().count() > MAX_HINT || hint.len() > answers::MAX_ANSWER {
            return Err(QuestionProblem::HintTooLong);
        }
        let rule = self.opened.as_ref().map_or(answers::RULE, |opened| opened.answer_rule);
        // Needed in clear: to be normalised.
        let answer = answers::normalise(rule, question.kind, answer.expose_secret(), unicode).map_err(|e| match e {
            AnswerError::TooLong => QuestionProblem::AnswerTooLong,
            _ => QuestionProblem::EmptyAnswer,
        })?;
        let shows_date = question.kind == QuestionKind::Date && names_date(&hint, &answer, unicode);
        if shows_date || gives_away(rule, &hint, &answer, unicode) {
            return Err(QuestionProblem::HintIsAnswer);
        }
        Ok(Slot { index, answer, hint: hint.trim().to_owned() })
    }

    fn chosen(&self, enrolment: &Enrolment) -> Vec<Question> {
        let question = |slot: &Slot| {
            let mut question = self.catalogue().get(usize::from(slot.index))?.clone();
            question.hint = (!slot.hint.is_empty()).then(|| slot.hint.clone());
            Some(question)
        };
        enrolment.slots.iter().filter_map(question).collect()
    }

    fn catalogue(&self) -> &[Question] {
        self.opened.as_ref().map_or(&[], |opened| &opened.catalogue)
    }

    pub(super) fn required_questions(&self) -> u8 {
        self.opened.as_ref().map_or(0, |opened| opened.required_questions)
    }

    /// The screen, how many steps of enrolment lie behind it, and whether there is a way back.
    pub(super) fn enrolment_view(&self, enrolment: &Enrolment) -> (Screen, u8, bool) {
        let required = self.required_questions();
        match enrolment.place {
            Place::Intro => (Screen::QuestionsIntro { required }, 0, false),
            Place::Choosing(slot) => {
                let filled = enrolment.slots.get(slot);
                let taken = enrolment.slots.iter().take(slot).map(|slot| slot.index).collect();
                let screen = Screen::ChooseQuestion {
                    number: slot as u8 + 1,
                    required,
                    catalogue: self.catalogue().to_vec(),
                    taken,
                    problem: enrolment.problem,
                    chosen: filled.map(|slot| slot.index),
                    hint: filled.map(|slot| slot.hint.clone()).unwrap_or_default(),
                };
                (screen, slot as u8 + 1, true)
            }
            Place::Summary => (Screen::Summary { questions: self.chosen(enrolment) }, required + 1, true),
            Place::Agree => (Screen::Agree, required + 2, true),
        }
    }
}

/// Whether a hint contains the answer (155705), compared as answers are: `St. Marys!` gives away `st marys`.
fn gives_away(rule: u8, hint: &str, answer: &SecretBytes, unicode: &impl Unicode) -> bool {
    // Fails for one of which nothing is left.
    let Ok(hint) = answers::normalise(rule, QuestionKind::Text, hint.as_bytes(), unicode) else {
        return false;
    };
    // Needed in clear: to be compared. Short answers would be found in any sentence, so they must match whole.
    let (hint, answer) = (hint.expose_secret(), answer.expose_secret());
    hint == answer || (answer.len() >= 4 && contains(hint, answer))
}

/// Whether a hint says the whole date of an answer in digits, whatever stands between them: `27/3/1988`, `1988年3月27日`. Not whether it
/// spells a month out or counts by another calendar, for which every language would need its words.
fn names_date(hint: &str, date: &SecretBytes, unicode: &impl Unicode) -> bool {
    let mut digits = Vec::new();
    for number in unicode.nfkc(hint).split(|character: char| !character.is_ascii_digit()) {
        // A day or a month of one digit counts as two.
        if number.len() == 1 {
            digits.push(b'0');
        }
        digits.extend_from_slice(number.as_bytes());
    }
    // Needed in clear: to be compared.
    orders(date.expose_secret()).any(|order| contains(&digits, &order))
}
