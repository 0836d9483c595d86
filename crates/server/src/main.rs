//! `repin-server`: the gateway as a program.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::num::NonZero;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use repin_server::clock::{AdjustableClock, Clock, SystemClock};
use repin_server::store::sqlite::DIRECT;
use repin_server::{Gateway, serve, serve_metrics};
use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::sleep;

mod admin;
mod cli;
mod diagnose;
mod logging;

use cli::{Cli, Command, Serve};

fn main() -> ExitCode {
    let command = Cli::parse().command;
    let mut threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    // On SQLite so many more as may wait for the disk, or that wait would be everybody's.
    if matches!(&command, Command::Serve(settings) if settings.is_on_sqlite()) {
        threads += DIRECT;
    }
    match Builder::new_multi_thread().worker_threads(threads).enable_all().build() {
        Ok(runtime) => runtime.block_on(obey(command)),
        Err(error) => failure(&error),
    }
}

/// Does what the command line says.
async fn obey(command: Command) -> ExitCode {
    match command {
        Command::Serve(settings) => {
            logging::start(settings.log_format, settings.log_level);
            if let Err(error) = run(settings).await {
                tracing::error!(%error, "the gateway cannot run");
                return ExitCode::FAILURE;
            }
        }
        Command::Doctor(settings) => match diagnose::run(settings).await {
            Ok(true) => {}
            Ok(false) => return ExitCode::FAILURE,
            Err(error) => return failure(&*error),
        },
        Command::Openapi => {
            if writeln!(io::stdout(), "{}", repin_server::openapi_json()).is_err() {
                return ExitCode::FAILURE;
            }
        }
        Command::Keys(settings) => {
            if let Err(error) = admin::run_keys(settings).await {
                return failure(&error);
            }
        }
        Command::Admin(settings) => {
            if let Err(error) = admin::run(settings).await {
                return failure(&error);
            }
        }
    }
    ExitCode::SUCCESS
}

/// Says on standard error why a command could not do its work.
fn failure(error: &dyn std::error::Error) -> ExitCode {
    let _ = writeln!(io::stderr(), "repin-server: {error}");
    ExitCode::FAILURE
}

async fn run(settings: Serve) -> Result<(), Box<dyn std::error::Error>> {
    let (listen, metrics_listen) = (settings.listen, settings.metrics_listen);
    let drain = Duration::from_secs(settings.drain);
    let clock: Arc<dyn Clock> =
        if settings.demo { Arc::new(AdjustableClock::start()) } else { Arc::new(SystemClock::start()) };
    let gateway = Gateway::start(settings.into_config()?, clock).await?;
    if !has_api_key(&gateway).await {
        tracing::warn!(
            "there is no API key, so every call of the REST API is refused until there is one: `repin-server admin key create`"
        );
    }
    let shutdown = shutdown(gateway.clone(), drain)?;
    if let Some(address) = metrics_listen {
        let listener = bind(address).await?;
        tracing::info!(metrics = %listener.local_addr()?, "listening for Prometheus");
        tokio::spawn(serve_metrics(listener, gateway.clone()));
    }
    let listener = bind(listen).await?;
    tracing::info!(address = %listener.local_addr()?, app = gateway.app.id, "listening");
    serve(listener, gateway, shutdown).await;
    tracing::info!("stopped");
    Ok(())
}

/// Whether there is a key that may call the REST API, of the settings or of the database.
async fn has_api_key(gateway: &Gateway) -> bool {
    if !gateway.config.api_keys.is_empty() {
        return true;
    }
    // A database that does not tell is no reason for this warning.
    gateway.store.keys(None).await.map_or(true, |keys| keys.iter().any(|key| key.revoked.is_none()))
}

async fn bind(address: SocketAddr) -> Result<TcpListener, String> {
    TcpListener::bind(address).await.map_err(|error| format!("{address}: {error}"))
}

/// Resolves some time after SIGTERM, SIGINT or SIGHUP, or at the second of them; from the first on the gateway says that it is not ready.
fn shutdown(gateway: Arc<Gateway>, drain: Duration) -> io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    // Sent by a terminal that is closed, or by whoever expects a program to read its settings again. Unheard it ends the process at once.
    let mut hang_up = signal(SignalKind::hangup())?;
    Ok(async move {
        let mut signalled = async || {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
                _ = hang_up.recv() => {}
            }
        };
        signalled().await;
        gateway.drain();
        if !drain.is_zero() {
            tracing::info!(seconds = drain.as_secs(), "not ready any more, and still serving");
            tokio::select! {
                () = signalled() => {}
                () = sleep(drain) => {}
            }
        }
        tracing::info!("stopping: requests at hand are finished first");
    })
}
