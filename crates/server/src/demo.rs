//! The demo, mounted by `serve --demo` alone: a pretend host app, its backend, and a look under the gateway's hood.
//!
//! **Never in production:** it hands out sessions to whoever asks and puts the clock forward. Around that everything is
//! real: its backend calls the gateway's own REST routes with an API key, and the widget, the protocol and the database
//! know nothing of it.

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderName, StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use rust_embed::RustEmbed;
use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use uuid::Uuid;

use crate::api_key::ApiKey;
use crate::circle;
use crate::gateway::Gateway;
use crate::store::pool::unswept;

use backend::Backend;
use wire::Wire;

mod backend;
mod look;
mod search;
mod wire;

/// The demo, as the settings carry it.
#[derive(Clone)]
pub struct Demo {
    api_key: String,
}

/// What the demo's handlers share.
struct Stage {
    gateway: Arc<Gateway>,
    backend: Backend,
    /// Reads the same file as the gateway's store, and cannot write it.
    database: SqlitePool,
    wire: Wire,
}

impl Demo {
    /// Makes the pretend backend's API key, anew at each start: a fixed one would end up on somebody's public host.
    pub(crate) fn make() -> Self {
        Self { api_key: format!("TEST_API_KEY:demo:{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple()) }
    }

    /// The key, as the settings know it.
    pub(crate) fn api_key(&self) -> Option<ApiKey> {
        ApiKey::parse(&self.api_key).ok()
    }

    /// The gateway's routes with the demo's beside them. What passes under `/v1/repin/` is recorded, in memory.
    pub(crate) fn mount(self, gateway: &Arc<Gateway>, routes: Router) -> Router {
        tracing::warn!("the demo is on: whoever reaches this address can have sessions and move the clock");
        let file = gateway.config.data.join("repin.db");
        let options = SqliteConnectOptions::new().filename(file).read_only(true);
        let database = unswept(1).connect_lazy_with(options.disable_statement_logging());
        let stage = Arc::new(Stage {
            gateway: gateway.clone(),
            backend: Backend::new(circle::router().with_state(gateway.clone()), self.api_key),
            database,
            wire: Wire::default(),
        });
        routes.layer(from_fn_with_state(stage.clone(), wire::record)).merge(own_routes().with_state(stage))
    }
}

fn own_routes() -> Router<Arc<Stage>> {
    Router::new()
        .route("/demo", get(|| async { asset("demo.html") }))
        .route("/demo/{file}", get(|Path(file): Path<String>| async move { asset(&file) }))
        .route("/demo/api/users", post(backend::create_user))
        .route("/demo/api/users/{user}", get(backend::user))
        .route("/demo/api/session", post(backend::session))
        .route("/demo/api/session/renew", post(backend::renew))
        .route("/demo/api/challenges/{user}/{id}", get(backend::challenge))
        .route("/demo/api/clock", get(look::clock).post(look::advance))
        .route("/demo/api/store", get(look::tables))
        .route("/demo/api/store/search", post(look::search))
        .route("/demo/api/wire", get(look::wire))
}

#[derive(RustEmbed)]
#[folder = "demo"]
struct Assets;

/// What a page needs that embeds the widget in-page, and nothing more: its own scripts and styles, and WebAssembly.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; \
    connect-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
    trusted-types pin-recovery; require-trusted-types-for 'script'";

fn asset(name: &str) -> Response {
    let Some(file) = Assets::get(name) else { return StatusCode::NOT_FOUND.into_response() };
    let kind = match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css",
        Some("js") => "text/javascript",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    };
    let headers: [(HeaderName, &str); 5] = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, PAGE_POLICY),
        (header::CACHE_CONTROL, "no-cache"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (headers, file.data.into_owned()).into_response()
}
