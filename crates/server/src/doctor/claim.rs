//! Whether the key ring is the one that the database was filled with.

use super::connection::Connection;
use super::{Finding, Subject};
use crate::keys::{KeyMark, KeyRing, Purpose, of_another_ring};

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
