//! One request to one receiver: look up, check, connect to what was checked, say it, read the status.
//!
//! Every request has its own connection, follows nothing, and goes through no proxy, so the address that was checked is the
//! one that is reached.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::Method;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::{Host, Url};

use super::exchange::{exchange, request};
use super::signing::Signature;
use super::trust::{self, TrustError};
use super::{AddressGuard, Lookup, WebhookConfig};

/// How long a single address may take to accept a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// Why there was no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.class())]
pub enum SendError {
    /// The endpoint is no longer one that may be subscribed.
    Endpoint,
    /// The name has no address, or nobody knows.
    Name,
    /// The name has no address that may be connected to.
    Address,
    /// No address accepts a connection.
    Connect,
    /// No TLS: another name, an unknown authority, an expired certificate, an old protocol.
    Tls,
    /// It took too long.
    Timeout,
    /// What came back is not HTTP, or nothing came.
    Protocol,
}

impl SendError {
    /// For logs: a word, with nothing of the endpoint in it.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Endpoint => "endpoint_refused",
            Self::Name => "name_not_found",
            Self::Address => "address_refused",
            Self::Connect => "not_connected",
            Self::Tls => "tls",
            Self::Timeout => "timeout",
            Self::Protocol => "no_answer",
        }
    }
}

/// Sends requests to receivers.
pub struct Sender {
    guard: AddressGuard,
    lookup: Arc<dyn Lookup>,
    tls: TlsConnector,
    timeout: Duration,
}

impl Sender {
    /// A sender by the operator's settings.
    ///
    /// # Errors
    /// [`TrustError`].
    pub fn new(config: &WebhookConfig) -> Result<Self, TrustError> {
        let guard = AddressGuard::new(config.allow_networks.clone(), config.allow_http);
        let tls = trust::tls(config.ca.as_deref())?;
        Ok(Self { guard, lookup: config.lookup.clone(), tls, timeout: config.timeout })
    }

    /// The rules for endpoints.
    pub fn guard(&self) -> &AddressGuard {
        &self.guard
    }

    /// Asks whether there is a receiver: the status of HEAD.
    ///
    /// # Errors
    /// [`SendError`] when there is none.
    pub async fn head(&self, endpoint: &str) -> Result<u16, SendError> {
        self.request(endpoint, Method::HEAD, Bytes::new(), None).await
    }

    /// Delivers a body: the status of POST.
    ///
    /// # Errors
    /// [`SendError`] when there is none.
    pub async fn post(&self, endpoint: &str, body: &str, signature: &Signature) -> Result<u16, SendError> {
        self.request(endpoint, Method::POST, Bytes::copy_from_slice(body.as_bytes()), Some(signature)).await
    }

    /// Connects, speaks TLS, and says nothing.
    ///
    /// # Errors
    /// [`SendError`] when there is nobody to say it to.
    pub async fn reach(&self, endpoint: &str) -> Result<(), SendError> {
        let url = self.guard.endpoint(endpoint).map_err(|_| SendError::Endpoint)?;
        let reaching = async {
            let stream = self.connect(&url).await?;
            if url.scheme() == "https" {
                let name = trust::server_name(&url).ok_or(SendError::Tls)?;
                self.tls.connect(name, stream).await.map_err(|_| SendError::Tls)?;
            }
            Ok(())
        };
        timeout(self.timeout, reaching).await.unwrap_or(Err(SendError::Timeout))
    }

    async fn request(
        &self,
        endpoint: &str,
        method: Method,
        body: Bytes,
        signature: Option<&Signature>,
    ) -> Result<u16, SendError> {
        let url = self.guard.endpoint(endpoint).map_err(|_| SendError::Endpoint)?;
        let request = request(&url, method, body, signature).ok_or(SendError::Endpoint)?;
        let exchange = async {
            let stream = self.connect(&url).await?;
            if url.scheme() != "https" {
                return exchange(stream, request).await;
            }
            let name = trust::server_name(&url).ok_or(SendError::Tls)?;
            exchange(self.tls.connect(name, stream).await.map_err(|_| SendError::Tls)?, request).await
        };
        timeout(self.timeout, exchange).await.unwrap_or(Err(SendError::Timeout))
    }

    /// Connects to the first address that accepts, of those that may be connected to.
    async fn connect(&self, url: &Url) -> Result<TcpStream, SendError> {
        let port = url.port_or_known_default().ok_or(SendError::Endpoint)?;
        let addresses = match url.host().ok_or(SendError::Endpoint)? {
            Host::Ipv4(address) => vec![IpAddr::from(address)],
            Host::Ipv6(address) => vec![IpAddr::from(address)],
            Host::Domain(name) => self.lookup.lookup(name).await.map_err(|_| SendError::Name)?,
        };
        if addresses.is_empty() {
            return Err(SendError::Name);
        }
        let mut refused = true;
        for address in addresses.into_iter().filter(|address| self.guard.allows(*address)) {
            refused = false;
            let connecting = timeout(CONNECT_TIMEOUT, TcpStream::connect(SocketAddr::new(address, port)));
            if let Ok(Ok(stream)) = connecting.await {
                // A request is one write; it should not wait for the acknowledgement of the handshake.
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
        }
        Err(if refused { SendError::Address } else { SendError::Connect })
    }
}
