//! Counter and challenge as a model: three people at once, two challenges, time and crashes, in every order there is. The rules are
//! the gateway's own code (`attempts`, `rules`); what the model says of transactions is compared with the store in `replay`.

use std::collections::BTreeMap;

use repin_core::api::ChallengeType;
use repin_server::attempts::{Counter, LOCK_MS, MAX_ATTEMPTS, MAX_CONSECUTIVE};
use repin_server::rules::refuse_commit;
use repin_server::store::Status;
use stateright::{Checker, HasDiscoveries, Model, Property};

use crate::common::evidence::{is_long, say};

/// How far a client's run has come. All of it is in the database but `Read` and `Evaluated`, which a crash takes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum At {
    /// May guess.
    Open,
    /// The counter was read, and will be written by what was read. In the broken order alone.
    Read(Counter),
    Charged,
    Evaluated,
    /// The right guess's reply is kept.
    Answered,
    Proved,
    /// Committed by half. In the broken orders alone.
    Half,
    Ended,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Client {
    pub at: At,
    /// Of the guess at hand: whether it is right, the window that it was charged in, and whether it was evaluated before.
    right: bool,
    window: (u8, u8),
    evaluated: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    pub counter: Counter,
    /// Half hours since the start.
    pub slot: u8,
    /// Proofs since the start.
    clears: u8,
    crashes: u8,
    /// Guesses that are left to all of them.
    guesses: u8,
    /// The clients that made them; 3 is the one from before.
    pub credentials: Vec<u8>,
    /// Each with its events.
    pub challenges: [(Status, u8); 2],
    pub clients: [Client; 3],
    /// Different guesses evaluated, by the half hour and the proofs before their charge.
    evaluated: BTreeMap<(u8, u8), u8>,
    /// The count in a row that it began with.
    before: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// A guess by this client, and whether it is right: charged, or refused.
    Guess(usize, bool),
    Evaluate(usize),
    Answer(usize),
    Prove(usize),
    Commit(usize),
    /// The second half of a broken charge or commit.
    Write(usize),
    HalfAnHour,
    Crash,
}

/// What is done in two steps that must be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    Nothing,
    /// The counter is read and then written.
    Charge,
    /// The event is written in a transaction after the commit's.
    Event,
    /// The old credential is deleted in a transaction after the commit's.
    Replacement,
}

pub struct Lockout {
    pub broken: Broken,
    pub guesses: u8,
    pub half_hours: u8,
    pub crashes: u8,
}

impl State {
    /// Now, on the store's clock.
    pub fn now(&self) -> u64 {
        1_000 + u64::from(self.slot) * LOCK_MS
    }

    /// The challenge that a client works on: two share one.
    pub fn challenge_of(client: usize) -> usize {
        usize::from(client == 2)
    }

    fn charge(&mut self, client: usize, charged: Counter) {
        self.counter = charged;
        self.clients[client].at = At::Charged;
        self.clients[client].window = (self.slot, self.clears);
    }

    fn commit(&mut self, client: usize, broken: Broken) {
        if broken != Broken::Replacement {
            self.credentials.clear();
        }
        self.credentials.push(client as u8);
        self.counter = Counter::default();
        self.clears += 1;
        let event = u8::from(broken != Broken::Event);
        for (number, challenge) in self.challenges.iter_mut().enumerate() {
            if number == Self::challenge_of(client) {
                *challenge = (Status::Complete, challenge.1 + event);
            } else if challenge.0 == Status::Pending {
                *challenge = (Status::Failed, challenge.1 + 1);
            }
        }
        for other in &mut self.clients {
            other.at = At::Ended;
        }
        if matches!(broken, Broken::Event | Broken::Replacement) {
            self.clients[client].at = At::Half;
        }
    }
}

impl Model for Lockout {
    type State = State;
    type Action = Action;

