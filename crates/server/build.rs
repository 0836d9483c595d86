//! The widget is embedded from `dist/`, which `cargo xtask` builds. A clone without it still compiles; the gateway then
//! says in words what is missing.

use std::path::Path;

fn main() {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dist");
    // An absent path would make cargo run this script, and so build the crate, every time.
    if let Err(error) = std::fs::create_dir_all(&dist) {
        println!("cargo::warning=cannot create {}: {error}", dist.display());
    }
    println!("cargo::rerun-if-changed={}", dist.display());
    println!("cargo::rerun-if-changed=migrations");
}
