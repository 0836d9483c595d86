//! The audit's chain: what was sealed cannot be changed without the key ring, unnoticed.

use std::collections::BTreeMap;

use repin_server::audit::{Fault, Report, verify};
use repin_server::keys::{KeyRing, KeySource, Purpose};
use repin_server::store::{By, Sealing};

use crate::common::{Gateway, START};

/// Seals until nothing is left, also should the gateway's own worker be at it.
async fn seal(gateway: &Gateway) {
    loop {
        let sealing = gateway.inner.seal_audit().await.unwrap();
        assert_ne!(sealing, Sealing::Refused);
        if matches!(sealing, Sealing::Sealed(_)) && report(gateway).await.unsealed == 0 {
            return;
        }
    }
}

async fn report(gateway: &Gateway) -> Report {
    verify(&*gateway.inner.store, &gateway.inner.keys, None).await.unwrap()
}

/// What is found, and at which row.
async fn found(gateway: &Gateway) -> Option<(Fault, Option<u64>)> {
    report(gateway).await.found.map(|found| (found.fault, found.row))
}

async fn note(gateway: &Gateway, rows: u64) {
    for row in 0..rows {
        let by = By { operator: "Ada", now: START + row };
        gateway.inner.store.note("NOTED", &format!("subject {row}"), by).await.unwrap();
    }
}

/// A statement for both databases: PostgreSQL wants to be told that ids are given.
fn insert(gateway: &Gateway, sqlite: &'static str, postgres: &'static str) -> &'static str {
    if gateway.database().is_some() { postgres } else { sqlite }
}

/// Rows 10, 20 … 70, sealed, and a copy of everything.
async fn seven_rows() -> Gateway {
    let gateway = Gateway::start().await;
    gateway
        .execute(insert(
            &gateway,
            "INSERT INTO audit (id, at, operator, event) VALUES (10, 1, 'a', 'A'), (20, 2, 'b', 'B'), (30, 3, 'c', 'C'),
             (40, 4, 'd', 'D'), (50, 5, 'e', 'E'), (60, 6, 'f', 'F'), (70, 7, 'g', 'G')",
            "INSERT INTO audit (id, at, operator, event) OVERRIDING SYSTEM VALUE VALUES (10, 1, 'a', 'A'), (20, 2, 'b', 'B'),
             (30, 3, 'c', 'C'), (40, 4, 'd', 'D'), (50, 5, 'e', 'E'), (60, 6, 'f', 'F'), (70, 7, 'g', 'G')",
        ))
        .await;
    seal(&gateway).await;
    for copy in [
        "CREATE TABLE audit_copy AS SELECT * FROM audit",
        "CREATE TABLE seals_copy AS SELECT * FROM audit_seals",
        "CREATE TABLE head_copy AS SELECT * FROM audit_head",
    ] {
        gateway.execute(copy).await;
    }
    gateway
}

async fn restore(gateway: &Gateway) {
    for statement in [
        "DELETE FROM audit_seals",
        "DELETE FROM audit",
        "DELETE FROM audit_head",
        insert(
            gateway,
            "INSERT INTO audit SELECT * FROM audit_copy",
            "INSERT INTO audit OVERRIDING SYSTEM VALUE SELECT * FROM audit_copy",
        ),
        "INSERT INTO audit_seals SELECT * FROM seals_copy",
        "INSERT INTO audit_head SELECT * FROM head_copy",
    ] {
        gateway.execute(statement).await;
    }
}

