//! Whether the mail server takes us: a connection, TLS where it is asked for, and the login. Nothing is sent.

use super::{Finding, Subject};
use crate::mail::MailError;

const NAME: &str = "mail";

/// Looks, where there is a mail server.
pub async fn check(subject: &Subject) -> Option<Finding> {
    let mail = subject.config.mail.as_ref().filter(|_| !subject.offline)?;
    Some(match mail.reach().await {
        Ok(()) => Finding::ok(NAME, "the mail server takes our connection"),
        Err(error) => {
            let remedy = match error {
                MailError::Timeout => "is --smtp-url its address, and is a firewall between?",
                MailError::Refused(_) | MailError::Letter => {
                    "are the name, the password and the port in --smtp-url right?"
                }
            };
            Finding::fault(NAME, error.to_string(), remedy)
        }
    })
}
