//! The PIN policy against `pin-policy.json`, where an implementation in Python listed what is refused.

use repin_core::pin_policy::weakness;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::common::evidence::{self, grouped};
use crate::common::{hex, number, text};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[test]
fn every_pin_has_the_verdict_that_python_gave_it() {
    let file: Value = serde_json::from_str(include_str!("../../../../tests/vectors/pin-policy.json")).unwrap();
    for vector in file["verdicts"].as_array().unwrap() {
        let digits = number(vector, "digits") as u32;
        let mut bitmap = vec![0_u8; 10_usize.pow(digits) / 8];
        for pin in 0..10_u32.pow(digits) {
            let typed: Vec<u8> = (0..digits).rev().map(|place| b'0' + (pin / 10_u32.pow(place) % 10) as u8).collect();
            bitmap[pin as usize / 8] |= u8::from(weakness(&typed).is_some()) << (7 - pin % 8);
        }
        let refused: u32 = bitmap.iter().map(|byte| byte.count_ones()).sum();
        assert_eq!(u64::from(refused), number(vector, "refused"), "{digits} digits");
        assert_eq!(hex(&Sha256::digest(&bitmap)), text(vector, "sha256"), "{digits} digits");
        // The control: one verdict turned round is seen.
        bitmap[0] ^= 1;
        assert_ne!(hex(&Sha256::digest(&bitmap)), text(vector, "sha256"));
        let pins = grouped(8 * bitmap.len());
        evidence::say(
            26,
            format_args!("{pins} PINs: the verdicts of an independent oracle, {} refused", grouped(refused as usize)),
            "one verdict turned round is seen",
        );
    }
}
