//! From a name to addresses.

use std::io;
use std::net::{IpAddr, ToSocketAddrs};
use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// Looks names up. What it answers is checked and then connected to, without asking again.
#[async_trait]
pub trait Lookup: Send + Sync + 'static {
    /// The addresses of a name, in the order to try them.
    ///
    /// # Errors
    /// [`io::Error`] when there are none, or nobody answers.
    async fn lookup(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

/// Look-ups at work at once. The system's resolver takes a thread for each and gives none back before it has ended, whoever went away meanwhile;
/// guesses are evaluated on threads of the same number, and must not wait for names that nobody answers for.
const AT_ONCE: usize = 32;

/// The system's resolver.
pub struct SystemLookup(Arc<Semaphore>);

impl Default for SystemLookup {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

#[async_trait]
impl Lookup for SystemLookup {
    async fn lookup(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        let place = self.0.clone().acquire_owned().await.map_err(io::Error::other)?;
        let name = name.to_owned();
        // With its place, which is free when the resolver has answered and not when nobody waits any more.
        let looked_up = spawn_blocking(move || {
            let found = (name.as_str(), 0).to_socket_addrs();
            drop(place);
            found
        });
        Ok(looked_up.await.map_err(io::Error::other)??.map(|address| address.ip()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_waits_for_no_answer_keeps_no_place() {
        let lookup = SystemLookup::default();
        for _ in 0..2 * AT_ONCE {
            assert_eq!(lookup.lookup("127.0.0.1").await.unwrap(), [IpAddr::from([127, 0, 0, 1])]);
        }
        let all = lookup.0.clone().acquire_many_owned(AT_ONCE as u32).await.unwrap();
        let mut waiting = std::pin::pin!(lookup.lookup("127.0.0.1"));
        assert!(futures_util::poll!(&mut waiting).is_pending());
        drop(all);
        assert!(waiting.await.is_ok());
    }
}
