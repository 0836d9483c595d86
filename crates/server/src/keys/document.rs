//! The key ring as one JSON document, for an environment variable. One, and not one for each purpose: it is there or it is
//! not, so nobody runs with half a ring, and a purpose in the middle of a rotation has two keys.
//!
//! ```json
//! {"ring":1,"keys":[{"purpose":"storage","kid":"6925f2a01b2c3d4e","key":"<base64>"}]}
//! ```

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::material::RawKey;
use super::{KeyError, Material, Purpose, make};

/// The variable's name.
pub const VARIABLE: &str = "REPIN_KEY_RING";
/// The version of the form.
const VERSION: u32 = 1;

// Borrowed: what is parsed lies once, in the text.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document<'a> {
    ring: u32,
    #[serde(borrow)]
    keys: Vec<Entry<'a>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry<'a> {
    purpose: &'a str,
    kid: &'a str,
    key: &'a str,
}

/// Reads a document. An error says what is wrong and nothing of what is there.
pub fn read(text: &str) -> Result<Material, KeyError> {
    let document: Document = serde_json::from_str(text).map_err(|_| KeyError::NotARing("it is not the JSON of one"))?;
    if document.ring != VERSION {
        return Err(KeyError::NotARing("it is of another version"));
    }
    let mut material = Material::new(VARIABLE);
    for entry in document.keys {
        let purpose = Purpose::from_name(entry.purpose).ok_or(KeyError::NotARing("a purpose is not known"))?;
        if !make::is_kid(entry.kid) {
            return Err(KeyError::NotARing("a kid is not 16 hex digits"));
        }
        if material.has(purpose, entry.kid) {
            return Err(KeyError::NotARing("a kid is there twice"));
        }
        let place = format!("{VARIABLE}: {}-{}", purpose.name(), entry.kid).into();
        // Room for all of it at once, so that growing leaves no copies behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(entry.key.len()));
        if BASE64_STANDARD.decode_vec(entry.key, &mut bytes).is_err() {
            return Err(KeyError::Invalid(place));
        }
        material.insert(RawKey { purpose, kid: entry.kid.to_owned(), bytes, place });
    }
    Ok(material)
}

/// Writes one, on one line.
pub fn write(material: &Material) -> Zeroizing<String> {
    let room = material.iter().map(|key| 2 * key.bytes.len() + 128).sum::<usize>() + 64;
    let mut text = Zeroizing::new(String::with_capacity(room));
    text.push_str("{\"ring\":1,\"keys\":[");
    for (number, key) in material.iter().enumerate() {
        if number > 0 {
            text.push(',');
        }
        // Neither a purpose nor a kid has anything in it that JSON would have to escape.
        for part in ["{\"purpose\":\"", key.purpose.name(), "\",\"kid\":\"", &key.kid, "\",\"key\":\""] {
            text.push_str(part);
        }
        BASE64_STANDARD.encode_string(&*key.bytes, &mut text);
        text.push_str("\"}");
    }
    text.push_str("]}");
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::keys::{KeyRing, KeySource};

    fn exported() -> String {
        let folder = tempfile::tempdir().unwrap();
        KeyRing::load_or_make(folder.path()).unwrap();
        KeySource::Folder(folder.path().to_owned()).load().unwrap().export().to_string()
    }

    #[test]
    fn what_is_exported_from_files_is_the_same_ring() {
        let folder = tempfile::tempdir().unwrap();
        let files = KeyRing::load_or_make(folder.path()).unwrap();
        let text = KeySource::Folder(folder.path().to_owned()).load().unwrap().export();
        let document = KeyRing::of(&KeySource::document(text.to_string())).unwrap();
        assert_eq!(files.kids(), document.kids());
        assert_eq!(files.marks, document.marks);
        assert_eq!(files.master.newest().1.expose_secret(), document.master.newest().1.expose_secret());
        assert_eq!(files.token.newest().1.public_pem, document.token.newest().1.public_pem);
        assert_eq!(files.webhook.newest().1.id(), document.webhook.newest().1.id());
    }

    #[test]
    fn a_partial_ring_is_refused_whatever_is_missing() {
        let whole: serde_json::Value = serde_json::from_str(&exported()).unwrap();
        // But for the recovery key, which follows from the storage key where a ring is older than it.
        for purpose in Purpose::ALL.into_iter().filter(|purpose| *purpose != Purpose::Recovery) {
            let mut part = whole.clone();
            part["keys"].as_array_mut().unwrap().retain(|key| key["purpose"] != purpose.name());
            let refused = KeyRing::of(&KeySource::document(part.to_string())).err().unwrap();
            assert!(matches!(refused, KeyError::Partial(_, name) if name == purpose.name()), "{refused}");
        }
        assert!(KeyRing::of(&KeySource::document(whole.to_string())).is_ok(), "the control");
    }

    #[test]
    fn what_is_not_a_ring_is_refused_and_not_repeated() {
        let whole = exported();
        let changed = |from: &str, to: &str| whole.replacen(from, to, 1);
        let twice = whole.replace("\"keys\":[", &format!("\"keys\":[{},", &whole[18..whole.find('}').unwrap() + 1]));
        for (text, kind) in [
            (String::new(), "NotARing"),
            (whole[..whole.len() - 1].to_owned(), "NotARing"),
            (changed("\"ring\":1", "\"ring\":2"), "NotARing"),
            (changed("opaque-setup", "hush-hush"), "NotARing"),
            (changed("\"kid\":\"", "\"kid\":\"hush"), "NotARing"),
            (changed("\"key\":", "\"hush\":"), "NotARing"),
            (twice, "NotARing"),
            (changed("\"key\":\"", "\"key\":\"hush="), "Invalid"),
            (changed("\"key\":\"", "\"key\":\"hush"), "Invalid"),
        ] {
            let refused = KeyRing::of(&KeySource::document(text)).err().unwrap();
            assert!(format!("{refused:?}").starts_with(kind), "{refused:?}");
            assert!(!refused.to_string().contains("hush"), "{refused}");
        }
    }
}
