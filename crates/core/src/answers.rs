//! Answers as one password: normalised on the device, joined in question order, proved all at once.
//!
//! Rule 1: NFKC, full case folding, both Turkish i's as one, punctuation, symbols, white space and invisible controls
//! dropped, marks kept. NFKC and the character classes come from the platform (the browser's own tables cost no
//! download), case folding from `caseless`. The rule's number is stored with the credential; a changed rule is a new
//! number, and this one stays. See `docs/protocol.md` §7.

use alloc::string::String;
use alloc::vec::Vec;
use caseless::Caseless;
use zeroize::{Zeroize, Zeroizing};

use crate::api::QuestionKind;
use crate::channel::length_prefixed;
use crate::secret::SecretBytes;

/// The rule for new answers.
pub const RULE: u8 = 1;
/// The longest answer as typed, in bytes.
pub const MAX_ANSWER: usize = 256;

/// What the platform knows of Unicode.
pub trait Unicode {
    /// Normalization Form KC (UAX #15). Stable for every assigned code point.
    fn nfkc(&self, text: &str) -> String;

    /// Whether rule 1 drops this character: general category P, S, Z, Cc or Cf.
    fn is_ignored(&self, character: char) -> bool;
}

/// Why an answer is refused. No try is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// Nothing is left of it, or it is not a date where one is asked for.
    #[error("the answer is empty")]
    Empty,
    /// More than [`MAX_ANSWER`] bytes.
    #[error("the answer is too long")]
    TooLong,
    /// A rule this version does not know.
    #[error("unknown normalisation rule")]
    UnknownRule,
}

/// The normal form of one answer: text by rule 1, a date as the eight digits `YYYYMMDD`.
///
/// # Errors
/// [`AnswerError`]; `Empty` also for a date that is not eight ASCII digits.
pub fn normalise(
    rule: u8,
    kind: QuestionKind,
    typed: &[u8],
    unicode: &impl Unicode,
) -> Result<SecretBytes, AnswerError> {
    if rule != RULE {
        return Err(AnswerError::UnknownRule);
    }
    if typed.len() > MAX_ANSWER {
        return Err(AnswerError::TooLong);
    }
    if kind == QuestionKind::Date {
        let is_date = typed.len() == 8 && typed.iter().all(u8::is_ascii_digit);
        return is_date.then(|| SecretBytes::new(typed.to_vec())).ok_or(AnswerError::Empty);
    }
    let text = core::str::from_utf8(typed).map_err(|_| AnswerError::Empty)?;
    let normal = fold(text, unicode);
    if normal.is_empty() { Err(AnswerError::Empty) } else { Ok(SecretBytes::new(normal)) }
}

/// NFKC, fold, NFKC again, fold again: folding can undo NFKC and NFKC can make characters that fold (UAX #15, "NFKC
/// Casefold"), so the pair is applied until it rests, which the second round always reaches.
fn fold(text: &str, unicode: &impl Unicode) -> Vec<u8> {
    let mut text = Zeroizing::new(String::from(text));
    for _ in 0..2 {
        let mut normal = if text.is_ascii() { core::mem::take(&mut *text) } else { unicode.nfkc(&text) };
        text.zeroize();
        // Folding at most triples a text; one allocation, so that growing leaves no copies.
        text.reserve(3 * normal.len());
        for character in normal.chars().default_case_fold() {
            // Turkish: capital I with dot folds to "i" and a combining dot, dotless i stays; all are one letter here.
            match character {
                'ı' => text.push('i'),
                '\u{307}' if text.ends_with('i') => {}
                other => text.push(other),
            }
        }
        normal.zeroize();
    }
    let mut kept = Zeroizing::new(String::with_capacity(text.len()));
    kept.extend(text.chars().filter(|c| !unicode.is_ignored(*c)));
    // Dropping may bring a base and a mark together that compose.
    if kept.is_ascii() { core::mem::take(&mut *kept).into_bytes() } else { unicode.nfkc(&kept).into_bytes() }
}

