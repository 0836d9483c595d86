//! What a statement is given, where several go to the database at once.

/// One parameter: `$1` is the first of its statement's.
#[derive(Clone, Copy)]
pub enum Value<'a> {
    /// A text.
    Text(&'a str),
    /// A number, or NULL.
    Int(Option<i64>),
    /// Bytes, or NULL.
    Bytes(Option<&'a [u8]>),
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Int(Some(number))
    }
}

impl From<Option<i64>> for Value<'_> {
    fn from(number: Option<i64>) -> Self {
        Self::Int(number)
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Bytes(Some(bytes))
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Value<'a> {
    fn from(bytes: &'a [u8; N]) -> Self {
        Self::Bytes(Some(bytes))
    }
}

impl<'a> From<Option<&'a [u8]>> for Value<'a> {
    fn from(bytes: Option<&'a [u8]>) -> Self {
        Self::Bytes(bytes)
    }
}

/// A statement and its parameters.
pub type Statement<'a> = (&'static str, &'a [Value<'a>]);

/// The parameters of a statement.
macro_rules! values {
    ($($value:expr),* $(,)?) => {
        &[$($crate::store::values::Value::from($value)),*]
    };
}
pub(crate) use values;

/// Adds them to a query of either database.
macro_rules! bind_values {
    ($query:ident, $values:expr) => {
        for value in $values {
            $query = match *value {
                $crate::store::values::Value::Text(text) => $query.bind(text.to_owned()),
                $crate::store::values::Value::Int(number) => $query.bind(number),
                $crate::store::values::Value::Bytes(bytes) => $query.bind(bytes.map(<[u8]>::to_vec)),
            };
        }
    };
}
pub(crate) use bind_values;
