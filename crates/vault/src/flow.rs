//! What the person sees and does, as data: [`Event`] comes from the face, [`ViewModel`] goes to it, and a pure state
//! machine stands between them. No text for people, no time, no I/O, no keys.
//!
//! Both cross the worker boundary as CBOR, so that a PIN never becomes a JavaScript string on the way.

mod view;

pub use view::*;
