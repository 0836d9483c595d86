//! The gateway's program as it is released, with the widget in it. The same sources give the same bytes, wherever they lie.

use crate::run::{Result, cargo, root, run};
use crate::widget;

/// Builds `dist/` if it changed, and `target/release/repin-server`.
pub fn build() -> Result {
    widget::build(widget::Mode::Release)?;
    let remapped = widget::remapped()?;
    // SQLite and AWS-LC are C, and say in asserts which file they stand in.
    let for_c: Vec<String> =
        remapped.split('\u{1f}').map(|flag| flag.replacen("--remap-path-prefix", "-ffile-prefix-map", 1)).collect();
    run(cargo()
        .args(["build", "--release", "--package", "repin-server"])
        .env("CARGO_ENCODED_RUSTFLAGS", &remapped)
        .env("CFLAGS", for_c.join(" "))
        // Where a build is made is no part of it, whatever the person who makes it has set.
        .env("CARGO_TARGET_DIR", root().join("target")))
}
