//! Answers as one password: normalised on the device, joined in question order, proved all at once.
//!
//! Rule 1: NFKC, full case folding, both Turkish i's as one, punctuation, symbols, white space and whatever is invisible
//! dropped, other marks kept. NFKC, case and the character classes come from the platform: the browser's own tables cost
//! no download, a crate's would cost a tenth of the widget. The rule's number is stored with the credential; a changed
//! rule is a new number, and this one stays. See `docs/protocol.md` §7.

use alloc::string::String;
use alloc::vec::Vec;
use base64ct::{Base64UrlUnpadded, Encoding};
use sha2::{Digest, Sha256};
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

    /// The full, locale-independent upper case.
    fn uppercase(&self, text: &str) -> String {
        text.to_uppercase()
    }

    /// The full, locale-independent lower case.
    fn lowercase(&self, text: &str) -> String {
        text.to_lowercase()
    }

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

/// The id of a question that a host offers in its own words: `own-` and 22 characters of base64url, 128 bits of
/// SHA-256 over type and words. The same question has the same id wherever it stands in the host's list.
pub fn question_id(kind: QuestionKind, text: &str) -> String {
    let tag = match kind {
        QuestionKind::Text => 1,
        QuestionKind::Date => 2,
    };
    let mut hash = Sha256::new_with_prefix([tag]);
    hash.update(text);
    let digest = hash.finalize();
    String::from("own-") + &Base64UrlUnpadded::encode_string(digest.get(..16).unwrap_or_default())
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

/// NFKC, fold, drop, and all of it again, then NFKC: folding can undo NFKC, NFKC can make characters that fold (UAX #15,
/// "NFKC Casefold"), and dropping can bring an i and its dot together. The second round always comes to rest, so that a
/// normal form is its own normal form; `tests/independent/answers.py` applies the rule until it rests, and agrees.
fn fold(text: &str, unicode: &impl Unicode) -> Vec<u8> {
    let mut text = Zeroizing::new(String::from(text));
    for _ in 0..2 {
        let mut normal = compose(&mut text, unicode);
        *text = fold_case(&normal, unicode);
        normal.zeroize();
        text.retain(|character| !is_without_meaning(character) && !unicode.is_ignored(character));
    }
    // Dropping may bring a base and a mark together that compose.
    compose(&mut text, unicode).into_bytes()
}

/// NFKC of a text, which is erased.
fn compose(text: &mut String, unicode: &impl Unicode) -> String {
    let normal = if text.is_ascii() { core::mem::take(text) } else { unicode.nfkc(text) };
    text.zeroize();
    normal
}

/// Full case folding (Unicode's CaseFolding.txt, C and F): upper case, then lower case, with the three places set right
/// where that differs: capital sharp s, final sigma, and Cherokee, which folds to its capitals. The dotless i becomes an i
/// on the way, and the dot that the Turkish capital leaves above an i is dropped: to us they are one letter.
fn fold_case(text: &str, unicode: &impl Unicode) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut upper = unicode.uppercase(text);
    let mut lower = unicode.lowercase(&upper);
    // No letter grows here; one allocation, so that growing leaves no copies.
    let mut folded = String::with_capacity(lower.len());
    for character in lower.chars() {
        match character {
            'ς' => folded.push('σ'),
            'ß' => folded.push_str("ss"),
            '\u{307}' if folded.ends_with('i') => {}
            '\u{ab70}'..='\u{abbf}' => folded.extend(char::from_u32(character as u32 - 0xab70 + 0x13a0)),
            '\u{13f8}'..='\u{13fd}' => folded.extend(char::from_u32(character as u32 - 8)),
            other => folded.push(other),
        }
    }
    upper.zeroize();
    lower.zeroize();
    folded
}

/// What rule 1 drops beyond the general categories, the same on every platform. What has no shape
/// (`Default_Ignorable_Code_Point`): a keyboard adds variation selectors to emoji and to some kanji unasked. And the
/// blocks that Unicode keeps for the emoji of the future (`Extended_Pictographic`): to an older platform they are not
/// symbols yet.
const fn is_without_meaning(character: char) -> bool {
    matches!(character,
        '\u{34f}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}'
        | '\u{e0000}'..='\u{e0fff}'
        | '\u{1f000}'..='\u{1f0ff}' | '\u{1f10d}'..='\u{1faff}' | '\u{1fc00}'..='\u{1fffd}')
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
    fn a_host_s_question_has_one_id_whatever_stands_beside_it() {
        let id = question_id(QuestionKind::Text, "Where did we meet?");
        // Made once more by `printf '\001Where did we meet?' | sha256sum`: ids lie in stores, so they never change.
        assert_eq!(id, "own-SJ6TxLclp68PG3r3PVeYHw");
        assert_ne!(id, question_id(QuestionKind::Date, "Where did we meet?"));
        assert_ne!(id, question_id(QuestionKind::Text, "Where did we meet"));
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
