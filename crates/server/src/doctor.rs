//! `repin-server doctor`: looks at everything that a gateway needs and says what is wrong. It may run beside the gateway,
//! writes nothing, and tells no secret: of the key ring only names, of the database no address, of an endpoint only whose it is.
//!
//! One check a file, in the order in which a gateway starts.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use crate::clock::Clock;
use crate::config::Config;

mod claim;
mod clock;
mod connection;
mod database;
mod disk;
mod finding;
mod key_ring;
mod mail;
mod migrations;
mod origins;
mod port;
mod public_url;
mod webhooks;
mod widget;

pub use finding::{Finding, Verdict, healthy};

use connection::Connection;

/// What is looked at.
pub struct Subject {
    /// What the gateway is started with.
    pub config: Config,
    /// Where it listens.
    pub listen: SocketAddr,
    /// Whether to leave out the receivers of webhooks.
    pub offline: bool,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The bytes that are free where a folder is.
    #[doc(hidden)] // for tests
    pub free_space: fn(&Path) -> io::Result<u64>,
    /// Whether this user may write a file, or into a folder.
    #[doc(hidden)] // for tests
    pub may_write: fn(&Path) -> io::Result<()>,
}

impl Subject {
    /// A gateway that is started with this, on this machine.
    pub fn new(config: Config, listen: SocketAddr, offline: bool, clock: Arc<dyn Clock>) -> Self {
        Self { config, listen, offline, clock, free_space: disk::free_space, may_write: database::may_write }
    }
}

/// Looks at everything. What needs a database is left out where there is none to ask, which is a finding of its own.
pub async fn examine(subject: &Subject) -> Vec<Finding> {
    let mut findings = key_ring::check(&subject.config);
    match Connection::open(&subject.config).await {
        Ok(mut database) => {
            findings.push(database::check(subject, &mut database).await);
            findings.push(migrations::check(&mut database).await);
            findings.extend(claim::check(subject, &mut database).await);
            findings.push(clock::check(subject, Some(&mut database)).await);
            findings.extend(origins::check(subject, Some(&mut database)).await);
            if !subject.offline {
                findings.extend(webhooks::check(subject, &mut database).await);
            }
            database.close().await;
        }
        Err(fault) => {
            findings.push(fault);
            findings.push(clock::check(subject, None).await);
            findings.extend(origins::check(subject, None).await);
        }
    }
    findings.extend(mail::check(subject).await);
    findings.push(public_url::check(&subject.config));
    findings.extend(disk::check(subject));
    findings.push(widget::check());
    findings.push(port::check(subject.listen).await);
    findings
}
