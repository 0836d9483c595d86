//! Subscriptions to webhooks, and the keys that verify them. Which codes and limits Circle uses here is not public; those
//! without a number in its table are ours.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use repin_core::error::Code;
use serde_json::{Value, json};
use uuid::Uuid;

use super::body::Body;
use super::shapes;
use crate::auth::Caller;
use crate::error::ApiError;
use crate::gateway::Gateway;
use crate::store::{NewDelivery, Subscription};
use crate::webhooks::{MAX_SUBSCRIPTIONS, event, types};

type Id = Result<Path<String>, PathRejection>;

const TOO_MANY: ApiError = ApiError::Parameter("endpoint", "an app has at most 10 subscriptions");

/// `POST /v2/notifications/subscriptions`: 200, not 201 (the Python SDK reads nothing else). The endpoint must answer HEAD
/// with 2xx first, and then gets `webhooks.test`.
pub async fn create(_: Caller, State(gateway): State<Arc<Gateway>>, body: Bytes) -> Result<Json<Value>, ApiError> {
    let body = Body::parse(&body)?;
    let endpoint = body.endpoint()?;
    let guard = gateway.webhooks.guard();
    let url = guard.endpoint(endpoint).map_err(|error| ApiError::Parameter("endpoint", error.message()))?;
    let name = body.name()?.map_or_else(|| url.host_str().unwrap_or_default().to_owned(), str::to_owned);
    let types = body.notification_types()?;
    let app = &gateway.app.id;
    if gateway.store.subscriptions(app).await?.len() >= MAX_SUBSCRIPTIONS {
        return Err(TOO_MANY);
    }
    probe(&gateway, endpoint).await?;
    let now = gateway.clock.now();
    let subscription = Subscription {
        id: Uuid::new_v4().to_string(),
        app: app.clone(),
        name,
        endpoint: endpoint.to_owned(),
        enabled: true,
        types,
        created: now,
        updated: now,
    };
    let id = Uuid::new_v4().to_string();
    let test = event::test(&subscription.id, &id, now);
    let first = NewDelivery { id: &id, kind: types::TEST, body: &test };
    if !gateway.store.create_subscription(&subscription, MAX_SUBSCRIPTIONS, &first).await? {
        return Err(TOO_MANY);
    }
    Ok(shown(&subscription))
}

/// `GET /v2/notifications/subscriptions`: oldest first.
pub async fn list(_: Caller, State(gateway): State<Arc<Gateway>>) -> Result<Json<Value>, ApiError> {
    let all = gateway.store.subscriptions(&gateway.app.id).await?;
    Ok(Json(json!({"data": all.iter().map(shapes::subscription).collect::<Vec<_>>()})))
}

/// `GET /v2/notifications/subscriptions/{id}`: 404 for unknown and for another app's alike.
pub async fn get(_: Caller, State(gateway): State<Arc<Gateway>>, id: Id) -> Result<Json<Value>, ApiError> {
    let found = gateway.store.subscription(&gateway.app.id, &uuid(id)?).await?;
    found.as_ref().map(shown).ok_or(NOT_FOUND)
}

/// `PATCH /v2/notifications/subscriptions/{id}` with `name`, `enabled` or both. One that is enabled afterwards must answer
/// HEAD; a dead endpoint can always be disabled.
pub async fn update(
    _: Caller,
    State(gateway): State<Arc<Gateway>>,
    id: Id,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let (id, body) = (uuid(id)?, Body::parse(&body)?);
    let (name, enabled) = (body.name()?, body.enabled()?);
    let before = gateway.store.subscription(&gateway.app.id, &id).await?.ok_or(NOT_FOUND)?;
    if enabled.unwrap_or(before.enabled) {
        probe(&gateway, &before.endpoint).await?;
    }
    let now = gateway.clock.now();
    let after = gateway.store.update_subscription(&gateway.app.id, &id, name, enabled, now).await?;
    after.as_ref().map(shown).ok_or(NOT_FOUND)
}

/// `DELETE /v2/notifications/subscriptions/{id}`: 204, and nothing more is sent.
pub async fn delete(_: Caller, State(gateway): State<Arc<Gateway>>, id: Id) -> Result<StatusCode, ApiError> {
    let deleted = gateway.store.delete_subscription(&gateway.app.id, &uuid(id)?).await?;
    if deleted { Ok(StatusCode::NO_CONTENT) } else { Err(NOT_FOUND) }
}

/// `GET /v2/notifications/publicKey/{id}`: by `X-Circle-Key-Id`. A key never changes; keep it.
pub async fn public_key(_: Caller, State(gateway): State<Arc<Gateway>>, id: Id) -> Result<Json<Value>, ApiError> {
    let id = Uuid::try_parse(&uuid(id)?).map_err(|_| Code::IdNotUuid)?;
    let (key, created) = gateway.keys.webhook.by_id(id).ok_or(NOT_FOUND)?;
    Ok(Json(json!({"data": {
        "id": id.to_string(),
        "algorithm": "ECDSA_SHA_256",
        "publicKey": BASE64_STANDARD.encode(key.public()),
        "createDate": shapes::date(created),
    }})))
}

const NOT_FOUND: ApiError = ApiError::Route(StatusCode::NOT_FOUND);

fn shown(subscription: &Subscription) -> Json<Value> {
    Json(json!({"data": shapes::subscription(subscription)}))
}

fn uuid(id: Id) -> Result<String, ApiError> {
    let Path(id) = id.map_err(|_| Code::IdNotUuid)?;
    Ok(Uuid::try_parse(&id).map_err(|_| Code::IdNotUuid)?.to_string())
}

/// Code 2 unless the endpoint answers HEAD with 2xx. Always in the same words: what exactly failed would tell about the
/// gateway's network. The log has the class.
async fn probe(gateway: &Gateway, endpoint: &str) -> Result<(), ApiError> {
    let answer = gateway.webhooks.head(endpoint).await;
    if matches!(answer, Ok(200..=299)) {
        return Ok(());
    }
    let (status, error) = (answer.unwrap_or_default(), answer.err().map_or("", |error| error.class()));
    tracing::info!(status, error, "webhooks: a probe failed");
    Err(ApiError::Parameter("endpoint", "endpoint must be reachable and answer HEAD with 2xx"))
}
