//! Who asks: our API keys, under Planbok's header.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use repin_core::error::Code;

use super::refusal::Refusal;
use crate::api_key::ApiKey;
use crate::auth;
use crate::gateway::Gateway;

const HEADER: &str = "planbok-x-api-key";

/// A host's backend with a known key.
pub struct Caller {
    /// As on Circle's face.
    pub caller: auth::Caller,
    /// Where from.
    pub address: Option<IpAddr>,
}

impl FromRequestParts<Arc<Gateway>> for Caller {
    type Rejection = Refusal;

    /// `PLANBOK-X-API-KEY: PREFIX:ID:SECRET`. 401 when it is missing, of another form or not known; 429.
    async fn from_request_parts(parts: &mut Parts, gateway: &Arc<Gateway>) -> Result<Self, Refusal> {
        let given = parts.headers.get(HEADER).and_then(|value| value.to_str().ok());
        let given = given.and_then(|key| ApiKey::parse(key).ok()).ok_or(Code::MalformedAuthorization)?;
        let caller = auth::Caller::with_key(parts, gateway, &given).await?;
        Ok(Self { caller, address: gateway.config.proxies.client(parts) })
    }
}
