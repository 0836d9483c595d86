//! Request bodies: JSON objects of which only the known fields count.

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::refusal::Refusal;
use crate::webhooks::planbok;

/// The longest idempotency key, in characters. Planbok's client sends a UUID.
const MAX_KEY: usize = 128;

/// A JSON object.
pub struct Body(Map<String, Value>);

impl Body {
    /// Reads it.
    ///
    /// # Errors
    /// 400 for anything else.
    pub fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        serde_json::from_slice(bytes).map(Self).map_err(|_| Refusal::bad("The body must be a JSON object"))
    }

    /// A text of 1 to `longest` characters on one line.
    ///
    /// # Errors
    /// 400 for anything else.
    pub fn text(&self, name: &str, longest: usize) -> Result<&str, Refusal> {
        self.optional(name, longest)?.ok_or_else(|| Refusal::bad(format!("{name} is required")))
    }

    /// The same, or nothing.
    ///
    /// # Errors
    /// 400 for anything else.
    pub fn optional(&self, name: &str, longest: usize) -> Result<Option<&str>, Refusal> {
        let Some(value) = self.0.get(name).filter(|value| !value.is_null()) else { return Ok(None) };
        let fits = |text: &&str| (1..=longest).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        let wrong = || Refusal::bad(format!("{name} must be a text of 1 to {longest} characters"));
        value.as_str().filter(fits).map(Some).ok_or_else(wrong)
    }

    /// The events of a subscription, each once. None or an empty list means all.
    ///
    /// # Errors
    /// 400 unless they are a list of at most `most` of Planbok's names.
    pub fn events(&self, most: usize) -> Result<Vec<String>, Refusal> {
        let all = || vec![planbok::ALL.to_owned()];
        let Some(given) = self.0.get("events").filter(|value| !value.is_null()) else { return Ok(all()) };
        let wrong = || Refusal::bad("events must be a list of known events");
        let mut wanted: Vec<String> = Vec::new();
        for name in given.as_array().filter(|list| list.len() <= most).ok_or_else(wrong)? {
            let name = name.as_str().filter(|name| planbok::is_known(name)).ok_or_else(wrong)?;
            if !wanted.iter().any(|known| known == name) {
                wanted.push(name.to_owned());
            }
        }
        Ok(if wanted.is_empty() { all() } else { wanted })
    }

    /// The idempotency key, a new one if there is none, and SHA-256 of all the rest.
    ///
    /// # Errors
    /// 400 unless it is a text of 1 to 128 characters.
    pub fn idempotency(mut self) -> Result<(String, [u8; 32]), Refusal> {
        const NAME: &str = "idempotencyKey";
        let key = self.optional(NAME, MAX_KEY)?.map_or_else(|| Uuid::new_v4().to_string(), str::to_owned);
        self.0.remove(NAME);
        // serde_json keeps an object's fields sorted, so order and white space do not make another body.
        Ok((key, Sha256::digest(Value::Object(self.0).to_string()).into()))
    }
}
