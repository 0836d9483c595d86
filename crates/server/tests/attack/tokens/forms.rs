//! The honest token in other letters, and with another signature.

use serde_json::json;

use super::cases::Case;
use super::forger::{Forger, base64};

/// The honest token in other letters.
pub fn forms(forger: &Forger) -> Vec<Case> {
    let honest = &forger.honest;
    let [header, claims, signature] = honest.split('.').collect::<Vec<_>>().try_into().unwrap();
    let bytes = |text: String| text.into_bytes();
    // The last character of 342 has four bits that mean nothing.
    let last = signature.chars().next_back().unwrap();
    let stem = &signature[..signature.len() - 1];
    let same_bits = char::from(last as u8 + 1);
    assert!("AQgw".contains(last));
    vec![
        ("nothing", Vec::new()),
        ("a dot behind", bytes(format!("{honest}."))),
        ("a dot before", bytes(format!(".{honest}"))),
        ("two dots in the middle", bytes(format!("{header}..{claims}.{signature}"))),
        ("without its signature", bytes(format!("{header}.{claims}"))),
        ("without its signature, with the dot", bytes(format!("{header}.{claims}."))),
        ("the header alone", bytes(header.to_owned())),
        ("dots alone", b"..".to_vec()),
        ("a thousand dots", vec![b'.'; 1_000]),
        ("five parts, as an encrypted one has", bytes(format!("{header}.{claims}.{signature}.x.y"))),
        ("twice", bytes(format!("{honest}.{honest}"))),
        ("two, separated", bytes(format!("{honest},{honest}"))),
        ("a space before", bytes(format!(" {honest}"))),
        ("a space behind", bytes(format!("{honest} "))),
        ("Bearer", bytes(format!("Bearer {honest}"))),
        ("quoted", bytes(format!("\"{honest}\""))),
        ("padded", bytes(format!("{header}.{claims}.{signature}=="))),
        ("its header padded", bytes(format!("{header}=.{claims}.{signature}"))),
        ("bits that mean nothing", bytes(format!("{header}.{claims}.{stem}{same_bits}"))),
        ("in the other alphabet", bytes(format!("{header}.{claims}.+/{}", &signature[2..]))),
        ("percent-encoded", bytes(honest.replace('.', "%2E"))),
        ("in small letters", bytes(honest.to_lowercase())),
        ("the parts in another order", bytes(format!("{claims}.{header}.{signature}"))),
        ("as JSON", bytes(json!({"protected": header, "payload": claims, "signature": signature}).to_string())),
        ("1 MiB", [honest.as_bytes(), &vec![b'x'; 1 << 20]].concat()),
        ("1 MiB of zeros in base64", bytes(format!("{header}.{claims}.{}", "A".repeat(1 << 20)))),
        ("no UTF-8", [honest.as_bytes(), b"\xff\xfe"].concat()),
        ("with a line end", [honest.as_bytes(), b"\r\nX-Injected: 1"].concat()),
        ("with a zero", [honest.as_bytes(), b"\0"].concat()),
        ("with a letter beyond ASCII", bytes(format!("{honest}é"))),
    ]
}

pub fn signatures(forger: &Forger, foreign: &str) -> Vec<Case> {
    let honest = &forger.honest;
    let (message, signature) = honest.rsplit_once('.').unwrap();
    let with = |signature: String| format!("{message}.{signature}").into_bytes();
    let other = forger.with_claim("jti", json!("another"));
    let other = String::from_utf8(other).unwrap().rsplit('.').next().unwrap().to_owned();
    let (foreign_message, foreign_signature) = foreign.rsplit_once('.').unwrap();
    vec![
        ("another gateway's", foreign.as_bytes().to_vec()),
        ("another gateway's signature", with(foreign_signature.to_owned())),
        ("our signature on another gateway's", format!("{foreign_message}.{signature}").into_bytes()),
        ("another token's signature", with(other)),
        ("zeros", with(base64([0; 256]))),
        ("ones", with(base64([0xff; 256]))),
        ("the number one", with(base64([&[0; 255][..], &[1]].concat()))),
        ("a byte short", with(base64([7; 255]))),
        ("a byte long", with(base64([7; 257]))),
        ("cut short", with(signature[..signature.len() - 4].to_owned())),
        ("the user changed", {
            let claims = forger.claims.to_string().replace("user-0001", "user-0002");
            let header = message.split('.').next().unwrap();
            format!("{header}.{}.{signature}", base64(claims)).into_bytes()
        }),
    ]
}
