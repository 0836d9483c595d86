//! What the page asks for: a session for the ticket in its link, or for the cookie of a reload; and at the end the way back.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use repin_core::api::UnixMs;
use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;

use super::admission::{Admitted, Shown, admit, only_ours, set_cookie};
use super::outcome::Outcome;
use super::redirect_url::origin;
use super::refusal::{Refusal, RefusalBody};
use super::result::url_back;
use super::ways_back;
use crate::attempts::locked_code;
use crate::auth::{Claim, Session};
use crate::error::ApiError;
use crate::gateway::Gateway;
use crate::session::SESSION_SECONDS;
use crate::store::{Challenge, Ended, Link, User};
use crate::{path_id, session};

/// What the page shows.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct Ticket {
    /// From the link's fragment; without one the cookie counts.
    ticket: Option<String>,
    /// 64 random hexadecimal digits of the page's own: with the same ones the ticket is good again, for the page whose answer was lost.
    nonce: Option<String>,
}

/// What the page gets: a session, or the way back when the challenge is over.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase", untagged)]
pub enum Visit {
    /// It can be carried out.
    #[serde(rename_all = "camelCase")]
    Open {
        /// As from `POST /v1/w3s/users/token`.
        user_token: String,
        encryption_key: String,
        app_id: String,
        /// The origin of the app that the person came from, while it is registered.
        back: Option<String>,
        /// The ways back that can be chosen here, when it is not all of them: without a mail server no code can be sent.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<Vec<String>>, example = json!(["questions"]))]
        recovery_ways: Option<&'static [&'static str]>,
    },
    /// It is over.
    Over(Over),
}

/// The end of a visit.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Over {
    /// `verified`, `failed` or `cancelled`.
    #[schema(example = "verified")]
    status: &'static str,
    /// Where to go, the signed result included. Null when the origin is not registered any more.
    return_to: Option<String>,
}

/// What the page says of its end.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Said {
    /// Whatever the challenge's status says.
    Completed,
    /// The person left.
    Cancelled,
    /// It could not go on.
    Failed,
}

/// The end of a visit, as the page saw it.
#[derive(Deserialize, ToSchema)]
pub struct SaidBody {
    outcome: Said,
}

/// Opens a challenge's page: not for hosts.
#[utoipa::path(
    post, path = "/v1/repin/visits/{challengeId}/session", operation_id = "openVisit", tag = "Widget",
    params(("challengeId" = String, Path, format = "uuid")),
    request_body = Ticket,
    responses(
        (status = 200, description = "A session, or the way back.", body = Visit),
        (status = 403, description = "Not a page of ours.", body = RefusalBody),
        (status = 410, description = "The link was used, is unknown, or is over.", body = RefusalBody),
    ),
    extensions(("x-repin" = json!(true))),
)]
pub async fn session(
    State(gateway): State<Arc<Gateway>>,
    id: Result<Path<String>, PathRejection>,
    parts: Parts,
    body: Bytes,
) -> Result<Response, Refusal> {
    let now = gateway.clock.now();
    gateway.counts.address(gateway.config.proxies.client(&parts), now)?;
    only_ours(&gateway, &parts.headers)?;
    let gone = || Refusal::new(StatusCode::GONE, "The link was used, is unknown, or is over");
    let id = path_id::uuid(id).ok_or_else(gone)?;
    let Ticket { ticket, nonce } = serde_json::from_slice(&body).unwrap_or_default();
    let shown = ticket.as_deref().map(|ticket| Shown { ticket, nonce: nonce.as_deref() });
    let link = gateway.store.link(&id).await?.ok_or_else(gone)?;
    let back = way_back(&gateway, &link).await?;
    let user = gateway.store.user(&link.app, &link.user_id).await?.filter(|user| !user.disabled);
    let user = user.ok_or_else(|| gone().with_way_back(back.clone()))?;
    let challenge = gateway.store.challenge(&user.id, &id, now).await?.ok_or_else(gone)?;
    let app = gateway.store.app(&link.app).await?.ok_or_else(gone)?;
    // The ticket is good once, so nothing is read after it: what cannot be answered now costs nobody their link.
    let cookie = admit(&gateway, &id, &link, shown, &parts.headers, now).await?;
    let Admitted::Yes(cookie) = cookie else { return Err(gone().with_way_back(back)) };
    let outcome = Outcome::of(&challenge, Some(&link));
    let visit = if outcome == Outcome::Pending {
        let issued =
            session::issue(&gateway.keys, &app, &user, link.environment, now).map_err(|_| ApiError::Internal)?;
        let (user_token, encryption_key) = (issued.user_token, issued.encryption_key);
        let recovery_ways = ways_back::left(challenge.kind, gateway.mailer.is_some());
        Visit::Open { user_token, encryption_key, app_id: app.id, back, recovery_ways }
    } else {
        Visit::Over(over(&gateway, &link, &user, &challenge, outcome, back.is_some(), now)?)
    };
    let mut response = Json(visit).into_response();
    if let Some(cookie) = cookie {
        // As long as the last session that it can bring: the page says its end with it, too.
        let seconds = challenge.expires_at.saturating_sub(now) / 1000 + SESSION_SECONDS;
        response.headers_mut().insert(header::SET_COOKIE, set_cookie(&gateway, &parts.headers, &id, &cookie, seconds)?);
    }
    Ok(response)
}