#[tokio::test]
async fn each_kind_of_tampering_is_caught_at_the_first_the_middle_and_the_last_row() {
    let gateway = seven_rows().await;
    let add = |sqlite, postgres| vec![insert(&gateway, sqlite, postgres)];
    let cases: Vec<(Vec<&'static str>, Fault, Option<u64>)> = vec![
        (vec!["UPDATE audit SET operator = 'x' WHERE id = 10"], Fault::Altered, Some(10)),
        (vec!["UPDATE audit SET at = 5 WHERE id = 40"], Fault::Altered, Some(40)),
        (vec!["UPDATE audit SET subject = '' WHERE id = 70"], Fault::Altered, Some(70)),
        (vec!["DELETE FROM audit WHERE id = 10"], Fault::Removed, Some(10)),
        (vec!["DELETE FROM audit WHERE id = 40"], Fault::Removed, Some(40)),
        (vec!["DELETE FROM audit WHERE id = 70"], Fault::Removed, Some(70)),
        // With their links.
        (vec!["DELETE FROM audit WHERE id = 10", "DELETE FROM audit_seals WHERE seq = 1"], Fault::Removed, None),
        (vec!["DELETE FROM audit WHERE id = 40", "DELETE FROM audit_seals WHERE seq = 4"], Fault::Removed, None),
        (vec!["DELETE FROM audit WHERE id = 70", "DELETE FROM audit_seals WHERE seq = 7"], Fault::Removed, None),
        // The links alone: the row is named.
        (vec!["DELETE FROM audit_seals WHERE seq = 1"], Fault::Removed, Some(10)),
        (vec!["DELETE FROM audit_seals WHERE seq = 4"], Fault::Removed, Some(40)),
        (vec!["DELETE FROM audit_seals WHERE seq = 7"], Fault::Removed, Some(70)),
        // The last one with its link, and the end set to the link before.
        (
            vec![
                "DELETE FROM audit WHERE id = 70",
                "DELETE FROM audit_seals WHERE seq = 7",
                "UPDATE audit_head SET seq = 6, audit = 60, hash = (SELECT hash FROM audit_seals WHERE seq = 6),
                 mac = (SELECT mac FROM audit_seals WHERE seq = 6)",
            ],
            Fault::End,
            None,
        ),
        (vec!["DELETE FROM audit_head"], Fault::End, None),
        // What two rows say, exchanged.
        (
            vec!["UPDATE audit SET at = 3 - at, event = CASE event WHEN 'A' THEN 'B' ELSE 'A' END WHERE id <= 20"],
            Fault::Altered,
            Some(10),
        ),
        // The rows that two links are for.
        (reorder(1, 2), Fault::Reordered, Some(20)),
        (reorder(4, 5), Fault::Reordered, Some(50)),
        (reorder(6, 7), Fault::Reordered, Some(70)),
        (
            add(
                "INSERT INTO audit (id, at, event) VALUES (5, 1, 'X')",
                "INSERT INTO audit (id, at, event) OVERRIDING SYSTEM VALUE VALUES (5, 1, 'X')",
            ),
            Fault::Inserted,
            Some(5),
        ),
        (
            add(
                "INSERT INTO audit (id, at, event) VALUES (35, 1, 'X')",
                "INSERT INTO audit (id, at, event) OVERRIDING SYSTEM VALUE VALUES (35, 1, 'X')",
            ),
            Fault::Inserted,
            Some(35),
        ),
        (
            add(
                "INSERT INTO audit (id, at, event) VALUES (65, 1, 'X')",
                "INSERT INTO audit (id, at, event) OVERRIDING SYSTEM VALUE VALUES (65, 1, 'X')",
            ),
            Fault::Inserted,
            Some(65),
        ),
        // With a link that somebody without the key made, behind the end.
        (
            vec![
                "INSERT INTO audit_seals (seq, audit, hash, kid, mac) SELECT 8, 75, hash, kid, mac FROM audit_seals WHERE seq = 7",
            ],
            Fault::End,
            None,
        ),
        // A link under a key that nobody has, to get round its MAC: the hash holds it.
        (
            vec![
                "UPDATE audit SET operator = 'x' WHERE id = 40",
                "UPDATE audit_seals SET kid = '0000000000000000' WHERE seq = 4",
            ],
            Fault::Altered,
            Some(40),
        ),
    ];
    assert_eq!(found(&gateway).await, None, "the control: nothing was done yet");
    for (statements, fault, row) in cases {
        for statement in &statements {
            gateway.execute(statement).await;
        }
        assert_eq!(found(&gateway).await, Some((fault, row)), "{statements:?}");
        restore(&gateway).await;
    }
    let report = report(&gateway).await;
    assert_eq!((report.found, report.sealed, report.unsealed), (None, 7, 0), "the control: all is as it was");
}

