//! What goes over the wire under `/v1/repin/`, kept in memory as the bytes went by: ciphertext, and never a header, so
//! never a token.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use repin_core::api::UnixMs;
use serde_json::{Value, json};

use super::Stage;
use super::search::Place;

/// Exchanges kept; older ones go.
const KEPT: usize = 200;
/// Larger bodies than the gateway accepts are passed on unread and unrecorded.
const MAX_BODY: usize = 64 * 1024;

/// One request and its reply.
struct Exchange {
    number: u64,
    at: UnixMs,
    path: String,
    sent: Bytes,
    status: StatusCode,
    received: Bytes,
}

/// The latest exchanges.
#[derive(Default)]
pub struct Wire(Mutex<VecDeque<Exchange>>);

impl Wire {
    fn keep(&self, exchange: impl FnOnce(u64) -> Exchange) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let number = kept.back().map_or(1, |last| last.number + 1);
        kept.push_back(exchange(number));
        while kept.len() > KEPT {
            kept.pop_front();
        }
    }

    /// Those after a number, for the page.
    pub fn since(&self, number: u64) -> Vec<Value> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().filter(|exchange| exchange.number > number).map(Exchange::view).collect()
    }

    /// Every byte of them, and the sealed parts once more without their base64.
    pub fn place(&self) -> Place {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut bytes = Vec::new();
        for exchange in kept.iter() {
            for part in [exchange.path.as_bytes(), &exchange.sent, &exchange.received] {
                bytes.extend_from_slice(part);
                bytes.push(b'\n');
                let body: Value = serde_json::from_slice(part).unwrap_or_default();
                let sealed = body["sealed"].as_str().and_then(|sealed| BASE64_URL_SAFE_NO_PAD.decode(sealed).ok());
                bytes.extend(sealed.unwrap_or_default());
            }
        }
        Place { name: "the wire".to_owned(), bytes, is_open: true }
    }
}

impl Exchange {
    fn view(&self) -> Value {
        let sent: Value = serde_json::from_slice(&self.sent).unwrap_or_default();
        let received: Value = serde_json::from_slice(&self.received).unwrap_or_default();
        json!({
            "number": self.number,
            "at": self.at,
            "challenge_id": self.path.split('/').nth(4).unwrap_or_default(),
            "step": sent["step"],
            "run": sent["run"],
            "seq": sent["seq"],
            "request": {"bytes": self.sent.len(), "sealed": sent["sealed"]},
            "reply": {
                "status": self.status.as_u16(),
                "bytes": self.received.len(),
                "code": received["code"],
                "message": received["message"],
                "sealed": received["sealed"],
            },
        })
    }
}

/// Records an exchange on its way through.
pub async fn record(State(stage): State<Arc<Stage>>, request: Request, next: Next) -> Response {
    if !request.uri().path().starts_with("/v1/repin/") || !is_bounded(&request) {
        return next.run(request).await;
    }
    let path = request.uri().path().to_owned();
    let (parts, body) = request.into_parts();
    let Ok(sent) = to_bytes(body, MAX_BODY).await else { return StatusCode::BAD_REQUEST.into_response() };
    let response = next.run(Request::from_parts(parts, Body::from(sent.clone()))).await;
    let (parts, body) = response.into_parts();
    let Ok(received) = to_bytes(body, usize::MAX).await else { return StatusCode::BAD_GATEWAY.into_response() };
    let (at, status) = (stage.gateway.clock.now(), parts.status);
    stage.wire.keep(|number| Exchange { number, at, path, sent, status, received: received.clone() });
    Response::from_parts(parts, Body::from(received))
}

/// Browsers say how long a body is.
fn is_bounded(request: &Request) -> bool {
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    length.is_some_and(|length: usize| length <= MAX_BODY)
}
