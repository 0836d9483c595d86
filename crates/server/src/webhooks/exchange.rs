//! One request and its answer, on a connection of their own.

use std::future::pending;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderValue, Method, Request, Response, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use url::Url;

use super::SendError;
use super::signing::Signature;

/// How much of an answer's body is read. It means nothing; receivers dislike being cut off in the middle of a short one.
const READ_AT_MOST: usize = 4 * 1024;
/// And for how long.
const READ_FOR: Duration = Duration::from_secs(1);

const USER_AGENT: &str = concat!("Repin-Webhooks/", env!("CARGO_PKG_VERSION"));

/// The request, or `None` if the endpoint has something that no header can hold.
pub fn request(url: &Url, method: Method, body: Bytes, signature: Option<&Signature>) -> Option<Request<Full<Bytes>>> {
    let target = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    // `port` is none for the scheme's own.
    let host = url.port().map_or(url.host_str()?.to_owned(), |port| format!("{}:{port}", url.host_str().unwrap_or("")));
    let mut request = Request::builder()
        .method(method)
        .uri(target)
        .header(header::HOST, host)
        .header(header::USER_AGENT, HeaderValue::from_static(USER_AGENT))
        .header(header::ACCEPT, HeaderValue::from_static("*/*"))
        .header(header::CONNECTION, HeaderValue::from_static("close"));
    if let Some(signature) = signature {
        request = request.header(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        request = signature.0.iter().fold(request, |request, (name, value)| request.header(*name, value));
    }
    request.body(Full::new(body)).ok()
}

/// Sends the request and reads the status.
pub async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    request: Request<Full<Bytes>>,
) -> Result<u16, SendError> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|_| SendError::Protocol)?;
    let answered = async {
        let response = sender.send_request(request).await.map_err(|_| SendError::Protocol)?;
        let status = response.status().as_u16();
        let _ = timeout(READ_FOR, read_a_little(response)).await;
        Ok(status)
    };
    // The connection does the work and has nothing to say; when it ends, the answer is there or fails.
    let driven = async {
        let _ = connection.await;
        pending().await
    };
    tokio::select! {
        biased;
        answer = answered => answer,
        answer = driven => answer,
    }
}

async fn read_a_little(response: Response<Incoming>) {
    let mut body = response.into_body();
    let mut read = 0;
    while let Some(Ok(frame)) = body.frame().await {
        read += frame.data_ref().map_or(0, Bytes::len);
        if read > READ_AT_MOST {
            return;
        }
    }
}
