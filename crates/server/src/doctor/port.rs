//! Whether the gateway can listen, or does.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{Request, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use super::Finding;

const NAME: &str = "port";

/// How long whoever listens may take to say who it is.
const ASK_TIMEOUT: Duration = Duration::from_secs(3);
/// And how much it may say.
const READ_AT_MOST: usize = 1024;

/// Looks.
pub async fn check(listen: SocketAddr) -> Finding {
    let error = match TcpListener::bind(listen).await {
        Ok(_) => return Finding::ok(NAME, format!("{listen} is free")),
        Err(error) => error,
    };
    if error.kind() != ErrorKind::AddrInUse {
        return Finding::fault(NAME, format!("{listen}: {error}"), "name another address with --listen");
    }
    match timeout(ASK_TIMEOUT, is_gateway(listen)).await {
        Ok(Some(true)) => Finding::ok(NAME, format!("{listen} is a running gateway's")),
        _ => Finding::fault(
            NAME,
            format!("{listen} is another program's"),
            "end it, or name another address with --listen",
        ),
    }
}

/// Whether whoever listens there answers as a gateway does. `None` if it does not speak HTTP.
async fn is_gateway(listen: SocketAddr) -> Option<bool> {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    let stream = TcpStream::connect(SocketAddr::new(ip, listen.port())).await.ok()?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.ok()?;
    tokio::spawn(connection);
    let request = Request::get("/health/live").header(header::HOST, listen.to_string());
    let answer = sender.send_request(request.body(Full::<Bytes>::default()).ok()?).await.ok()?;
    let body = Limited::new(answer.into_body(), READ_AT_MOST).collect().await.ok()?.to_bytes();
    Some(body.as_ref() == br#"{"status":"live"}"#)
}
