//! What is read out of a row that came without sqlx.

use rusqlite::types::Value;
use sqlx::{Decode, Type};

use super::dialect::Db;
use super::direct::Fields;
use super::sql::row::unknown;
use super::sql::statements::Columns;
use crate::store::Result;

/// A value of a column.
pub trait Field<'r>: Sized {
    /// `None`: it is of another kind.
    fn of(value: &'r Value) -> Option<Self>;
}

impl Field<'_> for i64 {
    fn of(value: &Value) -> Option<Self> {
        if let Value::Integer(number) = value { Some(*number) } else { None }
    }
}

impl Field<'_> for bool {
    fn of(value: &Value) -> Option<Self> {
        i64::of(value).map(|number| number != 0)
    }
}

impl<'r> Field<'r> for &'r str {
    fn of(value: &'r Value) -> Option<Self> {
        if let Value::Text(text) = value { Some(text) } else { None }
    }
}

impl Field<'_> for String {
    fn of(value: &Value) -> Option<Self> {
        <&str>::of(value).map(str::to_owned)
    }
}

impl Field<'_> for Vec<u8> {
    fn of(value: &Value) -> Option<Self> {
        if let Value::Blob(bytes) = value { Some(bytes.clone()) } else { None }
    }
}

impl<'r, T: Field<'r>> Field<'r> for Option<T> {
    fn of(value: &'r Value) -> Option<Self> {
        if matches!(value, Value::Null) { Some(None) } else { T::of(value).map(Some) }
    }
}

impl Columns for Fields {
    fn column<'r, T: Decode<'r, Db> + Type<Db> + Field<'r>>(&'r self, name: &'static str) -> Result<T> {
        self.field(name).and_then(T::of).ok_or_else(|| unknown(name))
    }

    fn has(&self, name: &'static str) -> bool {
        self.field(name).is_some_and(|value| !matches!(value, Value::Null))
    }
}
