//! One file a screen. Each returns its parts in order; what it reads of the view again and again is a memo or a signal,
//! so that fields and focus survive a verdict.

pub(crate) mod agree;
pub(crate) mod cannot_recover;
pub(crate) mod choose_question;
pub(crate) mod code;
pub(crate) mod done;
pub(crate) mod email;
pub(crate) mod expired;
pub(crate) mod failed;
pub(crate) mod handed_over;
pub(crate) mod keys;
pub(crate) mod leaving;
pub(crate) mod loading;
pub(crate) mod locked;
pub(crate) mod offline;
pub(crate) mod pin;
pub(crate) mod questions;
pub(crate) mod questions_intro;
pub(crate) mod session_notice;
pub(crate) mod summary;
pub(crate) mod too_early;
pub(crate) mod updating;
pub(crate) mod wallet_ready;
pub(crate) mod ways;
pub(crate) mod working;
