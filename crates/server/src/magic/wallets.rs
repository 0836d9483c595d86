//! Wallets as the host's backend registers and sees them.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use repin_core::api::RotationState;
use repin_core::error::Code;
use serde_json::json;

use super::MAX_WALLETS;
use super::registration;
use super::rest::magic;
use super::shapes::{self, MagicWalletBody, MagicWallets, OneMagicWallet};
use crate::auth::Caller;
use crate::circle::body::{Body, invalid};
use crate::circle::filters::Filters;
use crate::circle::shapes::Data;
use crate::error::{ApiError, ErrorBody};
use crate::gateway::Gateway;
use crate::path_id;
use crate::store::{MagicWallet, NewMagicWallet, RegisteredWallet};

type Answer = Result<(StatusCode, Json<Data<OneMagicWallet>>), ApiError>;

/// Registers a wallet that Magic holds.
///
/// Legacy: Magic has retired this API. From here on the gateway alone has the wallet's keys. A wallet that is FROZEN, or UNKNOWN and
/// waiting for an operator, takes new keys this way, and is IDLE again.
#[utoipa::path(
    post, path = "/v1/magic/wallets", operation_id = "registerMagicWallet", tag = "Magic",
    request_body = MagicWalletBody,
    responses(
        (status = 201, description = "Registered.", body = Data<OneMagicWallet>),
        (status = 200, description = "The wallet that the same key and body registered before.", body = Data<OneMagicWallet>),
        (status = 403, description = "156020: the key came before with another body.", body = ErrorBody),
        (status = 404, description = "155102: the app has no user of this name.", body = ErrorBody),
        (status = 409, description = "409: the wallet is registered, and needs no new keys.", body = ErrorBody),
        (status = 501, description = "155199: the gateway was started without --magic-url.", body = ErrorBody),
    ),
    security(("ApiKey" = [])),
    extensions(("x-repin" = json!(true))),
)]
pub async fn register(caller: Caller, State(gateway): State<Arc<Gateway>>, body: Bytes) -> Answer {
    magic(&gateway)?;
    let body = Body::parse(&body)?;
    let user = gateway.store.user(&caller.app.id, body.user_id()?).await?.ok_or(Code::UserNotFound)?;
    let wallet = registration::wallet(&body, &user, &gateway.keys)?;
    let (key, body_hash) = body.idempotency()?;
    let new = NewMagicWallet { wallet, key: &key, body_hash, max: MAX_WALLETS };
    match gateway.store.register_magic_wallet(&new, caller.by(gateway.clock.now())).await? {
        RegisteredWallet::New(wallet) => Ok((StatusCode::CREATED, shown(&wallet))),
        RegisteredWallet::Before(wallet) => Ok((StatusCode::OK, shown(&wallet))),
        RegisteredWallet::KeyReused => Err(Code::IdempotencyKeyReused.into()),
        RegisteredWallet::Taken => Err(Code::Conflict.into()),
        RegisteredWallet::Full => {
            let message = format!("the user has {MAX_WALLETS} wallets, which is as many as can be");
            Err(invalid("walletId", "invalid_value", &message, json!({"max": MAX_WALLETS})))
        }
    }
}

/// Lists a user's wallets.
#[utoipa::path(
    get, path = "/v1/magic/wallets", operation_id = "listMagicWallets", tag = "Magic",
    params(("userId" = String, Query, description = "The host's name for the user.")),
    responses(
        (status = 200, description = "All of them, in the order of their registration.", body = Data<MagicWallets>),
        (status = 404, description = "155102: the app has no user of this name.", body = ErrorBody),
        (status = 501, description = "155199: the gateway was started without --magic-url.", body = ErrorBody),
    ),
    security(("ApiKey" = [])),
    extensions(("x-repin" = json!(true))),
)]
pub async fn list(
    caller: Caller,
    State(gateway): State<Arc<Gateway>>,
    filters: Filters,
) -> Result<Json<Data<MagicWallets>>, ApiError> {
    magic(&gateway)?;
    let name = filters.value("userId").ok_or_else(|| invalid("userId", "required", "userId is required", json!({})))?;
    let user = gateway.store.user(&caller.app.id, name).await?.ok_or(Code::UserNotFound)?;
    let wallets = gateway.store.magic_wallets(&user.id).await?;
    Ok(Json(Data { data: MagicWallets { wallets: wallets.iter().map(shapes::wallet).collect() } }))
}

/// Shows a wallet.
#[utoipa::path(
    get, path = "/v1/magic/wallets/{id}", operation_id = "getMagicWallet", tag = "Magic",
    params(("id" = String, Path, format = "uuid", description = "Ours, not Magic's.")),
    responses(
        (status = 200, description = "The wallet.", body = Data<OneMagicWallet>),
        (status = 400, description = "156009: the id is not a UUID.", body = ErrorBody),
        (status = 404, description = "404: the app has no wallet of this id.", body = ErrorBody),
        (status = 501, description = "155199: the gateway was started without --magic-url.", body = ErrorBody),
    ),
    security(("ApiKey" = [])),
    extensions(("x-repin" = json!(true))),
)]
pub async fn get(
    caller: Caller,
    State(gateway): State<Arc<Gateway>>,
    id: Result<Path<String>, PathRejection>,
) -> Result<Json<Data<OneMagicWallet>>, ApiError> {
    magic(&gateway)?;
    Ok(shown(&find(&gateway, &caller, id).await?))
}

/// Asks Magic once more.
///
/// For a wallet that is UNKNOWN and waits for somebody to have looked: the same call with the same old recovery key, once.
#[utoipa::path(
    post, path = "/v1/magic/wallets/{id}/retry", operation_id = "retryMagicWallet", tag = "Magic",
    params(("id" = String, Path, format = "uuid", description = "Ours, not Magic's.")),
    responses(
        (status = 200, description = "It is asked.", body = Data<OneMagicWallet>),
        (status = 400, description = "156009: the id is not a UUID.", body = ErrorBody),
        (status = 404, description = "404: the app has no wallet of this id.", body = ErrorBody),
        (status = 409, description = "409: the wallet does not wait for this.", body = ErrorBody),
        (status = 501, description = "155199: the gateway was started without --magic-url.", body = ErrorBody),
    ),
    security(("ApiKey" = [])),
    extensions(("x-repin" = json!(true))),
)]
pub async fn retry(
    caller: Caller,
    State(gateway): State<Arc<Gateway>>,
    id: Result<Path<String>, PathRejection>,
) -> Result<Json<Data<OneMagicWallet>>, ApiError> {
    magic(&gateway)?;
    let wallet = find(&gateway, &caller, id).await?;
    let asked = wallet.state == RotationState::Unknown
        && gateway.store.retry_rotation(&wallet, caller.by(gateway.clock.now())).await?;
    if asked { Ok(shown(&wallet)) } else { Err(Code::Conflict.into()) }
}

async fn find(
    gateway: &Gateway,
    caller: &Caller,
    id: Result<Path<String>, PathRejection>,
) -> Result<MagicWallet, ApiError> {
    let id = path_id::uuid(id).ok_or(Code::IdNotUuid)?;
    let wallet = gateway.store.magic_wallet(&caller.app.id, &id).await?;
    wallet.ok_or(ApiError::Route(StatusCode::NOT_FOUND))
}

fn shown(wallet: &MagicWallet) -> Json<Data<OneMagicWallet>> {
    Json(Data { data: OneMagicWallet { wallet: shapes::wallet(wallet) } })
}