/// Exchanges the rows of two links.
fn reorder(one: u64, other: u64) -> Vec<&'static str> {
    let statements = BTreeMap::from([
        (
            1,
            [
                "UPDATE audit_seals SET audit = 99 WHERE seq = 1",
                "UPDATE audit_seals SET audit = 10 WHERE seq = 2",
                "UPDATE audit_seals SET audit = 20 WHERE seq = 1",
            ],
        ),
        (
            4,
            [
                "UPDATE audit_seals SET audit = 99 WHERE seq = 4",
                "UPDATE audit_seals SET audit = 40 WHERE seq = 5",
                "UPDATE audit_seals SET audit = 50 WHERE seq = 4",
            ],
        ),
        (
            6,
            [
                "UPDATE audit_seals SET audit = 99 WHERE seq = 6",
                "UPDATE audit_seals SET audit = 60 WHERE seq = 7",
                "UPDATE audit_seals SET audit = 70 WHERE seq = 6",
            ],
        ),
    ]);
    assert_eq!(other, one + 1);
    statements[&one].to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn three_that_seal_at_once_make_one_chain() {
    let gateway = Gateway::start().await;
    let mut nodes = vec![gateway.inner.clone(); 3];
    let others = [gateway.another_node().await, gateway.another_node().await];
    for (node, other) in nodes.iter_mut().zip(others.iter().flatten()) {
        *node = other.inner.clone();
    }
    let mut tasks = tokio::task::JoinSet::new();
    for node in nodes {
        tasks.spawn(async move {
            for row in 0..70 {
                let by = By { operator: "Ada", now: START + row };
                node.store.note("NOTED", "one of many", by).await.unwrap();
                node.seal_audit().await.unwrap();
            }
        });
    }
    tasks.join_all().await;
    seal(&gateway).await;
    let report = report(&gateway).await;
    assert_eq!((report.sealed, report.unsealed, report.found), (210, 0, None));
}

#[tokio::test]
async fn rows_that_a_crash_left_without_a_link_are_told_and_sealed_by_the_next_start() {
    let gateway = Gateway::start().await;
    note(&gateway, 3).await;
    seal(&gateway).await;
    // As if the process had ended between these rows and their links: nothing of theirs is in the chain.
    gateway.execute("INSERT INTO audit (at, event) VALUES (8, 'LATE'), (9, 'LATER')").await;
    let before = report(&gateway).await;
    assert_eq!((before.found, before.sealed + before.unsealed), (None, 5));
    let gateway = gateway.restart().await;
    seal(&gateway).await;
    let after = report(&gateway).await;
    assert_eq!((after.found, after.sealed, after.unsealed), (None, 5, 0));
}

#[tokio::test]
async fn a_chain_that_was_begun_anew_is_told_by_its_noted_end() {
    let gateway = seven_rows().await;
    let noted = report(&gateway).await.end;
    let with = async || verify(&*gateway.inner.store, &gateway.inner.keys, Some(&noted)).await.unwrap().found;
    assert_eq!(with().await, None, "the control");
    for statement in [
        "DELETE FROM audit_seals",
        "UPDATE audit SET operator = 'x' WHERE id = 40",
        "UPDATE audit_head SET seq = 0, audit = 0, kid = ''",
        insert(
            &gateway,
            "UPDATE audit_head SET hash = zeroblob(32), mac = x''",
            "UPDATE audit_head SET hash = decode(repeat('00', 32), 'hex'), mac = ''",
        ),
    ] {
        gateway.execute(statement).await;
    }
    seal(&gateway).await;
    assert_eq!(found(&gateway).await, None, "nothing in the database tells");
    assert_eq!(with().await.map(|found| found.fault), Some(Fault::Anchor));
}

