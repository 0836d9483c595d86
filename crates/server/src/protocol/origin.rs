//! Which pages may talk to us: the allowed origins of all apps and our own, told to browsers by CORS. A preflight carries
//! no session, so whose page it is cannot be told yet; OPEN checks the origin against its own app's list.
//!
//! This keeps honest browsers' users safe from foreign pages. A program can claim any origin, and gains nothing: it still
//! needs a session and a secret.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use repin_core::error::Code;

use crate::error::ApiError;
use crate::gateway::Gateway;

/// Refuses a request of a page that may not use the protocol (code 3; 429 for too much from one address), and lets the others' pages read
/// the answer.
pub async fn check(State(gateway): State<Arc<Gateway>>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let origin = parts.headers.get(header::ORIGIN).cloned();
    let allowed = match origin.as_ref().map(HeaderValue::to_str) {
        None => Ok(true),
        Some(Err(_)) => Ok(false),
        Some(Ok(origin)) => is_allowed(&gateway, &parts, origin).await,
    };
    let (allowed, mut response) = match allowed {
        Ok(true) => (true, next.run(Request::from_parts(parts, body)).await),
        Ok(false) => (false, ApiError::from(Code::Forbidden).into_response()),
        Err(error) => (false, error.into_response()),
    };
    response.headers_mut().append(header::VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = origin.filter(|_| allowed) {
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("X-Request-Id"));
    }
    response
}

/// Answers a browser that asks before it sends.
///
/// No credentials: the session travels in a header of its own.
#[utoipa::path(
    options, path = "/v1/repin/challenges/{challengeId}/messages", operation_id = "preflight", tag = "Widget",
    params(("challengeId" = String, Path, format = "uuid")),
    responses((status = 204, description = "A page of this origin may send.")),
    extensions(("x-repin" = json!(true))),
)]
pub async fn preflight() -> impl IntoResponse {
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "POST"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "Content-Type, X-User-Token"),
        (header::ACCESS_CONTROL_MAX_AGE, "600"),
    ];
    (StatusCode::NO_CONTENT, headers)
}

/// Whether a page of this origin may run the widget for one of our apps.
///
/// # Errors
/// 429 for one that the store has to be asked about, when too much comes from the address; and those of the store.
pub async fn is_allowed(gateway: &Gateway, parts: &Parts, origin: &str) -> Result<bool, ApiError> {
    if is_own(gateway, &parts.headers, origin) || gateway.has_origin_in_settings(origin) {
        return Ok(true);
    }
    let origins = &gateway.counts.origins;
    if !origins.has(origin) {
        gateway.counts.address(gateway.config.proxies.client(parts), gateway.clock.now())?;
    }
    let known = gateway.store.is_origin_of_any(origin).await?;
    origins.set(origin, known);
    Ok(known)
}

/// Whether it is our own origin. Without a public URL our name is what the browser calls us; the scheme is not known
/// behind a TLS proxy.
pub fn is_own(gateway: &Gateway, headers: &HeaderMap, origin: &str) -> bool {
    if let Some(public) = &gateway.config.public_url {
        return public == origin;
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let claimed = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    host.is_some() && host == claimed
}
