//! The program as a process of its own, and its log.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, mpsc};
use std::time::SystemTime;

use serde_json::Value;

use super::{API_KEY, Host, ORIGIN};

const PROGRAM: &str = env!("CARGO_BIN_EXE_repin-server");

/// What tells the program where it shall end.
const FAILPOINTS: &str = "REPIN_FAILPOINTS";

/// The gateway on a free port and this folder, with nothing of the environment.
pub fn serve(data: &Path) -> Command {
    let mut command = Command::new(PROGRAM);
    command.env_clear().env("REPIN_API_KEY", API_KEY).stderr(Stdio::piped());
    // A thousand guesses at once are a test here.
    command.envs(["REPIN_SESSION_LIMIT", "REPIN_USER_LIMIT", "REPIN_ADDRESS_LIMIT"].map(|limit| (limit, "0")));
    command.args(["serve", "--listen", "127.0.0.1:0", "--allowed-origin", ORIGIN, "--data"]).arg(data);
    command
}

/// The same with places at which it ends, which the file `arms` names. The program must have the feature `failpoints`: another build of the
/// same profile beside the tests puts its own in this one's place, and then they would wait for an end that does not come.
pub fn serve_armed(data: &Path, arms: &Path) -> Command {
    static CHECKED: Mutex<Option<SystemTime>> = Mutex::new(None);
    let made = std::fs::metadata(PROGRAM).unwrap().modified().unwrap();
    let checked = *CHECKED.lock().unwrap();
    if checked != Some(made) {
        let program = std::fs::read(PROGRAM).unwrap();
        let has = program.windows(FAILPOINTS.len()).any(|window| window == FAILPOINTS.as_bytes());
        assert!(has, "{PROGRAM} has no failpoints: another build beside these tests has put its own in its place");
        *CHECKED.lock().unwrap() = Some(made);
    }
    let mut command = serve(data);
    command.env(FAILPOINTS, arms);
    command
}

/// A program that was started.
pub struct Starting {
    child: Child,
    log: mpsc::Receiver<String>,
}

impl Starting {
    /// Runs what [`serve`] began.
    pub fn new(command: &mut Command) -> Self {
        let mut child = command.spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let (sender, log) = mpsc::channel();
        std::thread::spawn(move || stderr.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Self { child, log }
    }

    /// Waits until it listens, or returns what it said when it ended.
    pub fn listening(mut self) -> Result<Program, String> {
        let mut lines = Vec::new();
        for line in self.log.iter() {
            let event: Value = serde_json::from_str(&line).expect("a line of the log is JSON");
            lines.push(line);
            if let Some(address) = event["address"].as_str() {
                let host = Host::new(format!("http://{address}"));
                return Ok(Program { child: self.child, host, log: self.log, lines });
            }
        }
        assert!(!self.child.wait().unwrap().success());
        Err(lines.concat())
    }
}

/// A running gateway; killed when dropped.
pub struct Program {
    child: Child,
    pub host: Host,
    log: mpsc::Receiver<String>,
    lines: Vec<String>,
}

impl Program {
    /// `kill -9`.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits until it has ended by itself.
    pub fn wait(&mut self) {
        self.child.wait().unwrap();
    }

    /// Where it serves its metrics, if it was started with `--metrics-listen`.
    pub fn metrics_url(&self) -> String {
        let address = |line: &String| serde_json::from_str::<Value>(line).ok()?["metrics"].as_str().map(str::to_owned);
        format!("http://{}/metrics", self.lines.iter().find_map(address).expect("it says where"))
    }

    /// Waits for a line of the log with these words in it.
    pub fn wait_for_line(&mut self, words: &str) {
        for line in self.log.iter() {
            let found = line.contains(words);
            self.lines.push(line);
            if found {
                return;
            }
        }
        panic!("it ended without a word of \"{words}\"\n{}", self.lines.join("\n"));
    }

    /// Sends it a signal by its name, such as `TERM`.
    pub fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
    }

    /// Asks it to stop, waits for it, and returns whether it ended well, and the whole log.
    pub fn stop(mut self) -> (bool, Vec<String>) {
        self.signal("TERM");
        let ended = self.child.wait().unwrap();
        let mut lines = std::mem::take(&mut self.lines);
        lines.extend(self.log.iter());
        (ended.success(), lines)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
