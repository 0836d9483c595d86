//! `tests/vectors/answers.json`, held against any platform's Unicode: native tables here, a browser's own in
//! `crates/vault/tests`.

use repin_core::answers::{RULE, Unicode, normalise};
use repin_core::api::QuestionKind;
use serde_json::Value;
use sha2::{Digest, Sha256};

pub fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../../tests/vectors/answers.json")).unwrap()
}

/// The normal form, empty where the answer is refused as empty.
pub fn normal(typed: &str, unicode: &impl Unicode) -> Vec<u8> {
    let form = normalise(RULE, QuestionKind::Text, typed.as_bytes(), unicode);
    form.map(|form| form.expose_secret().to_vec()).unwrap_or_default()
}

/// Every code point that the vectors speak of.
pub fn assigned(vectors: &Value) -> impl Iterator<Item = char> {
    let ranges = vectors["assigned"].as_array().unwrap().iter();
    let bounds = |range: &Value| range[0].as_u64().unwrap() as u32..=range[1].as_u64().unwrap() as u32;
    ranges.flat_map(bounds).filter_map(char::from_u32)
}

/// The cases whose normal form is not the recorded one.
pub fn unlike_cases(vectors: &Value, unicode: &impl Unicode) -> Vec<String> {
    let cases = vectors["cases"].as_array().unwrap().iter();
    let found = |case: &Value| hex(&normal(case["text"].as_str().unwrap(), unicode));
    cases.filter(|case| case["normal"] != found(case)).map(|case| case["about"].to_string()).collect()
}

/// The blocks whose digest is not the recorded one, by their first code point. Only the blocks of `points` are looked at.
pub fn unlike_blocks(
    vectors: &Value,
    points: impl Iterator<Item = char>,
    normal: impl Fn(&str) -> Vec<u8>,
) -> Vec<u32> {
    let contexts: Vec<_> = vectors["contexts"].as_array().unwrap().iter().map(|c| c.as_str().unwrap()).collect();
    let size = vectors["block"].as_u64().unwrap() as u32;
    let mut blocks: Vec<(u32, Vec<Sha256>)> = Vec::new();
    for character in points {
        let first = u32::from(character) / size * size;
        if blocks.last().is_none_or(|(last, _)| *last != first) {
            blocks.push((first, vec![Sha256::new(); contexts.len()]));
        }
        for (context, hasher) in contexts.iter().zip(&mut blocks.last_mut().unwrap().1) {
            let form = normal(&context.replace("{}", character.encode_utf8(&mut [0; 4])));
            hasher.update((form.len() as u16).to_be_bytes());
            hasher.update(form);
        }
    }
    let expected = vectors["digests"].as_array().unwrap();
    let expected = |first: u32| &expected.iter().find(|block| block["first"] == first).unwrap()["sha256"];
    let found = |hashers: Vec<Sha256>| hashers.into_iter().map(|hasher| hex(&hasher.finalize())).collect::<Value>();
    blocks.into_iter().filter_map(|(first, hashers)| (found(hashers) != *expected(first)).then_some(first)).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
