//! What the API says about itself.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use super::shapes::{Configuration, Data, Pong, PublicKey};
use crate::auth::Caller;
use crate::gateway::Gateway;

/// Answers, to anyone.
#[utoipa::path(
    get, path = "/ping", operation_id = "ping", tag = "Configuration",
    responses((status = 200, description = "The gateway is there.", body = Pong)),
)]
pub async fn ping() -> Json<Pong> {
    Json(Pong { message: "pong" })
}

/// Tells the key's App ID, which hosts give to the widget.
#[utoipa::path(
    get, path = "/v1/w3s/config/entity", operation_id = "getEntityConfig", tag = "Configuration",
    responses((status = 200, description = "The configuration.", body = Data<Configuration>)),
    security(("ApiKey" = [])),
)]
pub async fn entity(caller: Caller) -> Json<Data<Configuration>> {
    Json(Data { data: Configuration { app_id: caller.app.id } })
}

/// Tells a public key.
///
/// Circle's is for encrypting the secret of developer-controlled wallets, which Repin has none of. Ours verifies user
/// tokens (RS256): the newest key's, so a token made before a rotation is verified by an older one.
#[utoipa::path(
    get, path = "/v1/w3s/config/entity/publicKey", operation_id = "getPublicKey", tag = "Configuration",
    responses((status = 200, description = "The key.", body = Data<PublicKey>)),
    security(("ApiKey" = [])),
)]
pub async fn public_key(_: Caller, State(gateway): State<Arc<Gateway>>) -> Json<Data<PublicKey>> {
    Json(Data { data: PublicKey { public_key: gateway.keys.token.newest().1.public_pem.clone() } })
}
