//! Tokens that say of themselves how they are to be verified.

use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use super::cases::Case;
use super::forger::{Forger, base64};

pub fn algorithms(forger: &Forger) -> Vec<Case> {
    let header = |algorithm: Value| forger.header_with(&[("alg", algorithm)]);
    let signature = forger.honest.rsplit('.').next().unwrap();
    let mut cases: Vec<Case> = Vec::new();
    for (name, algorithm) in [
        ("none", json!("none")),
        ("None", json!("None")),
        ("NONE", json!("NONE")),
        ("nOnE", json!("nOnE")),
        ("no name of an algorithm", json!("")),
        ("rs256 in small letters", json!("rs256")),
        ("RS256 and a space", json!("RS256 ")),
        ("an algorithm that is a list", json!(["RS256"])),
        ("an algorithm that is a number", json!(256)),
        ("an algorithm that is null", json!(null)),
    ] {
        cases.push((name, forger.unsigned(&header(algorithm.clone()), "")));
        cases.push((name, forger.unsigned(&header(algorithm), signature)));
    }
    let own = forger.pem("\n");
    for (name, secret) in [
        ("HS256 by the public key's PEM", own.clone()),
        ("HS256 by the PEM without its last line end", forger.pem("")),
        ("HS256 by the PEM with the line ends of Windows", forger.pem("\r\n")),
        ("HS256 by the public key's DER", forger.spki.clone()),
        ("HS256 by its PKCS #1", forger.pkcs1.clone()),
        ("HS256 by its modulus", forger.pkcs1[9..265].to_vec()),
        ("HS256 by nothing", Vec::new()),
        ("HS256 by the kid", forger.header["kid"].as_str().unwrap().as_bytes().to_vec()),
        ("HS256 by the issuer's name", b"repin".to_vec()),
    ] {
        cases.push((name, forger.by_hmac(Algorithm::HS256, "HS256", &secret)));
    }
    cases.push(("HS384 by the PEM", forger.by_hmac(Algorithm::HS384, "HS384", &own)));
    cases.push(("HS512 by the PEM", forger.by_hmac(Algorithm::HS512, "HS512", &own)));
    cases.push(("HS256 said to be RS256", forger.by_hmac(Algorithm::HS256, "RS256", &own)));
    for (name, algorithm, said) in [
        ("RS384 by our own key", Algorithm::RS384, "RS384"),
        ("RS512 by our own key", Algorithm::RS512, "RS512"),
        ("PS256 by our own key", Algorithm::PS256, "PS256"),
        ("RS384 said to be RS256", Algorithm::RS384, "RS256"),
        ("PS256 said to be RS256", Algorithm::PS256, "RS256"),
        ("RS256 said to be ES256", Algorithm::RS256, "ES256"),
        ("RS256 said to be EdDSA", Algorithm::RS256, "EdDSA"),
    ] {
        cases.push((name, forger.by_algorithm(algorithm, said)));
    }
    cases
}

/// Ways to say which key is to be used, with a signature that only the attacker's key verifies.
pub fn keys(forger: &Forger) -> Vec<Case> {
    let jwk = forger.others_jwk();
    let mut cases = vec![
        ("another's key under our kid", forger.by_another(&[])),
        ("jku", forger.by_another(&[("jku", json!("https://evil.example/keys.json"))])),
        ("jku to ourselves", forger.by_another(&[("jku", json!("http://127.0.0.1/v2/notifications/publicKey/x"))])),
        ("jwk", forger.by_another(&[("jwk", jwk.clone())])),
        ("jwk without a kid", forger.by_another(&[("jwk", jwk), ("kid", json!(null))])),
        ("x5u", forger.by_another(&[("x5u", json!("https://evil.example/cert.pem"))])),
        ("x5c", forger.by_another(&[("x5c", json!([base64("certificate")]))])),
        ("x5t", forger.by_another(&[("x5t", json!(base64("thumbprint")))])),
    ];
    let long = "k".repeat(2_000);
    for kid in [
        "../../../../dev/null",
        "/etc/passwd",
        "keys/token-signing",
        "' OR '1'='1",
        "x' UNION SELECT 'AAAA' --",
        "$(id)",
        "| id",
        "http://evil.example/key",
        "",
        " ",
        "\u{0}",
        "0000000000000000",
        long.as_str(),
    ] {
        cases.push(("a kid that leads elsewhere", forger.by_another(&[("kid", json!(kid))])));
        cases.push(("the same by our own key", {
            let header = forger.header_with(&[("kid", json!(kid))]);
            forger.signed(header.to_string(), forger.claims.to_string())
        }));
    }
    for kid in [json!(null), json!(0), json!(["a"]), json!({"a": 1}), json!(true)] {
        cases.push(("a kid that is no text", forger.by_another(&[("kid", kid)])));
    }
    let upper = forger.header["kid"].as_str().unwrap().to_uppercase() + "\n";
    cases.push(("our kid in another spelling", forger.by_another(&[("kid", json!(upper))])));
    cases
}

/// Headers that our own key signed and that no token of ours has.
pub fn headers(forger: &Forger) -> Vec<Case> {
    let claims = forger.claims.to_string();
    let kid = forger.header["kid"].as_str().unwrap();
    // Nothing else that is odd, for that would be refused by itself.
    let crit = |names: Value| {
        let header = forger.header_with(&[("crit", names)]);
        forger.signed(header.to_string(), &claims)
    };
    let raw = |header: String| forger.signed(header, &claims);
    vec![
        ("crit with a name nobody knows", crit(json!(["https://evil.example/must"]))),
        ("crit with exp", crit(json!(["exp"]))),
        ("crit with b64", crit(json!(["b64"]))),
        ("crit that is empty", crit(json!([]))),
        ("crit that is a text", crit(json!("exp"))),
        ("a header that is a list", raw(json!([forger.header]).to_string())),
        ("a header that is null", raw("null".into())),
        ("a header that is empty", raw(String::new())),
        ("a header with something behind it", raw(format!("{}x", forger.header))),
        ("a header with a mark of byte order", raw(format!("\u{feff}{}", forger.header))),
        ("alg twice, none first", raw(format!(r#"{{"alg":"none","alg":"RS256","kid":"{kid}"}}"#))),
        ("alg twice, none last", raw(format!(r#"{{"alg":"RS256","alg":"none","kid":"{kid}"}}"#))),
        ("kid twice", raw(format!(r#"{{"alg":"RS256","kid":"x","kid":"{kid}"}}"#))),
        (
            "a header that is no UTF-8",
            forger.signed([format!(r#"{{"alg":"RS256","kid":"{kid}","x":""#).as_bytes(), b"\xff\"}"].concat(), &claims),
        ),
        (
            "a header nested deep",
            raw(format!(r#"{{"alg":"RS256","kid":"{kid}","x":{}{}}}"#, "[".repeat(1_000), "]".repeat(1_000))),
        ),
    ]
}
