//! What is depended on, and what others are given to run the gateway with: cargo-deny by `deny.toml`, hadolint and systemd's own
//! check on `packaging/`. Each check is also shown something bad, which it must refuse.

use crate::run::{Result, capture, cargo, program, read, root, run, write};
use crate::tools;

const DENY: [&str; 4] = ["--offline", "--log-level", "error", "check"];
const CONTAINER: &str = "packaging/Containerfile";
const UNIT: &str = "packaging/repin.service";

/// Checks all of it, and returns a line for the list of evidence.
pub fn supply() -> Result<String> {
    tools::supply()?;
    let figure = dependencies()?;
    let advisories = advisories()?;
    container()?;
    unit()?;
    Ok(format!("evidence 32: {figure}, advisories {advisories} | control: with MIT not allowed, refused"))
}

/// Of every crate that `deny.toml` speaks of.
fn dependencies() -> Result<String> {
    // It reads all that the lock names, also what is for systems that nothing was built for here, and may not fetch it by itself.
    run(cargo().args(["fetch", "--locked"]))?;
    run(program("cargo-deny").args(DENY).args(["licenses", "bans", "sources"]))?;
    // The control: without one licence that most have, the same check must refuse.
    let strict = root().join("target/xtask/deny-control.toml");
    let text = read(&root().join("deny.toml"))?.replace("    \"MIT\",\n", "");
    write(&strict, &text)?;
    refuses(program("cargo-deny").args(DENY).arg("--config").arg(strict).arg("licenses"))?;
    Ok("licences, bans and sources of all crates of both targets pass".into())
}

/// The database is a repository of its own, which not every place can fetch.
fn advisories() -> Result<&'static str> {
    let Some(database) = std::env::var_os("REPIN_ADVISORY_DB") else {
        println!("advisories: not checked, for REPIN_ADVISORY_DB names no copy of the database");
        return Ok("not checked");
    };
    // cargo-deny looks for a copy in a folder below this one, whose name it makes from the database's address.
    let config = root().join("target/xtask/deny-advisories.toml");
    let place = database.to_string_lossy().replace('\\', "\\\\").replace('"', "\\\"");
    let told = format!("[advisories]\ndb-path = \"{place}\"\n");
    write(&config, &read(&root().join("deny.toml"))?.replace("[advisories]\n", &told))?;
    run(program("cargo-deny").args(DENY).arg("--config").arg(config).args(["--disable-fetch", "advisories"]))?;
    Ok("pass")
}

fn container() -> Result {
    run(program("hadolint").arg(CONTAINER))?;
    let bad = root().join("target/xtask/Containerfile");
    write(&bad, "FROM debian:latest\nRUN cd /tmp && sudo true\n")?;
    refuses(program("hadolint").arg(bad))?;
    let text = read(&root().join(CONTAINER))?;
    volumes_are_the_users(&text).map_err(|fault| format!("{CONTAINER}: {fault}"))?;
    // The controls: without the copy, with a copy that is root's, and with the copy too late.
    let without: Vec<&str> = text.lines().filter(|line| !line.starts_with("COPY --from=")).collect();
    for bad in [without.join("\n"), text.replace("--chown=65532:65532", ""), format!("VOLUME [\"/data\"]\n{text}")] {
        if volumes_are_the_users(&bad).is_ok() {
            return Err(format!("the control was not refused:\n{bad}"));
        }
    }
    Ok(())
}

/// Refuses a volume that is not a folder copied before it as the user's who runs: a new volume takes its owner from there, and else is
/// root's. What is done to a folder after it was made a volume, a builder may leave out.
fn volumes_are_the_users(text: &str) -> Result {
    let user = text.lines().filter_map(|line| line.strip_prefix("USER ")).next_back().ok_or("it names no user")?;
    let owner = format!("--chown={user}");
    let lines: Vec<&str> = text.lines().collect();
    let mut folders = 0;
    for (number, line) in lines.iter().enumerate() {
        let Some(volume) = line.strip_prefix("VOLUME ") else { continue };
        let folder = format!("{}/", volume.trim_matches(['[', '"', ']']));
        let is_its = |line: &&str| {
            let words: Vec<&str> = line.split(' ').collect();
            words.first() == Some(&"COPY") && words.contains(&owner.as_str()) && words.last() == Some(&folder.as_str())
        };
        if !lines.iter().take(number).any(is_its) {
            return Err(format!("the volume {folder} is not copied with {owner} before it is one"));
        }
        folders += 1;
    }
    if folders > 0 { Ok(()) } else { Err("it has no volume".into()) }
}

/// Where systemd is; the program that the unit names need not be there.
fn unit() -> Result {
    if capture(program("systemd-analyze").arg("--version")).is_err() {
        println!("{UNIT}: not checked, for there is no systemd-analyze here");
        return Ok(());
    }
    let text = read(&root().join(UNIT))?.replace("/usr/local/bin/repin-server", "/bin/true");
    let good = root().join("target/xtask/repin.service");
    write(&good, &text)?;
    run(program("systemd-analyze").args(["verify", "--man=no"]).arg(&good))?;
    // systemd's own figure for what a service could still do, of 100.
    let limit = ["security", "--offline=true", "--threshold=20", "--no-pager"];
    capture(program("systemd-analyze").args(limit).arg(&good))?;
    let loose = root().join("target/xtask/loose.service");
    write(&loose, "[Service]\nExecStart=/bin/true\n")?;
    refuses(program("systemd-analyze").args(limit).arg(loose))
}

/// A control: the command must fail.
fn refuses(command: &mut std::process::Command) -> Result {
    let shown = format!("{command:?}");
    let output = command.output().map_err(|error| format!("{shown}: {error}"))?;
    (!output.status.success()).then_some(()).ok_or_else(|| format!("the control was not refused: {shown}"))
}
