//! How our messages become CBOR (RFC 8949) and come back: a struct is an array of its fields in order, an enum with
//! fields an array that begins with its number, an enum without fields its number. [`items`] has what they are made of.
//!
//! Reading is strict about what it reads (lengths, types, ranges). That the bytes are the one deterministic encoding is
//! checked by [`crate::api::decode`], which encodes again and compares.

mod items;

use alloc::string::String;
use alloc::vec::Vec;

pub use items::{Reader, Writer};

/// The bytes are not what was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WireError;

/// A value with a CBOR form.
pub trait Wire: Sized {
    /// Writes the value. Writing to memory cannot fail.
    fn write(&self, writer: &mut Writer);

    /// Reads a value.
    ///
    /// # Errors
    /// [`WireError`] if another one stands there.
    fn read(reader: &mut Reader) -> Result<Self, WireError>;

    /// Writes a list: an array, but for bytes.
    fn write_list(list: &[Self], writer: &mut Writer) {
        writer.array(list.len() as u64);
        for value in list {
            value.write(writer);
        }
    }

    /// Reads a list. It grows with what is really there, not with what its length claims.
    ///
    /// # Errors
    /// [`WireError`] if something else stands there.
    fn read_list(reader: &mut Reader) -> Result<Vec<Self>, WireError> {
        let length = reader.array()?;
        let mut list = Vec::new();
        for _ in 0..length {
            list.push(Self::read(reader)?);
        }
        Ok(list)
    }
}

/// The value as CBOR.
pub fn to_bytes(value: &impl Wire) -> Vec<u8> {
    let mut writer = Writer::with_capacity(0);
    value.write(&mut writer);
    writer.into_bytes()
}

/// The value in CBOR that holds it and nothing else.
///
/// # Errors
/// [`WireError`].
pub fn from_bytes<T: Wire>(bytes: &[u8]) -> Result<T, WireError> {
    let mut reader = Reader::new(bytes);
    let value = T::read(&mut reader)?;
    reader.is_at_end().then_some(value).ok_or(WireError)
}

/// Reads an array's length, which must be the one expected.
///
/// # Errors
/// [`WireError`].
pub fn read_array(reader: &mut Reader, length: u64) -> Result<(), WireError> {
    (reader.array()? == length).then_some(()).ok_or(WireError)
}

/// How many fields are named; a constant to the compiler.
#[inline]
pub const fn count(names: &[&str]) -> u64 {
    names.len() as u64
}

impl Wire for u64 {
    fn write(&self, writer: &mut Writer) {
        writer.u64(*self);
    }

    fn read(reader: &mut Reader) -> Result<Self, WireError> {
        reader.u64()
    }
}

impl Wire for u32 {
    fn write(&self, writer: &mut Writer) {
        u64::from(*self).write(writer);
    }

    fn read(reader: &mut Reader) -> Result<Self, WireError> {
        u64::read(reader)?.try_into().map_err(|_| WireError)
    }
}

/// A list of them is a byte string.
impl Wire for u8 {
    fn write(&self, writer: &mut Writer) {
        u64::from(*self).write(writer);
    }

    fn read(reader: &mut Reader) -> Result<Self, WireError> {
        u64::read(reader)?.try_into().map_err(|_| WireError)
    }

    fn write_list(list: &[Self], writer: &mut Writer) {
        writer.bytes(list);
    }

    fn read_list(reader: &mut Reader) -> Result<Vec<Self>, WireError> {
        reader.bytes().map(Vec::from)
    }
}

impl Wire for i32 {
    fn write(&self, writer: &mut Writer) {
        writer.i32(*self);
    }

    fn read(reader: &mut Reader) -> Result<Self, WireError> {
        reader.i32()
    }
}

impl Wire for bool {
    fn write(&self, writer: &mut Writer) {
        writer.bool(*self);
    }

