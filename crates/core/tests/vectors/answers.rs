//! Normal forms of answers against `answers.json`, which an implementation in Python made.

use repin_core::answers::{MAX_ANSWER, Unicode};
use unicode_normalization::UnicodeNormalization;

use crate::common::evidence::{self, grouped};
use crate::common::native_unicode::NativeUnicode;
use crate::common::normal_forms::{assigned, normal as normal_with, unlike_blocks, unlike_cases, vectors};
use crate::common::{Tape, hex};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn normal(typed: &str) -> Vec<u8> {
    normal_with(typed, &NativeUnicode)
}

#[test]
fn every_case_has_the_normal_form_that_python_gave_it() {
    assert_eq!(unlike_cases(&vectors(), &NativeUnicode), [""; 0]);
}

#[test]
fn every_assigned_code_point_has_the_normal_form_that_python_gave_it() {
    let vectors = vectors();
    // In a browser it is the browser's own tables that count, in `crates/vault/tests`; here, that WebAssembly is no other.
    let points = assigned(&vectors).filter(|c| cfg!(not(target_arch = "wasm32")) || u32::from(*c) < 0x3000);
    assert_eq!(unlike_blocks(&vectors, points, normal), [0; 0]);
    // The control: without normalisation the first block must differ, or nothing was compared.
    let first_block = assigned(&vectors).filter(|c| u32::from(*c) < 0x1000);
    let unlike = unlike_blocks(&vectors, first_block, |typed| typed.as_bytes().to_vec());
    assert_eq!(unlike, [0]);
    let (points, contexts) = (assigned(&vectors).count(), vectors["contexts"].as_array().unwrap().len());
    evidence::say(
        8,
        format_args!("{} code points in {contexts} contexts, Rust and Python: 0 differences", grouped(points)),
        format_args!("without normalisation {} of 1 blocks differ", unlike.len()),
    );
}

#[test]
fn what_is_typed_in_another_form_is_the_same_answer() {
    let points: Vec<char> = assigned(&vectors()).collect();
    // Letters with case and marks, where forms differ; then anything at all.
    let lively: Vec<char> = points.iter().copied().filter(|c| c.is_alphabetic() && u32::from(*c) < 0x2000).collect();
    let mut tape = Tape::new("repin/1 test: forms of answers");
    let (mut compared, mut pairs, mut unlike_as_typed) = (0, 0, 0);
    while compared < 10_000 {
        let mut pick = |from: &[char]| from[tape.below(from.len())];
        let typed: String = (0..8).map(|at| if at % 4 == 3 { pick(&points) } else { pick(&lively) }).collect();
        let nfd: String = typed.nfd().collect();
        if nfd.len() > MAX_ANSWER {
            continue;
        }
        compared += 1;
        let form = normal(&typed);
        let forms = [
            nfd,
            typed.nfc().collect(),
            typed.nfkd().collect(),
            format!(" {typed}\u{a0}"),
            typed.chars().flat_map(|c| [c, '\u{ad}']).collect(),
        ];
        for other in forms.iter().filter(|other| other.len() <= MAX_ANSWER) {
            assert_eq!(hex(&normal(other)), hex(&form), "{typed:?} and {other:?}");
            pairs += 1;
            unlike_as_typed += usize::from(*other != typed);
        }
        let again = normal(core::str::from_utf8(&form).unwrap());
        assert_eq!(hex(&again), hex(&form), "the normal form of a normal form, {typed:?}");
    }
    assert!(unlike_as_typed > pairs / 2, "the control: {unlike_as_typed} of {pairs} are other bytes");
    evidence::say(
        8,
        format_args!(
            "{} texts in NFC, NFD, NFKD and with invisible signs, {} pairs: 0 differ, 0 of the forms have another form",
            grouped(compared),
            grouped(pairs)
        ),
        format_args!("as typed {} of the pairs differ", grouped(unlike_as_typed)),
    );
}

// The tables are the browser's there, and are compared character by character; texts are made of them by the same code.
#[cfg_attr(target_arch = "wasm32", allow(dead_code))]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn case_and_width_make_no_other_answer() {
    for word in ["straße", "ΟΔΥΣΣΕΎΣ", "İstanbul", "ıstanbul", "ﬃ", "Ǆungla", "ᲗᲑᲘᲚᲘᲡᲘ", "ՀԱՅԱՍՏԱՆ", "ЁЛКА", "Tokyo12"]
    {
        assert_eq!(normal(&word.to_uppercase()), normal(&word.to_lowercase()), "{word}");
    }
    let mut tape = Tape::new("repin/1 test: case and width");
    let (mut pairs, mut unlike_as_typed) = (0, 0);
    for _ in 0..10_000 {
        let typed: String = (0..12).map(|_| char::from(b'!' + tape.below(94) as u8)).collect();
        // ASCII as a Japanese keyboard may give it.
        let wide: String = typed.chars().filter_map(|c| char::from_u32(u32::from(c) + 0xfee0)).collect();
        for other in [wide, typed.to_uppercase(), typed.to_lowercase()] {
            assert_eq!(normal(&other), normal(&typed), "{typed:?} and {other:?}");
            pairs += 1;
            unlike_as_typed += usize::from(other != typed);
        }
    }
    evidence::say(
        8,
        format_args!("10,000 texts in other width and case, {} pairs: 0 differ", grouped(pairs)),
        format_args!("as typed {} of the pairs differ", grouped(unlike_as_typed)),
    );
}

#[test]
fn a_sign_is_ignored_and_a_letter_or_mark_is_not() {
    assert!(NativeUnicode.is_ignored('·') && NativeUnicode.is_ignored('\u{200d}'));
    assert!(!NativeUnicode.is_ignored('ß') && !NativeUnicode.is_ignored('\u{308}'));
    assert_eq!(normal("\u{2764}\u{fe0f}"), b"", "an emoji with a variation selector is nothing but signs");
    assert_eq!(normal("a\u{1f9ff}\u{1fae8}\u{1faff}b"), b"ab", "emoji of today and of the future");
}
