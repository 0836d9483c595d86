//! `repin-server doctor`: what the library finds, on the terminal.

use std::io::{self, Write};
use std::sync::Arc;

use repin_server::clock::SystemClock;
use repin_server::doctor::{Finding, Subject, examine, healthy};
use serde_json::{Value, json};

use crate::cli::Doctor;

/// Looks, and prints one line for each finding. Whether there was no fault.
///
/// # Errors
/// For settings that no gateway could be started with.
pub async fn run(doctor: Doctor) -> Result<bool, Box<dyn std::error::Error>> {
    let listen = doctor.settings.listen;
    let config = doctor.settings.into_config()?;
    let findings = examine(&Subject::new(config, listen, doctor.offline, Arc::new(SystemClock::start()))).await;
    let healthy = healthy(&findings);
    let mut out = io::stdout().lock();
    if doctor.json {
        let findings: Vec<Value> = findings.iter().map(Finding::json).collect();
        writeln!(out, "{:#}", json!({"healthy": healthy, "findings": findings}))?;
    } else {
        findings.iter().try_for_each(|finding| writeln!(out, "{finding}"))?;
    }
    out.flush()?;
    Ok(healthy)
}