    /// Somebody who has not guessed yet, and two who are close to the cap.
    fn init_states(&self) -> Vec<State> {
        let client = Client { at: At::Open, right: false, window: (0, 0), evaluated: false };
        let begin = |before| State {
            counter: Counter { consecutive: before, ..Counter::default() },
            slot: 0,
            clears: 0,
            crashes: 0,
            guesses: self.guesses,
            credentials: vec![3],
            challenges: [(Status::Pending, 0); 2],
            clients: [client; 3],
            evaluated: BTreeMap::new(),
            before,
        };
        [0, MAX_CONSECUTIVE - 4, MAX_CONSECUTIVE - 2].map(begin).to_vec()
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        for (number, client) in state.clients.iter().enumerate() {
            match client.at {
                At::Open if state.guesses > 0 => {
                    actions.extend([Action::Guess(number, false), Action::Guess(number, true)]);
                }
                At::Open | At::Ended => {}
                At::Charged => actions.push(Action::Evaluate(number)),
                At::Evaluated => actions.push(Action::Answer(number)),
                At::Answered => actions.push(Action::Prove(number)),
                At::Proved => actions.push(Action::Commit(number)),
                At::Read(_) | At::Half => actions.push(Action::Write(number)),
            }
        }
        if state.slot < self.half_hours {
            actions.push(Action::HalfAnHour);
        }
        if state.crashes < self.crashes {
            actions.push(Action::Crash);
        }
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut state = last.clone();
        match action {
            Action::Guess(number, right) => {
                let client = &mut state.clients[number];
                (client.right, client.evaluated) = (right, false);
                state.guesses -= 1;
                match (state.counter.charged(state.now()), self.broken) {
                    (Some(_), Broken::Charge) => state.clients[number].at = At::Read(state.counter),
                    (Some(charged), _) => state.charge(number, charged),
                    (None, _) => {}
                }
            }
            Action::Evaluate(number) => {
                let client = &mut state.clients[number];
                client.at = At::Evaluated;
                // The same bytes once more tell nobody more.
                if !std::mem::replace(&mut client.evaluated, true) {
                    *state.evaluated.entry(client.window).or_default() += 1;
                }
            }
            Action::Answer(number) => {
                let client = &mut state.clients[number];
                client.at = if client.right { At::Answered } else { At::Open };
            }
            Action::Prove(number) => {
                state.counter = Counter::default();
                state.clears += 1;
                state.clients[number].at = At::Proved;
            }
            Action::Commit(number) => {
                let pending = state.challenges[State::challenge_of(number)].0 == Status::Pending;
                let refused = refuse_commit(ChallengeType::ChangePin, !state.credentials.is_empty(), false);
                if pending && refused.is_none() {
                    state.commit(number, self.broken);
                } else {
                    state.clients[number].at = At::Ended;
                }
            }
            Action::Write(number) => match state.clients[number].at {
                At::Read(read) => state.charge(number, read.charged(state.now())?),
                _ => {
                    state.clients[number].at = At::Ended;
                    match self.broken {
                        Broken::Event => state.challenges[State::challenge_of(number)].1 += 1,
                        _ => state.credentials.retain(|credential| *credential == number as u8),
                    }
                }
            },
            Action::HalfAnHour => state.slot += 1,
            Action::Crash => {
                state.crashes += 1;
                for client in &mut state.clients {
                    client.at = match client.at {
                        At::Evaluated => At::Charged,
                        At::Read(_) => At::Open,
                        At::Half => At::Ended,
                        other => other,
                    };
                }
            }
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("at most 3 evaluations a window", |_, state: &State| {
                state.evaluated.values().all(|count| *count <= MAX_ATTEMPTS)
            }),
            Property::always("at most 100 in a row", |_, state: &State| {
                let in_a_row = |clears| {
                    let here = state.evaluated.iter().filter(|((_, before), _)| *before == clears);
                    let carried = if clears == 0 { state.before } else { 0 };
                    carried + here.map(|(_, count)| u32::from(*count)).sum::<u32>()
                };
                (0..=state.clears).all(|clears| in_a_row(clears) <= MAX_CONSECUTIVE)
            }),
            Property::always("one active credential", |_, state: &State| state.credentials.len() == 1),
            Property::always("one event for each end", |_, state: &State| {
                state.challenges.iter().zip(0..).all(|((status, events), number)| {
                    let half = state
                        .clients
                        .iter()
                        .enumerate()
                        .any(|(client, other)| other.at == At::Half && State::challenge_of(client) == number);
                    half || *events == u8::from(*status != Status::Pending)
                })
            }),
            Property::always("at most one is complete", |_, state: &State| {
                state.challenges.iter().filter(|(status, _)| *status == Status::Complete).count() <= 1
            }),
            // Without these the others would hold of a model that does nothing.
            Property::sometimes("somebody commits", |_, state: &State| !state.credentials.contains(&3)),
            Property::sometimes("the cap is met", |_, state: &State| state.counter.is_disabled()),
            Property::sometimes("three are evaluated", |_, state: &State| state.evaluated.values().any(|n| *n == 3)),
        ]
    }
}

#[test]
fn every_interleaving_of_three_clients_and_crashes_keeps_the_limits() {
    // It has no database, and is not run again on another.
    if crate::common::database::server().is_some() {
        return;
    }
    // Guesses, half hours and crashes, at most.
    let all: &[(u8, u8, u8)] = if is_long() { &[(5, 1, 2)] } else { &[(4, 0, 1), (4, 1, 0)] };
    let bounded = |broken, (guesses, half_hours, crashes)| Lockout { broken, guesses, half_hours, crashes };
    let mut states = 0;
    for bounds in all {
        let checked = bounded(Broken::Nothing, *bounds).checker().threads(2).spawn_bfs().join();
        checked.assert_properties();
        states += checked.unique_state_count();
    }
    let mut controls = Vec::new();
    for (broken, what, violated) in [
        (Broken::Charge, "a counter that is read and then written", "at most 3 evaluations a window"),
        (Broken::Event, "an event after the commit", "one event for each end"),
        (Broken::Replacement, "an old credential deleted after the commit", "one active credential"),
    ] {
        let first = HasDiscoveries::AnyOf([violated].into());
        let checked = bounded(broken, (4, 0, 1)).checker().finish_when(first).spawn_bfs().join();
        let path = checked.discovery(violated).unwrap_or_else(|| panic!("{what} is not caught"));
        controls.push(format!("{what} breaks \"{violated}\" in {} steps", path.into_actions().len()));
    }
    let figure = format!(
        "{states} states of 3 clients on 2 challenges, every order of their guesses, half hours and crashes: at most 3 \
         evaluations a window and 100 in a row, one active credential, one event for each end"
    );
    say(11, figure, controls.join(", "));
}
