//! Figures that depend on the machine: printed, and compared only with what holds on any machine.

use crate::run::{Result, cargo, program, root, run};
use crate::{tools, widget};

pub fn bench(args: &[&str]) -> Result {
    match args {
        [] => {
            page()?;
            gateway()
        }
        ["page"] => page(),
        ["gateway"] => gateway(),
        _ => Err("bench takes nothing, `page` or `gateway`".into()),
    }
}

/// Long tasks on the main thread at 4x CPU throttling, and last digit to done, through a whole RESTORE_PIN.
fn page() -> Result {
    tools::browsers()?;
    widget::build(widget::Mode::Release)?;
    run(cargo().args(["build", "--package", "repin-server"]))?;
    run(program("node").arg("tests/e2e/bench.mjs"))
}

/// Whole recoveries a second, and their ratio to the bare OPAQUE arithmetic, measured in the same run.
fn gateway() -> Result {
    if !root().join("crates/server/examples/bench.rs").exists() {
        println!("gateway: crates/server has no example `bench` yet");
        return Ok(());
    }
    run(cargo().args(["run", "--release", "--package", "repin-server", "--example", "bench"]))
}
