//! What the conformance suites need, and the table made of their results.

use crate::run::{Result, cargo, program, run};
use crate::tools;

const TABLE: &str = "tests/conformance/table.mjs";

/// Circle's SDKs, a gateway, and somebody to sit at the widget.
pub fn prepare() -> Result {
    tools::node_packages()?;
    tools::circle_node_packages()?;
    tools::circle_python_packages()?;
    run(cargo().args(["build", "--package", "repin-server", "--bin", "repin-server", "--example", "person"]))
}

/// Writes docs/conformance.md from the results in target/conformance. Rows of suites that were not run stay as they are.
pub fn write_table() -> Result {
    run(program("node").args([TABLE, "write"]))
}

/// Fails when docs/conformance.md is not what [`write_table`] would write.
pub fn check_table() -> Result {
    run(program("node").args([TABLE, "check"]))
}