/// `LP(question id) || LP(normalised answer)` for each question in order: the one OPAQUE password.
pub fn join<'a>(answers: impl Iterator<Item = (&'a str, &'a SecretBytes)>) -> SecretBytes {
    // One allocation of the largest size, so that growing leaves no copies.
    let mut joined = Vec::with_capacity(4 * 1024);
    for (id, answer) in answers {
        joined.extend_from_slice(&length_prefixed(id.as_bytes()));
        // Needed in clear: joined into the password, which is a secret again.
        let mut part = length_prefixed(answer.expose_secret());
        joined.extend_from_slice(&part);
        part.zeroize();
    }
    SecretBytes::new(joined)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use unicode_normalization::UnicodeNormalization;

    struct Tables;

    impl Unicode for Tables {
        fn nfkc(&self, text: &str) -> String {
            text.nfkc().collect()
        }

        fn is_ignored(&self, c: char) -> bool {
            // Enough for these tests; the platform's own tables are compared in `tests/vectors`.
            c.is_whitespace() || c.is_control() || c.is_ascii_punctuation() || "’‐–—·\u{200c}\u{200d}".contains(c)
        }
    }

    fn normal(text: &str) -> String {
        let bytes = normalise(RULE, QuestionKind::Text, text.as_bytes(), &Tables).unwrap();
        core::str::from_utf8(bytes.expose_secret()).unwrap().to_string()
    }

    #[test]
    fn what_people_type_differently_is_the_same_answer() {
        for (one, other) in [
            ("St. Mary’s", "st marys"),
            ("  New   York ", "newyork"),
            ("STRASSE", "straße"),
            ("İstanbul", "ISTANBUL"),
            ("ıstanbul", "istanbul"),
            ("Zoë", "ZOE\u{308}"),
            ("ΣΊΣΥΦΟΣ", "σίσυφος"),
            ("１２３ ｶﾞ", "123ガ"),
            ("Jean-Luc", "jean luc"),
            ("می\u{200c}روم", "میروم"),
        ] {
            assert_eq!(normal(one), normal(other), "{one} / {other}");
        }
    }

    #[test]
    fn marks_are_kept_for_they_make_other_words() {
        assert_ne!(normal("résumé"), normal("resume"));
        assert_ne!(normal("ż"), normal("z"));
    }

    #[test]
    fn normalising_twice_changes_nothing() {
        for text in ["ẞ ﬃ İ", "ǰ Ŀ ½ ㎏", "ᾳ Ϊ", "Ⅷ ⓐ"] {
            assert_eq!(normal(&normal(text)), normal(text), "{text}");
        }
    }

    #[test]
    fn an_answer_of_signs_only_is_empty() {
        let refused = |kind, typed: &[u8]| normalise(RULE, kind, typed, &Tables).err();
        assert_eq!(refused(QuestionKind::Text, "  - . ’".as_bytes()), Some(AnswerError::Empty));
        assert_eq!(refused(QuestionKind::Date, b"1988-3-27"), Some(AnswerError::Empty));
        assert_eq!(refused(QuestionKind::Date, b"19880327"), None);
        assert_eq!(refused(QuestionKind::Text, &[b'a'; MAX_ANSWER + 1]), Some(AnswerError::TooLong));
        assert_eq!(normalise(9, QuestionKind::Text, b"a", &Tables).err(), Some(AnswerError::UnknownRule));
    }

    #[test]
    fn joined_answers_keep_their_borders() {
        let [ab, c, a, bc] = ["ab", "c", "a", "bc"].map(|text| SecretBytes::new(text.as_bytes().to_vec()));
        let one = join([("q1", &ab), ("q2", &c)].into_iter());
        let other = join([("q1", &a), ("q2", &bc)].into_iter());
        assert_ne!(one.expose_secret(), other.expose_secret());
        assert_eq!(one.expose_secret(), b"\0\x02q1\0\x02ab\0\x02q2\0\x01c");
    }
}
