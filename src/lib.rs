//! The face of Repin: what a person sees and touches on the way back into a wallet.
//!
//! It shows a [`ViewModel`](repin_vault::flow::ViewModel) and sends [`Event`](repin_vault::flow::Event)s; every decision
//! is made in the vault, which runs in a worker. A PIN is here from the keystroke to the post, in one input element and
//! one buffer that is erased. Start reading with [`component`]: one match on the view model. `screens/` has one file a
//! screen, `widgets/` the parts they are made of, [`mount`] joins host page, face and vault.

pub mod app;
pub mod component;
mod digits;
mod element;
pub mod face;
pub mod i18n;
mod language;
pub mod mount;
mod page;
mod problem;
mod screens;
mod small;
pub mod vault_client;
mod widgets;
