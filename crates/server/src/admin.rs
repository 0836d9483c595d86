//! `repin-server admin`: what an operator does to a gateway from the command line.

use std::process::ExitCode;

use clap::Subcommand;

mod webhooks;

/// What can be looked after.
#[derive(Subcommand)]
pub enum AdminCommand {
    /// Dead letters, the delivery log, the signing key.
    #[command(subcommand)]
    Webhooks(webhooks::WebhookCommand),
}

/// Does it; what went wrong goes to standard error.
pub async fn run(command: AdminCommand) -> ExitCode {
    let AdminCommand::Webhooks(command) = command;
    match webhooks::run(command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("repin-server: {error}");
            ExitCode::FAILURE
        }
    }
}
