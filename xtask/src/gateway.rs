//! The gateway's program as it is released, with the widget in it. The same sources give the same bytes, wherever they lie.

use crate::run::{Result, cargo, root, run};
use crate::widget;
use std::process::Command;

/// Builds `dist/` if it changed, and `target/release/repin-server`.
pub fn build() -> Result {
    widget::build(widget::Mode::Release)?;
    run(as_released(&mut cargo(), &["build", "--bin", "repin-server"])?)
}

/// What tests start: the gateway, somebody at the widget, and somebody who holds wallets. Built as `cargo test --workspace` builds
/// them: a package alone asks less of what it depends on, which would all be compiled once more for that.
pub fn for_tests() -> Result {
    let programs = ["--bin", "repin-server", "--bin", "repin-magic-simulator", "--example", "person"];
    run(cargo().args(["build", "--workspace"]).args(programs))
}

/// A cargo command on the gateway's package, with the compilers told what they are told for the program. An example is not built
/// together with the program, or what only tests need would be compiled into both.
pub fn as_released<'a>(cargo: &'a mut Command, what: &[&str]) -> Result<&'a mut Command> {
    let remapped = widget::remapped()?;
    // SQLite and AWS-LC are C, and say in asserts which file they stand in.
    let for_c: Vec<String> =
        remapped.split('\u{1f}').map(|flag| flag.replacen("--remap-path-prefix", "-ffile-prefix-map", 1)).collect();
    Ok(cargo
        .args(what)
        .args(["--release", "--package", "repin-server"])
        .env("CARGO_ENCODED_RUSTFLAGS", &remapped)
        .env("CFLAGS", for_c.join(" "))
        // Where a build is made is no part of it, whatever the person who makes it has set.
        .env("CARGO_TARGET_DIR", root().join("target")))
}
