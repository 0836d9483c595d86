//! Connections that come in, each served as HTTP/1.1 is, and none waited for without an end.
//!
//! axum's own `serve` gives hyper no timer. Without one it waits for the rest of a head, and for the next one, as long as the peer likes:
//! and each peer that says nothing more has one of the process's files.

use std::future;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::serve::Listener;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

/// How long a peer may take for a request's head, from the connection or from its last answer on. hyper has one time for both: it is longer
/// than the 60 seconds for which proxies keep a connection that lies idle, so that theirs are closed by them, and not in the moment in which
/// they send.
pub const HEAD_TIMEOUT: Duration = Duration::from_secs(75);

/// Serves until `shutdown` resolves; then takes no more connections, and returns when what was asked on those that are there is answered.
pub async fn serve(mut listener: TcpListener, app: Router, head: Duration, shutdown: impl Future<Output = ()>) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(head);
    let (stopping, connections) = (CancellationToken::new(), TaskTracker::new());
    let mut shutdown = pin!(shutdown);
    loop {
        let (stream, peer) = tokio::select! {
            accepted = Listener::accept(&mut listener) => accepted,
            () = &mut shutdown => break,
        };
        connections.spawn(answer(http.clone(), stream, peer, app.clone(), stopping.clone()));
    }
    drop(listener);
    stopping.cancel();
    connections.close();
    connections.wait().await;
}

/// Serves until the process ends.
pub async fn serve_for_ever(listener: TcpListener, app: Router, head: Duration) {
    serve(listener, app, head, future::pending()).await;
}

/// Answers what comes over one connection, until it ends or `stopping` says that its next answer is the last.
async fn answer(http: http1::Builder, stream: TcpStream, peer: SocketAddr, app: Router, stopping: CancellationToken) {
    let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        app.clone().oneshot(request)
    });
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service));
    // How it ended is the peer's matter: whoever goes away, or says nothing, is none of the log's.
    let ended = tokio::select! {
        ended = connection.as_mut() => Some(ended),
        () = stopping.cancelled() => None,
    };
    if ended.is_none() {
        connection.as_mut().graceful_shutdown();
        let _ = connection.await;
    }
}
