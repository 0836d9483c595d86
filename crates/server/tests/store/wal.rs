//! SQLite's log cut short, zeroed or spoiled at any byte, as a power cut or a bad disk leaves it. What is opened then is a state
//! that was committed, and the latest of those whose bytes are all there.

use std::path::Path;
use std::sync::Arc;

use repin_core::api::{ChallengeType, CredentialKind};
use repin_server::clock::ManualClock;
use repin_server::store::sqlite::SqliteStore;
use repin_server::store::{Apps, Change, Charge, Commit, Committed, Proved, Readiness, Recorded, Store};
use repin_server::{Config, Gateway};
use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection};

use crate::common::evidence::{Chance, count, say};
use crate::{credential, key, open, reply};

/// A committed state: how long the log was then, and everything in the database.
struct Moment {
    length: usize,
    state: String,
}

/// A database whose log holds all of its history.
struct History {
    database: Vec<u8>,
    log: Vec<u8>,
    moments: Vec<Moment>,
}

impl History {
    /// A PIN is set, guessed wrong, proved and changed. Each call is one transaction.
    async fn write() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("repin.db");
        let store = SqliteStore::open(&file).await.unwrap();
        let mut moments = Vec::new();
        let mut note = async || {
            let length = std::fs::metadata(file.with_extension("db-wal")).unwrap().len() as usize;
            moments.push(Moment { length, state: state(&file).await });
        };
        note().await;
        let app = store.default_app(0).await.unwrap();
        note().await;
        let user = store.create_user(&app.id, "user-0001", 0).await.unwrap().unwrap();
        note().await;
        let commit = async |challenge: &str, run, seq, id| {
            let credentials = vec![credential(CredentialKind::Pin, id)];
            let kind = if id == 7 { ChallengeType::SetPin } else { ChallengeType::ChangePin };
            let commit = Commit { user: &user.id, kind, credentials };
            let done = store.commit(&key(challenge, run, seq), &commit, &reply(1), 2).await.unwrap();
            assert!(matches!(done, Committed::Recorded(Recorded::Now)));
        };
        let set = crate::challenge(&store, &user, ChallengeType::SetPin, "set").await;
        note().await;
        open(&store, &user, &set, 1).await;
        note().await;
        commit(&set, 1, 1, 7).await;
        note().await;
        let change = crate::challenge(&store, &user, ChallengeType::ChangePin, "change").await;
        note().await;
        open(&store, &user, &change, 2).await;
        note().await;
        for seq in [1, 2] {
            let charged = store.charge(&key(&change, 2, seq), [7; 16], 1_000).await.unwrap();
            assert!(matches!(charged, Charge::Charged(_)));
            note().await;
            store.answer_guess(&key(&change, 2, seq), &reply(2), &[2]).await.unwrap();
            note().await;
        }
        let proved = Some(Proved {
            credential: [7; 16],
            kind: CredentialKind::Pin,
            registration_open_until: Some(1_000_000),
            locked_at: None,
            was_last: false,
        });
        let proof = Change { state: Some(vec![3]), proved, ends: false };
        store.record(&key(&change, 2, 3), &reply(3), &proof, 1_000).await.unwrap();
        note().await;
        commit(&change, 2, 4, 8).await;
        note().await;
        let (database, log) = (std::fs::read(&file).unwrap(), std::fs::read(file.with_extension("db-wal")).unwrap());
        store.close().await;
        Self { database, log, moments }
    }

    /// What must be found when the log is this one instead.
    fn expected(&self, log: &[u8]) -> usize {
        let same = self.log.iter().zip(log).take_while(|(old, new)| old == new).count();
        // Before the first moment there were no tables, and opening makes them.
        self.moments.iter().rposition(|moment| moment.length <= same).unwrap_or(0)
    }

    /// What is found, as the number of a moment.
    async fn found(&self, log: &[u8], starts: bool) -> Result<usize, String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("repin.db");
        std::fs::write(&file, &self.database).unwrap();
        std::fs::write(file.with_extension("db-wal"), log).unwrap();
        let store = SqliteStore::open(&file).await.map_err(|error| format!("it does not open: {error}"))?;
        let found = state(&file).await;
        store.close().await;
        if starts {
            let gateway = Gateway::start(Config::new(folder.path()), clock()).await;
            let gateway = gateway.map_err(|error| format!("the gateway does not start: {error}"))?;
            assert_eq!(gateway.store.ready().await.unwrap(), Readiness::Ready);
        }
        self.moments.iter().position(|moment| moment.state == found).ok_or_else(|| format!("never committed: {found}"))
    }
}

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::at(1))
}

