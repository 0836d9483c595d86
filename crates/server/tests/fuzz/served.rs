//! Parsers behind the router, with all that is around them: a panic there is answered with 500.

use std::cell::OnceCell;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Uri, request::Builder};
use tokio::runtime::{Builder as RuntimeBuilder, Runtime};
use tower::ServiceExt;

use crate::common::{API_KEY, Gateway};

const USER: &str = "user-0001";
const CHALLENGE: &str = "c0ffee00-0000-4000-8000-000000000001";

/// A gateway with one user and their session, for all inputs of a thread.
struct World {
    runtime: Runtime,
    gateway: Gateway,
    app: Router,
    token: String,
    challenge: String,
}

thread_local! {
    static WORLD: OnceCell<World> = const { OnceCell::new() };
}

impl World {
    fn make() -> Self {
        let runtime = RuntimeBuilder::new_current_thread().enable_all().build().unwrap();
        let (gateway, token, challenge) = runtime.block_on(async {
            let gateway = Gateway::start().await;
            gateway.create_user(USER).await;
            let (token, _) = gateway.token(USER).await;
            let challenge = gateway.challenge("POST", "/user/initialize", &token).await;
            (gateway, token, challenge)
        });
        let app = repin_server::app(gateway.inner.clone());
        Self { runtime, gateway, app, token, challenge }
    }

    /// The status of the answer, which is never ours to blame for.
    fn ask(&self, request: Builder, body: &[u8]) -> Option<u16> {
        // What no header or URL can hold does not arrive.
        let request = request.body(Body::from(body.to_vec())).ok()?;
        let response = self.runtime.block_on(self.app.clone().oneshot(request)).unwrap();
        let status = response.status().as_u16();
        assert!(status < 500 || status == 501, "{status}");
        Some(status)
    }
}

fn world<T>(work: impl FnOnce(&World) -> T) -> T {
    WORLD.with(|world| work(world.get_or_init(World::make)))
}

fn host(request: Builder) -> Builder {
    request.header("Authorization", format!("Bearer {API_KEY}"))
}

/// A message's JSON: whatever it is, nothing is evaluated.
pub fn envelope(body: &[u8]) {
    world(|world| {
        let path = format!("/v1/repin/challenges/{}/messages", world.challenge);
        let status = world.ask(Request::post(path).header("X-User-Token", &world.token), body);
        assert_ne!(status, Some(200));
        assert_eq!(world.gateway.inner.evaluations(), 0);
    });
}

/// A session token that is not the one there is.
pub fn token(token: &[u8]) {
    world(|world| {
        let status = world.ask(host(Request::get("/v1/w3s/user")).header("X-User-Token", token), b"");
        assert!(status != Some(200) || token == world.token.as_bytes());
    });
}

/// The header with the API key.
pub fn bearer(header: &[u8]) {
    world(|world| {
        let status = world.ask(Request::get("/v1/w3s/users").header("Authorization", header), b"");
        assert!(status != Some(200) || header == format!("Bearer {API_KEY}").as_bytes());
    });
}

/// A body of the REST API: to each route that reads one, but for the one that asks other hosts.
pub fn body(body: &[u8]) {
    world(|world| {
        let session = |request: Builder| host(request).header("X-User-Token", &world.token);
        world.ask(host(Request::post("/v1/w3s/users")), body);
        world.ask(host(Request::post("/v1/w3s/users/token")), body);
        world.ask(session(Request::post("/v1/w3s/user/initialize")), body);
        world.ask(session(Request::put("/v1/w3s/user/pin")), body);
        world.ask(host(Request::patch(format!("/v2/notifications/subscriptions/{CHALLENGE}"))), body);
    });
}

/// The query of Circle's lists.
pub fn query(query: &[u8]) {
    world(|world| {
        for path in ["/v1/w3s/users", "/v1/w3s/user/challenges"] {
            let uri = [path.as_bytes(), b"?", query].concat();
            let Ok(uri) = Uri::try_from(uri) else { return };
            world.ask(host(Request::get(uri)).header("X-User-Token", &world.token), b"");
        }
    });
}

/// What stands in a path: a user's id, a challenge's, a key's.
pub fn path(part: &[u8]) {
    world(|world| {
        for path in ["/v1/w3s/users/", "/v1/w3s/user/challenges/", "/v2/notifications/publicKey/", "/"] {
            let Ok(uri) = Uri::try_from([path.as_bytes(), part].concat()) else { continue };
            world.ask(host(Request::get(uri)).header("X-User-Token", &world.token), b"");
        }
    });
}
