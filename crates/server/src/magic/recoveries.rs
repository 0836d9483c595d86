//! Recoveries, as the host's backend asks for them.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use repin_core::api::ChallengeType;
use repin_core::error::Code;

use super::rest::magic;
use super::shapes::MagicRecoveryBody;
use crate::auth::Caller;
use crate::circle::body::Body;
use crate::circle::challenges::create_for;
use crate::circle::shapes::{ChallengeId, Data};
use crate::error::{ApiError, ErrorBody};
use crate::gateway::Gateway;

/// Asks for a new PIN, by someone who proves the answers, and for a new encryption context of every wallet of theirs.
#[utoipa::path(
    post, path = "/v1/magic/recoveries", operation_id = "createMagicRecovery", tag = "Magic",
    request_body = MagicRecoveryBody,
    responses(
        (status = 201, description = "A new challenge.", body = Data<ChallengeId>),
        (status = 200, description = "The challenge that the same key and body created before.", body = Data<ChallengeId>),
        (status = 400, description = "155111: the user has no answers. 155120: they are locked.", body = ErrorBody),
        (status = 403, description = "156020: the key came before with another body.", body = ErrorBody),
        (status = 404, description = "155102: the app has no user of this name.", body = ErrorBody),
        (status = 501, description = "155199: the gateway was started without --magic-url.", body = ErrorBody),
    ),
    security(("ApiKey" = [])),
    extensions(("x-repin" = json!(true))),
)]
pub async fn create(
    caller: Caller,
    State(gateway): State<Arc<Gateway>>,
    body: Bytes,
) -> Result<(StatusCode, Json<Data<ChallengeId>>), ApiError> {
    magic(&gateway)?;
    let body = Body::parse(&body)?;
    let user = gateway.store.user(&caller.app.id, body.user_id()?).await?.ok_or(Code::UserNotFound)?;
    create_for(&gateway, &user.id, ChallengeType::RecoverWallets, "POST /v1/magic/recoveries", body).await
}
