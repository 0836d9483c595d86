//! What a span can say: this list, and no more. A value is a number, or a text that stands in this program.

use opentelemetry::{KeyValue, Value};

use crate::route::Route;

/// An attribute, by OpenTelemetry's name where it has one.
pub enum Attribute<'a> {
    /// A method of HTTP's, or OTHER.
    Method(&'static str),
    /// The template of the route.
    Route(&'a Route),
    /// HTTP's status.
    Status(u16),
    /// Circle's code in the answer; 0 for none.
    Code(i32),
    /// An operation of the store, by its name in the trait.
    Operation(&'static str),
    /// The program's version.
    Version(&'static str),
}

impl From<Attribute<'_>> for KeyValue {
    fn from(attribute: Attribute<'_>) -> Self {
        match attribute {
            Attribute::Method(method) => Self::new("http.request.method", method),
            Attribute::Route(route) => Self::new("http.route", route.as_str().to_owned()),
            Attribute::Status(status) => Self::new("http.response.status_code", i64::from(status)),
            Attribute::Code(code) => Self::new("repin.code", Value::from(i64::from(code))),
            Attribute::Operation(operation) => Self::new("db.operation.name", operation),
            Attribute::Version(version) => Self::new("service.version", version),
        }
    }
}
