//! The program, ended at every place of a rotation and started again. Needs the feature `failpoints`.

use std::path::{Path, PathBuf};

use repin_magic_simulator::{Call, SECRET_KEY, Simulator};
use serde_json::Value;
use sqlx::Connection;
use tokio::net::TcpStream;

use crate::common::Host;
use crate::common::database::{self, Place, database_of};
use crate::common::evidence::{count, say, store};
use crate::common::program::{Program, Starting, serve_armed};
use crate::person::{Person, listed};
use crate::story;

/// Every place, and whether the new keys can be lost there: after Magic has answered, and before the answer is in the journal.
const PLACES: [(&str, bool); 10] = [
    ("rotate.written", false),
    ("rotate.committed", false),
    ("sent.written", false),
    ("sent.committed", false),
    ("answer.arrived", true),
    ("reply.written", true),
    ("reply.committed", false),
    ("probe.done", false),
    ("adopt.written", false),
    ("adopt.committed", false),
];

struct Stage {
    place: Place,
    program: Program,
    magic: String,
}

impl Stage {
    fn new(simulator: &Simulator) -> Self {
        let place = Place::new();
        let magic = simulator.url().to_owned();
        let program = start(&place, &magic);
        Self { place, program, magic }
    }

    fn host(&self) -> Host {
        Host::new(self.program.host.url.clone())
    }

    fn arm(&self, at: &str) {
        std::fs::write(arms(&self.place), at).unwrap();
    }

    /// Starts the program again, when the claims of the one that died have lapsed.
    async fn restart(&mut self) {
        std::fs::remove_file(arms(&self.place)).unwrap();
        self.change("UPDATE magic_rotations SET due = 1, owner = NULL WHERE due IS NOT NULL").await;
        self.program = start(&self.place, &self.magic);
    }

    /// Lets the time pass in the database.
    async fn change(&self, statement: &'static str) {
        match database_of(self.place.path()) {
            Some((_, url)) => database::execute(&url, statement).await,
            None => {
                let file = data(&self.place).join("repin.db");
                let mut connection = sqlx::SqliteConnection::connect(file.to_str().unwrap()).await.unwrap();
                sqlx::query(statement).execute(&mut connection).await.unwrap();
            }
        }
    }
}

fn arms(place: &Place) -> PathBuf {
    place.path().join("failpoints")
}

fn data(place: &Place) -> PathBuf {
    Path::new(place.path()).join("data")
}

fn start(place: &Place, magic: &str) -> Program {
    let mut command = serve_armed(&data(place), &arms(place));
    command.envs(database_of(place.path()));
    command.env("REPIN_MAGIC_URL", magic).env("REPIN_MAGIC_SECRET_KEY", SECRET_KEY);
    Starting::new(&mut command).listening().unwrap()
}

/// One wallet, rotated by a program that ends at this place. Returns its state at last, and what Magic did.
async fn round(stage: &mut Stage, simulator: &Simulator, at: &str) -> (Value, u32, u32) {
    let host = stage.host();
    let person = Person::with_wallets(&host, simulator, 1).await;
    let mut recovery = person.recovery(&host).await;
    let known = recovery.look().await;
    let challenge = recovery.challenge.clone();
    stage.arm(at);
    let asked = tokio::task::spawn_local(async move {
        let _ = recovery.session.rotate(&known, &recovery.network, &recovery.link).await;
    });
    // Not by waiting for the process, which would keep the vault from sending anything.
    let address = host.url.replace("http://", "");
    while TcpStream::connect(&address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    stage.program.wait();
    asked.abort();
    stage.restart().await;
    let host = stage.host();
    if listed(&host, &person.user).await[0]["state"] == "IDLE" {
        // It ended before anything was written: the person asks again.
        person.recovery_on(&host, &challenge).await.rotate().await;
    }
    let state = loop {
        // A minute has passed for whoever waits to ask Magic again.
        stage.change("UPDATE magic_rotations SET due = 1 WHERE stage = 'UNKNOWN' AND owner IS NULL AND due > 1").await;
        let wallets = listed(&host, &person.user).await;
        if matches!(wallets[0]["state"].as_str(), Some("DONE" | "FROZEN")) {
            break wallets[0]["state"].clone();
        }
        tokio::task::yield_now().await;
    };
    let id = &person.wallets[0].id;
    if state == "DONE" {
        // That the keys are Magic's shows when they are used once more.
        let mut again = person.recovery(&host).await;
        again.rotate().await;
        again.until(|reply| reply.wallets[0].version == 2).await;
        return (state, simulator.wallet(id).unwrap().recoveries - 1, simulator.calls(id, Call::Confirm) - 1);
    }
    (state, simulator.wallet(id).unwrap().recoveries, simulator.calls(id, Call::Confirm))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_at_every_place_of_a_rotation_strands_no_wallet_in_silence_and_loses_no_key_that_was_written() {
    story(async {
        let simulator = Simulator::start().await.unwrap();
        let mut stage = Stage::new(&simulator);
        let (mut kills, mut frozen) = (0, 0);
        let rounds = count(1, 100);
        for (at, may_lose) in PLACES {
            for _ in 0..rounds {
                let (state, recoveries, calls) = round(&mut stage, &simulator, at).await;
                kills += 1;
                let expected = if may_lose { "FROZEN" } else { "DONE" };
                assert_eq!(state, expected, "killed at {at}");
                assert_eq!(recoveries, 1, "killed at {at}: Magic rotated once");
                assert!(calls <= 2, "killed at {at}: {calls} calls");
                frozen += usize::from(state == "FROZEN");
            }
        }
        say(
            34,
            format_args!(
                "{}: {kills} kills at {} places, {rounds} rounds each: 0 stranded in silence, 0 keys lost that were written",
                store(),
                PLACES.len()
            ),
            format_args!(
                "with the answer in hand and not yet written {frozen} of {} lost their keys, each frozen with an alarm",
                rounds * PLACES.iter().filter(|(_, may_lose)| *may_lose).count()
            ),
        );
    })
    .await;
}
