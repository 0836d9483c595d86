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
use uuid::Uuid;

use super::body::Body;
use super::requests::{NewSubscriptionBody, SubscriptionBody};
use super::shapes::Data;
use super::subscription_body::wrong;
use super::subscription_shapes::{NotificationKey, Subscription as Shape, subscription};
use crate::auth::Caller;
use crate::date::date;
use crate::error::{ApiError, ErrorBody};
use crate::gateway::Gateway;
use crate::path_id;
use crate::store::{NewDelivery, Subscription};
use crate::webhooks::{MAX_SUBSCRIPTIONS, event, types};

type Id = Result<Path<String>, PathRejection>;
type Shown = Json<Data<Shape>>;

fn too_many() -> ApiError {
    wrong("endpoint", "an app has at most 10 subscriptions")
}

/// Subscribes an endpoint.
///
/// The endpoint must answer HEAD with 2xx first, and then gets `webhooks.test`.
// 200, not 201: Circle's Python SDK reads nothing else.
#[utoipa::path(
    post, path = "/v2/notifications/subscriptions", operation_id = "createSubscription", tag = "Webhooks",
    request_body = NewSubscriptionBody,
    responses((status = 200, description = "Subscribed.", body = Data<Shape>)),
    security(("ApiKey" = [])),
)]
pub async fn create(caller: Caller, State(gateway): State<Arc<Gateway>>, body: Bytes) -> Result<Shown, ApiError> {
    let body = Body::parse(&body)?;
    let endpoint = body.endpoint()?;
    let guard = gateway.webhooks.guard();
    let url = guard.endpoint(endpoint).map_err(|error| wrong("endpoint", error.message()))?;
    let name = body.name()?.map_or_else(|| url.host_str().unwrap_or_default().to_owned(), str::to_owned);
    let types = body.notification_types()?;
    let app = &caller.app.id;
    if gateway.store.subscriptions(app).await?.len() >= MAX_SUBSCRIPTIONS {
        return Err(too_many());
    }
    probe(&gateway, endpoint).await?;
    let now = gateway.clock.now();
    let new = Subscription {
        id: Uuid::new_v4().to_string(),
        app: app.clone(),
        name,
        endpoint: endpoint.to_owned(),
        enabled: true,
        types,
        secret: None,
        created: now,
        updated: now,
    };
    let id = Uuid::new_v4().to_string();
    let test = event::test(&new.id, &id, now);
    let first = NewDelivery { id: &id, kind: types::TEST, body: &test };
    if !gateway.store.create_subscription(&new, MAX_SUBSCRIPTIONS, &first, caller.by(now)).await? {
        return Err(too_many());
    }
    Ok(shown(&new))
}

/// Lists the app's subscriptions, oldest first.
#[utoipa::path(
    get, path = "/v2/notifications/subscriptions", operation_id = "getSubscriptions", tag = "Webhooks",
    responses((status = 200, description = "All of them.", body = Data<Vec<Shape>>)),
    security(("ApiKey" = [])),
)]
pub async fn list(caller: Caller, State(gateway): State<Arc<Gateway>>) -> Result<Json<Data<Vec<Shape>>>, ApiError> {
    let all = gateway.store.subscriptions(&caller.app.id).await?;
    Ok(Json(Data { data: all.iter().filter(|one| one.secret.is_none()).map(subscription).collect() }))
}

/// Shows a subscription.
///
/// 404 for unknown and for another app's alike.
#[utoipa::path(
    get, path = "/v2/notifications/subscriptions/{id}", operation_id = "getSubscription", tag = "Webhooks",
    params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, description = "The subscription.", body = Data<Shape>),
        (status = 404, description = "The app has no such subscription.", body = ErrorBody),
    ),
    security(("ApiKey" = [])),
)]
pub async fn get(caller: Caller, State(gateway): State<Arc<Gateway>>, id: Id) -> Result<Shown, ApiError> {
    Ok(shown(&find(&gateway, &caller, &uuid(id)?).await?))
}

