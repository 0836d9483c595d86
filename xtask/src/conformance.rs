//! What the conformance suites need, and the table made of their results.

use crate::run::{Result, program, run};
use crate::{gateway, tools};

const TABLE: &str = "tests/conformance/table.mjs";

/// Circle's SDKs, a gateway, and somebody to sit at the widget.
pub fn prepare() -> Result {
    tools::node_packages()?;
    tools::circle_node_packages()?;
    tools::circle_python_packages()?;
    gateway::for_tests()
}

/// Writes docs/conformance.md from the results in target/conformance. Rows of suites that were not run stay as they are.
pub fn write_table() -> Result {
    run(program("node").args([TABLE, "write"]))
}

/// Fails when docs/conformance.md is not what [`write_table`] would write.
pub fn check_table() -> Result {
    run(program("node").args([TABLE, "check"]))
}
