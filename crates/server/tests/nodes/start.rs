//! Nodes that come and go: together, with another key ring, of another version.

use std::time::Duration;

use repin_server::store::Store;
use repin_server::store::postgres::{Address, Limits, PostgresStore};
use sqlx::migrate::Migrate;
use sqlx::postgres::PgConnection;
use sqlx::{Connection, Executor};
use tokio::time::{sleep, timeout};

use crate::client::Client;
use crate::common::program::{Program, Starting, serve};
use crate::common::send;
use crate::node::{Site, begin};
use crate::{ANSWERS, PIN, USER};

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_start_at_once_migrate_once_and_are_one_gateway() {
    let site = Site::new();
    // One folder for all three: the key ring is made once, too.
    let folder = tempfile::tempdir().unwrap();
    let starting: Vec<_> = (0..3).map(|_| begin(folder.path(), &site.url())).collect();
    let nodes: Vec<_> = starting.into_iter().map(|starting| starting.listening().unwrap()).collect();
    assert_eq!(site.number("SELECT count(*) FROM apps").await, 1);
    nodes[0].host.create_user(USER).await;
    Client::open(&nodes[1].host, "POST", "/user/initialize").await.replace(&[PIN, ANSWERS]).await.unwrap();
    Client::open(&nodes[2].host, "PUT", "/user/pin").await.prove(PIN).await.unwrap();
}

/// Opens the database while a connection is in the way for longer than a statement may take, which then ends.
async fn open_in_spite_of(site: &Site, in_the_way: PgConnection) {
    let address: Address = site.url().parse().unwrap();
    let address = address.limited(Limits { statement: Duration::from_millis(500), ..Limits::default() });
    let waits = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'repin-server'
         AND wait_event_type = 'Lock' AND now() - query_start > interval '2 seconds'";
    let long_enough = async {
        while site.number(waits).await == 0 {
            sleep(Duration::from_millis(20)).await;
        }
    };
    let opening = PostgresStore::open(&address, 2);
    tokio::pin!(opening);
    tokio::select! {
        opened = &mut opening => panic!("it did not wait: {:?}", opened.err()),
        waited = timeout(Duration::from_secs(60), long_enough) => waited.expect("it waits"),
    }
    in_the_way.close().await.unwrap();
    let store = timeout(Duration::from_secs(60), opening).await.expect("it goes on").unwrap();
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_waits_for_another_that_migrates_for_longer_than_a_statement_may_take() {
    let site = Site::new();
    let mut another = PgConnection::connect(&site.url()).await.unwrap();
    another.lock().await.unwrap();
    open_in_spite_of(&site, another).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_may_take_longer_than_a_statement() {
    let site = Site::new();
    // The name is taken, until it is not after all.
    let mut another = PgConnection::connect(&site.url()).await.unwrap();
    another.execute("BEGIN; CREATE TABLE entities (id INT)").await.unwrap();
    open_in_spite_of(&site, another).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_with_another_key_ring_does_not_start() {
    let site = Site::new();
    let _first = site.start("0");
    let other = tempfile::tempdir().unwrap();
    let said = begin(other.path(), &site.url()).listening().err().expect("it does not start");
    assert!(said.contains("another key ring"), "{said}");
    assert!(!other.path().join("keys").exists(), "and has made no key that would come into the right ring");
    site.start("1");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_program_works_beside_a_newer_one_until_that_takes_something_away() {
    let site = Site::new();
    let old = site.start("0");
    old.host.create_user(USER).await;
    // What a newer program's migration would add, in the ways that schema.rs allows.
    site.execute(&["ALTER TABLE users ADD COLUMN of_the_future TEXT;
         ALTER TABLE credentials ADD COLUMN of_the_future BIGINT NOT NULL DEFAULT 7;
         CREATE TABLE of_the_future (id BIGINT PRIMARY KEY);
         INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             VALUES (9000, 'of the future', true, '\\x00', 1)"])
        .await;
    Client::open(&old.host, "POST", "/user/initialize").await.replace(&[PIN, ANSWERS]).await.unwrap();
    // An old one that is restarted in the middle of the upgrade.
    let again = site.start("1");
    Client::open(&again.host, "PUT", "/user/pin").await.prove(PIN).await.unwrap();

    site.execute(&["UPDATE oldest_program SET migration = 9000"]).await;
    let said = site.begin("2").listening().err().expect("it does not start");
    assert!(said.contains("use a newer one") && !said.contains("postgres://"), "{said}");
}

/// PostgreSQL ends a statement whose result has one column more than when it was prepared.
#[tokio::test(flavor = "multi_thread")]
async fn an_old_program_goes_on_with_what_it_has_prepared_when_a_newer_one_adds_a_column() {
    let site = Site::new();
    let data = tempfile::tempdir().unwrap();
    let mut serve = serve(data.path());
    // Few, so that each meets every statement again.
    let few = serve.env("REPIN_DATABASE", site.url()).env("REPIN_DATABASE_CONNECTIONS", "2");
    let old = Starting::new(few).listening().unwrap();
    old.host.create_user(USER).await;
    Client::open(&old.host, "POST", "/user/initialize").await.replace(&[PIN, ANSWERS]).await.unwrap();
    for _ in 0..4 {
        everything(&old).await;
    }
    site.execute(&["DO $$ DECLARE t TEXT; BEGIN
         FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
             EXECUTE format('ALTER TABLE %I ADD COLUMN of_the_future TEXT', t);
         END LOOP; END $$"])
        .await;
    for _ in 0..4 {
        everything(&old).await;
    }
}

/// Reads as much as the API has to show, and changes the PIN to itself.
async fn everything(node: &Program) {
    let mut client = Client::open(&node.host, "PUT", "/user/pin").await;
    client.prove(PIN).await.unwrap();
    client.replace(&[PIN]).await.unwrap();
    let (token, _) = node.host.token(USER).await;
    let lists = ["/user", "/user/challenges"];
    for path in lists {
        let (status, body) = send(node.host.request("GET", path).header("X-User-Token", &token)).await;
        assert!(status < 500, "{path}: {status} {body}");
    }
    for path in ["/users", &format!("/users/{USER}"), "/config/entity", "/config/entity/publicKey"] {
        let (status, body) = send(node.host.request("GET", path)).await;
        assert!(status < 500, "{path}: {status} {body}");
    }
}
