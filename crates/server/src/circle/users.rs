//! Users, as the host's backend names and sees them.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use repin_core::error::Code;
use serde_json::{Value, json};

use super::body::Body;
use super::shapes;
use crate::auth::{Caller, HostSession};
use crate::error::ApiError;
use crate::gateway::Gateway;

/// `POST /v1/w3s/users`: 201, or 155101 if there is one of this name.
pub async fn create(
    caller: Caller,
    State(gateway): State<Arc<Gateway>>,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let body = Body::parse(&body)?;
    let now = gateway.clock.now();
    let user = gateway.store.create_user(&caller.app.id, body.user_id()?, now).await?;
    let user = user.ok_or(Code::UserAlreadyExisted)?;
    Ok((StatusCode::CREATED, Json(json!({"data": shapes::user(&user, now)}))))
}

/// `GET /v1/w3s/users/{id}`: the user under `data.user`, or 155102.
pub async fn get(
    caller: Caller,
    State(gateway): State<Arc<Gateway>>,
    id: Result<Path<String>, PathRejection>,
) -> Result<Json<Value>, ApiError> {
    let Path(id) = id.map_err(|_| Code::UserNotFound)?;
    let user = gateway.store.user(&caller.app.id, &id).await?.ok_or(Code::UserNotFound)?;
    Ok(Json(json!({"data": {"user": shapes::user(&user, gateway.clock.now())}})))
}

/// `GET /v1/w3s/user`: the session's user, directly under `data` (so it is at Circle's).
pub async fn get_own(HostSession(session): HostSession, State(gateway): State<Arc<Gateway>>) -> Json<Value> {
    Json(json!({"data": shapes::user(&session.user, gateway.clock.now())}))
}
