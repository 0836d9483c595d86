//! The parts that screens are made of.

pub(crate) mod address;
pub(crate) mod answer_input;
pub(crate) mod button;
pub(crate) mod copy;
pub(crate) mod countdown;
pub(crate) mod date_input;
pub(crate) mod header;
pub(crate) mod icon;
pub(crate) mod notice;
pub(crate) mod pin_input;
pub(crate) mod title;
