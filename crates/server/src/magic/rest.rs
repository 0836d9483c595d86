//! The host's side: its backend registers wallets, looks at them, and asks for recoveries. Ours, under a prefix of our own; codes and
//! shapes as everywhere.

use std::sync::Arc;

use axum::Router;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::client::MagicClient;
use super::{recoveries, wallets};
use crate::edge::fenced;
use crate::error::ApiError;
use crate::gateway::Gateway;

/// The routes, with what the OpenAPI document says of them.
pub fn routes() -> OpenApiRouter<Arc<Gateway>> {
    OpenApiRouter::new()
        .routes(routes!(wallets::register, wallets::list))
        .routes(routes!(wallets::get))
        .routes(routes!(wallets::retry))
        .routes(routes!(recoveries::create))
}

/// The same to be served.
pub fn router() -> Router<Arc<Gateway>> {
    fenced(routes())
}

/// Where there is somebody to relay to.
///
/// # Errors
/// 155199 on a gateway that was started without `--magic-url`.
pub fn magic(gateway: &Gateway) -> Result<&MagicClient, ApiError> {
    gateway
        .magic
        .as_ref()
        .ok_or(ApiError::NotCovered("wallets that Magic holds, unless it is started with --magic-url"))
}
