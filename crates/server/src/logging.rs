//! The log: one line for an event, as JSON or as text, and only what this crate itself decided to write.

use tracing::Level;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::cli::LogFormat;

/// Starts logging to standard error. Other crates are left out at every level: some write headers and statements, and
/// with them tokens, at TRACE.
pub fn start(format: LogFormat, level: Level) {
    let ours = Targets::new().with_target("repin_server", level);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let registry = tracing_subscriber::registry();
    match format {
        LogFormat::Json => registry.with(lines.json().flatten_event(true).with_filter(ours)).init(),
        LogFormat::Text => registry.with(lines.with_ansi(false).with_filter(ours)).init(),
    }
}
