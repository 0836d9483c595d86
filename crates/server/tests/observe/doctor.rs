//! `repin-server doctor`: a healthy place is found healthy, and each fault, brought about once, is found.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use repin_server::Config;
use repin_server::clock::{Clock, ManualClock, SystemClock};
use repin_server::doctor::{Finding, Subject, Verdict, examine};
use repin_server::keys::{KeySource, Purpose};
use repin_server::store::Sealing;
use serde_json::Value;

use crate::common::BY;
use crate::common::database::{Place, database_of};
use crate::common::{API_KEY, Gateway, ORIGIN};
use crate::{ANSWERS, Client, PIN, USER, start};

const ROOMY: fn(&Path) -> std::io::Result<u64> = |_| Ok(u64::MAX);

/// The gateway as the doctor meets it, on a machine with room.
fn subject(gateway: &Gateway) -> Subject {
    subject_of(gateway.inner.config.clone(), gateway.url.replace("http://", "").parse().unwrap())
}

fn subject_of(config: Config, listen: SocketAddr) -> Subject {
    Subject { free_space: ROOMY, ..Subject::new(config, listen, false, Arc::new(SystemClock::start())) }
}

/// A gateway with somebody in it.
async fn enrolled() -> Gateway {
    let gateway = Gateway::start().await;
    gateway.create_user(USER).await;
    Client::open(&gateway, "POST", "/user/initialize").await.replace(&[PIN, ANSWERS]).await.unwrap();
    gateway
}

/// The one finding of a check that is not ok.
async fn only(subject: &Subject, check: &str) -> Finding {
    let mut bad = examine(subject).await;
    // A clone need not have built it.
    bad.retain(|finding| finding.verdict != Verdict::Ok && finding.check != "widget");
    assert!(bad.iter().all(|finding| finding.check == check) && !bad.is_empty(), "{check}: {bad:?}");
    assert!(bad.iter().all(|finding| !finding.remedy.is_empty()), "{bad:?}");
    bad.remove(0)
}

async fn fault(subject: &Subject, check: &str) -> String {
    let finding = only(subject, check).await;
    assert_eq!(finding.verdict, Verdict::Fault, "{finding}");
    finding.to_string()
}

async fn warning(subject: &Subject, check: &str) -> String {
    let finding = only(subject, check).await;
    assert_eq!(finding.verdict, Verdict::Warning, "{finding}");
    finding.to_string()
}

#[tokio::test]
async fn a_healthy_gateway_is_found_healthy() {
    let gateway = enrolled().await;
    let findings = examine(&subject(&gateway)).await;
    let bad: Vec<_> =
        findings.iter().filter(|finding| finding.verdict != Verdict::Ok && finding.check != "widget").collect();
    assert!(bad.is_empty(), "{bad:?}");
    let checks: Vec<_> = findings.iter().map(|finding| finding.check).collect();
    let all = [
        "key ring",
        "database",
        "tables",
        "claim",
        "clock",
        "origins",
        "webhooks",
        "public URL",
        "disk",
        "widget",
        "port",
    ];
    assert_eq!(checks, all);
}

#[tokio::test]
async fn a_key_ring_that_is_away_open_to_others_incomplete_or_damaged_is_found() {
    let gateway = enrolled().await;
    let (subject, keys) = (subject(&gateway), gateway.data().join("keys"));
    let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    let file = |purpose: &str| {
        let files = fs::read_dir(&keys).unwrap().map(|file| file.unwrap().path());
        files.into_iter().find(|file| file.file_name().unwrap().to_str().unwrap().starts_with(purpose)).unwrap()
    };

    mode(&keys, 0o755);
    assert!(fault(&subject, "key ring").await.contains("chmod 0700"));
    mode(&keys, 0o700);
    let storage = file("storage");
    mode(&storage, 0o440);
    assert!(fault(&subject, "key ring").await.contains("chmod 0400"));
    mode(&storage, 0o400);

    let token = file("token-signing");
    fs::rename(&token, gateway.data().join("aside")).unwrap();
    assert!(fault(&subject, "key ring").await.contains("there is no token-signing key"));
    assert!(!token.exists(), "and none is made");
    fs::rename(gateway.data().join("aside"), &token).unwrap();

    let whole = fs::read(&token).unwrap();
    fs::remove_file(&token).unwrap();
    fs::write(&token, "half a key").unwrap();
    mode(&token, 0o400);
    assert!(fault(&subject, "key ring").await.contains("does not hold a key of its kind"));
    fs::remove_file(&token).unwrap();
    fs::write(&token, whole).unwrap();
    mode(&token, 0o400);

    let aside = gateway.data().join("aside");
    fs::rename(&keys, &aside).unwrap();
    assert!(fault(&subject, "key ring").await.contains("put the ring back"));
    assert!(!keys.exists());
    fs::rename(&aside, &keys).unwrap();
    assert_eq!(examine(&subject).await[0].verdict, Verdict::Ok);
}

