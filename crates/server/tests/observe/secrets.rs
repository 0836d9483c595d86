//! The search for what must be nowhere, in every spelling in which it could have slipped out: that of the end-to-end tests
//! (tests/e2e/harness/secrets.mjs).

use base64::Engine;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};

/// Each spelling of a secret, by its name.
pub fn spellings(secret: &str) -> Vec<(&'static str, String)> {
    let bytes = secret.as_bytes();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let list: Vec<String> = bytes.iter().map(u8::to_string).collect();
    let json = serde_json::to_string(secret).unwrap();
    let mut all = vec![
        ("text", secret.to_owned()),
        ("upper case", secret.to_uppercase()),
        ("JSON", json[1..json.len() - 1].to_owned()),
        ("URL", url::form_urlencoded::byte_serialize(bytes).collect::<String>().replace('+', "%20")),
        ("HEX", hex.to_uppercase()),
        ("hex", hex),
        ("base64 at 0", inside_base64(bytes, 0)),
        ("base64 at 1", inside_base64(bytes, 1)),
        ("base64 at 2", inside_base64(bytes, 2)),
        ("base64url", BASE64_URL_SAFE_NO_PAD.encode(bytes)),
        ("list of bytes", list.join(", ")),
        ("list of digits", secret.chars().map(String::from).collect::<Vec<_>>().join(", ")),
        ("reversed", secret.chars().rev().collect()),
    ];
    let mut known = Vec::new();
    all.retain(|(_, spelled)| {
        !known.contains(spelled) && {
            known.push(spelled.clone());
            true
        }
    });
    all
}

/// The characters that every base64 text has which holds these bytes at such an offset: the first and last may share bits
/// with their neighbours.
fn inside_base64(bytes: &[u8], offset: usize) -> String {
    let whole = BASE64_STANDARD_NO_PAD.encode([&vec![0; offset], bytes].concat());
    let end = whole.len() - usize::from(!(bytes.len() + offset).is_multiple_of(3));
    whole[(offset * 4).div_ceil(3)..end].to_owned()
}

/// Which secrets a text holds, and how they are spelled.
pub fn found(text: &str, secrets: &[String]) -> Vec<String> {
    let spelled = |secret: &String| {
        let spellings = spellings(secret).into_iter().filter(|(_, spelled)| text.contains(spelled.as_str()));
        spellings.map(|(spelling, _)| format!("{secret} as {spelling}")).collect::<Vec<_>>()
    };
    secrets.iter().flat_map(spelled).collect()
}

#[test]
fn a_secret_is_found_in_each_of_its_spellings() {
    for (name, spelled) in spellings("correct horse\"1") {
        let text = format!("before{spelled}after");
        assert!(!found(&text, &["correct horse\"1".into()]).is_empty(), "{name}");
    }
    assert!(found("correct horse", &["correct horse\"1".into()]).is_empty());
    assert_eq!(spellings("Correct horse\"1").len(), 12);
}
