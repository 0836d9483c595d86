//! The table: what is refused, by name; and what the same hand makes that is not.

use serde_json::json;

use super::claims::{claims, now, times};
use super::forger::Forger;
use super::forms::{forms, signatures};
use super::headers::{algorithms, headers, keys};

pub type Case = (&'static str, Vec<u8>);

/// Everything that is not a token of ours, here and now.
pub fn refused(forger: &Forger, foreign: &str) -> Vec<Case> {
    [
        algorithms(forger),
        keys(forger),
        headers(forger),
        times(forger),
        claims(forger),
        forms(forger),
        signatures(forger, foreign),
    ]
    .concat()
}

/// In order, and at the near side of every edge.
pub fn accepted(forger: &Forger) -> Vec<Case> {
    let now = now(forger);
    let at = |changes: &[(&str, u64)]| {
        let changes: Vec<_> = changes.iter().map(|(name, value)| (*name, json!(now + value))).collect();
        forger.with_claims(&changes)
    };
    vec![
        ("the honest token", forger.honest.clone().into_bytes()),
        ("its like, by the same key", forger.signed(forger.header.to_string(), forger.claims.to_string())),
        ("another jti", forger.with_claim("jti", json!("another"))),
        ("a claim more", forger.with_claim("extra", json!([1]))),
        ("30 s ahead", at(&[("nbf", 30), ("iat", 30), ("exp", 3_630)])),
        ("a second long", at(&[("exp", 1)])),
        (
            "29 s over",
            forger.with_claims(&[("iat", json!(now - 60)), ("nbf", json!(now - 60)), ("exp", json!(now - 29))]),
        ),
    ]
}
