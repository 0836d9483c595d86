//! What no gateway of this protocol can go below: the arithmetic, and one write that is on the disk.

use std::time::{Duration, Instant};

use rand_core::OsRng;
use repin_core::api::KsfParams;
use repin_core::credential::{self, ClientLogin, ClientRegistration, ServerSetup};
use repin_core::secret::SecretBytes;
use sqlx::postgres::PgConnection;
use sqlx::{Connection, Executor};

use crate::alone::{self, Alone};
use crate::database::{Database, Place, sqlite};

const RUNS: usize = 500;
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
    /// One row of a table of its own, committed.
    pub write: Duration,
    /// The messages' own statements: no limit, but what stands between it and the gateway.
    pub alone: Option<Alone>,
}

/// On this machine and this database, now; with the statements `alone` or without, which take longest.
pub async fn measure(database: &Database, alone: bool) -> Limit {
    let (login, proof, registration) = arithmetic();
    let write = write(database).await;
    let alone = if alone { Some(alone::measure(database).await) } else { None };
    Limit { login, proof, registration, write, alone }
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

async fn write(database: &Database) -> Duration {
    const TABLE: &str = "CREATE TABLE IF NOT EXISTS bare (n BIGINT)";
    const ROW: &str = "INSERT INTO bare VALUES (1)";
    let mut times = Vec::new();
    match database.place() {
        Place::Sqlite(_) => {
            let mut connection = sqlite(&database.folder.path().join("bare.db")).await;
            connection.execute(TABLE).await.unwrap();
            for _ in 0..GROWING {
                sqlx::query(ROW).execute(&mut connection).await.unwrap();
            }
            for _ in 0..RUNS {
                let started = Instant::now();
                sqlx::query(ROW).execute(&mut connection).await.unwrap();
                times.push(started.elapsed());
            }
        }
        Place::Postgres(url) => {
            let mut connection = PgConnection::connect(&url).await.unwrap();
            connection.execute(TABLE).await.unwrap();
            for _ in 0..RUNS {
                let started = Instant::now();
                sqlx::query(ROW).execute(&mut connection).await.unwrap();
                times.push(started.elapsed());
            }
        }
    }
    median(times)
}

/// The middle one.
pub fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
