//! Lists, of an app with many users: on PostgreSQL, whose plans follow from what is in the tables. SQLite's are looked at beside its store.

use repin_server::attempts::LOCK_MS;
use repin_server::store::{CredentialStatus, Order, Page, UserFilter};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use crate::common::database::{database_of, empty_store};

const NOW: u64 = 1_000_000;

/// How often each of these was read: the index of the locked, the one of an app's users, and all of a table.
async fn reads(connection: &mut PgConnection) -> (i64, i64, i64) {
    let query = "SELECT (SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'credentials_locked'),
        (SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'users_by_app'),
        (SELECT sum(seq_scan)::bigint FROM pg_stat_user_tables WHERE relname IN ('users', 'credentials'))";
    sqlx::query_as(query).fetch_one(connection).await.unwrap()
}

#[tokio::test]
async fn a_page_of_the_locked_reads_no_other_users_of_the_app() {
    let (place, store) = empty_store().await;
    let Some((_, url)) = database_of(place.path()) else { return };
    let app = store.default_app(0).await.unwrap().id;
    let mut connection = PgConnection::connect(&url).await.unwrap();
    let (locked, over) = (NOW + LOCK_MS, NOW);
    let fill = format!(
        "INSERT INTO users (id, app, user_id, status, created)
             SELECT 'p' || n, '{app}', 'u' || n, 'ENABLED', n FROM generate_series(1, 20000) n;
         INSERT INTO credentials
             (id, person, kind, setup_kid, record, wrap, ksf_m_kib, ksf_t, ksf_p, answer_rule, created, locked_until, consecutive)
             SELECT decode(md5(n::text), 'hex'), 'p' || n, 1, 'k', '', '', 1, 1, 1, 0, 0,
                 CASE WHEN n IN (40, 20) THEN {locked} WHEN n % 100 = 1 THEN {over} END,
                 CASE WHEN n IN (40, 7) THEN 100 ELSE n % 3 END
             FROM generate_series(1, 20000) n"
    );
    connection.execute(AssertSqlSafe(fill)).await.unwrap();
    connection.execute("VACUUM ANALYZE users, credentials").await.unwrap();
    let before = reads(&mut connection).await;

    let wanted = UserFilter { pin: Some(CredentialStatus::Locked), ..UserFilter::default() };
    let page = Page { from: None, to: None, cursor: None, size: 10, order: Order::Ascending };
    let listed = store.users(&app, &wanted, &page, NOW).await.unwrap().unwrap();
    let names: Vec<_> = listed.items.iter().map(|user| &*user.user_id).collect();
    assert_eq!(names, ["u7", "u20", "u40"], "each once, and nobody whose lock is over");

    // What a session has counted is told when it ends.
    store.close().await;
    let after = loop {
        connection.execute("SELECT pg_stat_clear_snapshot()").await.unwrap();
        let after = reads(&mut connection).await;
        if after != before {
            break after;
        }
    };
    assert_eq!((after.1, after.2), (before.1, before.2), "the index of the locked alone: {before:?} {after:?}");
}
