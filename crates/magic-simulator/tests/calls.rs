//! The simulator as a client meets it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use repin_magic_simulator::{Call, Fault, SECRET_KEY, Simulator, recovers};
use serde_json::{Value, json};

async fn post(simulator: &Simulator, path: &str, key: Option<&str>, body: Value) -> Option<(u16, Value)> {
    let mut request = reqwest::Client::new().post(format!("{}{path}", simulator.url())).json(&body);
    if let Some(key) = key {
        request = request.header("x-magic-secret-key", key);
    }
    let response = request.send().await.ok()?;
    let status = response.status().as_u16();
    Some((status, serde_json::from_slice(&response.bytes().await.ok()?).unwrap_or_default()))
}

async fn call(simulator: &Simulator, path: &str, body: Value) -> (u16, Value) {
    post(simulator, path, Some(SECRET_KEY), body).await.unwrap()
}

/// A wallet made over the wire under the context `first`: the body's `data`.
async fn wallet(simulator: &Simulator) -> Value {
    let (status, group) = call(simulator, "/v1/api/wallet_group", json!({"metadata": {"resource_id": "r"}})).await;
    assert_eq!(status, 200, "{group}");
    let body = json!({"encryption_context": "first", "network": "ETH", "wallet_group_id": group["data"]["uuid"]});
    let (status, wallet) = call(simulator, "/v1/api/wallet", body).await;
    assert_eq!(status, 200, "{wallet}");
    wallet["data"].clone()
}

fn recovery(wallet: &Value, key: &Value, context: &str) -> Value {
    json!({"wallet_id": wallet["uuid"], "encryption_context": context, "recovery_key": key})
}

const CONFIRM: &str = "/v1/api/wallet/recovery/confirm";
const SIGN: &str = "/v1/api/wallet/sign_data";

#[tokio::test]
async fn a_recovery_key_works_once_and_the_new_keys_sign_for_the_same_address() {
    let simulator = Simulator::start().await.unwrap();
    let made = wallet(&simulator).await;
    let (status, recovered) = call(&simulator, CONFIRM, recovery(&made, &made["recovery_key"], "second")).await;
    assert_eq!(status, 200, "{recovered}");
    assert_eq!((&recovered["data"]["id"], recovered["data"].get("key_type")), (&made["uuid"], None));
    let (status, refused) = call(&simulator, CONFIRM, recovery(&made, &made["recovery_key"], "third")).await;
    assert_eq!((status, refused["error"]["code"].as_str()), (400, Some("INVALID_REQUEST_FIELDS")));

    let sign = |context: &str, key: &Value| {
        json!({"wallet_id": made["uuid"], "encryption_context": context, "access_key": key,
            "raw_data_hash": format!("0x{}", "2a".repeat(32))})
    };
    for (context, key) in [("first", &made["access_key"]), ("second", &made["access_key"])] {
        let (status, refused) = call(&simulator, SIGN, sign(context, key)).await;
        assert_eq!((status, refused["error"]["code"].as_str()), (400, Some("INVALID_USER_PASSCODE")));
    }
    let (status, signed) = call(&simulator, SIGN, sign("second", &recovered["data"]["access_key"])).await;
    assert_eq!(status, 200, "{signed}");
    let digits = signed["data"]["signature"].as_str().unwrap().strip_prefix("0x").unwrap();
    let bytes: Vec<u8> = (0..130).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect();
    let address = recovers(&[0x2a; 32], bytes.as_slice().try_into().unwrap());
    assert_eq!(address.as_deref(), made["public_address"].as_str());
}

#[tokio::test]
async fn a_call_without_the_secret_key_does_nothing() {
    let simulator = Simulator::start().await.unwrap();
    let made = wallet(&simulator).await;
    for (key, code) in [(None, "MISSING_REQUIRED_HEADER"), (Some("sk_live_other"), "INVALID_API_KEY")] {
        let (status, refused) =
            post(&simulator, CONFIRM, key, recovery(&made, &made["recovery_key"], "second")).await.unwrap();
        assert_eq!((status, refused["error"]["code"].as_str()), (400, Some(code)));
    }
    assert_eq!(simulator.wallet(made["uuid"].as_str().unwrap()).unwrap().recoveries, 0);
}

#[tokio::test]
async fn what_goes_wrong_before_leaves_the_keys_and_what_goes_wrong_after_does_not() {
    let simulator = Simulator::start().await.unwrap();
    let id = |made: &Value| made["uuid"].as_str().unwrap().to_owned();
    for (fault, status, recoveries) in [
        (Fault::DropBefore, None, 0),
        (Fault::FailBefore, Some(500), 0),
        (Fault::TimeoutBefore, Some(408), 0),
        (Fault::DropAfter, None, 1),
        (Fault::CutAfter, None, 1),
        (Fault::TimeoutAfter, Some(408), 1),
        (Fault::GarbageAfter, Some(200), 1),
        (Fault::AnotherWalletAfter, Some(200), 1),
    ] {
        let made = wallet(&simulator).await;
        simulator.plan(&id(&made), Call::Confirm, [fault]);
        let body = recovery(&made, &made["recovery_key"], "second");
        let answer = post(&simulator, CONFIRM, Some(SECRET_KEY), body).await;
        assert_eq!(answer.map(|(status, _)| status), status, "{fault:?}");
        assert_eq!(simulator.wallet(&id(&made)).unwrap().recoveries, recoveries, "{fault:?}");
        assert_eq!(simulator.calls(&id(&made), Call::Confirm), 1);
    }
}
