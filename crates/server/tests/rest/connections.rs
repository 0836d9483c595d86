//! Connections whose peer says nothing more.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::common::{Gateway, metrics_url, send};

const HALF_A_HEAD: &[u8] = b"GET /ping HTTP/1.1\r\nHost: gate";
const WHOLE: &[u8] = b"GET /ping HTTP/1.1\r\nHost: gateway\r\n\r\n";

/// What comes back for these bytes until the gateway closes.
async fn until_closed(address: &str, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut said = Vec::new();
    let closed = timeout(Duration::from_secs(60), stream.read_to_end(&mut said)).await;
    closed.expect("it is closed").unwrap();
    String::from_utf8(said).unwrap()
}

async fn with_head_timeout(ms: u64) -> Gateway {
    Gateway::start_with(|config| config.head_timeout = Duration::from_millis(ms)).await
}

#[tokio::test]
async fn who_sends_half_a_head_or_lies_idle_is_not_waited_for() {
    let gateway = with_head_timeout(50).await;
    let address = gateway.url.strip_prefix("http://").unwrap();
    for silent in [&b""[..], HALF_A_HEAD] {
        assert_eq!(until_closed(address, silent).await, "");
    }
    let said = until_closed(address, &[WHOLE, WHOLE].concat()).await;
    assert_eq!(said.matches("HTTP/1.1 200 OK").count(), 2, "answered, and then closed: {said}");
    // Others are served meanwhile.
    let _silent = TcpStream::connect(address).await.unwrap();
    assert_eq!(send(gateway.request("GET", "/config/entity")).await.0, 200);
}

#[tokio::test]
async fn the_same_holds_where_metrics_are_read() {
    let gateway = with_head_timeout(50).await;
    let url = metrics_url(&gateway.inner).await;
    let address = url.strip_prefix("http://").unwrap().strip_suffix("/metrics").unwrap();
    assert_eq!(until_closed(address, HALF_A_HEAD).await, "");
    let said = until_closed(address, b"GET /metrics HTTP/1.1\r\nHost: gateway\r\n\r\n").await;
    assert!(said.contains("repin_ready"), "{said}");
}

#[tokio::test]
async fn a_head_that_comes_in_two_pieces_is_a_request() {
    let gateway = Gateway::start().await;
    let mut stream = TcpStream::connect(gateway.url.strip_prefix("http://").unwrap()).await.unwrap();
    stream.write_all(HALF_A_HEAD).await.unwrap();
    tokio::task::yield_now().await;
    stream.write_all(b"way\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut said = String::new();
    stream.read_to_string(&mut said).await.unwrap();
    assert!(said.starts_with("HTTP/1.1 200 OK"), "{said}");
}
