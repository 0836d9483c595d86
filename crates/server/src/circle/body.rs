//! Request bodies: JSON objects of which only the known fields count.

use repin_core::error::Code;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::error::{ApiError, Invalid};

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
    /// Code 2 unless it is a text of 5 to 50 characters (Circle's bounds) on one line.
    pub fn user_id(&self) -> Result<&str, ApiError> {
        let id = self.text("userId")?;
        if !(5..=50).contains(&id.chars().count()) {
            let constraints = json!({"min": 5, "max": 50});
            return Err(invalid("userId", "length_outside_bounds", "userId must have 5 to 50 characters", constraints));
        }
        if id.chars().any(char::is_control) {
            return Err(invalid("userId", "invalid_value", "userId must have no control characters", json!({})));
        }
        Ok(id)
    }

    /// The idempotency key in its one spelling, and SHA-256 of all the rest.
    ///
    /// # Errors
    /// Code 2 unless it is a UUID.
    pub fn idempotency(mut self) -> Result<(String, [u8; 32]), ApiError> {
        const NAME: &str = "idempotencyKey";
        let key = Uuid::try_parse(self.text(NAME)?)
            .map_err(|_| invalid(NAME, "invalid_value", "idempotencyKey must be a UUID", json!({"format": "uuid"})))?;
        self.0.remove(NAME);
        // serde_json keeps an object's fields sorted, so order and white space do not make another body.
        Ok((key.to_string(), Sha256::digest(Value::Object(self.0).to_string()).into()))
    }

    /// A field that must be a text.
    ///
    /// # Errors
    /// Code 2 for anything else.
    pub fn text(&self, name: &'static str) -> Result<&str, ApiError> {
        match self.0.get(name) {
            None | Some(Value::Null) => Err(invalid(name, "required", &format!("{name} is required"), json!({}))),
            Some(Value::String(text)) => Ok(text),
            Some(_) => Err(invalid(name, "invalid_value", &format!("{name} must be a string"), json!({}))),
        }
    }
}

/// About a field of a body, whose value is not repeated.
pub(crate) fn invalid(location: &'static str, error: &'static str, message: &str, constraints: Value) -> ApiError {
    Invalid { error, message: message.to_owned(), location, invalid_value: None, constraints }.into()
}
