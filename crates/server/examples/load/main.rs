//! A bounded load on a real gateway, a process of its own with every commit on disk: `cargo xtask bench load`.
//!
//! Honest people recover their PIN, hostile ones guess and send bytes that open to nothing. Printed: throughput, the median and the
//! 99th percentile of each message, the gateway's memory, by the number of users in the database and by the number of people at
//! once; and beside each message its limit, the arithmetic that RFC 9807 asks of a server plus one durable write, measured just
//! before. The people's own stretching is left out, or two cores would do nothing else: the gateway cannot tell.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::print_stderr)]

mod alone;
mod crowd;
mod database;
mod growth;
mod limit;
mod person;
mod profile;
mod report;
mod spent;

#[path = "../../tests/common/cluster.rs"]
mod cluster;

use std::time::Duration;

use database::{Database, Kind};
use profile::Profile;
use report::Report;

/// People in the database, beside those who are active.
const USERS: [u64; 4] = [1_000, 10_000, 100_000, 1_000_000];
/// People at once.
const AT_ONCE: [usize; 3] = [1, 8, 64];
/// People who are active, in turns.
const CROWD: usize = 512;
/// How long each profile lasts.
const LASTS: Duration = Duration::from_secs(5);

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let most: u64 =
        std::env::args().nth(1).map_or(USERS[3], |most| most.parse().expect("load takes a number of users"));
    let only = std::env::args().nth(2);
    let lasts = std::env::args().nth(3).map_or(LASTS, |seconds| {
        Duration::from_secs(seconds.parse().expect("and then a database and a number of seconds"))
    });
    let wanted = |kind: &Kind| only.as_deref().is_none_or(|only| only == kind.name());
    for kind in [Kind::Sqlite, Kind::Postgres].into_iter().filter(wanted) {
        let database = Database::make(kind);
        let mut report = Report::new(database.version().await);
        let gateway = database.serve().await;
        let crowd = crowd::enrol(&gateway, "active", CROWD).await;
        let sizes = || USERS.into_iter().take_while(|users| *users <= most);
        for users in sizes() {
            database.fill(users).await;
            let honest = AT_ONCE.map(|at_once| (Profile::Honest, at_once));
            let others = [Profile::Mixed, Profile::Hostile].map(|profile| (profile, AT_ONCE[1]));
            for (profile, at_once) in honest.into_iter().chain(others) {
                // Before and not once: a disk is not equally quick all the time.
                let limit = limit::measure(&database, at_once == 1).await;
                report.add(users, at_once, limit, &profile::run(&gateway, &crowd, profile, at_once, lasts).await);
            }
        }
        if let Some(many) = sizes().last().filter(|many| *many > USERS[0]) {
            report.add_growth(growth::measure(kind, USERS[0], &gateway, many).await);
        }
        println!("{report}");
    }
}
