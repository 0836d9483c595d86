//! The link to a challenge's page, and the secrets in and behind it: a ticket, which is good once, and a cookie for reloads.
//!
//! The ticket is in the URL's fragment, which browsers send to nobody; of both the store has hashes alone.

use axum::http::{HeaderMap, StatusCode, header};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use rand_core::{OsRng, RngCore};
use sha2::{Digest, Sha256};
use url::Url;

use super::refusal::Refusal;
use crate::error::ApiError;
use crate::gateway::Gateway;
use crate::loopback::is_loopback;

/// 256 random bits as 43 characters of base64url.
pub struct Token(String);

impl Token {
    /// A new one.
    ///
    /// # Errors
    /// 500 when the system has no randomness.
    pub fn make() -> Result<Self, Refusal> {
        let mut bytes = [0; 32];
        OsRng.try_fill_bytes(&mut bytes).map_err(|_| ApiError::Internal)?;
        Ok(Self(BASE64_URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// The cookie of a page that shows this nonce of its own beside the ticket: the same each time it asks.
    pub fn of_page(ticket: &str, nonce: &str) -> Self {
        let digest = Sha256::new()
            .chain_update("repin visit cookie\0")
            .chain_update(ticket)
            .chain_update("\0")
            .chain_update(nonce);
        Self(BASE64_URL_SAFE_NO_PAD.encode(digest.finalize()))
    }

    /// Itself, for the one it is for.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    pub fn hash(&self) -> [u8; 32] {
        hash(&self.0)
    }
}

/// What is kept of a ticket or cookie.
pub fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

/// The page of a challenge.
///
/// # Errors
/// 400 when the gateway does not know what it is called, and the request does not tell either.
pub fn page(gateway: &Gateway, headers: &HeaderMap, challenge: &str, ticket: &Token) -> Result<String, Refusal> {
    let origin =
        own_origin(gateway, headers).ok_or_else(|| Refusal::new(StatusCode::BAD_REQUEST, "Host is missing"))?;
    Ok(format!("{origin}/recover/{challenge}#{}", ticket.expose()))
}

/// Our own origin. Without a public URL it is the host that the request names; the scheme is not known behind a TLS proxy, and
/// only a loopback address goes without.
pub fn own_origin(gateway: &Gateway, headers: &HeaderMap) -> Option<String> {
    if let Some(public) = &gateway.config.public_url {
        return Some(public.trim_end_matches('/').to_owned());
    }
    let host = headers.get(header::HOST)?.to_str().ok()?;
    let url = Url::parse(&format!("https://{host}/")).ok()?;
    let scheme = if is_loopback(&url) { "http" } else { "https" };
    Some(format!("{scheme}://{host}"))
}
