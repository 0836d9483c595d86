//! `repin-server keys`, and the ring from the environment.

use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::admin::told as admin_told;
use crate::common::database::{Place, database_of};
use crate::common::program::{Starting, serve};
use crate::{ANSWERS, Client, PIN, USER, program, start};

fn keys(folder: &Path, ring: Option<&str>, arguments: &[&str]) -> Output {
    let mut program = program();
    program.envs(database_of(folder)).envs(ring.map(|ring| ("REPIN_KEY_RING", ring)));
    program.arg("keys").args(arguments).args(["--by", "Ada", "--data"]).arg(folder.join("data")).output().unwrap()
}

fn said(folder: &Path, ring: Option<&str>, arguments: &[&str]) -> String {
    let output = keys(folder, ring, arguments);
    assert!(output.status.success(), "{arguments:?} {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

pub fn refused(folder: &Path, ring: Option<&str>, arguments: &[&str]) -> String {
    let output = keys(folder, ring, arguments);
    assert!(!output.status.success() && output.stdout.is_empty(), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// The listed keys of a purpose, oldest first.
fn listed(folder: &Path, ring: Option<&str>, purpose: &str) -> Vec<Value> {
    let list: Value = serde_json::from_str(&said(folder, ring, &["list", "--json"])).unwrap();
    let keys = list["keys"].as_array().unwrap().iter().filter(|key| key["purpose"] == purpose);
    keys.cloned().collect()
}

/// One bit of a key that is still one: nobody would know before a right PIN is wrong, three times.
#[tokio::test]
async fn a_damaged_key_that_still_looks_like_one_is_refused_at_the_start() {
    let folder = Place::new();
    let gateway = start(&folder);
    gateway.host.create_user(USER).await;
    Client::open(&gateway.host, "POST", "/user/initialize").await.replace(&[PIN, ANSWERS]).await.unwrap();
    assert!(gateway.stop().0);
    let data = folder.path().join("data");
    for purpose in ["opaque-setup", "session-master", "storage", "recovery"] {
        let kid = listed(folder.path(), None, purpose)[0]["kid"].as_str().unwrap().to_owned();
        let file = data.join(format!("keys/{purpose}-{kid}.key"));
        let (whole, aside) = (std::fs::read(&file).unwrap(), data.join("aside"));
        let mut damaged = whole.clone();
        damaged[0] ^= 1;
        std::fs::rename(&file, &aside).unwrap();
        std::fs::write(&file, damaged).unwrap();
        std::fs::set_permissions(&file, std::fs::metadata(&aside).unwrap().permissions()).unwrap();
        let refused = Starting::new(serve(&data).envs(database_of(folder.path()))).listening().err().unwrap();
        assert!(refused.contains(&format!("the {purpose} key {kid}")) && refused.contains("was damaged"), "{refused}");
        let doctor = program().envs(database_of(folder.path())).args(["doctor", "--data"]).arg(&data).output().unwrap();
        let found = String::from_utf8_lossy(&doctor.stdout).into_owned();
        assert!(found.contains(&format!("{purpose}-{kid} is not the key")) && !doctor.status.success(), "{found}");
        std::fs::rename(&aside, &file).unwrap();
    }
    let gateway = start(&folder);
    Client::open(&gateway.host, "PUT", "/user/pin").await.prove(PIN).await.unwrap();
}

#[tokio::test]
async fn keys_are_listed_rotated_and_retired_and_the_needed_ones_are_not() {
    let folder = Place::new();
    let gateway = start(&folder);
    gateway.host.create_user(USER).await;
    Client::open(&gateway.host, "POST", "/user/initialize").await.replace(&[PIN, ANSWERS]).await.unwrap();
    let old: Vec<String> =
        ["opaque-setup", "token-signing", "session-master", "storage", "webhook-signing", "recovery"]
            .map(|purpose| listed(folder.path(), None, purpose)[0]["kid"].as_str().unwrap().to_owned())
            .to_vec();
    for purpose in ["opaque-setup", "token-signing", "session-master", "storage", "webhook", "recovery"] {
        let kid = said(folder.path(), None, &["rotate", purpose]);
        assert_eq!(kid.len(), 16, "{kid}");
    }
    for purpose in ["opaque-setup", "storage"] {
        let [before, after] = listed(folder.path(), None, purpose).try_into().unwrap();
        assert_eq!((before["state"].as_str(), after["state"].as_str()), (Some("kept"), Some("newest")));
        assert!(before["needed"].as_u64().unwrap() > 0 && after["needed"] == 0, "{before} {after}");
    }
    let setup = listed(folder.path(), None, "opaque-setup");
    assert_eq!((setup[0]["needed"].as_u64(), old[0].as_str()), (Some(2), setup[0]["kid"].as_str().unwrap()));
    for kid in &old {
        assert!(refused(folder.path(), None, &["retire", kid]).contains("a gateway used"), "the gateway still runs");
    }
    let newest = setup[1]["kid"].as_str().unwrap();
    assert!(refused(folder.path(), None, &["retire", newest]).contains("the key in use"));
    assert!(refused(folder.path(), None, &["retire", "0000000000000000"]).contains("there is no key"));

    assert!(gateway.stop().0);
    // As when the waiting time is over.
    let statement = "UPDATE key_ids SET used = 1";
    match database_of(folder.path()) {
        Some((_, url)) => crate::common::database::execute(&url, statement).await,
        None => crate::execute_sqlite(&folder.path().join("data/repin.db"), statement).await,
    }
    assert!(refused(folder.path(), None, &["retire", &old[0]]).contains("2 credentials still need"));
    assert!(refused(folder.path(), None, &["retire", &old[3]]).contains("still need"));
    for kid in [&old[1], &old[2], &old[4]] {
        said(folder.path(), None, &["retire", kid]);
    }
    assert_eq!(listed(folder.path(), None, "token-signing")[0]["state"], "retired");
    let gateway = start(&folder);
    Client::open(&gateway.host, "PUT", "/user/pin").await.prove(PIN).await.unwrap();
    let audit = admin_told(folder.path(), &["audit", "list"])["entries"].take();
    let count = |event: &str| audit.as_array().unwrap().iter().filter(|entry| entry["event"] == event).count();
    assert_eq!((count("RING_KEY_ADDED"), count("RING_KEY_RETIRED")), (6, 3));
    // The audit is whole, and says so.
    assert!(admin_told(folder.path(), &["audit", "verify"])["end"].as_str().unwrap().contains(':'));
    let export = program()
        .envs(database_of(folder.path()))
        .args(["admin", "audit", "export", "--data"])
        .arg(folder.path().join("data"))
        .output()
        .unwrap();
    let lines: Vec<Value> =
        String::from_utf8(export.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((lines.len(), &lines[0]["event"]), (10, &Value::from("INITIALIZE")));
}

#[tokio::test]
async fn a_gateway_with_its_ring_in_the_environment_needs_no_folder_of_keys() {
    let folder = Place::new();
    let gateway = start(&folder);
    gateway.host.create_user(USER).await;
    Client::open(&gateway.host, "POST", "/user/initialize").await.replace(&[PIN, ANSWERS]).await.unwrap();
    let ring = said(folder.path(), None, &["export"]);
    assert!(gateway.stop().0);
    std::fs::remove_dir_all(folder.path().join("data/keys")).unwrap();

    let begin = |ring: &str| {
        let mut command = serve(&folder.path().join("data"));
        command.args(["--log-level", "trace"]).envs(database_of(folder.path())).env("REPIN_KEY_RING", ring);
        Starting::new(&mut command)
    };
    let gateway = begin(&ring).listening().unwrap();
    Client::open(&gateway.host, "PUT", "/user/pin").await.prove(PIN).await.unwrap();
    assert!(!folder.path().join("data/keys").exists());
    // A rotation prints the ring to bring instead.
    let rotated = said(folder.path(), Some(&ring), &["rotate", "opaque-setup"]);
    assert_eq!(listed(folder.path(), Some(&rotated), "opaque-setup").len(), 2);
    let (ended_well, log) = gateway.stop();
    assert!(ended_well);
    let parsed: Value = serde_json::from_str(&ring).unwrap();
    let secrets: Vec<&str> =
        parsed["keys"].as_array().unwrap().iter().map(|key| key["key"].as_str().unwrap()).collect();
    let help = program().args(["serve", "--help"]).env("REPIN_KEY_RING", &ring).output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    for secret in &secrets {
        assert!(!log.concat().contains(secret) && !help.contains(secret));
    }
    let gateway = begin(&rotated).listening().unwrap();
    let mut change = Client::open(&gateway.host, "PUT", "/user/pin").await;
    change.prove(PIN).await.unwrap();
    change.replace(&["73056273056273"]).await.unwrap();
    assert!(gateway.stop().0);

    // A part of a ring, and a ring without what is needed: neither starts, and neither is repeated.
    let part = |purpose: &str| {
        let mut part: Value = parsed.clone();
        part["keys"].as_array_mut().unwrap().retain(|key| key["purpose"] != purpose);
        part.to_string()
    };
    for purpose in ["opaque-setup", "token-signing", "session-master", "storage", "webhook-signing"] {
        let said = begin(&part(purpose)).listening().err().expect("it does not start");
        assert!(said.contains(&format!("has no {purpose} key")), "{said}");
        assert!(secrets.iter().all(|secret| !said.contains(secret)), "{said}");
    }
    let said = begin("hush-hush").listening().err().expect("it does not start");
    assert!(said.contains("keys export") && !said.contains("hush"), "{said}");
    if database_of(folder.path()).is_none() {
        let said = begin(&ring)
            .listening()
            .err()
            .expect("what was made with the new key is worth nothing by the ring from before");
        assert!(said.contains("is not in the key ring, and 1 rows"), "{said}");
    }
    begin(&rotated).listening().expect("the control: the whole ring starts");
}
