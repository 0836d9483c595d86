//! What the apps that embed the widget need, and the table made of how they did.

use crate::run::{Result, cargo, program, root, run};
use crate::{gateway, tools};

const TABLE: &str = "tests/consumers/table.mjs";
const LEPTOS: &str = "wallet-leptos";

/// Bundlers and frameworks, a gateway, and the Leptos app, which nobody ships and so nobody optimises.
pub fn prepare() -> Result {
    tools::consumer_node_packages()?;
    tools::wasm_target()?;
    tools::wasm_bindgen()?;
    gateway::for_tests()?;
    run(cargo().args(["build", "--package", LEPTOS, "--target", "wasm32-unknown-unknown"]))?;
    let out = root().join("target/consumers/leptos");
    let wasm = root().join("target/wasm32-unknown-unknown/debug").join(format!("{LEPTOS}.wasm"));
    run(program("wasm-bindgen")
        .args(["--target", "web", "--no-typescript", "--out-name", "wallet", "--out-dir"])
        .arg(out)
        .arg(wasm))
}

/// Writes docs/consumers.md from the results in target/consumers/results. Rows of apps that did not run stay.
pub fn write_table() -> Result {
    run(program("node").args([TABLE, "write"]))
}

/// Fails when docs/consumers.md is not what [`write_table`] would write.
pub fn check_table() -> Result {
    run(program("node").args([TABLE, "check"]))
}
