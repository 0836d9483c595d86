//! The gateway's half of `repin/1`: one route, `POST /v1/repin/challenges/{challengeId}/messages`.
//!
//! [`receive`] takes a request from envelope to reply; each step has a file of its own, in protocol order. The
//! specification is `docs/protocol.md`.

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::edge::fenced;
use crate::gateway::Gateway;

mod cancel;
mod commit;
mod create_wallet;
mod envelope;
mod export;
mod message;
mod open;
pub mod origin;
mod prove;
mod questions;
mod receive;
mod register;
mod rotate;
mod send_code;
mod set_email;
mod state;

/// The route, with what the OpenAPI document says of it.
pub fn routes() -> OpenApiRouter<Arc<Gateway>> {
    OpenApiRouter::new().routes(routes!(receive::receive, origin::preflight))
}

/// The same to be served, for pages of the allowed origins.
pub fn router(gateway: &Arc<Gateway>) -> Router<Arc<Gateway>> {
    fenced(routes()).layer(from_fn_with_state(gateway.clone(), origin::check))
}