#[tokio::test]
async fn a_key_ring_from_the_environment_is_looked_at_as_one_of_files_is() {
    let gateway = enrolled().await;
    let keys = gateway.data().join("keys");
    let ring = KeySource::Folder(keys.clone()).load().unwrap().export();
    let aside = gateway.data().join("aside");
    fs::rename(&keys, &aside).unwrap();
    let brought = |text: &str| Subject {
        config: Config { key_ring: Some(KeySource::document(text.to_owned())), ..gateway.inner.config.clone() },
        ..subject(&gateway)
    };
    let findings = examine(&brought(&ring)).await;
    assert!(findings.iter().all(|finding| finding.verdict == Verdict::Ok || finding.check == "widget"), "{findings:?}");
    assert!(findings[0].to_string().contains("6 keys"), "{findings:?}");

    assert!(fault(&brought("hush-hush"), "key ring").await.contains("REPIN_KEY_RING is not a key ring"));
    let other = Gateway::start().await;
    let theirs = KeySource::Folder(other.data().join("keys")).load().unwrap().export();
    let wrong = fault(&brought(&theirs), "claim").await;
    assert!(wrong.contains("belongs to another key ring"), "{wrong}");
    fs::rename(&aside, &keys).unwrap();
}

#[tokio::test]
async fn a_key_ring_that_is_not_the_databases_is_found() {
    let (gateway, other) = (enrolled().await, Gateway::start().await);
    let (keys, theirs) = (gateway.data().join("keys"), other.data().join("keys"));
    let aside = gateway.data().join("aside");
    fs::rename(&keys, &aside).unwrap();
    std::os::unix::fs::symlink(&theirs, &keys).unwrap();
    let said = fault(&subject(&gateway), "claim").await;
    assert!(said.contains("another key ring"), "{said}");
    fs::remove_file(&keys).unwrap();
    fs::rename(&aside, &keys).unwrap();

    // A ring that is the database's, without the setup that somebody's PIN was made with.
    gateway.execute("UPDATE credentials SET setup_kid = '0123456789abcdef' WHERE kind = 1").await;
    let said = fault(&subject(&gateway), "claim").await;
    assert!(said.contains("opaque-setup-0123456789abcdef.key is missing, and 1 PINs"), "{said}");
}

#[tokio::test]
async fn a_key_that_something_is_sealed_with_and_that_is_gone_is_found() {
    let gateway = enrolled().await;
    let source = KeySource::Folder(gateway.data().join("keys"));
    let old = source.load().unwrap().newest(Purpose::Storage).unwrap().to_owned();
    source.add(&mut source.load().unwrap(), Purpose::Storage).unwrap();
    let gateway = gateway.restart().await;
    while gateway.inner.seal_audit().await.unwrap() == Sealing::Busy {}
    let subject = subject(&gateway);
    assert!(examine(&subject).await.iter().all(|finding| finding.verdict == Verdict::Ok || finding.check == "widget"));

    // The person's questions are under the key from before.
    source.remove(&mut source.load().unwrap(), Purpose::Storage, &old).unwrap();
    let missing = |name: &str| format!("{name}.key is missing, and rows that open with it alone: 1");
    let said = fault(&subject, "claim").await;
    assert!(said.contains(&missing(&format!("storage-{old}"))) && said.contains("the ring's backup"), "{said}");

    // Keys of which nobody has heard.
    gateway
        .execute(match gateway.database() {
            Some(_) => {
                "INSERT INTO recovery_emails (person, address, data_key, created)
                 SELECT id, CAST('0123456789abcdef' AS BYTEA), CAST('fedcba9876543210' AS BYTEA), 1 FROM users"
            }
            None => {
                "INSERT INTO recovery_emails (person, address, data_key, created)
                 SELECT id, CAST('0123456789abcdef' AS BLOB), CAST('fedcba9876543210' AS BLOB), 1 FROM users"
            }
        })
        .await;
    let mut findings = examine(&subject).await;
    findings.retain(|finding| finding.check == "claim");
    let said: Vec<_> = findings.iter().map(|finding| finding.what.clone()).collect();
    let names =
        ["storage-0123456789abcdef".to_owned(), format!("storage-{old}"), "recovery-fedcba9876543210".to_owned()];
    assert_eq!(said, names.map(|name| missing(&name)));
}

