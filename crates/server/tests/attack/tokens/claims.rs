//! Tokens that our own key signed, with times and claims that are not in order.

use serde_json::{Value, json};

use super::cases::Case;
use super::forger::Forger;

/// When the honest token was issued, which is now.
pub fn now(forger: &Forger) -> u64 {
    forger.claims["iat"].as_u64().unwrap()
}

pub fn times(forger: &Forger) -> Vec<Case> {
    let now = now(forger);
    let span = |iat: Value, nbf: Value, exp: Value| forger.with_claims(&[("iat", iat), ("nbf", nbf), ("exp", exp)]);
    let past = json!(now - 3_600);
    vec![
        ("30 s over", span(json!(now - 60), json!(now - 60), json!(now - 30))),
        ("an hour and its leeway over", span(json!(now - 3_630), json!(now - 3_630), json!(now - 30))),
        ("a year over", span(json!(now - 31_536_000), json!(now - 31_536_000), json!(now - 31_532_400))),
        ("31 s ahead", span(json!(now + 31), json!(now + 31), json!(now + 3_631))),
        ("issued 31 s ahead", span(json!(now + 31), past.clone(), json!(now + 3_631))),
        ("not before 31 s from now", span(json!(now), json!(now + 31), json!(now + 3_600))),
        ("a second longer than an hour", span(json!(now), json!(now), json!(now + 3_601))),
        ("for ever", span(json!(now), json!(now), json!(u64::MAX))),
        ("for ever, issued at the end of time", span(json!(u64::MAX), json!(0), json!(u64::MAX))),
        ("ends before it begins", span(json!(now), json!(now), json!(now - 1))),
        ("exp 0", span(json!(0), json!(0), json!(0))),
        ("exp that is negative", forger.with_claim("exp", json!(-1))),
        ("exp with a fraction", forger.with_claim("exp", json!(now as f64 + 3_600.5))),
        ("exp as a float", forger.with_claim("exp", json!(now as f64 + 3_600.0))),
        (
            "exp beyond a float",
            forger.signed(
                forger.header.to_string(),
                forger.claims.to_string().replace(&(now + 3_600).to_string(), "1e400"),
            ),
        ),
        ("exp as a text", forger.with_claim("exp", json!((now + 3_600).to_string()))),
        ("exp null", forger.with_claim("exp", json!(null))),
        ("exp a list", forger.with_claim("exp", json!([now + 3_600]))),
        ("without exp", forger.without_claim("exp")),
        ("without iat", forger.without_claim("iat")),
        ("without nbf", forger.without_claim("nbf")),
        ("nbf as a text", forger.with_claim("nbf", json!("0"))),
        (
            "exp beyond 64 bits",
            forger.signed(
                forger.header.to_string(),
                forger.claims.to_string().replace(&(now + 3_600).to_string(), "18446744073709551616"),
            ),
        ),
    ]
}

pub fn claims(forger: &Forger) -> Vec<Case> {
    let header = forger.header.to_string();
    let text = forger.claims.to_string();
    let twice = |name: &str, value: &str| {
        let claims = text.replacen('{', &format!(r#"{{"{name}":{value},"#), 1);
        forger.signed(&header, claims)
    };
    let (before, behind) = text.split_once(&forger.claims["jti"].to_string()).unwrap();
    let jti = |value: &[u8]| forger.signed(&header, [before.as_bytes(), value, behind.as_bytes()].concat());
    let mut cases = Vec::new();
    for (name, values) in [
        ("iss", vec![json!("Repin"), json!("https://evil.example"), json!(["repin"]), json!(null)]),
        (
            "aud",
            vec![json!("c0ffee00-0000-4000-8000-000000000002"), json!([forger.claims["aud"]]), json!("*"), json!("")],
        ),
        (
            "sub",
            vec![
                json!("user-0002"),
                json!(""),
                json!(null),
                json!("' OR '1'='1"),
                json!("user-0001\u{0}"),
                json!("USER-0001"),
            ],
        ),
        ("entityId", vec![json!("c0ffee00-0000-4000-8000-000000000003"), json!(null)]),
        ("internalUserId", vec![json!("c0ffee00-0000-4000-8000-000000000004"), json!("")]),
        ("developerEntityEnvironment", vec![json!("LIVE "), json!("test"), json!("STAGING"), json!(null)]),
        ("masterKid", vec![json!("0000000000000000"), json!("../storage"), json!(null), json!("")]),
        ("jti", vec![json!(null), json!(7)]),
    ] {
        cases.extend(values.into_iter().map(|value| (name, forger.with_claim(name, value))));
        cases.push((name, forger.without_claim(name)));
    }
    cases.extend([
        ("sub twice", twice("sub", r#""user-0002""#)),
        ("exp twice", twice("exp", "1")),
        ("aud twice", twice("aud", r#""x""#)),
        ("claims that are a list", forger.signed(&header, json!([forger.claims]).to_string())),
        ("claims that are null", forger.signed(&header, "null")),
        ("claims that are empty", forger.signed(&header, "")),
        ("claims with something behind them", forger.signed(&header, format!("{text}{{}}"))),
        ("a jti that is no UTF-8", jti(b"\"\xff\"")),
        ("a jti with half a surrogate", jti(br#""\ud800""#)),
        ("a jti nested deep", jti(["[".repeat(1_000), "]".repeat(1_000)].concat().as_bytes())),
        ("longer than 4 KiB, and signed", forger.with_claim("extra", json!("x".repeat(3_000)))),
    ]);
    cases
}