/// Changes the name, whether it is enabled, or both.
///
/// One that is enabled afterwards must answer HEAD; a dead endpoint can always be disabled.
#[utoipa::path(
    patch, path = "/v2/notifications/subscriptions/{id}", operation_id = "updateSubscription", tag = "Webhooks",
    params(("id" = String, Path, format = "uuid")),
    request_body = SubscriptionBody,
    responses(
        (status = 200, description = "As it is now.", body = Data<Shape>),
        (status = 404, description = "The app has no such subscription.", body = ErrorBody),
    ),
    security(("ApiKey" = [])),
)]
pub async fn update(
    caller: Caller,
    State(gateway): State<Arc<Gateway>>,
    id: Id,
    body: Bytes,
) -> Result<Shown, ApiError> {
    let (id, body) = (uuid(id)?, Body::parse(&body)?);
    let (name, enabled) = (body.name()?, body.enabled()?);
    let before = find(&gateway, &caller, &id).await?;
    if enabled.unwrap_or(before.enabled) {
        probe(&gateway, &before.endpoint).await?;
    }
    let now = gateway.clock.now();
    let after = gateway.store.update_subscription(&caller.app.id, &id, name, enabled, caller.by(now)).await?;
    after.as_ref().map(shown).ok_or(NOT_FOUND)
}

/// Ends a subscription: nothing more is sent.
#[utoipa::path(
    delete, path = "/v2/notifications/subscriptions/{id}", operation_id = "deleteSubscription", tag = "Webhooks",
    params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 204, description = "Deleted."),
        (status = 404, description = "The app has no such subscription.", body = ErrorBody),
    ),
    security(("ApiKey" = [])),
)]
pub async fn delete(caller: Caller, State(gateway): State<Arc<Gateway>>, id: Id) -> Result<StatusCode, ApiError> {
    let by = caller.by(gateway.clock.now());
    let found = find(&gateway, &caller, &uuid(id)?).await?;
    let deleted = gateway.store.delete_subscription(&caller.app.id, &found.id, by).await?;
    if deleted { Ok(StatusCode::NO_CONTENT) } else { Err(NOT_FOUND) }
}

/// Tells the public key that a webhook's `X-Circle-Key-Id` names.
///
/// A key never changes; keep it.
#[utoipa::path(
    get, path = "/v2/notifications/publicKey/{id}", operation_id = "getNotificationSignature", tag = "Webhooks",
    params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, description = "The key.", body = Data<NotificationKey>),
        (status = 404, description = "There is no such key.", body = ErrorBody),
    ),
    security(("ApiKey" = [])),
)]
pub async fn public_key(
    _: Caller,
    State(gateway): State<Arc<Gateway>>,
    id: Id,
) -> Result<Json<Data<NotificationKey>>, ApiError> {
    let id = Uuid::try_parse(&uuid(id)?).map_err(|_| Code::IdNotUuid)?;
    let (public, created) = gateway.webhook_public_key(id).await?.ok_or(NOT_FOUND)?;
    Ok(Json(Data {
        data: NotificationKey {
            id: id.to_string(),
            algorithm: "ECDSA_SHA_256",
            public_key: BASE64_STANDARD.encode(public),
            create_date: date(created),
        },
    }))
}

const NOT_FOUND: ApiError = ApiError::Route(StatusCode::NOT_FOUND);

/// One of the app's in Circle's form; those in Planbok's are the other face's.
async fn find(gateway: &Gateway, caller: &Caller, id: &str) -> Result<Subscription, ApiError> {
    let found = gateway.store.subscription(&caller.app.id, id).await?;
    found.filter(|found| found.secret.is_none()).ok_or(NOT_FOUND)
}

fn shown(found: &Subscription) -> Shown {
    Json(Data { data: subscription(found) })
}

fn uuid(id: Id) -> Result<String, ApiError> {
    path_id::uuid(id).ok_or(Code::IdNotUuid.into())
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
    Err(wrong("endpoint", "endpoint must be reachable and answer HEAD with 2xx"))
}
