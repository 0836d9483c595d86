//! HTTP/1.1 as bytes: what is sent and answered, for whoever stands between a client and the gateway.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A message with a `Content-Length`, or with no body.
pub struct HttpMessage {
    /// As they came, to be passed on.
    pub bytes: Vec<u8>,
    body: usize,
}

impl HttpMessage {
    /// Reads one, or nothing, when the connection ends before it does.
    pub async fn read(socket: &mut TcpStream) -> Option<Self> {
        let mut bytes = Vec::new();
        loop {
            if let Some(message) = Self::whole(&bytes) {
                return Some(message);
            }
            // A connection that is reset is a message that did not come.
            if socket.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
                return None;
            }
        }
    }

    fn whole(bytes: &[u8]) -> Option<Self> {
        let body = bytes.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
        let head = String::from_utf8_lossy(&bytes[..body]).to_ascii_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.map_or(0, |length| length.trim().parse().unwrap());
        (bytes.len() >= body + length).then(|| Self { bytes: bytes[..body + length].to_vec(), body })
    }

    /// What is after the head.
    pub fn body(&self) -> &[u8] {
        &self.bytes[self.body..]
    }

    /// Of a reply.
    pub fn status(&self) -> u16 {
        String::from_utf8_lossy(&self.bytes).split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap()
    }

    /// The reply as it is passed on over a connection that is closed after it.
    pub fn last(&self) -> Vec<u8> {
        let line = self.bytes.iter().position(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        [&self.bytes[..line], b"Connection: close\r\n", &self.bytes[line..]].concat()
    }

    /// Whether it is a message of the widget's.
    pub fn is_of_protocol(&self) -> bool {
        String::from_utf8_lossy(&self.bytes).lines().next().is_some_and(|line| line.contains("/messages "))
    }
}

/// Sends a request over a connection of its own; the reply.
pub async fn exchange(address: &str, request: &[u8]) -> Option<HttpMessage> {
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket.write_all(request).await.unwrap();
    HttpMessage::read(&mut socket).await
}
