//! Planbok's face: its paths, header, words and error shape, for backends that were written for it. A challenge asked for here
//! is carried out on a page of ours, to which the host sends the person and which sends them back with a signed result.
//!
//! What is Planbok's, and what is ours where it says nothing or two things, is in `docs/planbok.md`.

use std::sync::Arc;

use axum::Router;
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::edge::fenced;
use crate::error::ApiError;
use crate::gateway::Gateway;

mod admission;
mod ask;
mod body;
mod caller;
mod challenges;
mod customers;
mod jwks;
mod link;
mod not_covered;
mod outcome;
mod page;
mod redirect_url;
mod refusal;
mod result;
mod shapes;
mod visit;
mod ways_back;
mod webhooks;

use refusal::Refusal;

pub use page::router as pages;

/// Planbok's routes, those of the page between them, and the keys of its results.
pub fn routes() -> OpenApiRouter<Arc<Gateway>> {
    OpenApiRouter::new()
        .routes(routes!(customers::create))
        .routes(routes!(customers::get))
        .routes(routes!(ask::initialize))
        .routes(routes!(ask::recovery))
        .routes(routes!(ask::update_pin))
        .routes(routes!(ask::reset_pin))
        .routes(routes!(ask::export_private_keys))
        .routes(routes!(ask::create_wallet))
        .routes(routes!(challenges::list))
        .routes(routes!(challenges::get))
        .routes(routes!(not_covered::sign))
        .routes(routes!(not_covered::transact))
        .routes(routes!(webhooks::create, webhooks::list))
        .routes(routes!(webhooks::delete))
        .routes(routes!(visit::session))
        .routes(routes!(visit::result))
        .routes(routes!(jwks::keys))
}

/// The same to be served.
pub fn router() -> Router<Arc<Gateway>> {
    fenced(routes())
}

/// A refusal in the shape of the face that this path belongs to.
pub fn refusal_at(path: &str, error: ApiError) -> Response {
    if speaks_planbok(path) { Refusal::from(error).into_response() } else { error.into_response() }
}

/// Whether what is refused at this path is refused in Planbok's shape.
pub fn speaks_planbok(path: &str) -> bool {
    ["/v2/customers", "/v2/webhooks", "/v1/repin/visits/"].iter().any(|ours| path.starts_with(ours))
}
