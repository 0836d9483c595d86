//! Request bodies: JSON objects of which only the known fields count.

use repin_core::error::Code;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::error::ApiError;

/// A JSON object.
pub struct Body(Map<String, Value>);

impl Body {
    /// Reads it.
    ///
    /// # Errors
    /// Code 2 for anything else.
    pub fn parse(bytes: &[u8]) -> Result<Self, ApiError> {
        serde_json::from_slice(bytes).map(Self).map_err(|_| Code::ParameterInvalid.into())
    }

    /// A field, unless it is absent or null.
    pub fn field(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// The host's name for a user.
    ///
    /// # Errors
    /// Code 2 unless it is a text of 5 to 50 characters (Circle's bounds).
    pub fn user_id(&self) -> Result<&str, ApiError> {
        let id = self.0.get("userId").and_then(Value::as_str);
        id.filter(|id| (5..=50).contains(&id.chars().count()) && !id.chars().any(char::is_control))
            .ok_or(ApiError::Parameter("userId", "userId must have 5 to 50 characters"))
    }

    /// The idempotency key in its one spelling, and SHA-256 of all the rest.
    ///
    /// # Errors
    /// Code 2 unless it is a UUID.
    pub fn idempotency(mut self) -> Result<(String, [u8; 32]), ApiError> {
        let key = self.0.remove("idempotencyKey");
        let key = key.as_ref().and_then(Value::as_str).and_then(|key| Uuid::try_parse(key).ok());
        let key = key.ok_or(ApiError::Parameter("idempotencyKey", "idempotencyKey must be a UUID"))?;
        // serde_json keeps an object's fields sorted, so order and white space do not make another body.
        Ok((key.to_string(), Sha256::digest(Value::Object(self.0).to_string()).into()))
    }
}
