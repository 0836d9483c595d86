//! What the transactions of PROVE and COMMIT take by themselves: their statements in the gateway's own tables, those of each
//! transaction sent as one and waited for once, at the pace of messages. Between this and the limit stand the tables, between this and
//! the gateway the gateway.
//!
//! On SQLite they are a trigger's, on PostgreSQL a function's: compiled once, and the connection's own, so nobody else meets them.

use std::path::Path;
use std::time::{Duration, Instant};

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection, Executor};
use tokio::time::sleep;
use uuid::Uuid;

use crate::database::{Database, Place};
use crate::limit::{PACE, median};

const RUNS: usize = 200;

/// Of `store/sql`, in the order in which they come, for somebody who recovers their PIN: a guess's charge, its reply, its proof, and the
/// COMMIT. `$1` challenge, `$2` run, `$3` person, `$4` credential, `$5` record, `$6` wrap, `$7` hash of the request, `$8` reply, `$9` event.
const TRANSACTIONS: [&str; 4] = [
    "PERFORM 1 FROM users WHERE id = (SELECT person FROM runs WHERE challenge = $1 AND run = $2) LOCKED;
    UPDATE runs SET last_seq = 2 WHERE challenge = $1 AND run = $2 AND last_seq + 1 = 2 AND ended IS NULL;
    UPDATE credentials SET failed = failed + 1, consecutive = consecutive + 1 WHERE person = $3 AND kind = 2 AND consecutive < 100;
    INSERT INTO seen (challenge, run, seq, request_hash, tries_left) VALUES ($1, $2, 2, $7, 2);",
    "UPDATE seen SET code = 0, reply = $8 WHERE challenge = $1 AND run = $2 AND seq = 2 AND code IS NULL;
    UPDATE runs SET state = $8 WHERE challenge = $1 AND run = $2 AND ended IS NULL AND last_seq = 2
        AND EXISTS (SELECT 1 FROM seen WHERE challenge = $1 AND run = $2 AND seq = 2 AND reply = $8);",
    "PERFORM 1 FROM users WHERE id = (SELECT person FROM runs WHERE challenge = $1 AND run = $2) LOCKED;
    UPDATE runs SET last_seq = 3, state = $8, proved = $4 WHERE challenge = $1 AND run = $2 AND last_seq + 1 = 3 AND ended IS NULL;
    UPDATE credentials SET failed = 0, consecutive = 0, locked_at = NULL, locked_until = NULL WHERE person = $3 AND kind = 2;
    INSERT INTO seen (challenge, run, seq, request_hash, code, reply) VALUES ($1, $2, 3, $7, 0, $8);",
    "PERFORM 1 FROM users WHERE id = $3 LOCKED;
    UPDATE runs SET last_seq = 4, ended = 1, state = NULL WHERE challenge = $1 AND run = $2 AND last_seq + 1 = 4 AND ended IS NULL;
    PERFORM c.status, c.expires_at, EXISTS (SELECT 1 FROM credentials WHERE person = $3 AND kind = 1),
        EXISTS (SELECT 1 FROM credentials WHERE person = $3 AND kind = 2) OR EXISTS (SELECT 1 FROM recovery_emails WHERE person = $3)
        FROM challenges c WHERE c.id = $1 AND c.person = $3 LOCKED;
    PERFORM retired FROM key_ids WHERE (purpose, kid) IN (VALUES ('opaque-setup', '0000000000000000'));
    DELETE FROM credentials WHERE person = $3 AND kind = 1;
    INSERT INTO credentials (id, person, kind, setup_kid, record, wrap, ksf_m_kib, ksf_t, ksf_p, answer_rule, created)
        VALUES ($4, $3, 1, '0000000000000000', $5, $6, 65536, 3, 4, 0, 1);
    UPDATE challenges SET status = CASE WHEN id = $1 THEN 'COMPLETE' ELSE 'FAILED' END
        WHERE person = $3 AND status = 'PENDING' AND expires_at > 1;
    PERFORM s.id FROM users u JOIN subscriptions s ON s.app = u.app WHERE u.id = $3 AND s.enabled;
    INSERT INTO outbox (id, challenge, status, error_code, created) VALUES ($9, $1, 'COMPLETE', 0, 1);
    INSERT INTO seen (challenge, run, seq, request_hash, code, reply) VALUES ($1, $2, 4, $7, 0, $8);
    UPDATE runs SET ended = 1, state = NULL WHERE person = $3 AND ended IS NULL;
    INSERT INTO audit (at, person, challenge, event) VALUES (1, $3, $1, 'RESTORE_PIN');",
];

const TABLES: &str = "these are the gateway's tables and statements";
const PEOPLE: &str = "SELECT id FROM users WHERE user_id LIKE 'once-%' ORDER BY id LIMIT $1";
const CHALLENGE: &str = "INSERT INTO challenges (id, person, type, status, correlation_id, created, expires_at)
    VALUES ($1, $2, 'RESTORE_PIN', 'PENDING', $1, 1, 9000000000000)";
const RUN: &str = "INSERT INTO runs (challenge, run, person, token_hash, opening, last_seq, state, opened)
    VALUES ($1, $2, $3, $4, $4, 1, $4, 1)";
/// Whether each statement has found its rows.
const DONE: &str = "SELECT count(*) FROM challenges c JOIN runs r ON r.challenge = c.id AND r.ended = 1
    JOIN outbox o ON o.challenge = c.id JOIN credentials k ON k.id = r.proved AND k.created = 1
    WHERE c.id = $1 AND c.status = 'COMPLETE' AND 3 = (SELECT count(*) FROM seen s WHERE s.challenge = c.id AND s.code = 0)";

