//! `POST /v1/w3s/users/token`: a session for a user, valid for an hour.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use repin_core::error::Code;

use super::body::Body;
use super::requests::UserIdBody;
use super::shapes::{Data, Session};
use crate::auth::Caller;
use crate::error::{ApiError, ErrorBody};
use crate::gateway::Gateway;
use crate::session;

/// Makes a session for a user.
///
/// Valid for an hour; ask again for another. It belongs to the environment (TEST or LIVE) of the key that asks.
#[utoipa::path(
    post, path = "/v1/w3s/users/token", operation_id = "getUserToken", tag = "Users",
    request_body = UserIdBody,
    responses(
        (status = 200, description = "A session.", body = Data<Session>),
        (status = 404, description = "155102: the app has no user of this name.", body = ErrorBody),
        (status = 409, description = "155109: the user is disabled.", body = ErrorBody),
    ),
    security(("ApiKey" = [])),
)]
pub async fn create(
    caller: Caller,
    State(gateway): State<Arc<Gateway>>,
    body: Bytes,
) -> Result<Json<Data<Session>>, ApiError> {
    let body = Body::parse(&body)?;
    let user_id = body.user_id()?;
    let now = gateway.clock.now();
    gateway.counts.token(&caller.app.id, user_id, now)?;
    let user = gateway.store.user(&caller.app.id, user_id).await?.ok_or(Code::UserNotFound)?;
    if user.disabled {
        return Err(Code::UserWasDisabled.into());
    }
    let issued =
        session::issue(&gateway.keys, &caller.app, &user, caller.environment, now).map_err(|_| ApiError::Internal)?;
    Ok(Json(Data { data: Session { user_token: issued.user_token, encryption_key: issued.encryption_key } }))
}
