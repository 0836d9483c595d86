//! The signed result that comes back with the person: a compact JWS (RFC 7515), ES256 by the webhooks' newest key.
//!
//! Not by the key of session tokens: a token and a result then cannot be taken for each other, whatever a verifier looks at.
//! Hosts find the public half at `/.well-known/jwks.json`.

use jsonwebtoken::{Algorithm, Header};
use repin_core::api::UnixMs;
use serde::Serialize;
use url::Url;
use uuid::Uuid;

use super::outcome::Outcome;
use crate::error::ApiError;
use crate::keys::KeyRing;
use crate::store::{Challenge, User};

/// How long a result can be taken, in seconds: a redirect takes less than one, a slow phone more.
const SECONDS: u64 = 5 * 60;
/// Who signs.
const ISSUER: &str = "repin";
/// What it is, in the header: nothing else of ours has this type.
const TYPE: &str = "repin-result+jwt";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Claims<'a> {
    iss: &'a str,
    /// App ID.
    aud: &'a str,
    /// The customer's id.
    sub: &'a str,
    jti: String,
    iat: u64,
    exp: u64,
    challenge_id: &'a str,
    r#type: &'a str,
    status: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<i32>,
}

/// The host's URL with what became of the challenge.
///
/// # Errors
/// [`ApiError::Internal`] if the key cannot sign, which loading it has ruled out.
pub fn url_back(
    keys: &KeyRing,
    url: &str,
    user: &User,
    challenge: &Challenge,
    outcome: Outcome,
    now: UnixMs,
) -> Result<String, ApiError> {
    let (_, key) = keys.webhook.newest();
    let iat = now / 1000;
    let claims = Claims {
        iss: ISSUER,
        aud: &user.app,
        sub: &user.user_id,
        jti: Uuid::new_v4().to_string(),
        iat,
        exp: iat + SECONDS,
        challenge_id: &challenge.id,
        r#type: challenge.kind.name(),
        status: outcome.name(),
        error_code: outcome.error().map(repin_core::error::Code::number),
    };
    let header =
        Header { kid: Some(key.id().to_string()), typ: Some(TYPE.to_owned()), ..Header::new(Algorithm::ES256) };
    let result = jsonwebtoken::encode(&header, &claims, key.jws()).map_err(|_| ApiError::Internal)?;
    // Read and written by the same parser when it was asked for.
    let mut url = Url::parse(url).map_err(|_| ApiError::Internal)?;
    url.query_pairs_mut()
        .append_pair("challengeId", &challenge.id)
        .append_pair("status", outcome.name())
        .append_pair("result", &result);
    Ok(url.into())
}
