//! What must hold of every file before anything is run.

use crate::run::{Result, capture, cargo, program, read, root, run};
use crate::{supply, tools};
use std::path::PathBuf;

/// Returns a line for the list of evidence.
pub fn lint() -> Result<String> {
    tools::wasm_target()?;
    tools::node_packages()?;
    // Its scripts are typed by the compiler they use, which is not the one that checks.
    tools::site_packages()?;
    tools::argon2_packages()?;
    run(cargo().args(["fmt", "--all", "--check"]))?;
    run(cargo().args(["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    // What only the tests of crashes compile.
    let crash = ["--workspace", "--features", "repin-server/failpoints", "--bin", "repin-server", "--test", "crash"];
    run(cargo().args(["clippy", "--quiet"]).args(crash).args(["--", "-D", "warnings"]))?;
    // What `--all-targets` leaves out, for it is not tested without being asked for.
    let asked_for = ["--workspace", "--test", "nodes", "--test", "mail", "--test", "timing"];
    run(cargo().args(["clippy", "--quiet"]).args(asked_for).args(["--", "-D", "warnings"]))?;
    // What only the browser compiles.
    let wasm = ["--target", "wasm32-unknown-unknown"];
    run(cargo().args(["clippy", "--quiet", "-p", "repin", "--all-targets"]).args(wasm).args(["--", "-D", "warnings"]))?;
    run(cargo().args(["clippy", "--quiet", "-p", "repin-vault"]).args(wasm).args(["--", "-D", "warnings"]))?;
    run(program("tsc").args(["--project", "tsconfig.json"]))?;
    languages(&["check"])?;
    names_no_machine()?;
    locks_name_no_host()?;
    supply::supply()
}

/// Checks every language and writes docs/languages.md; with `check` compares it instead.
pub fn languages(args: &[&str]) -> Result {
    run(program("node").arg("xtask/locales/main.mjs").args(args))
}

/// A path of somebody's machine or the host of somebody's registry works there and nowhere else.
fn names_no_machine() -> Result {
    // Put together here, so that this file does not name them either.
    let folders = ["work", "root", "home"].map(|name| format!("/{name}/"));
    let hosts = ["registry.npmjs", "static.crates", "index.crates", "pypi", "files.pythonhosted", "deb.debian"];
    let hosts = hosts.map(|name| format!("{name}."));
    let mut found = Vec::new();
    for path in sources()? {
        let Ok(text) = std::fs::read_to_string(root().join(&path)) else { continue }; // a picture
        for (index, line) in text.lines().enumerate() {
            let folder = folders.iter().any(|folder| names_folder(line, folder));
            if folder || hosts.iter().any(|host| line.contains(host.as_str())) {
                found.push(format!("{}:{}: {}", path.display(), index + 1, line.trim()));
            }
        }
    }
    found.is_empty().then_some(()).ok_or_else(|| format!("a machine or a registry is named:\n{}", found.join("\n")))
}

/// `folder` as the start of an absolute path; in the middle of a URL or a relative path it means something else.
fn names_folder(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        before.is_none_or(|character| !character.is_alphanumeric() && !"/.-_}".contains(character))
    })
}

fn sources() -> Result<Vec<PathBuf>> {
    let listed = capture(program("git").args(["ls-files", "--cached", "--others", "--exclude-standard"]))?;
    Ok(listed.lines().map(PathBuf::from).filter(|path| root().join(path).is_file()).collect())
}

fn locks_name_no_host() -> Result {
    let consumers = tools::CONSUMERS.map(|folder| format!("{folder}/package-lock.json"));
    let others = [
        "package-lock.json",
        "tests/argon2/package-lock.json",
        "tests/conformance/package-lock.json",
        "docs/site/package-lock.json",
        "tests/snippets/stacks/package-lock.json",
    ];
    for lock in others.map(str::to_owned).into_iter().chain(consumers) {
        if read(&root().join(&lock))?.contains("\"resolved\"") {
            return Err(format!("{lock} has a \"resolved\" field: install again, .npmrc leaves them out"));
        }
    }
    let cargo = read(&root().join("Cargo.lock"))?;
    let other = cargo.lines().find(|line| line.starts_with("source = ") && !line.contains("/crates.io-index"));
    other.map_or(Ok(()), |line| Err(format!("Cargo.lock: {line}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absolute_path_is_found_and_a_part_of_another_is_not() {
        let folder = format!("/{}/", "work");
        assert!(names_folder(&format!("cd {folder}main"), &folder));
        assert!(names_folder(&format!("\"{folder}x\""), &folder));
        assert!(!names_folder(&format!("docs{folder}x"), &folder));
        assert!(!names_folder(&format!("https://host{folder}x"), &folder));
    }

    #[test]
    fn the_root_is_the_workspace() {
        assert!(root().join("Cargo.lock").exists());
    }
}
