//! What a check measured, in a line of standard output that `cargo xtask evidence` collects, and how long it may take.
//! For the tests of every crate; a part of it is used by each.
#![allow(dead_code)]

use std::fmt::Display;

/// How many times to do something: with `REPIN_EVIDENCE=long` as often as is published, otherwise as often as a test may.
pub fn count(quick: usize, long: usize) -> usize {
    if is_long() { long } else { quick }
}

/// Whether time is no object.
pub fn is_long() -> bool {
    std::env::var_os("REPIN_EVIDENCE").is_some_and(|length| length == "long")
}

/// Says what was measured for a row of the evidence list, and what the deliberately broken variant gave.
#[allow(clippy::print_stdout)] // it is what the line is for
pub fn say(row: u32, figure: impl Display, control: impl Display) {
    let line = format!("evidence {row}: {figure} | control: {control}");
    #[cfg(not(target_arch = "wasm32"))]
    println!("{line}");
    #[cfg(target_arch = "wasm32")]
    wasm_bindgen_test::console_log!("{line}");
}

/// A number as people read it: `1,000,000`.
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
