//! From a name to addresses.

use std::io;
use std::net::IpAddr;

use async_trait::async_trait;

/// Looks names up. What it answers is checked and then connected to, without asking again.
#[async_trait]
pub trait Lookup: Send + Sync + 'static {
    /// The addresses of a name, in the order to try them.
    ///
    /// # Errors
    /// [`io::Error`] when there are none, or nobody answers.
    async fn lookup(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

/// The system's resolver.
pub struct SystemLookup;

#[async_trait]
impl Lookup for SystemLookup {
    async fn lookup(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((name, 0)).await?.map(|address| address.ip()).collect())
    }
}
