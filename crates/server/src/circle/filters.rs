//! What a list is asked for in its query: filters, and Circle's parameters of a page. Unknown parameters do not count.

use std::collections::HashMap;

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use repin_core::api::UnixMs;
use repin_core::error::Code;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::date;
use crate::error::{ApiError, Invalid};
use crate::store::{Cursor, ItemId, Order, Page};

/// Items on the largest page (Circle's).
pub const MAX_PAGE_SIZE: u32 = 50;

/// The parameters of a query, by name.
pub struct Filters(HashMap<String, String>);

impl<S: Send + Sync> FromRequestParts<S> for Filters {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Query(query) = Query::from_request_parts(parts, state).await.map_err(|_| Code::ParameterInvalid)?;
        Ok(Self(query))
    }
}

impl Filters {
    /// A parameter as it was given.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// A parameter whose value is one of a list.
    ///
    /// # Errors
    /// Code 2 for any other value.
    pub fn choice<T: Copy, const N: usize>(
        &self,
        name: &'static str,
        choices: [(&'static str, T); N],
    ) -> Result<Option<T>, ApiError> {
        let Some(given) = self.0.get(name) else { return Ok(None) };
        let found = choices.iter().find(|(choice, _)| choice == given);
        let names = choices.map(|(choice, _)| choice);
        let message = format!("{name} must be one of {}", names.join(", "));
        found
            .map(|(_, value)| Some(*value))
            .ok_or_else(|| self.invalid(name, "invalid_value", message, json!({"enum": names.as_slice()})))
    }

    /// The page that is asked for: the first of `default_size` items, the newest first, unless the query says otherwise.
    ///
    /// # Errors
    /// 156014 for both cursors at once or one that is not a UUID; code 2 for any other value that cannot be.
    pub fn page(&self, default_size: u32) -> Result<Page, ApiError> {
        let order = self.choice("order", [("ASC", Order::Ascending), ("DESC", Order::Descending)])?;
        Ok(Page {
            from: self.date("from")?,
            to: self.date("to")?,
            cursor: self.cursor()?,
            size: self.size(default_size)?,
            order: order.unwrap_or(Order::Descending),
        })
    }

    fn cursor(&self) -> Result<Option<Cursor>, ApiError> {
        let item = |written: &String| {
            let id = Uuid::try_parse(written).map_err(|_| Code::PaginationInvalid)?;
            Ok::<_, Code>(ItemId { written: written.clone(), id: id.to_string() })
        };
        Ok(match (self.0.get("pageAfter"), self.0.get("pageBefore")) {
            (None, None) => None,
            (Some(after), None) => Some(Cursor::After(item(after)?)),
            (None, Some(before)) => Some(Cursor::Before(item(before)?)),
            (Some(_), Some(_)) => return Err(Code::PaginationInvalid.into()),
        })
    }

    /// More than [`MAX_PAGE_SIZE`] is taken for that (so it says in Circle's documentation).
    fn size(&self, default: u32) -> Result<u32, ApiError> {
        const NAME: &str = "pageSize";
        let Some(given) = self.0.get(NAME) else { return Ok(default) };
        let bounds = || json!({"min": 1, "max": MAX_PAGE_SIZE});
        match given.parse::<i64>() {
            Ok(size @ 1..) => Ok(u32::try_from(size).unwrap_or(MAX_PAGE_SIZE).min(MAX_PAGE_SIZE)),
            Ok(_) => Err(self.invalid(NAME, "min_value", "pageSize must be at least 1".to_owned(), bounds())),
            Err(_) => Err(self.invalid(NAME, "number_format", "pageSize must be a whole number".to_owned(), bounds())),
        }
    }

    fn date(&self, name: &'static str) -> Result<Option<UnixMs>, ApiError> {
        let Some(given) = self.0.get(name) else { return Ok(None) };
        let message = format!("{name} must be a date and time as in ISO 8601");
        let at = date::parse(given);
        at.map(Some).ok_or_else(|| self.invalid(name, "invalid_value", message, json!({"format": "date-time"})))
    }

    /// About a parameter of the query. Its value is repeated, cut short: a query is in logs on the way anyhow.
    fn invalid(&self, location: &'static str, error: &'static str, message: String, constraints: Value) -> ApiError {
        let invalid_value = self.0.get(location).map(|given| given.chars().take(40).collect());
        Invalid { error, message, location, invalid_value, constraints }.into()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    const ID: &str = "c0ffee00-0000-4000-8000-000000000002";

    fn page(query: &[(&str, &str)]) -> Result<Page, ApiError> {
        Filters(query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()).page(10)
    }

    #[test]
    fn a_page_has_circles_defaults_and_bounds() {
        let first = Page { from: None, to: None, cursor: None, size: 10, order: Order::Descending };
        assert_eq!(page(&[("x", "y")]), Ok(first.clone()));
        assert_eq!(page(&[("pageSize", "50")]).unwrap().size, 50);
        assert_eq!(page(&[("pageSize", "51")]).unwrap().size, 50);
        assert_eq!(page(&[("pageSize", "99999999999")]).unwrap().size, 50);
        assert_eq!(page(&[("order", "ASC")]).unwrap().order, Order::Ascending);
        assert_eq!(page(&[("from", "1970-01-01T00:00:01Z")]).unwrap().from, Some(1000));
        for written in [ID.to_owned(), ID.to_uppercase(), ID.replace('-', "")] {
            let cursor = page(&[("pageAfter", &written)]).unwrap().cursor;
            assert_eq!(cursor, Some(Cursor::After(ItemId { written, id: ID.to_owned() })));
        }
    }

    #[test]
    fn what_cannot_be_is_named_in_circles_words() {
        for bad in [[("pageAfter", "a")].as_slice(), &[("pageBefore", "")], &[("pageBefore", ID), ("pageAfter", ID)]] {
            assert_eq!(page(bad), Err(Code::PaginationInvalid.into()), "{bad:?}");
        }
        for (name, value, error) in [
            ("pageSize", "0", "min_value"),
            ("pageSize", "-1", "min_value"),
            ("pageSize", "1.5", "number_format"),
            ("pageSize", "", "number_format"),
            ("order", "asc", "invalid_value"),
            ("from", "yesterday", "invalid_value"),
            ("to", "", "invalid_value"),
        ] {
            let Err(ApiError::Parameter(invalid)) = page(&[(name, value)]) else { panic!("{name}={value}") };
            assert_eq!((invalid.error, invalid.location), (error, name));
            assert_eq!(invalid.invalid_value.as_deref(), Some(value));
        }
    }
}
