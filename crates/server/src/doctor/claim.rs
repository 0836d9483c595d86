//! Whether the key ring is the one that the database was filled with, and has every key that something in there needs.

use std::collections::BTreeMap;

use super::connection::Connection;
use super::{Finding, Subject};
use crate::keys::{KeyMark, KeyRing, Purpose, is_kid, of_another_ring};

const NAME: &str = "claim";

/// Looks.
pub async fn check(subject: &Subject, database: &mut Connection) -> Vec<Finding> {
    let Ok(ring) = subject.config.keys().names() else { return Vec::new() };
    // The tables' own finding says why.
    let Ok((claimed, used)) = read(database).await else { return Vec::new() };
    // A database from before there were marks has none.
    let marks = database.pairs(MARKS).await.unwrap_or_default();
    let has = |purpose: Purpose, kid: &str| ring.iter().any(|name| name.purpose == purpose && name.kid == kid);
    let mut findings = Vec::new();
    for purpose in of_another_ring(claimed.iter().map(|(purpose, kid)| (&**purpose, &**kid)), has) {
        let what = format!("the database belongs to another key ring: none of its {} keys is here", purpose.name());
        let remedy = "give this node a copy of the first node's keys, or name the right --data";
        findings.push(Finding::fault(NAME, what, remedy));
    }
    for (kid, records) in used.iter().filter(|(kid, _)| !has(Purpose::OpaqueSetup, kid)) {
        let what = format!("opaque-setup-{kid}.key is missing, and {records} PINs and answers were made with it");
        findings.push(Finding::fault(NAME, what, "put it back from the ring's backup"));
    }
    for ((purpose, kid), rows) in sealed(database).await {
        if !has(purpose, &kid) {
            let what = format!("{}-{kid}.key is missing, and rows that open with it alone: {rows}", purpose.name());
            let remedy = "put it back from the ring's backup, or copy it from a node that has it";
            findings.push(Finding::fault(NAME, what, remedy));
        }
    }
    // What is no ring is told of elsewhere.
    let read = subject.config.keys().load().and_then(|material| KeyRing::read(&material));
    for (name, mark) in read.map(|ring| ring.marks).unwrap_or_default().iter().map(named) {
        if marks.iter().any(|(known, is)| *known == name && is != mark) {
            let what =
                format!("{name} is not the key that the database knows by that name: damaged, or copied wrongly");
            findings.push(Finding::fault(NAME, what, "put it back from the ring's backup"));
        }
    }
    if findings.is_empty() {
        findings.push(match claimed.is_empty() {
            true => Finding::ok(NAME, "by no key ring yet"),
            false => Finding::ok(NAME, "the key ring is the database's"),
        });
    }
    findings
}

/// Under the name that its file has, if it has one.
fn named(key: &KeyMark) -> (String, &str) {
    (format!("{}-{}", key.purpose.name(), key.kid), &key.mark)
}

const MARKS: &str = "SELECT purpose || '-' || kid, mark FROM key_ids WHERE retired IS NULL AND mark IS NOT NULL";

type Pairs = Vec<(String, String)>;

/// The keys that gateways on this database have, and the OPAQUE setups that records were made with, each with how many.
async fn read(database: &mut Connection) -> sqlx::Result<(Pairs, Pairs)> {
    let claimed = database.pairs("SELECT purpose, kid FROM key_ids WHERE retired IS NULL").await?;
    let used = "SELECT setup_kid, CAST(count(*) AS TEXT) FROM credentials GROUP BY setup_kid";
    Ok((claimed, database.pairs(used).await?))
}

/// The `kid`s that a column's values begin with, each with how many.
macro_rules! kids {
    ($table:literal, $column:literal) => {
        concat!(
            "SELECT substr(",
            $column,
            ", 1, 16) AS kid, count(*) AS number FROM ",
            $table,
            " WHERE ",
            $column,
            " IS NOT NULL GROUP BY 1"
        )
    };
}

/// Everything that is sealed, by what the keys are for. The same columns keep a key from being retired (`store/sql/ring_keys.rs`).
const SEALED: [(Purpose, &str); 13] = [
    (Purpose::Storage, kids!("credentials", "questions")),
    (Purpose::Storage, kids!("runs", "state")),
    (Purpose::Storage, kids!("subscriptions", "secret")),
    (Purpose::Storage, kids!("webhook_keys", "public")),
    (Purpose::Storage, kids!("magic_wallets", "access_key")),
    (Purpose::Storage, kids!("magic_wallets", "recovery_key")),
    (Purpose::Storage, kids!("magic_wallets", "previous_access")),
    (Purpose::Storage, kids!("magic_wallets", "previous_recovery")),
    (Purpose::Storage, kids!("magic_rotations", "context")),
    (Purpose::Storage, kids!("magic_replies", "body")),
    (Purpose::Storage, kids!("wallets", "gateway_share")),
    (Purpose::Storage, kids!("recovery_emails", "address")),
    (Purpose::Recovery, kids!("recovery_emails", "data_key")),
];

/// The key that the end of the audit's chain is under, which is empty before its first row.
const HEAD: &str = "SELECT kid, CAST(seq AS TEXT) FROM audit_head";

/// The keys that something is sealed with, each with how much.
async fn sealed(database: &mut Connection) -> BTreeMap<(Purpose, String), i64> {
    let mut found = Vec::new();
    for (purpose, query) in SEALED {
        // Tables of a later migration hold nothing yet.
        let kids = database.counts(query).await.unwrap_or_default();
        let text = |kid: Vec<u8>| String::from_utf8_lossy(&kid).into_owned();
        found.extend(kids.into_iter().map(|(kid, number)| (purpose, text(kid), number)));
    }
    let head = database.pairs(HEAD).await.unwrap_or_default();
    found.extend(head.into_iter().map(|(kid, _)| (Purpose::Storage, kid, 1)));
    let mut sealed: BTreeMap<_, i64> = BTreeMap::new();
    for (purpose, kid, number) in found {
        // What begins with anything else was not sealed by a gateway.
        if is_kid(&kid) {
            *sealed.entry((purpose, kid)).or_default() += number;
        }
    }
    sealed
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The columns whose beginning a text asks for.
    fn columns(text: &str) -> BTreeSet<&str> {
        let beginnings = text.split("substr(").skip(1).filter_map(|rest| rest.split_once(", 1, 16)"));
        beginnings.map(|(column, _)| column).collect()
    }

    #[test]
    fn whatever_keeps_a_key_from_being_retired_is_looked_at() {
        let looked_at: BTreeSet<_> = SEALED.into_iter().flat_map(|(_, query)| columns(query)).collect();
        let needed = columns(include_str!("../store/sql/ring_keys.rs"));
        assert_eq!(looked_at, needed);
        assert_eq!(looked_at.len(), SEALED.len());
    }
}
