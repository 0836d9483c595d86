//! What every request passes on its way in and out: slashes, identity, a bounded body, one line in the log.

use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use http_body_util::BodyExt;
use repin_core::error::Code;
use std::sync::{Arc, OnceLock};
use uuid::Uuid;

use crate::error::{ApiError, LoggedCode};
use crate::gateway::Gateway;
use crate::route::Route;
use crate::{metrics, planbok};

/// The largest body, in bytes. The largest message of the protocol needs a third of it.
pub const MAX_BODY: usize = 64 * 1024;
/// A body that is too large is still read up to here, so that the client hears why instead of a broken connection.
const MAX_DRAINED: usize = 4 * 1024 * 1024;
/// How long a client may take to send a body: long enough for the slowest phone network.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

static X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Where a handler leaves the session's tag for the log.
#[derive(Clone, Default)]
pub struct SessionTag(pub Arc<OnceLock<String>>);

/// Joins repeated slashes in the path: Circle's Node SDK sends `//v1/…` when its base URL ends in a slash.
pub fn join_slashes<B>(mut request: axum::http::Request<B>) -> axum::http::Request<B> {
    if request.uri().path().contains("//") {
        let mut path = String::with_capacity(request.uri().path().len());
        for part in request.uri().path().split('/').filter(|part| !part.is_empty()) {
            path.push('/');
            path.push_str(part);
        }
        if path.is_empty() {
            path.push('/');
        }
        if let Some(query) = request.uri().query() {
            path.push('?');
            path.push_str(query);
        }
        if let Ok(uri) = path.parse::<Uri>() {
            *request.uri_mut() = uri;
        }
    }
    request
}

/// Gives the request its id, answers with it, counts it, traces it, and writes one line whose fields are all that is ever
/// logged of a request.
pub async fn observe(State(gateway): State<Arc<Gateway>>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = request_id(request.headers());
    let method = method_name(request.method());
    let route = Route::of(&request);
    let tag = SessionTag::default();
    request.extensions_mut().insert(tag.clone());
    let in_flight = gateway.metrics.request_begins();
    let span = gateway.traces.request(request.headers(), method, &route);

    let mut response = span.around(next.run(request)).await;

    let (status, code) =
        (response.status().as_u16(), response.extensions().get::<LoggedCode>().map_or(0, |code| code.0));
    let took = started.elapsed();
    drop(in_flight);
    let trace = span.end(status, code);
    tracing::info!(
        method,
        route = route.as_str(),
        status,
        code,
        micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        request_id = id,
        session = tag.0.get().map_or("", String::as_str),
        trace,
        "request"
    );
    gateway.metrics.request(&metrics::Request { method, route, status, code }, took);
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(X_REQUEST_ID.clone(), id);
    }
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // Tokens and replies are for one reader, once; assets say otherwise for themselves.
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// What every face of the gateway has around its routes, whichever path they have: a NUL is refused, and a body is bounded.
pub fn fenced(routes: impl Into<Router<Arc<Gateway>>>) -> Router<Arc<Gateway>> {
    routes.into().layer(from_fn(bound_body)).layer(from_fn(refuse_nul))
}

/// Refuses a path or query with a NUL in it: nothing is called that, and PostgreSQL has no such text to look for.
async fn refuse_nul(request: Request, next: Next) -> Response {
    if request.uri().path_and_query().is_some_and(|target| target.as_str().contains("%00")) {
        return planbok::refusal_at(request.uri().path(), Code::ParameterInvalid.into());
    }
    next.run(request).await
}

/// Reads the whole body, or refuses it: handlers get at most [`MAX_BODY`] bytes, all at once.
async fn bound_body(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let refused = match tokio::time::timeout(BODY_TIMEOUT, collect(body)).await {
        Ok(Ok(bytes)) => return next.run(Request::from_parts(parts, Body::from(bytes))).await,
        Ok(Err(code)) => code.into(),
        Err(_) => ApiError::Route(StatusCode::REQUEST_TIMEOUT),
    };
    planbok::refusal_at(parts.uri.path(), refused)
}

async fn collect(mut body: Body) -> Result<Bytes, Code> {
    let mut bytes = Vec::new();
    let mut received = 0_usize;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Code::ParameterInvalid)?;
        let Some(data) = frame.data_ref() else { continue };
        received = received.saturating_add(data.len());
        if received <= MAX_BODY {
            bytes.extend_from_slice(data);
        } else if received > MAX_DRAINED {
            break;
        }
    }
    if received > MAX_BODY { Err(Code::PayloadTooLarge) } else { Ok(bytes.into()) }
}

/// The caller's own id if it is plain enough to repeat, else a new one.
fn request_id(headers: &HeaderMap) -> String {
    let plain = |id: &&str| {
        (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    let given = headers.get(&X_REQUEST_ID).and_then(|id| id.to_str().ok()).filter(plain);
    given.map_or_else(|| Uuid::new_v4().to_string(), str::to_owned)
}

/// A method of HTTP's own; others are the caller's words, which do not belong in a log.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn repeated_slashes_are_one() {
        let joined = |uri: &str| join_slashes(Request::get(uri).body(()).unwrap()).uri().to_string();
        assert_eq!(joined("//v1///w3s/user?x=//"), "/v1/w3s/user?x=//");
        assert_eq!(joined("/ping"), "/ping");
        assert_eq!(joined("//"), "/");
    }

    #[test]
    fn only_a_plain_request_id_is_repeated() {
        let id = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(X_REQUEST_ID.clone(), HeaderValue::from_str(text).unwrap());
            request_id(&headers)
        };
        assert_eq!(id("rid-1"), "rid-1");
        for odd in ["a b", "", "\"x\"", &"x".repeat(65)] {
            assert!(Uuid::parse_str(&id(odd)).is_ok(), "{odd}");
        }
    }
}
