//! Errors as the edges tell them: an HTTP status with Circle's `{"code", "message"}`, and nothing finer.

use std::collections::HashMap;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use repin_core::error::Code;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::arithmetic::NotComputed;
use crate::keys::StorageError;
use crate::store::StoreError;

/// Seconds after which a request that was right is worth another try.
const RETRY_AFTER: u64 = 2;

/// Why a request was refused.
#[derive(Debug, PartialEq, Eq)]
pub enum ApiError {
    /// One of Circle's codes, with its status and message.
    Code(Code),
    /// Code 2 about one parameter, with Circle's extended `errors`.
    Parameter(Box<Invalid>),
    /// 429, with the seconds to wait.
    TooManyRequests(u64),
    /// A call of Circle's API for something Repin does not do, and what that is.
    NotCovered(&'static str),
    /// No such route, or not with this method.
    Route(StatusCode),
    /// The store is away, or a key is not here yet that another node has. The same request can be made again.
    Away,
    /// Ours to solve, and in the log. The same request can be made again.
    Internal,
}

/// What is wrong with a parameter, in the names that Circle's documentation lists for `errors[].error`.
#[derive(Debug, PartialEq, Eq)]
pub struct Invalid {
    /// `required`, `invalid_value`, `number_format`, `min_value` or `length_outside_bounds`.
    pub error: &'static str,
    /// In words.
    pub message: String,
    /// The parameter's name.
    pub location: &'static str,
    /// What was given. Of query parameters alone: a body or a header can hold a secret, and is never repeated.
    pub invalid_value: Option<String>,
    /// What would be right; an object.
    pub constraints: Value,
}

impl From<Invalid> for ApiError {
    fn from(invalid: Invalid) -> Self {
        Self::Parameter(Box::new(invalid))
    }
}

impl ApiError {
    /// It is being done already, or too much is at once. 429 and not 503, which balancers take for a gateway that cannot: one person who
    /// repeats a message, or a crowd, would have each gateway left alone in turn, until there is none.
    pub const BUSY: Self = Self::TooManyRequests(RETRY_AFTER);

    /// The code that travels in the body, where it is one of the table's.
    fn code(&self) -> Option<Code> {
        Some(match self {
            Self::Code(code) => *code,
            Self::Parameter(_) => Code::ParameterInvalid,
            Self::TooManyRequests(_) => Code::TooManyRequests,
            Self::NotCovered(_) => Code::NotCovered,
            Self::Internal | Self::Away => Code::Unknown,
            Self::Route(_) => return None,
        })
    }

    /// What is beside the code, in Circle's extended form.
    fn errors(&self) -> Option<Value> {
        match self {
            Self::Parameter(invalid) => {
                let mut error = json!({
                    "error": invalid.error,
                    "message": invalid.message,
                    "location": invalid.location,
                    "constraints": invalid.constraints,
                });
                if let Some(value) = &invalid.invalid_value {
                    error["invalidValue"] = json!(value);
                }
                Some(json!([error]))
            }
            Self::NotCovered(what) => Some(json!([{
                "error": "not_covered",
                "message": format!("Repin sets, changes and restores PINs. It does not cover {what}."),
                "location": "path",
                "constraints": {},
            }])),
            _ => None,
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
        if matches!(error, StoreError::Away(_)) { Self::Away } else { Self::Internal }
    }
}

impl From<NotComputed> for ApiError {
    fn from(error: NotComputed) -> Self {
        match error {
            // No error of anybody's, and in a crowd there are thousands: the request's own line and the count of its status say it.
            NotComputed::Full => {
                tracing::debug!(%error, "arithmetic");
                Self::BUSY
            }
            NotComputed::Panicked => {
                tracing::error!(%error, "arithmetic");
                Self::Internal
            }
        }
    }
}

impl From<StorageError> for ApiError {
    fn from(error: StorageError) -> Self {
        // A key that is on its way, or can be brought back: the same bytes go on then, and nothing was charged for them.
        if error == StorageError::MissingKey { Self::Away } else { Self::Internal }
    }
}

/// What every refusal looks like.
#[derive(ToSchema)]
#[schema(as = Error)]
#[allow(dead_code)] // described here, built above: most have no `errors`
pub struct ErrorBody {
    /// One of the codes in `docs/circle-api.md`.
    #[schema(example = 155102)]
    code: i32,
    #[schema(example = "Cannot find the user id in the system.")]
    message: String,
    /// Present for code 2 about a parameter, and for 155199.
    errors: Option<Vec<ErrorDetail>>,
}

/// What is wrong with one parameter.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code)] // as above
pub struct ErrorDetail {
    /// `required`, `invalid_value`, `number_format`, `min_value`, `length_outside_bounds` or `not_covered`.
    error: String,
    message: String,
    /// The parameter's name.
    location: String,
    /// What was given, of query parameters alone. A body or a header can hold a secret, and is never repeated.
    invalid_value: Option<String>,
    /// What would be right.
    constraints: HashMap<String, Value>,
}

/// The number that a response's body carries, for the log.
#[derive(Clone, Copy)]
pub struct LoggedCode(pub i32);

/// The status a code travels with. Those that only a user interface produces have none and never get here.
pub fn status(code: Code) -> StatusCode {
    StatusCode::from_u16(code.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

impl ApiError {
    /// Seconds to wait before the same request is made again, where that is of use.
    pub(crate) fn retry_after(&self) -> Option<u64> {
        match self {
            Self::TooManyRequests(seconds) => Some(*seconds),
            Self::Away => Some(RETRY_AFTER),
            _ => None,
        }
    }

    /// HTTP status, number and words, as they are told.
    pub(crate) fn told(&self) -> (StatusCode, i32, &'static str) {
        match (self, self.code()) {
            (Self::Route(status), _) => (*status, i32::from(status.as_u16()), status.canonical_reason().unwrap_or("")),
            (Self::Away, _) => (StatusCode::SERVICE_UNAVAILABLE, Code::Unknown.number(), Code::Unknown.message()),
            // Circle's status for it is 400; but the request was right, and may be sent again.
            (_, None | Some(Code::Unknown)) => {
                (StatusCode::INTERNAL_SERVER_ERROR, Code::Unknown.number(), Code::Unknown.message())
            }
            (_, Some(code)) => (status(code), code.number(), code.message()),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, number, message) = self.told();
        let mut body = json!({"code": number, "message": message});
        if let Some(errors) = self.errors() {
            body["errors"] = errors;
        }
        let mut response = (status, Json(body)).into_response();
        if let Some(seconds) = self.retry_after() {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(LoggedCode(number));
        response
    }
}
