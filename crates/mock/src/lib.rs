//! The mock behind `repin/mock`: the vault's real flow and its real loop, with a stand-in for the session that answers by
//! a script. Screens, rules and order of steps are the widget's own; what is pretended is the gateway and the cryptography.
//! No key is made, nothing is stretched and nothing is sent, so it protects nothing and is never part of the widget.

mod data;
mod script;
mod stand_in;
mod weak_pin;

use futures_util::stream::{Stream, StreamExt};
use repin_vault::flow::{Event, ViewModel};
use repin_vault::runner::run_with;

pub use script::{Scenario, Script};
use stand_in::StandIn;
pub use stand_in::World;

/// Runs one flow to its end, or until no more events can come.
pub async fn run(world: impl World, events: impl Stream<Item = Event>, show: impl FnMut(ViewModel)) {
    let mut weak_pin = weak_pin::WeakPin::default();
    run_with(StandIn::new(world), events.map(move |event| weak_pin.pass(event)), show).await;
}
