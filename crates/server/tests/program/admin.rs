//! `repin-server admin` beside a running gateway: what it prints, and that the gateway heeds it at once.

use std::path::Path;
use std::process::Output;

use repin_server::store::pool::unswept;
use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};

use crate::client::code;
use crate::common::database::{Place, database_of};
use crate::common::{Host, send};
use crate::{ANSWERS, Client, PIN, USER, execute_sqlite, keys, program, start};

/// `admin` on this data folder.
fn admin(folder: &Path, arguments: &[&str]) -> Output {
    let mut program = program();
    program
        .envs(database_of(folder))
        .arg("admin")
        .args(arguments)
        .arg("--data")
        .arg(folder.join("data"))
        .output()
        .unwrap()
}

/// What it prints as JSON, done by Ada.
pub fn told(folder: &Path, arguments: &[&str]) -> Value {
    let output = admin(folder, &[arguments, &["--json", "--by", "Ada"]].concat());
    assert!(output.status.success(), "{arguments:?} {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What it prints for people, done by Ada.
pub fn said(folder: &Path, arguments: &[&str]) -> String {
    let output = admin(folder, &[arguments, &["--by", "Ada"]].concat());
    assert!(output.status.success(), "{arguments:?} {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

/// Why it refuses.
pub fn refused(folder: &Path, arguments: &[&str]) -> String {
    let output = admin(folder, arguments);
    assert!(!output.status.success() && output.stdout.is_empty(), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

async fn status(host: &Host) -> (u16, Option<i64>) {
    let (status, body) = send(host.request("GET", "/config/entity")).await;
    (status, body["code"].as_i64())
}

#[tokio::test]
async fn a_key_is_printed_once_works_at_once_and_is_revoked_at_once() {
    let folder = Place::new();
    let gateway = start(&folder);
    let key = said(folder.path(), &["key", "create", "--live", "--label", "backend"]);
    assert!(key.starts_with("LIVE_API_KEY:") && key.lines().count() == 1, "{key}");
    let [_, id, secret] = key.split(':').collect::<Vec<_>>().try_into().unwrap();
    let host = gateway.host.with_key(&key);
    assert_eq!(status(&host).await, (200, None));

    for list in [said(folder.path(), &["key", "list"]), told(folder.path(), &["key", "list"]).to_string()] {
        assert!(list.contains(id) && list.contains("backend") && !list.contains(secret), "{list}");
    }
    for entry in std::fs::read_dir(folder.path().join("data")).unwrap().flatten() {
        let bytes = std::fs::read(entry.path()).unwrap_or_default();
        assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{:?}", entry.path());
    }
    said(folder.path(), &["key", "revoke", id]);
    assert_eq!(status(&host).await, (401, Some(156007)));
    assert!(refused(folder.path(), &["key", "revoke", id, "--by", "Ada"]).contains("revoked already"));
    assert!(told(folder.path(), &["key", "list"])["keys"][0]["revoked"].is_string());
}

#[tokio::test]
async fn an_app_of_another_entity_has_keys_and_origins_of_its_own() {
    let folder = Place::new();
    let gateway = start(&folder);
    let entity = said(folder.path(), &["entity", "create", "Harbour Ltd"]);
    let app = said(folder.path(), &["app", "create", "Harbour", "--entity", &entity]);
    let key = said(folder.path(), &["key", "create", "--app", &app]);
    let config = send(gateway.host.with_key(&key).request("GET", "/config/entity")).await.1;
    assert_eq!(config["data"]["appId"], json!(app));

    let origins = ["app", "origins", "add", "https://harbour.example", "--app", &app];
    assert_eq!(told(folder.path(), &origins)["origins"], json!(["https://harbour.example"]));
    let page = || async {
        let url = format!("{}/v1/repin/challenges/x/messages", gateway.host.url);
        let request = gateway.host.http.post(url).header("Origin", "https://harbour.example");
        request.send().await.unwrap().status().as_u16()
    };
    assert_ne!(page().await, 403);
    let origins = ["app", "origins", "remove", "https://harbour.example", "--app", &app];
    assert_eq!(told(folder.path(), &origins)["origins"], json!([]));
    assert_eq!(page().await, 403);

    let apps = told(folder.path(), &["app", "list"])["apps"].take();
    assert_eq!(
        (apps.as_array().unwrap().len(), &apps[0]["first"], &apps[1]["entity"]),
        (2, &json!(true), &json!(entity))
    );
    assert!(said(folder.path(), &["entity", "list"]).contains("Harbour Ltd"));
    assert_eq!(said(folder.path(), &["app", "origins", "list"]), "No origin is stored.");
}

#[tokio::test]
async fn a_locked_person_is_unlocked_and_a_disabled_one_let_in_and_both_are_on_record() {
    let folder = Place::new();
    let gateway = start(&folder);
    gateway.host.create_user(USER).await;
    Client::open(&gateway.host, "POST", "/user/initialize").await.replace(&[PIN, ANSWERS]).await.unwrap();
    let mut change = Client::open(&gateway.host, "PUT", "/user/pin").await;
    for _ in 0..3 {
        change.guess("111111").await.unwrap();
    }
    assert!(said(folder.path(), &["user", "show", USER]).contains("LOCKED until "));
    assert_eq!(told(folder.path(), &["user", "unlock", USER, "pin"])["pin"]["status"], "ENABLED");
    change.prove(PIN).await.unwrap();

    assert_eq!(told(folder.path(), &["user", "disable", USER])["status"], "DISABLED");
    assert_eq!(code(change.guess(PIN).await), (409, 155109));
    assert_eq!(told(folder.path(), &["user", "enable", USER])["status"], "ENABLED");

    let audit = told(folder.path(), &["audit", "list"])["entries"].take();
    let events: Vec<_> = audit.as_array().unwrap().iter().map(|entry| entry["event"].as_str().unwrap()).collect();
    assert_eq!(events, ["USER_ENABLED", "USER_DISABLED", "PIN_UNLOCKED", "INITIALIZE"]);
    assert_eq!((&audit[2]["operator"], &audit[3]["operator"]), (&json!("Ada"), &Value::Null));
    assert!(said(folder.path(), &["audit", "list", "--limit", "1"]).contains("USER_ENABLED"));
}

#[tokio::test]
async fn what_cannot_be_done_is_said_and_nothing_is_made_up() {
    let nothing = tempfile::tempdir().unwrap();
    assert!(refused(nothing.path(), &["key", "list"]).contains("start a gateway on this folder first"));
    assert!(!nothing.path().join("data").exists());

    let folder = Place::new();
    let gateway = start(&folder);
    gateway.host.create_user(USER).await;
    assert!(refused(folder.path(), &["key", "create"]).contains("--by"));
    assert!(refused(folder.path(), &["user", "unlock", USER, "pin"]).contains("--by"));
    for arguments in [
        ["user", "show", "nobody"].as_slice(),
        &["user", "unlock", USER, "pin", "--by", "Ada"],
        &["user", "show", USER, "--app", "no-such-app"],
        &["app", "create", "x", "--entity", "no-such-entity", "--by", "Ada"],
        &["app", "origins", "remove", "https://a.example", "--by", "Ada"],
        &["key", "list", "--app", "no-such-app"],
        &["app", "origins", "add", "https://a.example/path", "--by", "Ada"],
        &["entity", "create", "two\nlines", "--by", "Ada"],
    ] {
        refused(folder.path(), arguments);
    }
    assert_eq!(told(folder.path(), &["audit", "list"])["entries"], json!([]));
}

/// A gateway of that version may be running on them.
#[tokio::test]
async fn tables_of_another_version_are_left_as_they_are_and_nothing_is_done_on_them() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data/repin.db");
    std::fs::create_dir(folder.path().join("data")).unwrap();
    let migrations = sqlx::migrate!("migrations/sqlite");
    let newest = migrations.iter().map(|migration| migration.version).max().unwrap();
    let options = SqliteConnectOptions::new().filename(&file).create_if_missing(true);
    let database: SqlitePool = unswept(1).connect_with(options).await.unwrap();
    let commands = [["key", "list"].as_slice(), &["entity", "create", "Harbour Ltd", "--by", "Ada"]];
    let refused_for = |why: &str| {
        let said = commands.map(|command| refused(folder.path(), command));
        let said = [said.as_slice(), &[keys::refused(folder.path(), None, &["list"])]].concat();
        assert!(said.iter().all(|said| said.contains(why)), "{said:?}");
    };
    refused_for("has no tables of a gateway's");
    migrations.run_to(newest - 1, &database).await.unwrap();
    refused_for("start the gateway of this version first");
    let found = sqlx::query_scalar::<_, i64>("SELECT max(version) FROM _sqlx_migrations").fetch_one(&database);
    assert_eq!(found.await.unwrap(), newest - 1);
    migrations.run(&database).await.unwrap();
    assert_eq!(said(folder.path(), &["key", "list"]), "No key is stored.");
    let of_the_future = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9000, 'of the future', true, x'00', 1)";
    execute_sqlite(&file, of_the_future).await;
    refused_for("use a newer one");
}
