//! Refusals in Planbok's shape: `{"success": false, "message"}` with 400, 401, 403, 404, 429 or 500, and 501 and 503, which are
//! ours. The words are for developers; people read the page's.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use repin_core::error::Code;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::{ApiError, LoggedCode};
use crate::store::StoreError;

/// Why a request was refused.
#[derive(Debug)]
pub struct Refusal {
    status: StatusCode,
    message: String,
    /// Circle's number for it, for the log.
    number: i32,
    /// Seconds to wait.
    retry_after: Option<u64>,
    /// Where the person came from, when it is the page that asks.
    back: Option<String>,
}

/// What every refusal looks like.
#[derive(Serialize, ToSchema)]
#[schema(as = PlanbokError)]
pub struct RefusalBody {
    /// Always false.
    success: bool,
    #[schema(example = "Customer not found")]
    message: String,
    /// Of the page's calls alone: the origin of the app that the person came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    back: Option<String>,
}

impl Refusal {
    /// In these words.
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        let number = i32::from(status.as_u16());
        Self { status, message: message.into(), number, retry_after: None, back: None }
    }

    /// 400.
    pub fn bad(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// The same, with the way back.
    pub fn with_way_back(mut self, origin: Option<String>) -> Self {
        self.back = origin;
        self
    }
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        let (status, number, message) = error.told();
        let message = match &error {
            ApiError::Parameter(invalid) => invalid.message.clone(),
            _ => message.to_owned(),
        };
        let retry_after = error.retry_after();
        // Planbok knows no 409: what a person already has is a bad request there.
        let status = match (&error, status) {
            (ApiError::Code(Code::UserWasDisabled), _) => StatusCode::FORBIDDEN,
            (_, StatusCode::CONFLICT) => StatusCode::BAD_REQUEST,
            _ => status,
        };
        Self { status, message, number, retry_after, back: None }
    }
}

impl From<Code> for Refusal {
    fn from(code: Code) -> Self {
        ApiError::from(code).into()
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        ApiError::from(error).into()
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = RefusalBody { success: false, message: self.message, back: self.back };
        let mut response = (self.status, Json(body)).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(LoggedCode(self.number));
        response
    }
}
