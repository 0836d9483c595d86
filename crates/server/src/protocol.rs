//! The gateway's half of `repin/1`: one route, `POST /v1/repin/challenges/{challengeId}/messages`.
//!
//! [`receive`] takes a request from envelope to reply; each step has a file of its own, in protocol order. The
//! specification is `docs/protocol.md`.

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::post;

use crate::edge::bound_body;
use crate::gateway::Gateway;

mod cancel;
mod commit;
mod envelope;
mod message;
mod open;
pub mod origin;
mod prove;
mod questions;
mod receive;
mod register;
mod state;

/// The route, for pages of the allowed origins.
pub fn router(gateway: &Arc<Gateway>) -> Router<Arc<Gateway>> {
    Router::new()
        .route("/v1/repin/challenges/{challengeId}/messages", post(receive::receive).options(origin::preflight))
        .layer(from_fn(bound_body))
        .layer(from_fn_with_state(gateway.clone(), origin::check))
}
