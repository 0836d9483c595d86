//! Whether the key ring is the one that the database was filled with.

use super::connection::Connection;
use super::{Finding, Subject, key_ring};

const NAME: &str = "claim";

/// Looks.
pub async fn check(subject: &Subject, database: &mut Connection) -> Vec<Finding> {
    let Ok(ring) = key_ring::kids(&subject.config.data.join("keys")) else { return Vec::new() };
    // The tables' own finding says why.
    let Ok((claimed, used)) = read(database).await else { return Vec::new() };
    let has = |purpose: &str, kid: &str| ring.iter().any(|(own, found)| own == purpose && found == kid);
    let mut findings = Vec::new();
    for purpose in ["opaque-setup", "storage"] {
        let mut of_purpose = claimed.iter().filter(|(known, _)| known == purpose).peekable();
        if of_purpose.peek().is_some() && !of_purpose.any(|(_, kid)| has(purpose, kid)) {
            let what = format!("the database belongs to another key ring: none of its {purpose} keys is here");
            findings.push(Finding::fault(
                NAME,
                what,
                "give this node a copy of the first node's keys, or name the right --data",
            ));
        }
    }
    for (kid, records) in used.iter().filter(|(kid, _)| !has("opaque-setup", kid)) {
        let what = format!("opaque-setup-{kid}.key is missing, and {records} PINs and answers were made with it");
        findings.push(Finding::fault(NAME, what, "put it back from the ring's backup"));
    }
    if findings.is_empty() {
        findings.push(match claimed.is_empty() {
            true => Finding::ok(NAME, "by no key ring yet"),
            false => Finding::ok(NAME, "the key ring is the database's"),
        });
    }
    findings
}

type Pairs = Vec<(String, String)>;

/// The keys that gateways on this database had, and the OPAQUE setups that records were made with, each with how many.
async fn read(database: &mut Connection) -> sqlx::Result<(Pairs, Pairs)> {
    let claimed = database.pairs("SELECT purpose, kid FROM key_ids").await?;
    let used = "SELECT setup_kid, CAST(count(*) AS TEXT) FROM credentials GROUP BY setup_kid";
    Ok((claimed, database.pairs(used).await?))
}
