//! The pretend app's backend: what every host writes for itself, with the REST routes called in this process instead of
//! over the network.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{Path, State};
use axum::http::{Method, Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use repin_core::api::ChallengeType;
use repin_core::error::Code;
use serde::Deserialize;
use serde_json::{Value, json};
use tower::ServiceExt;
use uuid::Uuid;

use super::Stage;
use crate::error::status;
use crate::store::Created;

/// No reply of the REST routes is longer.
const MAX_REPLY: usize = 1024 * 1024;

/// The REST routes and the key that opens them.
pub struct Backend {
    routes: Router,
    api_key: String,
}

/// What the REST routes refused, as they said it: the page explains it.
pub struct Refusal(StatusCode, Value);

impl From<Code> for Refusal {
    fn from(code: Code) -> Self {
        Self(status(code), json!({"code": code.number(), "message": code.message()}))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.0, Json(self.1)).into_response()
    }
}

/// What a handler gives.
pub type Answer = Result<Json<Value>, Refusal>;

impl Backend {
    pub fn new(routes: Router, api_key: String) -> Self {
        Self { routes, api_key }
    }

    /// Calls a route; gives what is under `data`.
    async fn call(&self, method: Method, path: &str, token: Option<&str>, body: &Value) -> Result<Value, Refusal> {
        let mut request = Request::builder().method(method).uri(path);
        request = request.header(header::AUTHORIZATION, format!("Bearer {}", self.api_key));
        if let Some(token) = token {
            request = request.header("x-user-token", token);
        }
        let request = request.body(Body::from(body.to_string())).map_err(|_| Code::ParameterInvalid)?;
        let Ok(response) = self.routes.clone().oneshot(request).await;
        let status = response.status();
        let bytes = to_bytes(response.into_body(), MAX_REPLY).await.map_err(|_| Code::Unknown)?;
        let mut reply: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        if status.is_success() { Ok(reply["data"].take()) } else { Err(Refusal(status, reply)) }
    }

    /// A token for a person, and the key that belongs to it.
    async fn token(&self, user_id: &str) -> Result<(String, String), Refusal> {
        let reply = self.call(Method::POST, "/v1/w3s/users/token", None, &json!({"userId": user_id})).await?;
        let part = |name: &str| reply[name].as_str().map(str::to_owned).ok_or(Code::Unknown);
        Ok((part("userToken")?, part("encryptionKey")?))
    }

    /// The four values a page hands to the widget.
    async fn session(&self, token: &str, key: &str, challenge: &Value) -> Answer {
        let entity = self.call(Method::GET, "/v1/w3s/config/entity", None, &Value::Null).await?;
        Ok(Json(json!({
            "appId": entity["appId"],
            "userToken": token,
            "encryptionKey": key,
            "challengeId": challenge,
        })))
    }
}

/// `POST /demo/api/users`: somebody new.
pub async fn create_user(State(stage): State<Arc<Stage>>) -> Answer {
    let name = Uuid::new_v4().simple().to_string();
    let body = json!({"userId": format!("harbour-{}", &name[..10])});
    let user = stage.backend.call(Method::POST, "/v1/w3s/users", None, &body).await?;
    Ok(Json(json!({"userId": user["id"]})))
}

/// `GET /demo/api/users/{user}`: `EndUser`, and the addresses of the person's wallet, which an app keeps itself.
pub async fn user(State(stage): State<Arc<Stage>>, Path(user): Path<String>) -> Answer {
    let (token, _) = stage.backend.token(&user).await?;
    let mut shown = stage.backend.call(Method::GET, "/v1/w3s/user", Some(&token), &Value::Null).await?;
    let person = person(&stage, &user).await?;
    let wallet = stage.gateway.store.wallet(&person).await.map_err(|_| Code::Unknown)?;
    let addresses = wallet.map(|wallet| wallet.addresses).unwrap_or_default();
    shown["addresses"] = addresses.into_iter().map(|address| address.address).collect();
    Ok(Json(shown))
}

