//! A PostgreSQL server for tests, gone when they are over.

use crate::run::Result;
use crate::tools;

#[path = "../../crates/server/tests/common/cluster.rs"]
mod cluster;

pub use cluster::{Cluster, programs};

/// Starts one, installing PostgreSQL first where it is missing.
pub fn start() -> Result<Cluster> {
    tools::postgres()?;
    Cluster::start().map_err(|error| format!("PostgreSQL does not start: {error}"))
}

/// Starts one for somebody at a terminal.
pub fn serve() -> Result {
    let cluster = start()?;
    println!("export REPIN_TEST_DATABASE={}", cluster.server());
    println!("then `cargo test -p repin-server` runs on it; Enter stops it");
    let waited = std::io::stdin().read_line(&mut String::new());
    waited.map(drop).map_err(|error| error.to_string())
}