/// Everything in the database but when its tables were made.
async fn state(file: &Path) -> String {
    let mut connection = SqliteConnection::connect(file.to_str().unwrap()).await.unwrap();
    let query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'
                 AND name NOT LIKE 'sqlite%' ORDER BY name";
    let tables: Vec<String> = sqlx::query_scalar(query).fetch_all(&mut connection).await.unwrap();
    let mut all = String::new();
    for table in tables {
        let columns = sqlx::query("SELECT name FROM pragma_table_info($1)").bind(&table);
        let columns = columns.fetch_all(&mut connection).await.unwrap();
        let quoted: Vec<_> = columns.iter().map(|row| format!("quote({})", row.get::<String, _>(0))).collect();
        let query = format!("SELECT {} FROM {table} ORDER BY 1", quoted.join(" || ',' || "));
        let rows: Vec<String> = sqlx::query_scalar(AssertSqlSafe(query)).fetch_all(&mut connection).await.unwrap();
        rows.iter().for_each(|row| all.push_str(&format!("{table}: {row}\n")));
    }
    connection.close().await.unwrap();
    all
}

/// One way to spoil the log from this byte on.
fn spoil(log: &[u8], at: usize, how: usize) -> Vec<u8> {
    let mut log = log.to_vec();
    match how {
        0 => log.truncate(at),
        1 => log[at..].fill(0),
        _ => log[at] ^= 0x55,
    }
    log
}

#[tokio::test]
async fn a_log_that_is_cut_anywhere_opens_to_what_was_committed_before_the_cut() {
    if crate::common::database::server().is_some() {
        return;
    }
    let mut chance = Chance::new();
    let history = History::write().await;
    let length = history.log.len();
    let last = history.moments[history.moments.len() - 2].length;
    let (mut old, mut new, mut earlier) = (0, 0, 0);
    let cuts = count(100, 2_000);
    for number in 0..cuts {
        // Half of them in the last transaction.
        let from = if number % 2 == 0 { last } else { 0 };
        // The first is whole.
        let at = if number == 0 { length } else { from + chance.below(length - from) };
        let log = spoil(&history.log, at, number % 3);
        let found = history.found(&log, number % 10 == 0).await.unwrap_or_else(|wrong| panic!("at {at}: {wrong}"));
        assert_eq!(found, history.expected(&log), "at {at} of {length}, seed {}", chance.seed);
        match history.moments.len() - 1 - found {
            0 => new += 1,
            1 => old += 1,
            _ => earlier += 1,
        }
    }
    let (torn, pages) = torn_pages(&history).await;
    assert_eq!(torn, pages, "a torn page is served");
    let figure = format!(
        "0 of {cuts} logs cut, zeroed or spoiled opened to another state than the last whole one ({new} the new, {old} the \
         one before the last transaction, {earlier} older with the cut before it), and the gateway started on {}, seed {}",
        cuts.div_ceil(10),
        chance.seed
    );
    say(
        14,
        figure,
        format_args!("with a page of the database file itself torn, {torn} of {pages} were refused at the start"),
    );
}

/// How many torn pages keep the gateway from starting, and how many there are.
async fn torn_pages(history: &History) -> (usize, usize) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("repin.db");
    std::fs::write(&file, &history.database).unwrap();
    std::fs::write(file.with_extension("db-wal"), &history.log).unwrap();
    // Closing writes the log into the file.
    SqliteStore::open(&file).await.unwrap().close().await;
    let whole = std::fs::read(&file).unwrap();
    let (mut refused, mut pages) = (0, 0);
    for page in 0..whole.len() / 4096 {
        let mut torn = whole.clone();
        torn[page * 4096..(page + 1) * 4096].fill(0);
        // A free page is empty already.
        if torn == whole {
            continue;
        }
        pages += 1;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("repin.db");
        std::fs::write(&file, torn).unwrap();
        refused += usize::from(SqliteStore::open(&file).await.is_err());
    }
    (refused, pages)
}
