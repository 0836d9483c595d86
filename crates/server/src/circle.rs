//! The REST API for the host's backend: Circle's paths, shapes, statuses and codes, so that Circle's SDKs work unchanged.
//!
//! Every body may carry fields we do not know (the Node SDK sends some by mistake) and every GET a content type.

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn;
use axum::routing::{get, post};

use crate::edge::bound_body;
use crate::gateway::Gateway;

mod body;
mod challenges;
mod config;
mod shapes;
mod subscription_body;
mod subscriptions;
mod tokens;
mod users;

/// Circle's routes, and one of ours: `POST /v1/w3s/user/securityQuestions`.
pub fn router() -> Router<Arc<Gateway>> {
    Router::new()
        .route("/ping", get(config::ping))
        .route("/v1/w3s/config/entity", get(config::entity))
        .route("/v1/w3s/users", post(users::create))
        .route("/v1/w3s/users/token", post(tokens::create))
        .route("/v1/w3s/users/{id}", get(users::get))
        .route("/v1/w3s/user", get(users::get_own))
        .route("/v1/w3s/user/initialize", post(challenges::initialize))
        .route("/v1/w3s/user/pin", post(challenges::set_pin).put(challenges::change_pin))
        .route("/v1/w3s/user/pin/restore", post(challenges::restore_pin))
        .route("/v1/w3s/user/securityQuestions", post(challenges::set_security_questions))
        .route("/v1/w3s/user/challenges", get(challenges::list))
        .route("/v1/w3s/user/challenges/{id}", get(challenges::get))
        .route("/v2/notifications/subscriptions", post(subscriptions::create).get(subscriptions::list))
        .route(
            "/v2/notifications/subscriptions/{id}",
            get(subscriptions::get).patch(subscriptions::update).delete(subscriptions::delete),
        )
        .route("/v2/notifications/publicKey/{id}", get(subscriptions::public_key))
        .layer(from_fn(bound_body))
}
