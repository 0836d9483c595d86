//! What the API says about itself.

use axum::Json;
use serde_json::{Value, json};

use crate::auth::Caller;

/// `GET /ping`, for anyone.
pub async fn ping() -> Json<Value> {
    Json(json!({"message": "pong"}))
}

/// `GET /v1/w3s/config/entity`: the key's App ID, which hosts give to the widget.
pub async fn entity(caller: Caller) -> Json<Value> {
    Json(json!({"data": {"appId": caller.app.id}}))
}
