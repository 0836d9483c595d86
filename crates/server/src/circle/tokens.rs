//! `POST /v1/w3s/users/token`: a session for a user, valid for an hour.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use repin_core::error::Code;
use serde_json::{Value, json};

use super::body::Body;
use crate::auth::Caller;
use crate::error::ApiError;
use crate::gateway::Gateway;
use crate::session;

/// 200 with `userToken` and `encryptionKey`; 155102 for an unknown user, 155109 for a disabled one.
pub async fn create(caller: Caller, State(gateway): State<Arc<Gateway>>, body: Bytes) -> Result<Json<Value>, ApiError> {
    let body = Body::parse(&body)?;
    let user = gateway.store.user(&caller.app.id, body.user_id()?).await?.ok_or(Code::UserNotFound)?;
    if user.disabled {
        return Err(Code::UserWasDisabled.into());
    }
    let now = gateway.clock.now();
    let issued =
        session::issue(&gateway.keys, &caller.app, &user, caller.environment, now).map_err(|_| ApiError::Internal)?;
    Ok(Json(json!({"data": {"userToken": issued.user_token, "encryptionKey": issued.encryption_key}})))
}
