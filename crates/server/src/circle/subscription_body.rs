//! The fields of a subscription in a request.

use serde_json::{Value, json};

use super::body::{Body, invalid};
use crate::error::ApiError;
use crate::webhooks::types;

/// The longest name, in characters.
const MAX_NAME: usize = 128;
/// The most notification types in a list.
const MAX_TYPES: usize = 50;

impl Body {
    /// The endpoint, unread.
    ///
    /// # Errors
    /// Code 2 unless it is a text.
    pub fn endpoint(&self) -> Result<&str, ApiError> {
        let endpoint = self.field("endpoint").and_then(Value::as_str);
        endpoint.ok_or_else(|| wrong("endpoint", "endpoint must be a URL of at most 2048 characters"))
    }

    /// The name, if one is given.
    ///
    /// # Errors
    /// Code 2 unless it is a text of 1 to 128 characters.
    pub fn name(&self) -> Result<Option<&str>, ApiError> {
        let wrong = || wrong("name", "name must have 1 to 128 characters");
        let fits = |name: &&str| (1..=MAX_NAME).contains(&name.chars().count()) && !name.chars().any(char::is_control);
        self.field("name").map(|name| name.as_str().filter(fits).ok_or_else(wrong)).transpose()
    }

    /// Whether it is to be enabled, if that is said.
    ///
    /// # Errors
    /// Code 2 unless it is true or false.
    pub fn enabled(&self) -> Result<Option<bool>, ApiError> {
        let wrong = || wrong("enabled", "enabled must be true or false");
        self.field("enabled").map(|enabled| enabled.as_bool().ok_or_else(wrong)).transpose()
    }

    /// The notification types, each once. None or an empty list means all.
    ///
    /// # Errors
    /// Code 2 unless they are a list of at most 50 of Circle's names.
    pub fn notification_types(&self) -> Result<Vec<String>, ApiError> {
        let Some(given) = self.field("notificationTypes") else { return Ok(vec![types::ALL.to_owned()]) };
        let wrong = || wrong("notificationTypes", "notificationTypes must be a list of known types");
        let given = given.as_array().filter(|list| list.len() <= MAX_TYPES).ok_or_else(wrong)?;
        let mut wanted: Vec<String> = Vec::new();
        for name in given {
            let name = name.as_str().filter(|name| types::is_known(name)).ok_or_else(wrong)?;
            if !wanted.iter().any(|known| known == name) {
                wanted.push(name.to_owned());
            }
        }
        Ok(if wanted.is_empty() { vec![types::ALL.to_owned()] } else { wanted })
    }
}

/// Code 2 about a field of a subscription.
pub fn wrong(field: &'static str, message: &str) -> ApiError {
    invalid(field, "invalid_value", message, json!({}))
}
