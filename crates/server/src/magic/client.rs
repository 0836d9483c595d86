//! Calls of Magic's core API: one connection each, nothing followed, sizes and times bounded. What a caller has to know is whether a
//! call can have had an effect, and what came back to the byte.

use std::io;
use std::net::IpAddr;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderValue, Request, header};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use repin_core::secret::SecretBytes;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::{Host, Url};
use zeroize::Zeroizing;

use super::MagicConfig;
use crate::webhooks::TrustError;
use crate::webhooks::trust;

/// How long connecting may take, TLS included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// The most that is read of an answer, in bytes; the documented ones need half a KiB.
const MAX_REPLY: usize = 16 * 1024;

/// What became of a call.
pub enum Called {
    /// An answer began to come: its HTTP status, and its body as far as it came, [`MAX_REPLY`] bytes at most.
    Answered {
        /// HTTP.
        status: u16,
        /// It can hold keys.
        body: SecretBytes,
    },
    /// The request was not sent, for this reason: it had no effect.
    NotSent(&'static str),
    /// The request may have arrived, and no answer came, for this reason.
    Lost(&'static str),
}

/// Speaks to Magic.
pub struct MagicClient {
    url: Url,
    tls: TlsConnector,
    secret_key: HeaderValue,
    timeout: Duration,
    /// See [`MagicConfig::look_again`].
    pub(super) look_again: Duration,
    /// See [`MagicConfig::waits`].
    pub(super) waits: [Duration; 5],
}

impl MagicClient {
    /// By the operator's settings.
    ///
    /// # Errors
    /// [`TrustError`].
    pub fn new(config: &MagicConfig) -> Result<Self, TrustError> {
        // Needed in clear: it is a header. Its form was checked when the settings were made.
        let key = HeaderValue::from_bytes(config.secret_key.expose_secret()).map(|mut key| {
            key.set_sensitive(true);
            key
        });
        Ok(Self {
            url: config.url.clone(),
            tls: trust::tls(config.ca.as_deref())?,
            secret_key: key.map_err(|_| TrustError::Library)?,
            timeout: config.timeout,
            look_again: config.look_again,
            waits: config.waits,
        })
    }

    /// `POST /v1/api/wallet/recovery/confirm`: a new context for a wallet, by its recovery key, which is dead afterwards.
    pub async fn confirm(&self, wallet: &str, context: &SecretBytes, recovery_key: &SecretBytes) -> Called {
        let (context, key) = (text(context), text(recovery_key));
        let body = json!({"wallet_id": wallet, "encryption_context": *context, "recovery_key": *key});
        self.call("/v1/api/wallet/recovery/confirm", body).await
    }

    /// `POST /v1/api/wallet/sign_data`: a signature over 32 bytes in hexadecimal digits. Has no effect on the wallet.
    pub async fn sign_data(&self, wallet: &str, context: &SecretBytes, access_key: &SecretBytes, hash: &str) -> Called {
        let (context, key) = (text(context), text(access_key));
        let body = json!({
            "wallet_id": wallet, "encryption_context": *context, "access_key": *key, "raw_data_hash": hash,
        });
        self.call("/v1/api/wallet/sign_data", body).await
    }

    async fn call(&self, path: &str, body: Value) -> Called {
        let Some(request) = self.request(path, body) else { return Called::NotSent("request") };
        let Ok(connected) = timeout(CONNECT_TIMEOUT, self.connect()).await else {
            return Called::NotSent("connect_timeout");
        };
        let Ok(stream) = connected else { return Called::NotSent("not_connected") };
        if self.url.scheme() != "https" {
            return exchange(stream, request, self.timeout).await;
        }
        let Some(name) = trust::server_name(&self.url) else { return Called::NotSent("name") };
        match timeout(CONNECT_TIMEOUT, self.tls.connect(name, stream)).await {
            Ok(Ok(stream)) => exchange(stream, request, self.timeout).await,
            _ => Called::NotSent("tls"),
        }
    }

    fn request(&self, path: &str, body: Value) -> Option<Request<Full<Bytes>>> {
        // Erased when the connection lets go of it; large enough to be written in one piece.
        let mut bytes = Zeroizing::new(Vec::with_capacity(4 * 1024));
        serde_json::to_writer(&mut *bytes, &body).ok()?;
        erase(body);
        let host = self.url.host_str()?;
        let host = self.url.port().map_or(host.to_owned(), |port| format!("{host}:{port}"));
        let request = Request::post(path)
            .header(header::HOST, host)
            .header(header::USER_AGENT, concat!("Repin/", env!("CARGO_PKG_VERSION")))
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::CONNECTION, "close")
            .header("x-magic-secret-key", &self.secret_key);
        request.body(Full::new(Bytes::from_owner(bytes))).ok()
    }

    async fn connect(&self) -> io::Result<TcpStream> {
        let port = self.url.port_or_known_default().unwrap_or(443);
        let stream = match self.url.host() {
            Some(Host::Ipv4(address)) => TcpStream::connect((IpAddr::from(address), port)).await?,
            Some(Host::Ipv6(address)) => TcpStream::connect((IpAddr::from(address), port)).await?,
            Some(Host::Domain(name)) => TcpStream::connect((name, port)).await?,
            None => return Err(io::Error::other("no host")),
        };
        stream.set_nodelay(true)?;
        Ok(stream)
    }
}

/// Sends the request and reads what comes, for so long at most.
async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    request: Request<Full<Bytes>>,
    limit: Duration,
) -> Called {
    let Ok((mut sender, connection)) = http1::handshake(TokioIo::new(stream)).await else {
        return Called::NotSent("protocol");
    };
    let mut status = None;
    // Never grown: a vector that moves leaves keys behind.
    let mut body = Vec::with_capacity(MAX_REPLY);
    let reading = async {
        let Ok(response) = sender.send_request(request).await else { return };
        status = Some(response.status().as_u16());
        let mut frames = response.into_body();
        while let Some(Ok(frame)) = frames.frame().await {
            let data = frame.data_ref().map_or(&[][..], |data| &data[..]);
            let room = MAX_REPLY - body.len();
            body.extend_from_slice(&data[..data.len().min(room)]);
            if data.len() > room {
                return;
            }
        }
    };
    let driven = async {
        let _ = connection.await;
        std::future::pending().await
    };
    let in_time = timeout(limit, async {
        tokio::select! {
            biased;
            () = reading => {}
            () = driven => {}
        }
    });
    let in_time = in_time.await.is_ok();
    match status {
        Some(status) => Called::Answered { status, body: SecretBytes::new(body) },
        None if in_time => Called::Lost("no_answer"),
        None => Called::Lost("timeout"),
    }
}

/// Keys and contexts are ASCII, which was checked when they came.
fn text(secret: &SecretBytes) -> Zeroizing<String> {
    // Needed in clear: it stands in a body that only Magic reads.
    Zeroizing::new(String::from_utf8_lossy(secret.expose_secret()).into_owned())
}

fn erase(body: Value) {
    let Value::Object(fields) = body else { return };
    for (_, field) in fields {
        if let Value::String(text) = field {
            drop(Zeroizing::new(text));
        }
    }
}
