//! Normal forms of answers with the browser's own Unicode tables, against the vectors that Python made: what a person
//! typed into one browser is found again by another.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used)] // in the helpers of tests, as in tests

#[path = "../../core/tests/common/normal_forms.rs"]
mod normal_forms;

use normal_forms::{assigned, normal, unlike_blocks, unlike_cases, vectors};
use repin_vault::worker::Browser;
use wasm_bindgen_test::{wasm_bindgen_test as test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

#[test]
fn every_case_has_the_normal_form_that_python_gave_it() {
    assert_eq!(unlike_cases(&vectors(), &Browser), [""; 0]);
}

#[test]
fn every_assigned_code_point_has_the_normal_form_that_python_gave_it() {
    let vectors = vectors();
    assert_eq!(unlike_blocks(&vectors, assigned(&vectors), |typed| normal(typed, &Browser)), [0; 0]);
    // The control: without normalisation the first block must differ, or nothing was compared.
    let first_block = || assigned(&vectors).filter(|c| u32::from(*c) < 0x1000);
    assert_eq!(unlike_blocks(&vectors, first_block(), |typed| typed.as_bytes().to_vec()), [0]);
}
