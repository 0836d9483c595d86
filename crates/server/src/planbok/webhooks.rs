//! Subscriptions to webhooks in Planbok's form. Planbok has its dashboard for that; these calls are ours.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::body::Body;
use super::caller::Caller;
use super::refusal::{Refusal, RefusalBody};
use super::shapes::Answer;
use crate::date::date;
use crate::error::ApiError;
use crate::gateway::Gateway;
use crate::store::{NewDelivery, Subscription};
use crate::webhooks::{MAX_SUBSCRIPTIONS, planbok};

/// The most events in a list.
const MAX_EVENTS: usize = 50;

/// Subscribes an endpoint.
#[derive(Deserialize, ToSchema)]
#[schema(as = PlanbokWebhookBody)]
#[allow(dead_code)] // described, read by `body`
pub struct WebhookBody {
    /// An `https:` URL that is reachable from the gateway and answers HEAD with 2xx.
    #[schema(max_length = 2048)]
    url: String,
    /// All unless given.
    #[schema(max_items = 50, example = json!(["customer.pin_updated"]))]
    events: Option<Vec<String>>,
}

/// A subscription.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PlanbokWebhook)]
pub struct Webhook {
    #[schema(format = "uuid")]
    id: String,
    url: String,
    events: Vec<String>,
    /// False after the receiver has answered 410.
    enabled: bool,
    #[schema(format = DateTime)]
    created_at: String,
    /// Shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    secret: Option<String>,
}

/// An app's subscriptions.
#[derive(Clone, Serialize, ToSchema)]
#[schema(as = PlanbokWebhooks)]
pub struct Webhooks {
    webhooks: Vec<Webhook>,
}

/// Subscribes an endpoint to Planbok's events, and tells the secret that signs them, once.
#[utoipa::path(
    post, path = "/v2/webhooks", operation_id = "planbokCreateWebhook", tag = "Planbok",
    request_body = WebhookBody,
    responses(
        (status = 201, description = "Subscribed.", body = Answer<Webhook>),
        (status = 400, description = "A field is wrong, or the app has 10 subscriptions.", body = RefusalBody),
    ),
    security(("PlanbokApiKey" = [])),
    extensions(("x-repin" = json!(true))),
)]
pub async fn create(
    Caller { caller, .. }: Caller,
    State(gateway): State<Arc<Gateway>>,
    body: Bytes,
) -> Result<(StatusCode, Json<Answer<Webhook>>), Refusal> {
    let body = Body::parse(&body)?;
    let url = body.text("url", 2048)?;
    let parsed = gateway.webhooks.guard().endpoint(url);
    let parsed = parsed.map_err(|error| Refusal::bad(error.message().replacen("endpoint", "url", 1)))?;
    let events = body.events(MAX_EVENTS)?;
    // In the same words whatever failed: an API key must not be a way to look around in the gateway's network.
    if !matches!(gateway.webhooks.head(url).await, Ok(200..=299)) {
        return Err(Refusal::bad("url must be reachable and answer HEAD with 2xx"));
    }
    let (now, id) = (gateway.clock.now(), Uuid::new_v4().to_string());
    let secret = planbok::make_secret().ok_or(ApiError::Internal)?;
    let new = Subscription {
        app: caller.app.id.clone(),
        name: parsed.host_str().unwrap_or_default().to_owned(),
        endpoint: url.to_owned(),
        enabled: true,
        types: events,
        secret: Some(planbok::seal(&gateway.keys, &id, &secret)),
        created: now,
        updated: now,
        id,
    };
    let first = Uuid::new_v4().to_string();
    let first = NewDelivery { id: &first, kind: planbok::TEST, body: &planbok::test(&first, now) };
    if !gateway.store.create_subscription(&new, MAX_SUBSCRIPTIONS, &first, caller.by(now)).await? {
        return Err(Refusal::bad("An app has at most 10 subscriptions"));
    }
    // Needed in clear: handing it to the host's backend is this call's purpose.
    let told = Webhook { secret: Some(secret.to_string()), ..webhook(&new) };
    Ok((StatusCode::CREATED, Json(Answer::new(told))))
}

/// Lists the app's subscriptions to Planbok's events, oldest first.
#[utoipa::path(
    get, path = "/v2/webhooks", operation_id = "planbokListWebhooks", tag = "Planbok",
    responses((status = 200, description = "All of them.", body = Answer<Webhooks>)),
    security(("PlanbokApiKey" = [])),
    extensions(("x-repin" = json!(true))),
)]
pub async fn list(caller: Caller, State(gateway): State<Arc<Gateway>>) -> Result<Json<Answer<Webhooks>>, Refusal> {
    let all = gateway.store.subscriptions(&caller.caller.app.id).await?;
    let webhooks = all.iter().filter(|one| one.secret.is_some()).map(webhook).collect();
    Ok(Json(Answer::new(Webhooks { webhooks })))
}

/// Ends a subscription: nothing more is sent.
#[utoipa::path(
    delete, path = "/v2/webhooks/{id}", operation_id = "planbokDeleteWebhook", tag = "Planbok",
    params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 204, description = "Deleted."),
        (status = 404, description = "The app has no such subscription.", body = RefusalBody),
    ),
    security(("PlanbokApiKey" = [])),
    extensions(("x-repin" = json!(true))),
)]
pub async fn delete(
    Caller { caller, .. }: Caller,
    State(gateway): State<Arc<Gateway>>,
    id: Result<Path<String>, PathRejection>,
) -> Result<StatusCode, Refusal> {
    let unknown = || Refusal::new(StatusCode::NOT_FOUND, "Webhook not found");
    let Path(id) = id.map_err(|_| unknown())?;
    let found = gateway.store.subscription(&caller.app.id, &id).await?.filter(|found| found.secret.is_some());
    let found = found.ok_or_else(unknown)?;
    let by = caller.by(gateway.clock.now());
    let deleted = gateway.store.delete_subscription(&caller.app.id, &found.id, by).await?;
    if deleted { Ok(StatusCode::NO_CONTENT) } else { Err(unknown()) }
}

fn webhook(subscription: &Subscription) -> Webhook {
    Webhook {
        id: subscription.id.clone(),
        url: subscription.endpoint.clone(),
        events: subscription.types.clone(),
        enabled: subscription.enabled,
        created_at: date(subscription.created),
        secret: None,
    }
}
