//! A bounded load on a real gateway, a process of its own with every commit on disk: `cargo xtask bench load`.
//!
//! Honest people recover their PIN, hostile ones guess and send bytes that open to nothing. Printed: throughput, the median and the
//! 99th percentile of each message, the gateway's memory, by the number of users in the database and by the number of people at
//! once; and beside each message its limit, the arithmetic that RFC 9807 asks of a server plus one durable write, measured in the
//! same run. The people's own stretching is left out, or two cores would do nothing else: the gateway cannot tell.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::print_stderr)]

mod crowd;
mod database;
mod limit;
mod person;
mod profile;
mod report;

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
/// How long each profile lasts.
const LASTS: Duration = Duration::from_secs(8);

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let most: u64 =
        std::env::args().nth(1).map_or(USERS[3], |most| most.parse().expect("load takes a number of users"));
    println!("{}", report::head());
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let database = Database::make(kind);
        let mut report = Report::new(kind, limit::measure(&database).await);
        let gateway = database.serve().await;
        let crowd = crowd::enrol(&gateway, AT_ONCE[2]).await;
        for users in USERS.into_iter().take_while(|users| *users <= most) {
            database.fill(users).await;
            for at_once in AT_ONCE {
                report.add(users, at_once, &profile::run(&gateway, &crowd, Profile::Honest, at_once, LASTS).await);
            }
            for profile in [Profile::Mixed, Profile::Hostile] {
                report.add(users, AT_ONCE[1], &profile::run(&gateway, &crowd, profile, AT_ONCE[1], LASTS).await);
            }
        }
        println!("{report}");
    }
}