/// Ends a challenge's page: not for hosts.
///
/// What the page says counts only for what is not complete.
#[utoipa::path(
    post, path = "/v1/repin/visits/{challengeId}/result", operation_id = "endVisit", tag = "Widget",
    params(("challengeId" = String, Path, format = "uuid")),
    request_body = SaidBody,
    responses(
        (status = 200, description = "The way back.", body = Over),
        (status = 409, description = "The page says that it is done, and it is not.", body = RefusalBody),
        (status = 410, description = "The session's user has no such visit.", body = RefusalBody),
    ),
    security(("UserToken" = [])),
    extensions(("x-repin" = json!(true))),
)]
pub async fn result(
    claim: Result<Claim, ApiError>,
    State(gateway): State<Arc<Gateway>>,
    id: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Over>, Refusal> {
    let Claim(claimed) = claim?;
    let member = gateway.store.member(&claimed.app.id, &claimed.user_id).await?;
    let user = Session::of(claimed, member)?.user;
    only_ours(&gateway, &headers)?;
    let gone = || Refusal::new(StatusCode::GONE, "There is no such visit");
    let id = path_id::uuid(id).ok_or_else(gone)?;
    let said: SaidBody = serde_json::from_slice(&body).map_err(|_| Refusal::bad("outcome is required"))?;
    let now = gateway.clock.now();
    let challenge = gateway.store.challenge(&user.id, &id, now).await?.ok_or_else(gone)?;
    let mut link = gateway.store.link(&id).await?.ok_or_else(gone)?;
    let back = way_back(&gateway, &link).await?;
    // A session and the id are the app's backend's, too: the browser that came with the link speaks for the person.
    if matches!(admit(&gateway, &id, &link, None, &headers, now).await?, Admitted::No) {
        return Err(gone().with_way_back(back));
    }
    if Outcome::of(&challenge, Some(&link)) == Outcome::Pending {
        let ended = match said.outcome {
            Said::Completed => return Err(Refusal::new(StatusCode::CONFLICT, "The challenge is not complete")),
            Said::Cancelled => Ended::Cancelled,
            Said::Failed => Ended::Failed(lock(&challenge, &user, now)),
        };
        gateway.store.end_visit(&id, ended).await?;
        link.ended = Some(ended);
    }
    let outcome = Outcome::of(&challenge, Some(&link));
    Ok(Json(over(&gateway, &link, &user, &challenge, outcome, back.is_some(), now)?))
}

/// The host's origin, while it is registered: an operator who takes one away means links that are under way, too.
async fn way_back(gateway: &Gateway, link: &Link) -> Result<Option<String>, Refusal> {
    let Ok(url) = Url::parse(&link.url) else { return Ok(None) };
    let origin = origin(&url);
    Ok(gateway.allows_origin(&link.app, &origin).await?.then_some(origin))
}

fn over(
    gateway: &Gateway,
    link: &Link,
    user: &User,
    challenge: &Challenge,
    outcome: Outcome,
    registered: bool,
    now: UnixMs,
) -> Result<Over, Refusal> {
    let url = || url_back(&gateway.keys, &link.url, user, challenge, outcome, now);
    Ok(Over { status: outcome.name(), return_to: registered.then(url).transpose()? })
}

/// What was locked, if that is why it could not go on.
fn lock(challenge: &Challenge, user: &User, now: UnixMs) -> Option<repin_core::error::Code> {
    let kinds = [challenge.kind.proves(), challenge.kind.proves_then()];
    kinds.into_iter().flatten().find(|kind| user.is_locked(*kind, now)).map(locked_code)
}
