//! What the API says about itself.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::auth::Caller;
use crate::gateway::Gateway;

/// `GET /ping`, for anyone.
pub async fn ping() -> Json<Value> {
    Json(json!({"message": "pong"}))
}

/// `GET /v1/w3s/config/entity`: the App ID that hosts give to the widget.
pub async fn entity(_: Caller, State(gateway): State<Arc<Gateway>>) -> Json<Value> {
    Json(json!({"data": {"appId": gateway.app.id}}))
}
