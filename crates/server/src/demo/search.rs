//! The search through every byte: a text in the forms and encodings in which a careless gateway might have kept it.

use std::fs;
use std::path::Path;

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Anything shorter turns up by chance among random bytes.
const MIN_CHARACTERS: usize = 4;
/// The shortest run of characters that is worth looking for once it is encoded.
const MIN_BYTES: usize = 4;
/// Hits reported of one place; all are counted.
const REPORTED: usize = 5;
/// Bytes shown on either side of a hit.
const CONTEXT: usize = 16;

/// Bytes to look through.
pub struct Place {
    pub name: String,
    pub bytes: Vec<u8>,
    /// What surrounds a hit may be shown. Not so for keys.
    pub is_open: bool,
}

struct Needle {
    encoding: &'static str,
    bytes: Vec<u8>,
}

#[derive(Serialize)]
struct Hit {
    #[serde(rename = "as")]
    encoding: &'static str,
    #[serde(rename = "where")]
    at: String,
    near: String,
}

/// Every file the gateway keeps: the database, its journal, and the key ring as one place.
pub fn files(data: &Path) -> Vec<Place> {
    let mut places = Vec::new();
    for entry in entries(data) {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() {
            let bytes = entries(&path).flat_map(|entry| fs::read(entry.path()).unwrap_or_default()).collect();
            places.push(Place { name: "the key ring".to_owned(), bytes, is_open: false });
        } else if name.starts_with("repin.db") {
            places.push(Place { name, bytes: fs::read(&path).unwrap_or_default(), is_open: true });
        }
    }
    places.sort_by(|a, b| a.name.cmp(&b.name));
    places
}

fn entries(folder: &Path) -> impl Iterator<Item = fs::DirEntry> {
    fs::read_dir(folder).into_iter().flatten().flatten()
}

/// The result for the page. `numbers` names the columns that hold the text as a number.
pub fn search(text: &str, places: &[Place], numbers: &[String]) -> Value {
    let text = text.trim();
    if text.chars().count() < MIN_CHARACTERS {
        return json!({"too_short": true, "encodings": [], "places": []});
    }
    let needles = needles(text);
    let mut encodings: Vec<_> = encoded(text).iter().map(|needle| needle.encoding).collect();
    encodings.dedup();
    let mut searched: Vec<_> = places
        .iter()
        .map(|place| {
            let (hits, count) = find(place, &needles);
            json!({"name": place.name, "bytes": place.bytes.len(), "count": count, "hits": hits})
        })
        .collect();
    if !numbers.is_empty() {
        let hit = |column| Hit { encoding: "a number", at: format!("in {column}"), near: String::new() };
        let hits: Vec<_> = numbers.iter().map(hit).collect();
        searched.push(json!({"name": "the tables", "bytes": 0, "count": hits.len(), "hits": hits}));
    }
    json!({"too_short": false, "encodings": encodings, "places": searched})
}

fn find(place: &Place, needles: &[Needle]) -> (Vec<Hit>, usize) {
    let mut by_first_byte: Vec<Vec<&Needle>> = vec![Vec::new(); 256];
    for needle in needles {
        by_first_byte[usize::from(needle.bytes[0])].push(needle);
    }
    let mut hits = Vec::new();
    let mut count = 0;
    for (at, byte) in place.bytes.iter().enumerate() {
        for needle in &by_first_byte[usize::from(*byte)] {
            if place.bytes[at..].starts_with(&needle.bytes) {
                count += 1;
                if hits.len() < REPORTED {
                    let near = if place.is_open { around(&place.bytes, at, needle.bytes.len()) } else { String::new() };
                    hits.push(Hit { encoding: needle.encoding, at: format!("at byte {at}"), near });
                }
            }
        }
    }
    (hits, count)
}

/// A hit and its neighbourhood, as far as it can be read.
fn around(bytes: &[u8], at: usize, length: usize) -> String {
    let range = at.saturating_sub(CONTEXT)..(at + length + CONTEXT).min(bytes.len());
    bytes[range].iter().map(|byte| if (0x20..0x7f).contains(byte) { char::from(*byte) } else { '·' }).collect()
}