#[tokio::test]
async fn a_database_that_takes_no_writes_is_found() {
    let gateway = Gateway::start().await;
    let (real, mut subject) = (subject(&gateway), subject(&gateway));
    if let Some(url) = gateway.database() {
        // A standby says the same of itself.
        let read_only = format!("{url}?options[default_transaction_read_only]=on");
        subject.config.database = Some(read_only.parse().unwrap());
        assert!(fault(&subject, "database").await.contains("is open for reading only"));
        let of_a_reader = format!("{url}?options[role]=pg_read_all_data");
        subject.config.database = Some(of_a_reader.parse().unwrap());
        let said = fault(&subject, "database").await;
        assert!(said.contains("lets this role add nothing to") && said.contains("api_keys among them"), "{said}");
        return;
    }
    subject.may_write = |place| match place.extension().is_some_and(|extension| extension == "db") {
        true => Err(ErrorKind::ReadOnlyFilesystem.into()),
        false => Ok(()),
    };
    assert!(fault(&subject, "database").await.contains("repin.db cannot be written: "));
    subject.may_write = |place| if place.is_dir() { Err(ErrorKind::PermissionDenied.into()) } else { Ok(()) };
    assert!(fault(&subject, "database").await.contains("data cannot be written: "));
    subject.may_write = |place| match place.extension().is_some_and(|extension| extension == "db-wal") {
        true => Err(ErrorKind::PermissionDenied.into()),
        false => Ok(()),
    };
    assert!(fault(&subject, "database").await.contains("repin.db-wal cannot be written: "));

    // As whoever tries finds it. Root may, whatever the file's mode.
    let (file, other) = (gateway.data().join("repin.db"), gateway.data().join("other"));
    fs::write(&other, "").unwrap();
    for file in [&file, &other] {
        fs::set_permissions(file, fs::Permissions::from_mode(0o400)).unwrap();
    }
    let takes_writes = fs::File::options().write(true).open(&other).is_ok();
    let findings = examine(&real).await;
    let verdict = findings.iter().find(|finding| finding.check == "database").unwrap().verdict;
    assert_eq!(verdict == Verdict::Ok, takes_writes, "{findings:?}");
}

#[tokio::test]
async fn a_database_that_is_not_there_or_not_one_is_found_and_none_is_made() {
    let gateway = Gateway::start().await;
    let mut subject = subject(&gateway);
    if gateway.database().is_some() {
        let address = "postgres://repin:hush-hush@%2Fnowhere/repin";
        subject.config.database = Some(address.parse().unwrap());
        let said = fault(&subject, "database").await;
        assert!(!said.contains("hush") && said.contains("--database"), "{said}");
        return;
    }
    let file = gateway.data().join("repin.db");
    let moved = file.with_extension("moved");
    fs::rename(&file, &moved).unwrap();
    assert!(fault(&subject, "database").await.contains("is not there"));
    assert!(!file.exists());

    let folder = tempfile::tempdir().unwrap();
    subject.config.data = folder.path().to_owned();
    std::os::unix::fs::symlink(gateway.data().join("keys"), folder.path().join("keys")).unwrap();
    fs::write(
        folder.path().join("repin.db"),
        "not a database, and long enough to be taken for the head of one ".repeat(20),
    )
    .unwrap();
    assert!(
        examine(&subject).await.iter().any(|finding| finding.check == "database" && finding.verdict == Verdict::Fault)
    );
}