    fn read(reader: &mut Reader) -> Result<Self, WireError> {
        reader.bool()
    }
}

impl Wire for String {
    fn write(&self, writer: &mut Writer) {
        writer.str(self);
    }

    fn read(reader: &mut Reader) -> Result<Self, WireError> {
        reader.str().map(Self::from)
    }
}

impl<T: Wire> Wire for Vec<T> {
    fn write(&self, writer: &mut Writer) {
        T::write_list(self, writer);
    }

    fn read(reader: &mut Reader) -> Result<Self, WireError> {
        T::read_list(reader)
    }
}

/// A byte string of exactly this length.
impl<const N: usize> Wire for [u8; N] {
    fn write(&self, writer: &mut Writer) {
        writer.bytes(self);
    }

    fn read(reader: &mut Reader) -> Result<Self, WireError> {
        reader.bytes()?.try_into().map_err(|_| WireError)
    }
}

impl<T: Wire> Wire for Option<T> {
    fn write(&self, writer: &mut Writer) {
        match self {
            Some(value) => value.write(writer),
            None => writer.null(),
        }
    }

    fn read(reader: &mut Reader) -> Result<Self, WireError> {
        if reader.null() { Ok(None) } else { T::read(reader).map(Some) }
    }
}

/// Gives structs their form: an array of the fields in the order given.
#[macro_export]
macro_rules! wire_struct {
    ($($name:ident { $($field:ident),* })*) => {$(
        impl $crate::wire::Wire for $name {
            fn write(&self, writer: &mut $crate::wire::Writer) {
                writer.array($crate::wire::count(&[$(stringify!($field)),*]));
                $($crate::wire::Wire::write(&self.$field, writer);)*
            }

            fn read(reader: &mut $crate::wire::Reader) -> Result<Self, $crate::wire::WireError> {
                $crate::wire::read_array(reader, $crate::wire::count(&[$(stringify!($field)),*]))?;
                Ok(Self { $($field: $crate::wire::Wire::read(reader)?),* })
            }
        }
    )*};
}

/// Gives enums without fields their form: a number.
#[macro_export]
macro_rules! wire_number {
    ($($name:ident { $($variant:ident = $number:literal),* })*) => {$(
        impl $crate::wire::Wire for $name {
            fn write(&self, writer: &mut $crate::wire::Writer) {
                let number: u8 = match self { $(Self::$variant => $number),* };
                number.write(writer);
            }

            fn read(reader: &mut $crate::wire::Reader) -> Result<Self, $crate::wire::WireError> {
                match <u8 as $crate::wire::Wire>::read(reader)? {
                    $($number => Ok(Self::$variant),)*
                    _ => Err($crate::wire::WireError),
                }
            }
        }
    )*};
}

/// Gives enums with fields their form: an array of a number and the fields.
#[macro_export]
macro_rules! wire_enum {
    ($($name:ident { $($number:literal = $variant:ident { $($field:ident $(: $position:tt)?),* },)* })*) => {$(
        impl $crate::wire::Wire for $name {
            fn write(&self, writer: &mut $crate::wire::Writer) {
                match self {
                    $(Self::$variant { $($($position:)? $field),* } => {
                        writer.array($crate::wire::count(&[$(stringify!($field)),*]) + 1);
                        writer.u64($number);
                        $($crate::wire::Wire::write($field, writer);)*
                    })*
                }
            }

            fn read(reader: &mut $crate::wire::Reader) -> Result<Self, $crate::wire::WireError> {
                let length = reader.array()?;
                match <u8 as $crate::wire::Wire>::read(reader)? {
                    $($number if length == $crate::wire::count(&[$(stringify!($field)),*]) + 1 => {
                        $(let $field = $crate::wire::Wire::read(reader)?;)*
                        Ok(Self::$variant { $($($position:)? $field),* })
                    })*
                    _ => Err($crate::wire::WireError),
                }
            }
        }
    )*};
}
