//! SQLite on a disk that is full at every message, and has room again before it is repeated.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use repin_core::api::Step;
use serde_json::Value;
use tempfile::TempDir;

use crate::client::Client;
use crate::common::Gateway;
use crate::common::evidence::say;
use crate::facts::Facts;
use crate::journey::{Road, STEPS, change_pin};
use crate::{ANSWERS, PIN, USER};

/// A file system of 3 MiB.
struct SmallDisk(TempDir);

impl SmallDisk {
    /// Nothing where nobody may mount one.
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mut mount = Command::new("mount");
        let mounted = mount.args(["-t", "tmpfs", "-o", "size=3m,mode=700", "tmpfs"]).arg(folder.path()).output();
        mounted.is_ok_and(|output| output.status.success()).then_some(Self(folder))
    }

    fn filler(&self) -> PathBuf {
        self.0.path().join("filler")
    }

    /// Takes what room there is.
    fn fill(&self) {
        let mut file = File::create(self.filler()).unwrap();
        while file.write(&[1; 4096]).is_ok_and(|written| written > 0) {}
    }

    /// Gives it back.
    fn free(&self) {
        fs::remove_file(self.filler()).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.0.path()).status();
    }
}

/// The disk is full at each message; or, as the control, it is not.
struct FullAtEach<'a> {
    disk: &'a SmallDisk,
    data: &'a Path,
    fills: bool,
    refused: usize,
    unchanged: usize,
}

impl Road for FullAtEach<'_> {
    async fn carry(&mut self, client: &Client, step: Step, sealed: &[u8]) -> (u16, Value) {
        let before = Facts::read(None, self.data).await;
        if self.fills {
            self.disk.fill();
        }
        let (status, body) = client.send(step, client.seq, sealed).await;
        self.refused += usize::from(status == 503 && body["code"] == -1);
        if self.fills {
            self.disk.free();
        }
        self.unchanged += usize::from(Facts::read(None, self.data).await == before);
        client.send(step, client.seq, sealed).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_full_disk_every_message_is_503_and_changes_nothing_and_goes_on_when_there_is_room() {
    if crate::common::database::server().is_some() {
        return;
    }
    let Some(disk) = SmallDisk::mount() else {
        println!("not run: nobody but root may mount a small file system");
        return;
    };
    let gateway = Gateway::start_with(|config| config.data = disk.0.path().join("data")).await;
    let data = gateway.data().to_owned();
    gateway.create_user(USER).await;
    Client::open(&gateway, "POST", "/user/initialize").await.replace(&[PIN, ANSWERS]).await.unwrap();

    let mut road = FullAtEach { disk: &disk, data: &data, fills: true, refused: 0, unchanged: 0 };
    change_pin(&gateway, PIN, "730562", &mut road).await;
    let messages = STEPS.len();
    assert_eq!((road.refused, road.unchanged), (messages, messages));
    assert_eq!(gateway.inner.evaluations(), 2, "a guess that was not taken is not evaluated");

    let mut client = Client::open(&gateway, "PUT", "/user/pin").await;
    disk.fill();
    let guesses = 20;
    for _ in 0..guesses {
        assert_eq!(crate::client::code(client.guess("000002").await), (503, -1));
    }
    disk.free();
    assert_eq!(gateway.inner.evaluations(), 2);
    client.prove("730562").await.unwrap();

    let mut control = FullAtEach { fills: false, refused: 0, unchanged: 0, ..road };
    change_pin(&gateway, "730562", "194673", &mut control).await;
    assert_eq!((control.refused, control.unchanged), (0, 0), "the checks see what a message changes");
    let figure = format!(
        "SQLite on a full disk: {messages} of {messages} messages answered 503 and 0 of them half applied, each went on by the \
         same bytes; 0 of {guesses} guesses on a full disk evaluated"
    );
    let changed = messages - control.unchanged;
    let control = format!("with room on the disk {} refused, {changed} changed something", control.refused);
    say(13, figure, control);
}
