//! `/.well-known/jwks.json`: the public keys that verify results (RFC 7517), older ones and other nodes' included.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{HeaderName, header};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Serialize;
use utoipa::ToSchema;

use super::refusal::Refusal;
use crate::gateway::Gateway;

/// RFC 7517.
#[derive(Serialize, ToSchema)]
pub struct Jwks {
    keys: Vec<Jwk>,
}

/// A P-256 key.
#[derive(Serialize, ToSchema)]
struct Jwk {
    kty: &'static str,
    crv: &'static str,
    alg: &'static str,
    #[serde(rename = "use")]
    usage: &'static str,
    #[schema(format = "uuid")]
    kid: String,
    /// base64url of 32 bytes, as `y`.
    x: String,
    y: String,
}

/// How a receiver may keep the answer, in seconds: a rotated key signs from the next start on, so new ones are rare.
const CACHE: (HeaderName, &str) = (header::CACHE_CONTROL, "public, max-age=300");

/// Tells the public keys that verify results.
///
/// The same keys sign webhooks in Circle's form.
#[utoipa::path(
    get, path = "/.well-known/jwks.json", operation_id = "jwks", tag = "Planbok",
    responses((status = 200, description = "The keys.", body = Jwks)),
    extensions(("x-repin" = json!(true))),
)]
pub async fn keys(
    State(gateway): State<Arc<Gateway>>,
    parts: Parts,
) -> Result<([(HeaderName, &'static str); 1], Json<Jwks>), Refusal> {
    gateway.counts.address(gateway.config.proxies.client(&parts), gateway.clock.now())?;
    let keys = gateway.webhook_public_keys().await?;
    let keys = keys.iter().filter_map(|(id, der)| jwk(id, der)).collect();
    Ok(([CACHE], Json(Jwks { keys })))
}

/// A SubjectPublicKeyInfo of P-256 ends in the point: 4, then two numbers of 32 bytes (RFC 5480, section 2.2).
fn jwk(id: &str, der: &[u8]) -> Option<Jwk> {
    let point = der.get(der.len().checked_sub(65)?..)?.strip_prefix(&[4])?;
    let (x, y) = point.split_at_checked(32)?;
    let [x, y] = [x, y].map(|number| BASE64_URL_SAFE_NO_PAD.encode(number));
    Some(Jwk { kty: "EC", crv: "P-256", alg: "ES256", usage: "sig", kid: id.to_owned(), x, y })
}
