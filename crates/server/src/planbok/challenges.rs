//! Challenges as a host's backend polls them. This, or a webhook, is what to believe.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use uuid::Uuid;

use super::caller::Caller;
use super::customers::find;
use super::refusal::{Refusal, RefusalBody};
use super::shapes::{self, Answer, Challenge, Challenges};
use crate::gateway::Gateway;
use crate::store::{self, Order, Page};

/// The newest so many are listed.
const LISTED: u32 = 50;

/// Lists a customer's challenges, the newest 50 first.
#[utoipa::path(
    get, path = "/v2/customers/{id}/challenges", operation_id = "planbokListChallenges", tag = "Planbok",
    params(("id" = String, Path)),
    responses(
        (status = 200, description = "The challenges.", body = Answer<Challenges>),
        (status = 404, description = "The app has no such customer.", body = RefusalBody),
    ),
    security(("PlanbokApiKey" = [])),
)]
pub async fn list(
    caller: Caller,
    State(gateway): State<Arc<Gateway>>,
    id: Result<Path<String>, PathRejection>,
) -> Result<Json<Answer<Challenges>>, Refusal> {
    let user = find(&gateway, &caller, id.ok().map(|Path(id)| id)).await?;
    let page = Page { from: None, to: None, cursor: None, size: LISTED, order: Order::Descending };
    let listed = gateway.store.challenges(&user.id, None, &page, gateway.clock.now()).await?;
    let listed = listed.map(|listed| listed.items).unwrap_or_default();
    let ids: Vec<_> = listed.iter().map(|challenge| &*challenge.id).collect();
    let links = gateway.store.links(&ids).await?;
    let shape = |challenge: &store::Challenge| shapes::challenge(challenge, links.get(&challenge.id));
    let challenges = listed.iter().map(shape).collect();
    Ok(Json(Answer::new(Challenges { challenges })))
}

/// Shows a challenge: `pending`, then `verified` or `failed`.
#[utoipa::path(
    get, path = "/v2/customers/{id}/challenges/{challengeId}", operation_id = "planbokGetChallenge", tag = "Planbok",
    params(("id" = String, Path), ("challengeId" = String, Path, format = "uuid")),
    responses(
        (status = 200, description = "The challenge.", body = Answer<Challenge>),
        (status = 404, description = "The app has no such customer, or they no such challenge.", body = RefusalBody),
    ),
    security(("PlanbokApiKey" = [])),
)]
pub async fn get(
    caller: Caller,
    State(gateway): State<Arc<Gateway>>,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Result<Json<Answer<Challenge>>, Refusal> {
    let (id, challenge) = path.map(|Path(path)| path).unwrap_or_default();
    let user = find(&gateway, &caller, Some(id)).await?;
    let unknown = || Refusal::new(StatusCode::NOT_FOUND, "Challenge not found");
    let challenge = Uuid::try_parse(&challenge).map_err(|_| unknown())?.to_string();
    let challenge = gateway.store.challenge(&user.id, &challenge, gateway.clock.now()).await?.ok_or_else(unknown)?;
    let link = gateway.store.link(&challenge.id).await?;
    Ok(Json(Answer::new(shapes::challenge(&challenge, link.as_ref()))))
}
