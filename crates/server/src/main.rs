//! `repin-server`: the gateway as a program.

use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use repin_server::clock::{AdjustableClock, Clock, SystemClock};
use repin_server::{Gateway, serve};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

mod admin;
mod cli;
mod logging;

use cli::{Cli, Command, Serve};

#[tokio::main]
async fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Serve(settings) => {
            logging::start(settings.log_format, settings.log_level);
            if let Err(error) = run(settings).await {
                tracing::error!(%error, "the gateway cannot run");
                return ExitCode::FAILURE;
            }
        }
        Command::Openapi => {
            if writeln!(io::stdout(), "{}", repin_server::openapi_json()).is_err() {
                return ExitCode::FAILURE;
            }
        }
        Command::Keys(settings) => {
            if let Err(error) = admin::run_keys(settings).await {
                let _ = writeln!(io::stderr(), "repin-server: {error}");
                return ExitCode::FAILURE;
            }
        }
        Command::Admin(settings) => {
            if let Err(error) = admin::run(settings).await {
                let _ = writeln!(io::stderr(), "repin-server: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

async fn run(settings: Serve) -> Result<(), Box<dyn std::error::Error>> {
    let listen = settings.listen;
    let clock: Arc<dyn Clock> =
        if settings.demo { Arc::new(AdjustableClock::start()) } else { Arc::new(SystemClock::start()) };
    let config = settings.into_config()?;
    if config.api_keys.is_empty() {
        tracing::warn!("no API key is set, so every call of the REST API will be refused; see --help, --api-key");
    }
    let gateway = Gateway::start(config, clock).await?;
    let shutdown = shutdown()?;
    let listener = TcpListener::bind(listen).await.map_err(|error| format!("{listen}: {error}"))?;
    tracing::info!(address = %listener.local_addr()?, app = gateway.app.id, "listening");
    serve(listener, gateway, shutdown).await?;
    tracing::info!("stopped");
    Ok(())
}

/// Resolves at SIGTERM or SIGINT.
fn shutdown() -> io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping: requests at hand are finished first");
    })
}
