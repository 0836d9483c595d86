//! The model of `model` and the store, side by side on the same random ways: what the model takes for one step is one transaction,
//! and comes out the same.

use repin_core::api::{ChallengeType, CredentialKind};
use repin_server::store::{Change, Charge, Commit, Committed, Proved, Recorded, Status, Store, User};
use stateright::Model;

use crate::common::evidence::{Chance, count, say, store};
use crate::model::{Action, At, Broken, Lockout, State};
use crate::{challenge, credential, key, open, reply, set_pin, store_with_user};

/// A store that is made to do what the model did.
struct Replay {
    store: Box<dyn Store>,
    user: User,
    challenges: [String; 2],
    /// The last message of each client's run.
    taken: [u32; 3],
}

impl Replay {
    async fn charge(&self, client: usize, now: u64) -> Charge {
        let challenge = &self.challenges[State::challenge_of(client)];
        self.store.charge(&key(challenge, client as u8 + 1, self.taken[client] + 1), [3; 16], now).await.unwrap()
    }

    /// Does it; whether the store agrees that it goes so.
    async fn agrees(&mut self, last: &State, action: Action, next: &State) -> bool {
        let now = last.now();
        let (Action::Guess(client, _)
        | Action::Evaluate(client)
        | Action::Answer(client)
        | Action::Prove(client)
        | Action::Commit(client)
        | Action::Write(client)) = action
        else {
            return true;
        };
        let challenge = self.challenges[State::challenge_of(client)].clone();
        let run = client as u8 + 1;
        match action {
            Action::Guess(..) => match self.charge(client, now).await {
                Charge::Charged(left) => left == next.counter.attempts(now) && next.clients[client].at == At::Charged,
                Charge::Locked(counter) => counter == last.counter && next.clients[client].at == At::Open,
                Charge::Not(_) => false,
            },
            // The same bytes after a crash: charged already.
            Action::Evaluate(_) => matches!(self.charge(client, now).await, Charge::Charged(_)),
            Action::Answer(_) => {
                self.taken[client] += 1;
                let key = key(&challenge, run, self.taken[client]);
                matches!(self.store.answer_guess(&key, &reply(1), &[1]).await.unwrap(), Recorded::Now)
            }
            Action::Prove(_) => {
                self.taken[client] += 1;
                let proved = Some(Proved {
                    credential: [3; 16],
                    kind: CredentialKind::Pin,
                    registration_open_until: Some(u64::MAX / 4),
                    locked_at: None,
                    was_last: false,
                });
                let change = Change { proved, ..Change::default() };
                let key = key(&challenge, run, self.taken[client]);
                matches!(self.store.record(&key, &reply(1), &change, now).await.unwrap(), Recorded::Now)
            }
            Action::Commit(_) => {
                self.taken[client] += 1;
                let credentials = vec![credential(CredentialKind::Pin, client as u8)];
                let commit = Commit { user: &self.user.id, kind: ChallengeType::ChangePin, credentials };
                let key = key(&challenge, run, self.taken[client]);
                let done = self.store.commit(&key, &commit, &reply(1), now).await.unwrap();
                matches!(done, Committed::Recorded(Recorded::Now))
            }
            _ => false,
        }
    }

    /// Whether what is stored is what the model has.
    async fn is_at(&self, state: &State) -> bool {
        let user = self.store.user(&self.user.app, &self.user.user_id).await.unwrap().unwrap();
        let pin = user.pin.unwrap();
        let mut same = pin.counter == state.counter && state.credentials == [pin.id[0]];
        for (id, (status, _)) in self.challenges.iter().zip(&state.challenges) {
            let stored = self.store.challenge(&user.id, id, state.now()).await.unwrap().unwrap().status;
            let stored = if stored == Status::InProgress { Status::Pending } else { stored };
            same &= stored == *status;
        }
        same
    }
}

/// A way through the model; how many steps the store went along, and whether to the end.
async fn walk(model: &Lockout, chance: &mut Chance) -> (usize, bool) {
    let (_place, store, user) = store_with_user().await;
    set_pin(&*store, &user, 3).await;
    let mut challenges = Vec::new();
    for name in ["one", "two"] {
        challenges.push(challenge(&*store, &user, ChallengeType::ChangePin, name).await);
    }
    for client in 0..3 {
        open(&*store, &user, &challenges[State::challenge_of(client)], client as u8 + 1).await;
    }
    let challenges = challenges.try_into().unwrap();
    let mut replay = Replay { store, user, challenges, taken: [0; 3] };
    let mut state = model.init_states().swap_remove(0);
    for step in 0.. {
        let mut actions = Vec::new();
        model.actions(&state, &mut actions);
        if actions.is_empty() {
            return (step, true);
        }
        let action = actions[chance.below(actions.len())];
        let next = model.next_state(&state, action).unwrap();
        if !replay.agrees(&state, action, &next).await || !replay.is_at(&next).await {
            return (step, false);
        }
        state = next;
    }
    unreachable!("a model of a few guesses ends")
}

#[tokio::test]
async fn the_store_goes_every_way_that_the_model_goes() {
    let mut chance = Chance::new();
    let model = |broken| Lockout { broken, guesses: 8, half_hours: 2, crashes: 2 };
    let (ways, mut steps) = (count(30, 1_000), 0);
    for way in 0..ways {
        let (went, agreed) = walk(&model(Broken::Nothing), &mut chance).await;
        assert!(agreed, "{}: way {way} of seed {} parts after {went} steps", store(), chance.seed);
        steps += went;
    }
    let mut parted = 0;
    for _ in 0..10 {
        parted += usize::from(!walk(&model(Broken::Charge), &mut chance).await.1);
    }
    assert_eq!(parted, 10, "a model that charges in two steps is not told from the store");
    let figure =
        format!("{}: the store went {ways} random ways of the model, {steps} steps, seed {}", store(), chance.seed);
    say(11, figure, format_args!("from a model that reads and then writes it parted on {parted} of 10"));
}