/// Medians of the three messages.
pub struct Alone {
    pub prove_1: Duration,
    pub prove_2: Duration,
    pub commit: Duration,
}

/// The people are those whom the database was filled with, on pages that nobody has just looked at.
///
/// # Panics
/// When a statement is refused or finds nothing, for the gateway's tables have become others.
pub async fn measure(database: &Database) -> Alone {
    let mut times: [Vec<Duration>; 4] = Default::default();
    match database.place() {
        Place::Sqlite(file) => on_sqlite(&file, &mut times),
        Place::Postgres(url) => on_postgres(&url, &mut times).await,
    }
    let [charge, reply, prove_2, commit] = times.map(median);
    Alone { prove_1: charge + reply, prove_2, commit }
}

/// What a recovery is called by.
struct Named {
    challenge: String,
    run: Uuid,
    credential: Uuid,
    event: String,
}

impl Named {
    fn new() -> Self {
        let text = || Uuid::new_v4().to_string();
        Self { challenge: text(), run: Uuid::new_v4(), credential: Uuid::new_v4(), event: text() }
    }
}

/// As long as what is sealed; the record is the longest.
const BYTES: [u8; 296] = [7; 296];

/// On the thread that asks, as the gateway does.
fn on_sqlite(file: &Path, times: &mut [Vec<Duration>; 4]) {
    let connection = rusqlite::Connection::open(file).unwrap();
    connection.execute_batch("PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON").unwrap();
    let columns: Vec<String> = (1..=9).map(|n| format!("NULL AS c{n}")).collect();
    for (number, statements) in TRANSACTIONS.iter().enumerate() {
        let statements = statements.replace("PERFORM", "SELECT").replace(" LOCKED", "").replace('$', "NEW.c");
        let view = format!("CREATE TEMP VIEW alone_{number} AS SELECT {}", columns.join(", "));
        let trigger =
            format!("CREATE TEMP TRIGGER as_one_{number} INSTEAD OF INSERT ON alone_{number} BEGIN {statements} END");
        connection.execute_batch(&format!("{view}; {trigger}")).unwrap();
    }
    let call = |number| format!("INSERT INTO alone_{number} VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)");
    let mut calls = [0, 1, 2, 3].map(|number| connection.prepare(&call(number)).unwrap());
    let mut people = connection.prepare(PEOPLE).unwrap();
    let people = people.query_map([RUNS as i64], |row| row.get(0)).unwrap().collect::<Result<Vec<String>, _>>();
    // As the gateway does for a guess's reply.
    let [durable, forgetful] = ["PRAGMA synchronous = FULL", "PRAGMA synchronous = NORMAL"];
    for person in people.unwrap() {
        let Named { challenge, run, credential, event } = &Named::new();
        let (run, credential) = (&run.as_bytes()[..], &credential.as_bytes()[..]);
        connection.execute(CHALLENGE, (challenge, &person)).unwrap();
        connection.execute(RUN, (challenge, run, &person, &BYTES[..32])).unwrap();
        for ((call, times), before) in
            calls.iter_mut().zip(times.iter_mut()).zip([durable, forgetful, durable, durable])
        {
            connection.execute_batch(before).unwrap();
            let (record, wrap, hash) = (&BYTES[..192], &BYTES[..72], &BYTES[..32]);
            std::thread::sleep(PACE);
            let started = Instant::now();
            call.execute((challenge, run, &person, credential, record, wrap, hash, &BYTES[..], event)).unwrap();
            times.push(started.elapsed());
        }
        let done: i64 = connection.query_one(DONE, [challenge], |row| row.get(0)).unwrap();
        assert_eq!(done, 1, "{TABLES}");
    }
}

async fn on_postgres(url: &str, times: &mut [Vec<Duration>; 4]) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    for (number, statements) in TRANSACTIONS.iter().enumerate() {
        let statements = statements.replace("LOCKED", "FOR NO KEY UPDATE");
        let function = format!(
            "CREATE FUNCTION pg_temp.alone_{number}(text, bytea, text, bytea, bytea, bytea, bytea, bytea, text) \
             RETURNS void LANGUAGE plpgsql AS $body$ BEGIN {statements} END $body$"
        );
        connection.execute(AssertSqlSafe(function)).await.unwrap();
    }
    let people: Vec<String> = sqlx::query_scalar(PEOPLE).bind(RUNS as i64).fetch_all(&mut connection).await.unwrap();
    for person in people {
        let Named { challenge, run, credential, event } = &Named::new();
        let (run, credential) = (&run.as_bytes()[..], &credential.as_bytes()[..]);
        sqlx::query(CHALLENGE).bind(challenge).bind(&person).execute(&mut connection).await.unwrap();
        let opened = sqlx::query(RUN).bind(challenge).bind(run).bind(&person).bind(&BYTES[..32]);
        opened.execute(&mut connection).await.unwrap();
        for (number, times) in times.iter_mut().enumerate() {
            let call = format!("SELECT pg_temp.alone_{number}($1, $2, $3, $4, $5, $6, $7, $8, $9)");
            let call = sqlx::query(AssertSqlSafe(call)).bind(challenge).bind(run).bind(&person).bind(credential);
            let call = call.bind(&BYTES[..192]).bind(&BYTES[..72]).bind(&BYTES[..32]).bind(&BYTES[..]).bind(event);
            sleep(PACE).await;
            let started = Instant::now();
            call.execute(&mut connection).await.unwrap();
            times.push(started.elapsed());
        }
        let done = sqlx::query_scalar::<_, i64>(DONE).bind(challenge).fetch_one(&mut connection).await;
        assert_eq!(done.unwrap(), 1, "{TABLES}");
    }
}