#[tokio::test]
async fn tables_of_a_newer_program_or_of_none_are_found() {
    let gateway = Gateway::start().await;
    let subject = subject(&gateway);
    let known = "the tables need a program that knows migration 9000";
    if gateway.database().is_some() {
        gateway.execute("UPDATE oldest_program SET migration = 9000").await;
    } else {
        gateway
            .execute(
                "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                 VALUES (9000, 'of the future', true, x'00', 1)",
            )
            .await;
    }
    let said = fault(&subject, "tables").await;
    assert!(said.contains(known) && said.contains("use a newer program"), "{said}");
    gateway.execute("DROP TABLE _sqlx_migrations").await;
    assert!(fault(&subject, "tables").await.contains("not a gateway's"));
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_found() {
    let gateway = Gateway::start().await;
    let right = SystemClock::start().now();
    let at = |now| Subject { clock: Arc::new(ManualClock::at(now)), ..subject(&gateway) };
    let said = fault(&at(right - 3_600_000), "clock").await;
    assert!(said.contains("in the future"), "{said}");
    if gateway.database().is_some() {
        assert!(warning(&at(right + 20_000), "clock").await.contains("database server's"));
        fault(&at(right + 3_600_000), "clock").await;
    }
    let file = gateway.data().join("written-ahead");
    fs::write(&file, "").unwrap();
    fs::File::options()
        .write(true)
        .open(&file)
        .unwrap()
        .set_modified(SystemTime::now() + Duration::from_secs(7200))
        .unwrap();
    assert!(fault(&subject(&gateway), "clock").await.contains("in the future"));
}

#[tokio::test]
async fn origins_and_a_public_url_that_are_not_https_are_found() {
    let gateway = Gateway::start().await;
    let mut subject = subject(&gateway);
    let app = gateway.inner.app.id.clone();
    gateway.inner.store.add_origin(&app, "http://stored.example", crate::common::BY).await.unwrap();
    assert!(fault(&subject, "origins").await.contains("http://stored.example is not https"));
    gateway.inner.store.remove_origin(&app, "http://stored.example", crate::common::BY).await.unwrap();

    subject.config.allowed_origins.push("http://localhost:8080".into());
    assert!(warning(&subject, "origins").await.contains("for development"));
    subject.config.allowed_origins = vec!["https://wallet.example/path".into()];
    assert!(fault(&subject, "origins").await.contains("as browsers write it"));
    subject.config.allowed_origins.clear();
    subject.config.public_url = Some("http://pin.wallet.example".into());
    assert!(fault(&subject, "public URL").await.contains("not https"));
    subject.config.public_url = Some("https://pin.wallet.example".into());
    assert!(examine(&subject).await.iter().all(|finding| finding.verdict != Verdict::Fault));
}

#[tokio::test]
async fn a_receiver_that_cannot_be_reached_is_found_and_its_endpoint_is_not_said() {
    let gateway = Gateway::start().await;
    let mut subject = subject(&gateway);
    let app = gateway.inner.app.id.clone();
    let subscription = |endpoint: &str| repin_server::store::Subscription {
        id: "11111111-1111-4111-8111-111111111111".into(),
        app: app.clone(),
        name: "hush".into(),
        endpoint: endpoint.to_owned(),
        enabled: true,
        types: vec!["webhooks.test".into()],
        secret: None,
        created: 1,
        updated: 1,
    };
    let first = repin_server::store::NewDelivery { id: "one", kind: "webhooks.test", body: "{}" };
    let store = &gateway.inner.store;
    // A port of this machine's that nobody has: not where webhooks may go, and then nobody there.
    store.create_subscription(&subscription("https://127.0.0.1:1025/hush?token=hush"), 10, &first, BY).await.unwrap();
    let said = warning(&subject, "webhooks").await;
    assert!(said.contains("11111111") && said.contains("--webhook-allow-network") && !said.contains("hush"), "{said}");
    subject.config.webhooks.allow_networks = vec!["127.0.0.0/8".parse().unwrap()];
    assert!(warning(&subject, "webhooks").await.contains("firewall"));
    subject.offline = true;
    assert!(examine(&subject).await.iter().all(|finding| finding.check != "webhooks"), "nothing is connected to");

    // One that is there and does not speak TLS, and one that does not need to.
    subject.offline = false;
    store.delete_subscription(&app, "11111111-1111-4111-8111-111111111111", BY).await.unwrap();
    let plain = gateway.url.replace("http://", "https://");
    store.create_subscription(&subscription(&plain), 10, &first, BY).await.unwrap();
    assert!(warning(&subject, "webhooks").await.contains("certificate"));
    store.delete_subscription(&app, "11111111-1111-4111-8111-111111111111", BY).await.unwrap();
    subject.config.webhooks.allow_http = true;
    store.create_subscription(&subscription(&gateway.url), 10, &first, BY).await.unwrap();
    assert!(examine(&subject).await.iter().any(|finding| finding.what == "1 receivers, all of them reached"));
}

#[tokio::test]
async fn a_gateway_that_needs_no_folder_is_asked_for_none() {
    let gateway = enrolled().await;
    let ring = KeySource::Folder(gateway.data().join("keys")).load().unwrap().export();
    let mut subject = subject(&gateway);
    subject.config.key_ring = Some(KeySource::document(ring.to_string()));
    subject.config.data = gateway.data().join("never-made");
    subject.free_space = Subject::new(subject.config.clone(), subject.listen, false, subject.clock.clone()).free_space;
    if gateway.database().is_none() {
        assert!(
            examine(&subject).await.iter().any(|finding| finding.check == "disk" && finding.verdict == Verdict::Fault),
            "the control: SQLite is in a folder"
        );
        // That nobody answers there is a finding of its own.
        subject.config.database = Some("postgres://repin:hush-hush@%2Fnowhere/repin".parse().unwrap());
    }
    let findings = examine(&subject).await;
    assert!(findings.iter().all(|finding| finding.check != "disk"), "{findings:?}");
    let bad = findings.iter().filter(|finding| finding.verdict == Verdict::Fault);
    assert_eq!(bad.count(), usize::from(gateway.database().is_none()), "{findings:?}");
}

#[tokio::test]
async fn a_disk_without_room_and_a_port_of_another_program_are_found() {
    let gateway = Gateway::start().await;
    let mut subject = subject(&gateway);
    subject.free_space = |_| Ok(10 * 1024 * 1024);
    assert!(fault(&subject, "disk").await.contains("10 MiB free"));
    subject.free_space = |_| Ok(500 * 1024 * 1024);
    warning(&subject, "disk").await;
    subject.free_space = ROOMY;

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    subject.listen = listener.local_addr().unwrap();
    tokio::spawn(async { axum::serve(listener, axum::Router::new()).await });
    assert!(fault(&subject, "port").await.contains("another program's"));
    subject.listen = "192.0.2.1:80".parse().unwrap();
    assert!(fault(&subject, "port").await.contains("--listen"), "not an address of this machine's");
}

/// `doctor` with what `serve` is started with, and an argument more.
fn doctor(place: &Place, listen: &str, argument: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_repin-server"));
    command.env_clear().env("REPIN_API_KEY", API_KEY).envs(database_of(place.path()));
    command.args(["doctor", argument, "--listen", listen, "--allowed-origin", ORIGIN, "--data"]);
    command.arg(place.path().join("data")).output().unwrap()
}

/// Every file of the data, with its bytes and time. What SQLite's users share in memory is no file of theirs.
fn snapshot(folder: &Path) -> BTreeMap<PathBuf, (Vec<u8>, SystemTime)> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()) {
        let path = entry.path();
        if path.is_dir() {
            all.extend(snapshot(&path));
        } else if path.extension().is_none_or(|extension| extension != "db-shm") {
            all.insert(path.clone(), (fs::read(&path).unwrap(), entry.metadata().unwrap().modified().unwrap()));
        }
    }
    all
}

