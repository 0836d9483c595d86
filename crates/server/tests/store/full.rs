//! A PostgreSQL server that takes no connection more is there all the same.

use std::sync::Arc;
use std::time::Duration;

use repin_server::store::postgres::{Address, Limits, PostgresStore};
use repin_server::store::{Readiness, Store};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use tokio::task::yield_now;

use crate::common::database::{Place, database_of, server};

/// A role of this test's own: a limit holds for no administrator.
const ROLE: &str = "few_connections";

async fn limit(admin: &mut PgConnection, connections: i32) {
    admin.execute(AssertSqlSafe(format!("ALTER ROLE {ROLE} CONNECTION LIMIT {connections}"))).await.unwrap();
}

#[tokio::test]
async fn a_server_without_a_free_connection_is_ready_while_there_is_one_to_it() {
    let place = Place::new();
    let Some((_, url)) = database_of(place.path()) else { return };
    let mut admin = PgConnection::connect(&url).await.unwrap();
    let make = format!(
        "DROP ROLE IF EXISTS {ROLE}; CREATE ROLE {ROLE} LOGIN; GRANT ALL ON ALL TABLES IN SCHEMA public TO {ROLE};
         GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {ROLE}; GRANT ALL ON SCHEMA public TO {ROLE}"
    );
    admin.execute(AssertSqlSafe(make)).await.unwrap();
    let limits = Limits { acquire: Duration::from_secs(20), ..Limits::default() };
    let address: Address =
        url.replace(&server().unwrap(), &server().unwrap().replace("repin@", "few_connections@")).parse().unwrap();
    // One connection is made at once; none for the probe, which finds no room.
    let store: Arc<dyn Store> = Arc::new(PostgresStore::open_existing(&address.limited(limits)).await.unwrap());
    limit(&mut admin, 1).await;
    assert_eq!(store.ready().await.unwrap(), Readiness::Ready);

    // That one is at work, and stays so.
    let app = store.default_app(0).await.unwrap().id;
    let mut holder = PgConnection::connect(&url).await.unwrap();
    holder.execute("BEGIN; LOCK TABLE users").await.unwrap();
    let working = tokio::spawn({
        let (store, app) = (store.clone(), app.clone());
        async move { store.user(&app, "user-0001").await.unwrap() }
    });
    let waits = "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)";
    while !sqlx::query_scalar::<_, bool>(waits).fetch_one(&mut admin).await.unwrap() {
        yield_now().await;
    }
    assert_eq!(store.ready().await.unwrap(), Readiness::Ready);
    holder.execute("COMMIT").await.unwrap();
    assert!(working.await.unwrap().is_none());

    // Without any it can do nothing, and says so.
    limit(&mut admin, 0).await;
    let end = format!("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE usename = '{ROLE}'");
    admin.execute(AssertSqlSafe(end)).await.unwrap();
    assert!(store.ready().await.is_err());
    limit(&mut admin, -1).await;
    assert_eq!(store.ready().await.unwrap(), Readiness::Ready, "and again when there is room");
    store.close().await;
    admin.execute(AssertSqlSafe(format!("DROP OWNED BY {ROLE}; DROP ROLE {ROLE}"))).await.unwrap();
}
