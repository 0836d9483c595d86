//! The gateway's router without a socket in between: everything that is served, thousands of times a second.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, Response};
use serde_json::Value;
use tower::ServiceExt;

use crate::common::API_KEY;

/// All that a gateway serves.
#[derive(Clone)]
pub struct Direct(Router);

/// What came back.
pub struct Answer {
    pub status: u16,
    /// Null when it is no JSON.
    pub body: Value,
}

impl Answer {
    /// Whether a message was taken: granted, or at least opened, for only what opened is answered under seal.
    pub fn was_opened(&self) -> bool {
        self.status == 200 || self.body["sealed"].is_string()
    }

    /// Circle's number.
    pub fn code(&self) -> i64 {
        self.body["code"].as_i64().unwrap_or_default()
    }
}

impl Direct {
    pub fn to(gateway: &Arc<repin_server::Gateway>) -> Self {
        Self(repin_server::app(gateway.clone()))
    }

    pub async fn ask(&self, request: Request<Body>) -> Answer {
        let response: Response<Body> = self.0.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        Answer { status, body: serde_json::from_slice(&bytes).unwrap_or_default() }
    }

    /// A message of the widget's.
    pub async fn message(&self, challenge: &str, token: &str, body: Vec<u8>) -> Answer {
        let request = Request::post(format!("/v1/repin/challenges/{challenge}/messages"))
            .header("Content-Type", "application/json")
            .header("X-User-Token", token);
        self.ask(request.body(Body::from(body)).unwrap()).await
    }

    /// What the widget's route says to a token and a body that is no message: the token is read first.
    pub async fn open_with(&self, token: &[u8]) -> Answer {
        let path = "/v1/repin/challenges/c0ffee00-0000-4000-8000-000000000001/messages";
        match Request::post(path).header("X-User-Token", token).body(Body::from("{}")) {
            Ok(request) => self.ask(request).await,
            Err(_) => Answer { status: 400, body: Value::Null },
        }
    }

    /// Who the token stands for, asked by the host's backend.
    pub async fn user_of(&self, token: &[u8]) -> Answer {
        let request = Request::get("/v1/w3s/user").header("Authorization", format!("Bearer {API_KEY}"));
        match request.header("X-User-Token", token).body(Body::empty()) {
            Ok(request) => self.ask(request).await,
            // Bytes that no header can hold do not even arrive.
            Err(_) => Answer { status: 400, body: Value::Null },
        }
    }
}