/// The text as typed, in small and in capital letters, and as bare small letters and digits; each in every encoding.
fn needles(text: &str) -> Vec<Needle> {
    let bare = text.chars().filter(|character| character.is_alphanumeric()).collect::<String>().to_lowercase();
    let mut forms = vec![text.to_owned(), text.to_lowercase(), text.to_uppercase(), bare];
    forms.sort();
    forms.dedup();
    let mut needles: Vec<Needle> = forms.iter().flat_map(|form| encoded(form)).collect();
    needles.retain(|needle| needle.bytes.len() >= MIN_BYTES);
    needles.sort_by(|a, b| a.bytes.cmp(&b.bytes));
    needles.dedup_by(|a, b| a.bytes == b.bytes);
    needles
}

fn encoded(form: &str) -> Vec<Needle> {
    let hash = Sha256::digest(form);
    let utf16 = |order: fn(u16) -> [u8; 2]| form.encode_utf16().flat_map(order).collect::<Vec<u8>>();
    let mut all = vec![
        ("text (UTF-8)", form.as_bytes().to_vec()),
        ("text (UTF-16)", utf16(u16::to_le_bytes)),
        ("text (UTF-16)", utf16(u16::to_be_bytes)),
        ("hexadecimal", hex(form.as_bytes()).into_bytes()),
        ("hexadecimal", hex(form.as_bytes()).to_uppercase().into_bytes()),
        ("SHA-256", hash.to_vec()),
        ("SHA-256 in hexadecimal", hex(&hash).into_bytes()),
    ];
    for (encoding, bytes) in [("base64", form.as_bytes()), ("SHA-256 in base64", &hash)] {
        for (offset, url) in [(0, false), (1, false), (2, false), (0, true), (1, true), (2, true)] {
            all.push((encoding, base64_inside(bytes, offset, url)));
        }
    }
    all.into_iter().map(|(encoding, bytes)| Needle { encoding, bytes }).collect()
}

/// The characters of base64 that depend on these bytes alone, when they start `offset` bytes after a group of three.
fn base64_inside(bytes: &[u8], offset: usize, url: bool) -> Vec<u8> {
    let padded = [&vec![0; offset][..], bytes].concat();
    let text = if url { BASE64_URL_SAFE.encode(&padded) } else { BASE64_STANDARD.encode(&padded) };
    let (from, to) = ((offset * 8).div_ceil(6), padded.len() * 8 / 6);
    text.as_bytes()[from.min(to)..to].to_vec()
}

/// Hexadecimal digits in small letters.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(hidden: &[u8], text: &str) -> usize {
        let bytes = [b"before".as_slice(), hidden, b"after"].concat();
        let place = Place { name: "x".into(), bytes, is_open: true };
        find(&place, &needles(text)).1
    }

    #[test]
    fn a_pin_is_found_however_it_was_kept() {
        let hash = Sha256::digest("493817");
        for kept in [
            b"493817".to_vec(),
            "493817".encode_utf16().flat_map(u16::to_le_bytes).collect(),
            hex(b"493817").into_bytes(),
            BASE64_STANDARD.encode("pin=493817;").into_bytes(),
            BASE64_STANDARD.encode("a pin=493817;").into_bytes(),
            BASE64_URL_SAFE.encode("my pin=493817;").into_bytes(),
            hash.to_vec(),
            hex(&hash).into_bytes(),
        ] {
            assert!(count(&kept, "493817") > 0, "{kept:?}");
        }
        assert_eq!(count(b"493818", "493817"), 0);
    }

    #[test]
    fn an_answer_is_found_in_other_capitals_and_without_its_spaces() {
        assert!(count(b"ST MARY'S", "St Mary's") > 0);
        assert!(count(b"stmarys", "St Mary's") > 0);
    }

    #[test]
    fn a_short_text_is_not_looked_for_and_a_key_is_not_shown() {
        assert_eq!(search("abc", &[], &[])["too_short"], true);
        let place = Place { name: "keys".into(), bytes: b"secret harbour secret".to_vec(), is_open: false };
        let found = search("harbour", &[place], &[]);
        assert_eq!(found["places"][0]["count"], 1);
        assert_eq!(found["places"][0]["hits"][0]["near"], "");
    }
}
