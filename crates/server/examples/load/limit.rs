//! What no gateway of this protocol can go below: the arithmetic, and one write that is on the disk.

use std::time::{Duration, Instant};

use rand_core::OsRng;
use repin_core::api::KsfParams;
use repin_core::credential::{self, ClientLogin, ClientRegistration, ServerSetup};
use repin_core::secret::SecretBytes;
use sqlx::postgres::PgConnection;
use sqlx::{Connection, Executor};
use tokio::time::sleep;

use crate::alone::{self, Alone};
use crate::database::{Database, Place};

const RUNS: usize = 500;
/// What lies between two messages of one person, about: their half of the arithmetic, and HTTP. A disk and a processor that are asked
/// for nothing meanwhile take longer than those that are asked again at once.
pub const PACE: Duration = Duration::from_millis(1);
/// How often the two ways to write take turns.
const TURNS: usize = 10;
/// Commits until SQLite begins its log again at the front. Until then each makes the file longer, which costs a write more, and no
/// gateway that has run for a while pays that.
const GROWING: usize = 1_100;
const CHEAP: KsfParams = KsfParams { m_kib: 19 * 1024, t: 1, p: 1 };

/// Medians.
pub struct Limit {
    /// RFC 9807's GenerateKE2: what PROVE 1 has to compute.
    pub login: Duration,
    /// ServerFinish, which compares a MAC: what PROVE 2 has to.
    pub proof: Duration,
    /// CreateRegistrationResponse: what REGISTER has to.
    pub registration: Duration,
    /// One row of a table of its own, committed at the pace of messages.
    pub write: Duration,
    /// The same, one after the other.
    pub hurried: Duration,
    /// The messages' own statements: no limit, but what stands between it and the gateway.
    pub alone: Option<Alone>,
}

/// On this machine and this database, now; with the statements `alone` or without, which take longest.
pub async fn measure(database: &Database, alone: bool) -> Limit {
    let (login, proof, registration) = arithmetic();
    let [hurried, write] = writes(database).await;
    let alone = if alone { Some(alone::measure(database).await) } else { None };
    Limit { login, proof, registration, write, hurried, alone }
}

fn arithmetic() -> (Duration, Duration, Duration) {
    let setup = ServerSetup::new(&mut OsRng);
    let secret = SecretBytes::new(b"answers".to_vec());
    let (state, request) = ClientRegistration::start(&secret, &mut OsRng).unwrap();
    let response = credential::evaluate_registration(&setup, b"id", &request).unwrap();
    let (record, _) = state.finish(&secret, &response, CHEAP, &mut OsRng).unwrap();
    let timed = |work: &dyn Fn()| {
        let one = |_| {
            let started = Instant::now();
            work();
            started.elapsed()
        };
        median((0..RUNS).map(one).collect())
    };
    let (client, ke1) = ClientLogin::start(&secret, &mut OsRng).unwrap();
    let (ke2, login) = credential::evaluate_guess(&setup, b"id", &record, &ke1, b"run", &mut OsRng).unwrap();
    let ke3 = client.finish(&secret, &ke2, b"run", CHEAP, &mut OsRng).unwrap().ke3;
    let proof = timed(&|| drop(credential::verify_proof(&login, &ke3).unwrap()));
    let login = timed(&|| drop(credential::evaluate_guess(&setup, b"id", &record, &ke1, b"run", &mut OsRng).unwrap()));
    let registration = timed(&|| drop(credential::evaluate_registration(&setup, b"id", &request).unwrap()));
    (login, proof, registration)
}

/// One after the other, and at the pace of messages: by turns, for a disk is not equally quick all the time. On SQLite without a
/// thread between.
async fn writes(database: &Database) -> [Duration; 2] {
    const TABLE: &str = "CREATE TABLE IF NOT EXISTS bare (n BIGINT)";
    const ROW: &str = "INSERT INTO bare VALUES (1)";
    let mut times = [Vec::new(), Vec::new()];
    macro_rules! measure {
        ($write:expr) => {
            for turn in 0..2 * TURNS {
                // Once for nothing, or the first one of a hurry is none.
                let _ = $write;
                for _ in 0..RUNS / TURNS {
                    if turn % 2 == 1 {
                        sleep(PACE).await;
                    }
                    let started = Instant::now();
                    let _ = $write;
                    times[turn % 2].push(started.elapsed());
                }
            }
        };
    }
    match database.place() {
        Place::Sqlite(_) => {
            let connection = rusqlite::Connection::open(database.folder.path().join("bare.db")).unwrap();
            connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL").unwrap();
            connection.execute_batch(TABLE).unwrap();
            let mut row = connection.prepare(ROW).unwrap();
            for _ in 0..GROWING {
                row.execute([]).unwrap();
            }
            measure!(row.execute([]).unwrap());
        }
        Place::Postgres(url) => {
            let mut connection = PgConnection::connect(&url).await.unwrap();
            connection.execute(TABLE).await.unwrap();
            measure!(sqlx::query(ROW).execute(&mut connection).await.unwrap());
        }
    }
    times.map(median)
}

/// The middle one.
pub fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
