//! Security questions: those a person may choose from, what a chosen one must look like, and how they lie at rest.

use repin_core::api::{self, Question, QuestionKind};

use crate::keys::{KeyRing, StorageError};

/// How many questions a person must choose (Circle's default).
pub const REQUIRED_QUESTIONS: u8 = 2;
/// More than this nobody answers, and the record of them has to fit into a message.
const MAX_QUESTIONS: usize = 10;

/// The default list. English, for translation by id on the device; hosts may offer questions of their own instead.
/// Asked for facts that stay true and that strangers do not find online in a minute, as far as such facts exist.
const CATALOGUE: [(&str, &str, QuestionKind); 10] = [
    ("first_school", "What was the name of your first school?", QuestionKind::Text),
    ("first_pet", "What was the name of your first pet?", QuestionKind::Text),
    ("first_street", "What street did you live on as a child?", QuestionKind::Text),
    ("first_concert", "Which band or singer did you first see live?", QuestionKind::Text),
    ("first_job", "In which town was your first job?", QuestionKind::Text),
    ("childhood_friend", "What is the first name of your best friend from childhood?", QuestionKind::Text),
    ("childhood_book", "What was your favourite book as a child?", QuestionKind::Text),
    ("grandmother_town", "In which town was your grandmother born?", QuestionKind::Text),
    ("father_birthday", "When is your father’s birthday?", QuestionKind::Date),
    ("memorable_day", "Which date will you never forget?", QuestionKind::Date),
];

/// The questions to choose from.
pub fn catalogue() -> Vec<Question> {
    CATALOGUE
        .iter()
        .map(|(id, text, kind)| Question { id: (*id).into(), text: (*text).into(), kind: *kind, hint: None })
        .collect()
}

/// Whether these can be a person's questions: enough and not too many, each within its bounds, no id twice.
pub fn are_valid(questions: &[Question]) -> bool {
    let count = (usize::from(REQUIRED_QUESTIONS)..=MAX_QUESTIONS).contains(&questions.len());
    let bounds = questions.iter().all(|question| {
        (1..=64).contains(&question.id.len())
            && (1..=200).contains(&question.text.chars().count())
            && question.hint.as_ref().is_none_or(|hint| hint.chars().count() <= 100)
    });
    let mut ids: Vec<_> = questions.iter().map(|question| &question.id).collect();
    ids.sort_unstable();
    count && bounds && ids.windows(2).all(|pair| pair.first() != pair.last())
}

/// Seals questions and hints for the store; they are no secret of the protocol's, but a person's own words.
pub fn seal_questions(keys: &KeyRing, identifier: &[u8], questions: &Vec<Question>) -> Vec<u8> {
    keys.seal_for_storage(identifier, &api::encode(questions))
}

/// Opens what [`seal_questions`] sealed for the same credential.
///
/// # Errors
/// [`StorageError`].
pub fn open_questions(keys: &KeyRing, identifier: &[u8], sealed: &[u8]) -> Result<Vec<Question>, StorageError> {
    let plaintext = keys.open_from_storage(identifier, sealed)?;
    // Needed in clear: it is what is decoded.
    api::decode(plaintext.expose_secret()).map_err(|_| StorageError::Damaged)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_is_valid_and_leaves_a_choice() {
        assert!(are_valid(&catalogue()));
        assert!(catalogue().len() > usize::from(REQUIRED_QUESTIONS));
    }

    #[test]
    fn a_persons_questions_have_bounds() {
        let two = || catalogue().into_iter().take(2).collect::<Vec<_>>();
        assert!(are_valid(&two()));
        let changed = |change: fn(&mut Vec<Question>)| {
            let mut questions = two();
            change(&mut questions);
            are_valid(&questions)
        };
        assert!(!changed(|q| q.truncate(1)));
        assert!(!changed(|q| *q = vec![q.remove(0); 11]));
        assert!(!changed(|q| *q = vec![q.remove(0); 2]), "the same id twice");
        assert!(!changed(|q| q.iter_mut().for_each(|q| q.id.clear())));
        assert!(!changed(|q| q.iter_mut().for_each(|q| q.text = "x".repeat(201))));
        assert!(!changed(|q| q.iter_mut().for_each(|q| q.hint = Some("x".repeat(101)))));
        assert!(changed(|q| q.iter_mut().for_each(|q| q.hint = Some("é".repeat(100)))));
    }
}
