//! Who asks: the host's backend by its API key, and the session by its userToken.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use repin_core::error::Code;

use crate::config::ApiKey;
use crate::edge::SessionTag;
use crate::error::ApiError;
use crate::gateway::Gateway;
use crate::session::{self, Claimed};
use crate::store::User;

/// A caller with a known API key.
pub struct Caller {
    /// `TEST` or `LIVE`.
    pub environment: &'static str,
}

impl FromRequestParts<Arc<Gateway>> for Caller {
    type Rejection = ApiError;

    /// `Authorization: Bearer PREFIX:ID:SECRET`. 401 when it cannot be read, 156007 when it is not known.
    async fn from_request_parts(parts: &mut Parts, gateway: &Arc<Gateway>) -> Result<Self, ApiError> {
        let given = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "))
            .and_then(|key| ApiKey::parse(key).ok())
            .ok_or(Code::MalformedAuthorization)?;
        // Every key is compared, so that the time does not tell which one came close.
        let known = gateway.config.api_keys.iter().filter(|key| key.matches(&given)).count() > 0;
        if known { Ok(Self { environment: given.environment() }) } else { Err(Code::ApiKeyNotFound.into()) }
    }
}

/// A session whose user exists and is not shut out.
pub struct Session {
    /// What its token says.
    pub claimed: Claimed,
    /// Whose it is.
    pub user: User,
}

impl FromRequestParts<Arc<Gateway>> for Session {
    type Rejection = ApiError;

    /// `X-User-Token`. 155103 when missing, 155104 when expired, 155105 when it is not one of ours, 155109 for a
    /// disabled user.
    async fn from_request_parts(parts: &mut Parts, gateway: &Arc<Gateway>) -> Result<Self, ApiError> {
        let token = parts.headers.get("x-user-token").ok_or(Code::UserTokenNotFound)?;
        let token = token.to_str().map_err(|_| Code::InvalidUserToken)?;
        let claimed = session::verify(&gateway.keys, &gateway.app, token, gateway.clock.now())?;
        if let Some(SessionTag(slot)) = parts.extensions.get() {
            let _ = slot.set(claimed.tag.clone());
        }
        let user = gateway.store.user(&gateway.app.id, &claimed.user_id).await?;
        // A user who was deleted and made again is another one, and old tokens are not theirs.
        let user = user.filter(|user| user.id == claimed.internal_user_id).ok_or(Code::InvalidUserToken)?;
        if user.disabled {
            return Err(Code::UserWasDisabled.into());
        }
        Ok(Self { claimed, user })
    }
}
