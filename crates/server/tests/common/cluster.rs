//! A PostgreSQL server of the tests' own, on a socket that nobody else can reach; gone when dropped. Also `cargo xtask`'s.
#![allow(dead_code)] // each user stops and starts it differently

use std::fs;
use std::io::{Error, Result};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The server's administrator.
const USER: &str = "repin";

/// A server with its data.
pub struct Cluster {
    folder: PathBuf,
    /// Whether a commit waits for the disk. A killed process loses nothing that the kernel has: that is for power cuts, which no
    /// test makes, and for figures.
    durable: bool,
}

impl Cluster {
    /// Makes the data and starts the server.
    ///
    /// # Errors
    /// When PostgreSQL is not installed, or does not start; what it said is on standard error.
    pub fn start() -> Result<Self> {
        Self::start_as(false)
    }

    /// The same, with every commit on the disk.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn start_durable() -> Result<Self> {
        Self::start_as(true)
    }

    fn start_as(durable: bool) -> Result<Self> {
        let made = Command::new("mktemp").args(["-d", "-t", "repin-postgres-XXXXXX"]).output()?;
        let folder = PathBuf::from(String::from_utf8_lossy(&made.stdout).trim());
        // Trust is for whoever gets through this folder.
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o700))?;
        if as_other_user() {
            call(Command::new("chown").arg(format!("{OWNER}:")).arg(&folder))?;
        }
        let cluster = Self { folder, durable };
        let initdb = ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--username", USER, "-D"];
        call(tool("initdb")?.args(initdb).arg(cluster.data()))?;
        cluster.resume()?;
        Ok(cluster)
    }

    /// Starts the server on data it was stopped on.
    pub fn resume(&self) -> Result<()> {
        let settings = "-c listen_addresses= -c max_connections=400 -c shared_buffers=64MB -c max_wal_size=256MB";
        // What a commit does not wait for the server writes five times a second, by chance before a test stops it. Put off, it is lost
        // in every run.
        let disk = if self.durable { "-c fsync=on" } else { "-c fsync=off -c wal_writer_delay=10s" };
        let options = format!("{settings} {disk} -k {}", self.folder.display());
        call(
            tool("pg_ctl")?
                .args(["-w", "start", "-o", &options, "-l"])
                .arg(self.folder.join("log"))
                .arg("-D")
                .arg(self.data()),
        )
    }

    /// Stops the server as a crash would, or (`fast`) as an operator would.
    pub fn stop(&self, fast: bool) -> Result<()> {
        let how = if fast { "fast" } else { "immediate" };
        call(tool("pg_ctl")?.args(["-w", "stop", "-m", how, "-D"]).arg(self.data()))
    }

    /// The address of a database on it.
    pub fn url(&self, database: &str) -> String {
        format!("{}/{database}", self.server())
    }

    /// The same without the database's name.
    pub fn server(&self) -> String {
        format!("postgres://{USER}@{}", self.folder.display().to_string().replace('/', "%2F"))
    }

    /// The socket that it listens on.
    pub fn socket(&self) -> PathBuf {
        self.folder.join(".s.PGSQL.5432")
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = self.stop(false);
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Whom the server runs as when the tests are root's, which it refuses: the user that Debian's package makes.
const OWNER: &str = "postgres";

fn as_other_user() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|id| id.stdout.trim_ascii() == b"0")
}

/// A program of PostgreSQL's: the newest that Debian's packages brought, or those in the folder that `POSTGRES_BIN` names.
fn tool(name: &str) -> Result<Command> {
    let path = programs().ok_or_else(|| Error::other("PostgreSQL is missing: apt-get install postgresql"))?.join(name);
    let mut command = if as_other_user() {
        let mut command = Command::new("runuser");
        command.args(["-u", OWNER, "--"]).arg(path);
        command
    } else {
        Command::new(path)
    };
    // Where the caller stands may be closed to the server's user.
    command.current_dir("/");
    Ok(command)
}

/// The folder of PostgreSQL's programs.
pub fn programs() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("POSTGRES_BIN") {
        return Some(named.into());
    }
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?.flatten().map(|entry| entry.path().join("bin"));
    let version = |path: &Path| path.parent()?.file_name()?.to_str()?.parse::<u32>().ok();
    versions.filter(|path| path.join("initdb").exists()).max_by_key(|path| version(path))
}

/// Runs a program that says nothing when all is well. Its output goes to a file: what it starts would keep a pipe open.
fn call(command: &mut Command) -> Result<()> {
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).status()?;
    if status.success() { Ok(()) } else { Err(Error::other(format!("{command:?}: {status}"))) }
}