/// Our own name for one of the demo's people.
async fn person(stage: &Stage, user: &str) -> Result<String, Refusal> {
    let found = stage.gateway.store.user(&stage.gateway.app.id, user).await.map_err(|_| Code::Unknown)?;
    Ok(found.ok_or(Code::UserNotFound)?.id)
}

/// A challenge's type, as the page names it.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Flow {
    Initialize,
    SetPin,
    SetSecurityQuestions,
    ChangePin,
    RestorePin,
    CreateWallet,
    ExportPrivateKeys,
}

impl Flow {
    /// Circle's route. It has none for a wallet behind the PIN, which Planbok's face has, with a page of the gateway's own.
    fn route(self) -> Result<(Method, &'static str), ChallengeType> {
        Ok(match self {
            Self::Initialize => (Method::POST, "/v1/w3s/user/initialize"),
            Self::SetPin => (Method::POST, "/v1/w3s/user/pin"),
            Self::SetSecurityQuestions => (Method::POST, "/v1/w3s/user/securityQuestions"),
            Self::ChangePin => (Method::PUT, "/v1/w3s/user/pin"),
            Self::RestorePin => (Method::POST, "/v1/w3s/user/pin/restore"),
            Self::CreateWallet => return Err(ChallengeType::CreateWallet),
            Self::ExportPrivateKeys => return Err(ChallengeType::ExportKeys),
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewSession {
    user_id: String,
    flow: Flow,
}

/// `POST /demo/api/session`: a token, a challenge, and both for the widget; or what the gateway says instead.
pub async fn session(State(stage): State<Arc<Stage>>, Json(new): Json<NewSession>) -> Answer {
    let (token, key) = stage.backend.token(&new.user_id).await?;
    let id = Uuid::new_v4().to_string();
    let challenge = match new.flow.route() {
        Ok((method, path)) => {
            let mut body = json!({"idempotencyKey": id});
            if matches!(new.flow, Flow::Initialize) {
                body["blockchains"] = json!(["ETH-SEPOLIA"]);
            }
            stage.backend.call(method, path, Some(&token), &body).await?["challengeId"].take()
        }
        Err(kind) => json!(of_wallet(&stage, &new.user_id, kind, &id).await?),
    };
    stage.backend.session(&token, &key, &challenge).await
}

/// A challenge about the wallet.
async fn of_wallet(stage: &Stage, user: &str, kind: ChallengeType, key: &str) -> Result<String, Refusal> {
    let person = person(stage, user).await?;
    let created = stage.gateway.create_challenge(&person, kind, ("demo wallet", key, [0; 32]), Duration::MAX).await;
    match created.map_err(|_| Code::Unknown)? {
        Created::New(challenge) | Created::Before(challenge) => Ok(challenge.id),
        Created::KeyReused => Err(Code::ParameterInvalid.into()),
        Created::Refused(code) => Err(code.into()),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Renewal {
    user_id: String,
    challenge_id: String,
}

/// `POST /demo/api/session/renew`: an hour more for a challenge that has begun.
pub async fn renew(State(stage): State<Arc<Stage>>, Json(renewal): Json<Renewal>) -> Answer {
    let (token, key) = stage.backend.token(&renewal.user_id).await?;
    stage.backend.session(&token, &key, &json!(renewal.challenge_id)).await
}

/// `GET /demo/api/challenges/{user}/{id}`: `Challenge`, as a host polls it.
pub async fn challenge(State(stage): State<Arc<Stage>>, Path((user, id)): Path<(String, String)>) -> Answer {
    let (token, _) = stage.backend.token(&user).await?;
    let path = format!("/v1/w3s/user/challenges/{id}");
    let mut reply = stage.backend.call(Method::GET, &path, Some(&token), &Value::Null).await?;
    Ok(Json(reply["challenge"].take()))
}