#[tokio::test]
async fn the_chain_holds_over_a_rotation_and_when_the_old_key_is_gone() {
    let gateway = Gateway::start().await;
    note(&gateway, 3).await;
    seal(&gateway).await;
    let source = KeySource::Folder(gateway.data().join("keys"));
    let old = gateway.inner.keys.newest(Purpose::Storage).to_owned();
    source.add(&mut source.load().unwrap(), Purpose::Storage).unwrap();
    let gateway = gateway.restart().await;
    seal(&gateway).await;
    assert_eq!(gateway.inner.store.needs_of_key("storage", &old).await.unwrap(), 0, "the end was sealed anew");
    note(&gateway, 2).await;
    seal(&gateway).await;
    source.remove(&mut source.load().unwrap(), Purpose::Storage, &old).unwrap();
    let gateway = gateway.restart().await;
    assert_eq!((found(&gateway).await, report(&gateway).await.sealed), (None, 5));
    gateway.execute("UPDATE audit SET subject = 'x' WHERE id = 2").await;
    assert_eq!(found(&gateway).await, Some((Fault::Altered, Some(2))));
}

#[tokio::test]
async fn a_ring_from_before_a_rotation_says_which_key_it_lacks_and_finds_what_was_done_all_the_same() {
    let gateway = seven_rows().await;
    let source = KeySource::Folder(gateway.data().join("keys"));
    let old = KeyRing::read(&source.load().unwrap()).unwrap();
    source.add(&mut source.load().unwrap(), Purpose::Storage).unwrap();
    let gateway = gateway.restart().await;
    seal(&gateway).await;
    let with_old = async || verify(&*gateway.inner.store, &old, None).await.unwrap();
    let (by_old, by_new) = (with_old().await, report(&gateway).await);
    assert_eq!((by_new.found, by_new.words()), (None, None), "the control");
    assert_eq!(by_old.found.map(|found| found.fault), Some(Fault::KeyMissing));
    let words = by_old.words().unwrap();
    assert!(words.contains(gateway.inner.keys.newest(Purpose::Storage)) && !words.contains("changed"), "{words}");
    assert_eq!((by_old.sealed, by_old.end), (7, by_new.end), "the rows themselves hold");
    gateway.execute("UPDATE audit SET operator = 'x' WHERE id = 40").await;
    assert_eq!(with_old().await.found.map(|found| (found.fault, found.row)), Some((Fault::Altered, Some(40))));
}

#[tokio::test]
async fn a_gateway_without_the_newest_key_leaves_sealing_to_those_that_have_it_and_raises_no_alarm() {
    let gateway = Gateway::start().await;
    note(&gateway, 3).await;
    seal(&gateway).await;
    // As a gateway leaves the end that has a key which this one has not yet.
    gateway.execute("INSERT INTO key_ids (purpose, kid) VALUES ('storage', 'ffffffff00000000')").await;
    gateway.execute("UPDATE audit_head SET kid = 'ffffffff00000000'").await;
    note(&gateway, 1).await;
    assert_eq!(gateway.inner.seal_audit().await.unwrap(), Sealing::Busy);
    assert_eq!(found(&gateway).await, Some((Fault::KeyMissing, None)));
    // The control: a key that no gateway has ever had is no reason to wait.
    gateway.execute("DELETE FROM key_ids WHERE kid = 'ffffffff00000000'").await;
    assert_eq!(gateway.inner.seal_audit().await.unwrap(), Sealing::Refused);
    assert_eq!(found(&gateway).await, Some((Fault::End, None)));
}

/// The same with two gateways, where there can be two.
#[tokio::test(flavor = "multi_thread")]
async fn while_a_storage_key_is_on_its_way_the_gateway_that_has_it_seals() {
    let gateway = Gateway::start().await;
    let Some(old) = gateway.another_node().await else { return };
    let source = KeySource::Folder(gateway.data().join("keys"));
    source.add(&mut source.load().unwrap(), Purpose::Storage).unwrap();
    let gateway = gateway.restart().await;
    note(&gateway, 3).await;
    seal(&gateway).await;
    note(&gateway, 1).await;
    assert_eq!(old.inner.seal_audit().await.unwrap(), Sealing::Busy);
    seal(&gateway).await;
    let by_old = verify(&*old.inner.store, &old.inner.keys, None).await.unwrap();
    assert_eq!(by_old.found.map(|found| found.fault), Some(Fault::KeyMissing));
    assert_eq!((report(&gateway).await.found, by_old.sealed), (None, 4));
}
