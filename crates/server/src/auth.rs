//! Who asks: the host's backend by its API key, and the session by its userToken.

use std::sync::Arc;

use axum::extract::{FromRequestParts, MatchedPath};
use axum::http::header;
use axum::http::request::Parts;
use repin_core::api::UnixMs;
use repin_core::error::Code;

use crate::api_key::{ApiKey, Environment};
use crate::edge::SessionTag;
use crate::error::ApiError;
use crate::gateway::Gateway;
use crate::keys::Purpose;
use crate::session::{self, Claimed, Owner, Refused};
use crate::store::{AppIdentity, By, Member, User};

/// A caller with a known API key: a host's backend, for one of its apps.
pub struct Caller {
    /// The key's app. Everything the caller can see or change hangs on it.
    pub app: AppIdentity,
    /// What the key is for.
    pub environment: Environment,
    /// The key's name, for the audit.
    name: String,
}

impl Caller {
    /// The holder of a key that came with a request.
    ///
    /// # Errors
    /// 156007 when it is not known, 429 when it asks too often.
    pub async fn with_key(parts: &Parts, gateway: &Gateway, given: &ApiKey) -> Result<Self, ApiError> {
        let caller = known(parts, gateway, given).await?.ok_or(Code::ApiKeyNotFound)?;
        if let (Some(limit), Some(route)) = (&gateway.rate_limit, parts.extensions.get::<MatchedPath>()) {
            limit.check(given.hash(), &parts.method, route.as_str()).map_err(ApiError::TooManyRequests)?;
        }
        Ok(caller)
    }

    /// Who makes a change by this key.
    pub fn by(&self, now: UnixMs) -> By<'_> {
        By { operator: &self.name, now }
    }
}

impl FromRequestParts<Arc<Gateway>> for Caller {
    type Rejection = ApiError;

    /// `Authorization: Bearer PREFIX:ID:SECRET`. 401 when it cannot be read, 156007 when it is not known, 429 when it asks
    /// too often.
    async fn from_request_parts(parts: &mut Parts, gateway: &Arc<Gateway>) -> Result<Self, ApiError> {
        let given = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "))
            .and_then(|key| ApiKey::parse(key).ok())
            .ok_or(Code::MalformedAuthorization)?;
        Self::with_key(parts, gateway, &given).await
    }
}

/// The holder of this key, if it is known. A stranger is counted before the store is asked.
async fn known(parts: &Parts, gateway: &Gateway, given: &ApiKey) -> Result<Option<Caller>, ApiError> {
    // Every key of the settings is compared, so that the time does not tell which one came close.
    if gateway.config.api_keys.iter().filter(|key| key.matches(given)).count() > 0 {
        return Ok(Some(Caller { app: gateway.app.clone(), environment: given.environment(), name: given.name() }));
    }
    // Asked at every request: a revoked key is refused from then on. Looked up by its hash, of which a stranger can choose
    // no part, so the time of the look-up helps nobody either.
    let keys = &gateway.counts.keys;
    if !keys.has(given.hash()) {
        gateway.counts.address(gateway.config.proxies.client(parts), gateway.clock.now())?;
    }
    let known = gateway.store.api_key(given.hash()).await?;
    keys.set(given.hash(), known.is_some());
    Ok(known.map(|known| Caller { app: known.app, environment: known.environment, name: given.name() }))
}

/// A token under a key that another node has is none of ours yet; under any other it is invalid.
async fn unknown_key(gateway: &Gateway, purpose: Purpose, kid: &str) -> Result<ApiError, ApiError> {
    if !gateway.store.has_ring_key(purpose.name(), kid).await? {
        return Ok(Code::InvalidUserToken.into());
    }
    tracing::warn!(purpose = purpose.name(), kid, "a token is under a key that this gateway has not yet");
    Ok(ApiError::Away)
}

/// A session whose app and user exist and whose user is not shut out.
pub struct Session {
    /// What its token says.
    pub claimed: Claimed,
    /// Whose it is.
    pub user: User,
}

impl Session {
    /// `X-User-Token`. 155103 when missing, 155104 when expired, 155105 when it is not one of ours (or not this caller's),
    /// 155109 for a disabled user.
    async fn read(parts: &Parts, gateway: &Gateway, caller: Option<&Caller>) -> Result<Self, ApiError> {
        let claimed = claim(parts, gateway, caller).await?;
        let member = gateway.store.member(&claimed.app.id, &claimed.user_id).await?;
        Self::of(claimed, member)
    }

    /// The session of a token that is one of ours, if the store's `member` is whom it speaks of.
    ///
    /// # Errors
    /// See [`Self::read`].
    pub fn of(claimed: Claimed, member: Option<Member>) -> Result<Self, ApiError> {
        // The entity too: an app that went to another owner has no sessions from before. And a user who was deleted and made
        // again is another one, and old tokens are not theirs.
        let known = |member: &Member| member.app == claimed.app && member.user.id == claimed.internal_user_id;
        let user = member.filter(known).ok_or(Code::InvalidUserToken)?.user;
        if user.disabled {
            return Err(Code::UserWasDisabled.into());
        }
        Ok(Self { claimed, user })
    }
}

/// A token that is one of ours, with the widget, of whose user the store has not been asked yet.
pub struct Claim(pub Claimed);

impl FromRequestParts<Arc<Gateway>> for Claim {
    type Rejection = ApiError;

    /// The widget's way in: nobody vouches for who comes, so it is counted. 429 when it is too much.
    async fn from_request_parts(parts: &mut Parts, gateway: &Arc<Gateway>) -> Result<Self, ApiError> {
        // Before the signature, which costs.
        gateway.counts.address(gateway.config.proxies.client(parts), gateway.clock.now())?;
        claim(parts, gateway, None).await.map(Self)
    }
}

async fn claim(parts: &Parts, gateway: &Gateway, caller: Option<&Caller>) -> Result<Claimed, ApiError> {
    let token = parts.headers.get("x-user-token").ok_or(Code::UserTokenNotFound)?;
    let token = token.to_str().map_err(|_| Code::InvalidUserToken)?;
    let owner = caller.map(|caller| Owner { app: &caller.app, environment: caller.environment });
    let now = gateway.clock.now();
    let claimed = session::verify(&gateway.keys, token, owner, now);
    let claimed = match claimed {
        Ok(claimed) => claimed,
        Err(Refused::Code(code)) => return Err(code.into()),
        Err(Refused::UnknownKey(purpose, kid)) => return Err(unknown_key(gateway, purpose, &kid).await?),
    };
    if let Some(SessionTag(slot)) = parts.extensions.get() {
        let _ = slot.set(claimed.tag.clone());
    }
    Ok(claimed)
}

/// A session in the hands of the backend it was made for: what every `/user` route asks for. A token of another app, or
/// made under a key of the other environment, is to this caller a token that never was (155105).
pub struct HostSession(pub Session);

impl FromRequestParts<Arc<Gateway>> for HostSession {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, gateway: &Arc<Gateway>) -> Result<Self, ApiError> {
        let caller = Caller::from_request_parts(parts, gateway).await?;
        Session::read(parts, gateway, Some(&caller)).await.map(Self)
    }
}