#[tokio::test]
async fn beside_a_running_gateway_and_after_it_nothing_is_written_and_no_secret_is_said() {
    let place = Place::new();
    let data = place.path().join("data");
    let program = start(&place, &[]);
    program.host.create_user(USER).await;
    let before = snapshot(&data);
    let running = doctor(&place, &program.host.url.replace("http://", ""), "--offline");
    assert!(running.status.success(), "{running:?}");
    assert!(snapshot(&data) == before, "beside it");
    assert!(String::from_utf8_lossy(&running.stdout).contains("a running gateway's"), "{running:?}");

    assert!(program.stop().0);
    let before = snapshot(&data);
    let stopped = doctor(&place, "127.0.0.1:0", "--json");
    assert!(snapshot(&data) == before, "after it");
    let report: Value = serde_json::from_slice(&stopped.stdout).unwrap();
    assert_eq!((stopped.status.code(), &report["healthy"]), (Some(0), &Value::Bool(true)));
    assert!(report["findings"].as_array().unwrap().len() >= 11, "{report}");

    let database = database_of(place.path()).map_or(String::new(), |(_, url)| url);
    for output in [&running, &stopped] {
        let said = String::from_utf8_lossy(&output.stdout);
        let secret = |needle: &str| !needle.is_empty() && said.contains(needle);
        assert!(output.stderr.is_empty() && !secret("a-secret-of-the-tests") && !secret(&database), "{said}");
    }
}

#[test]
fn a_place_that_is_none_is_a_fault_and_stays_as_it_was() {
    let place = Place::new();
    let output = doctor(&place, "127.0.0.1:0", "--offline");
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.lines().any(|line| line.starts_with("fault    key ring")), "{said}");
    assert!(
        said.lines().all(|line| ["ok ", "warning ", "fault "].iter().any(|verdict| line.starts_with(verdict))),
        "{said}"
    );
    assert!(!place.path().join("data").exists());
}
