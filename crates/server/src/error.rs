//! Errors as the edges tell them: an HTTP status with Circle's `{"code", "message"}`, and nothing finer.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use repin_core::error::Code;
use serde_json::json;

use crate::store::StoreError;

/// Why a request was refused.
#[derive(Debug, PartialEq, Eq)]
pub enum ApiError {
    /// One of Circle's codes, with its status and message.
    Code(Code),
    /// Code 2 about one parameter, with Circle's extended `errors`. The value itself is not repeated.
    Parameter(&'static str, &'static str),
    /// No such route, or not with this method.
    Route(StatusCode),
    /// Ours to solve, and in the log. The same request can be made again.
    Internal,
}

impl ApiError {
    /// Circle's number, for the log.
    pub fn number(&self) -> i32 {
        match self {
            Self::Code(code) => code.number(),
            Self::Parameter(..) => Code::ParameterInvalid.number(),
            Self::Route(status) => i32::from(status.as_u16()),
            Self::Internal => Code::Unknown.number(),
        }
    }
}

impl From<Code> for ApiError {
    fn from(code: Code) -> Self {
        Self::Code(code)
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        // A database's own words: they name tables and columns, and hold no values.
        tracing::error!(%error, "store");
        Self::Internal
    }
}

/// The number that a response's body carries, for the log.
#[derive(Clone, Copy)]
pub struct LoggedCode(pub i32);

/// The status a code travels with. Those that only a user interface produces have none and never get here.
pub fn status(code: Code) -> StatusCode {
    StatusCode::from_u16(code.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, body) = match &self {
            Self::Code(code) => (status(*code), json!({"code": code.number(), "message": code.message()})),
            Self::Parameter(name, message) => {
                let code = Code::ParameterInvalid;
                let errors = json!([{"error": "invalid_value", "message": message, "location": name}]);
                (status(code), json!({"code": code.number(), "message": code.message(), "errors": errors}))
            }
            Self::Route(status) => (*status, json!({"code": status.as_u16(), "message": status.canonical_reason()})),
            Self::Internal => (
                StatusCode::INTERNAL_SERVER_ERROR,
                json!({"code": Code::Unknown.number(), "message": Code::Unknown.message()}),
            ),
        };
        let mut response = (status, Json(body)).into_response();
        response.extensions_mut().insert(LoggedCode(self.number()));
        response
    }
}
