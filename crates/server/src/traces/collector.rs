//! The way to the collector: one connection for each batch, on the HTTP and TLS that the gateway has for its webhooks. That a
//! collector does not answer is said once, and once more when it does again.

use std::error::Error;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use axum::http::uri::Scheme;
use axum::http::{HeaderValue, Uri, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::webhooks::{TrustError, trust};

/// How long a collector may take in all.
const TIMEOUT: Duration = Duration::from_secs(5);
/// How much of its answer is read.
const READ_AT_MOST: usize = 64 * 1024;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Whom batches go to.
pub struct Collector {
    tls: TlsConnector,
    /// The exporter has a thread of its own, where nothing drives a connection.
    runtime: Handle,
    silent: Arc<AtomicBool>,
}

impl Collector {
    /// A way that trusts the public authorities and those in the file.
    ///
    /// # Errors
    /// [`TrustError`].
    pub fn new(ca: Option<&Path>) -> std::result::Result<Self, TrustError> {
        Ok(Self { tls: trust::tls(ca)?, runtime: Handle::current(), silent: Arc::default() })
    }
}

impl fmt::Debug for Collector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Collector")
    }
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> std::result::Result<Response<Bytes>, HttpError> {
        let (tls, silent) = (self.tls.clone(), self.silent.clone());
        self.runtime
            .spawn(async move {
                let answer = timeout(TIMEOUT, exchange(&tls, request)).await.unwrap_or_else(|late| Err(late.into()));
                let taken = answer.as_ref().is_ok_and(|answer| answer.status().is_success());
                if silent.swap(!taken, Ordering::SeqCst) == taken {
                    say(taken);
                }
                answer
            })
            .await?
    }
}

fn say(taken: bool) {
    if taken {
        tracing::info!("traces: the collector takes them again");
    } else {
        tracing::warn!("traces: the collector does not take them; they are dropped until it does");
    }
}

async fn exchange(tls: &TlsConnector, request: Request<Bytes>) -> Result<Response<Bytes>> {
    let uri = request.uri().clone();
    let secure = uri.scheme() == Some(&Scheme::HTTPS);
    let host = uri.host().ok_or("no host")?.trim_matches(['[', ']']).to_owned();
    let stream = TcpStream::connect((host.as_str(), uri.port_u16().unwrap_or(if secure { 443 } else { 80 }))).await?;
    if !secure {
        return send(stream, &uri, request).await;
    }
    send(tls.connect(ServerName::try_from(host)?, stream).await?, &uri, request).await
}

async fn send(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    uri: &Uri,
    request: Request<Bytes>,
) -> Result<Response<Bytes>> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // Ends with the exchange: its sender is dropped.
    tokio::spawn(connection);
    let authority = uri.authority().ok_or("no host")?.as_str();
    // A password in the address is for whoever reads the address.
    let host = HeaderValue::from_str(authority.rsplit('@').next().unwrap_or(authority))?;
    let (mut head, body) = request.into_parts();
    head.uri = uri.path_and_query().ok_or("no path")?.as_str().parse()?;
    head.headers.insert(header::HOST, host);
    let answer = sender.send_request(Request::from_parts(head, Full::new(body))).await?;
    let (head, body) = answer.into_parts();
    let body = Limited::new(body, READ_AT_MOST).collect().await?.to_bytes();
    Ok(Response::from_parts(head, body))
}
