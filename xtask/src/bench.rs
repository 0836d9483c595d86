//! Figures that depend on the machine: printed, and compared only with what holds on any machine.

use crate::run::{Result, capture, cargo, program, root, run, write};
use crate::{tools, widget};

pub fn bench(args: &[&str]) -> Result {
    match args {
        [] => {
            page()?;
            gateway()
        }
        ["page"] => page(),
        ["gateway"] => gateway(),
        ["compare"] => compare(),
        ["load", rest @ ..] => load(rest),
        _ => {
            Err("bench takes nothing, `page`, `gateway`, `compare` or `load`, with the most users that it shall go to"
                .into())
        }
    }
}

/// Long tasks on the main thread at 4x CPU throttling, and last digit to done, through a whole RESTORE_PIN.
fn page() -> Result {
    tools::browsers()?;
    widget::build(widget::Mode::Release)?;
    run(cargo().args(["build", "--package", "repin-server"]))?;
    run(program("node").arg("tests/e2e/bench.mjs"))
}

/// The widget beside Circle's web SDK and ALTCHA. Writes `docs/performance.md`.
fn compare() -> Result {
    tools::browsers()?;
    tools::node_packages()?;
    widget::build(widget::Mode::Release)?;
    run(cargo().args(["build", "--package", "repin-server"]))?;
    for product in ["circle", "altcha"] {
        let mut vite = program("node");
        vite.args(["node_modules/vite/bin/vite.js", "build", "--config", "tests/e2e/compare/vite.config.mjs"]);
        run(vite.env("COMPARE", product))?;
    }
    run(program("node").arg("tests/e2e/compare/compare.mjs"))
}

/// Whole recoveries a second, and their ratio to the bare OPAQUE arithmetic, measured in the same run.
fn gateway() -> Result {
    if !root().join("crates/server/examples/bench.rs").exists() {
        println!("gateway: crates/server has no example `bench` yet");
        return Ok(());
    }
    run(cargo().args(["run", "--release", "--package", "repin-server", "--example", "bench"]))
}

/// The gateway by the number of its users and of people at once, on both databases. Writes `docs/load.md`.
fn load(most: &[&str]) -> Result {
    tools::postgres()?;
    run(cargo().args([
        "build",
        "--release",
        "--package",
        "repin-server",
        "--bin",
        "repin-server",
        "--example",
        "load",
    ]))?;
    let text = capture(program("target/release/examples/load").args(most))?;
    println!("{text}");
    // A shorter run is for whoever asked for it.
    if most.is_empty() { write(&root().join("docs/load.md"), &(text + "\n")) } else { Ok(()) }
}
