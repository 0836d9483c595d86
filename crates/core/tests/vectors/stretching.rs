//! Argon2id: the vector of RFC 9106, and the use that `repin/1` makes of it, as the reference implementation in C
//! computes it.

use argon2::{Algorithm, Argon2, AssociatedData, ParamsBuilder, Version};
use opaque_ke::generic_array::GenericArray;
use opaque_ke::generic_array::typenum::U64;
use opaque_ke::ksf::Ksf;
use repin_core::api::KsfParams;
use repin_core::credential::{CredentialError, DEFAULT_KSF, KeyStretching, check_ksf};
use serde_json::Value;

use crate::common::evidence;
use crate::common::{bytes, hex, number, text};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../../tests/vectors/argon2id.json")).unwrap()
}

fn cost(vector: &Value) -> KsfParams {
    let [m_kib, t, p] = ["m_kib", "t", "p"].map(|field| number(vector, field) as u32);
    KsfParams { m_kib, t, p }
}

#[test]
fn argon2id_gives_the_tag_of_rfc_9106() {
    let vector = &vectors()["rfc9106"];
    let KsfParams { m_kib, t, p } = cost(vector);
    let data = AssociatedData::new(&bytes(vector, "associated_data")).unwrap();
    let params = ParamsBuilder::new().m_cost(m_kib).t_cost(t).p_cost(p).data(data).output_len(32).build().unwrap();
    let secret = bytes(vector, "secret");
    let argon2 = Argon2::new_with_secret(&secret, Algorithm::Argon2id, Version::V0x13, params).unwrap();
    let mut tag = [0; 32];
    argon2.hash_password_into(&bytes(vector, "password"), &bytes(vector, "salt"), &mut tag).unwrap();
    assert_eq!(hex(&tag), text(vector, "tag"));
    let salt = [&bytes(vector, "salt")[..], &[0]].concat();
    argon2.hash_password_into(&bytes(vector, "password"), &salt, &mut tag).unwrap();
    assert_ne!(hex(&tag), text(vector, "tag"), "the control");
    evidence::say(1, "the vector of RFC 9106: 0 mismatches", "with a longer salt 1 of 1 mismatches");
}

#[test]
fn key_stretching_gives_what_the_reference_implementation_gives() {
    for vector in vectors()["stretching"].as_array().unwrap() {
        let input = GenericArray::<u8, U64>::clone_from_slice(&bytes(vector, "input"));
        let output = KeyStretching::from(cost(vector)).hash(input).unwrap();
        assert_eq!(hex(&output), text(vector, "output"), "{:?}", cost(vector));
        if cost(vector) == DEFAULT_KSF {
            assert_eq!(KeyStretching::default().hash(input).unwrap(), output, "the default is what it says");
        }
    }
}

/// A hostile OPEN: every cost outside the bounds is refused, and within them none overflows or hangs the check.
#[test]
fn hostile_costs_are_refused_before_anything_is_reserved() {
    let edges = |low: u32, high: u32| [0, 1, low - 1, low, high, high + 1, 1 << 20, 1 << 22, u32::MAX - 1, u32::MAX];
    let mut accepted = 0;
    for m_kib in edges(19 * 1024, 256 * 1024) {
        for t in edges(1, 10) {
            for p in edges(1, 4) {
                let ksf = KsfParams { m_kib, t, p };
                let inside = (19_456..=262_144).contains(&m_kib) && (1..=10).contains(&t) && (1..=4).contains(&p);
                assert_eq!(check_ksf(ksf).is_ok(), inside, "{ksf:?}");
                if !inside {
                    assert_eq!(KeyStretching::from(ksf).reserve_memory(), Err(CredentialError::KsfOutOfBounds));
                }
                accepted += u32::from(inside);
            }
        }
    }
    // Two edges of memory; of passes and lanes also the 1 that stands for itself.
    assert_eq!(accepted, 2 * 3 * 3);
}
