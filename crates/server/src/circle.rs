//! The REST API for the host's backend: Circle's paths, shapes, statuses and codes, so that Circle's SDKs work unchanged.
//!
//! Every body may carry fields we do not know (the Node SDK sends some by mistake) and every GET a content type. What is the
//! same as at Circle's, what is ours, and what was ours to choose is in `docs/circle-api.md`.

use std::sync::Arc;

use axum::Router;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::edge::fenced;
use crate::gateway::Gateway;

pub(crate) mod body;
pub(crate) mod challenges;
mod config;
pub(crate) mod filters;
mod link;
mod requests;
pub(crate) mod shapes;
mod subscription_body;
mod subscription_shapes;
mod subscriptions;
mod tokens;
pub mod uncovered;
mod users;

/// Circle's routes with what the OpenAPI document says of them, and one of ours: `POST /v1/w3s/user/securityQuestions`.
pub fn routes() -> OpenApiRouter<Arc<Gateway>> {
    OpenApiRouter::new()
        .routes(routes!(config::ping))
        .routes(routes!(config::entity))
        .routes(routes!(config::public_key))
        .routes(routes!(users::create, users::list))
        .routes(routes!(tokens::create))
        .routes(routes!(users::get))
        .routes(routes!(users::get_own))
        .routes(routes!(challenges::initialize))
        .routes(routes!(challenges::set_pin, challenges::change_pin))
        .routes(routes!(challenges::restore_pin))
        .routes(routes!(challenges::set_security_questions))
        .routes(routes!(challenges::list))
        .routes(routes!(challenges::get))
        .routes(routes!(subscriptions::create, subscriptions::list))
        .routes(routes!(subscriptions::get, subscriptions::update, subscriptions::delete))
        .routes(routes!(subscriptions::public_key))
}

/// The same to be served, and a plain answer for Circle's routes that Repin does not cover.
pub fn router() -> Router<Arc<Gateway>> {
    fenced(Router::from(routes()).merge(uncovered::router()))
}
