//! Whether the bytes that are published follow from the sources alone: the last commit is checked out twice, at places with
//! names of different lengths, built in each, and every file of the widget, the package and the gateway's program compared by SHA-384.

use crate::run::{Result, capture, program, root, run};
use std::collections::BTreeMap;
use std::fs::{OpenOptions, create_dir_all, remove_dir_all};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Below `target/`: no two of the same length.
const PLACES: [&str; 2] = ["target/reproduce/one", "target/reproduce/another/place"];
/// What is published. The folders have no file in them that is not.
const MADE: [&str; 3] = ["dist", "target/package", "target/release/repin-server"];
/// A source of the widget that is in all three.
const CHANGED: &str = "style/widget.css";

/// Path from the checkout to SHA-384.
type Hashes = BTreeMap<String, String>;

/// Builds twice and compares, then once more with a changed source, which must not give the same.
pub fn reproduce() -> Result {
    let [first, second] = PLACES.map(|place| root().join(place));
    // Once: a commit that is made meanwhile is none of it.
    let commit = capture(program("git").args(["rev-parse", "HEAD"]))?;
    for place in [&first, &second] {
        check_out(&commit, place)?;
        build(place)?;
    }
    let (one, other) = (hashes(&first)?, hashes(&second)?);
    for (path, hash) in &one {
        println!("{hash} {path}");
    }
    let differing = differing(&one, &other);

    let control = second.join(CHANGED);
    let file = OpenOptions::new().append(true).open(&control);
    file.and_then(|mut file| file.write_all(b".repin { outline-offset: 1px }\n"))
        .map_err(|error| format!("{}: {error}", control.display()))?;
    build(&second)?;
    let caught = self::differing(&one, &hashes(&second)?);

    println!(
        "evidence 31: {} of {} files of two clean builds at two paths differ in SHA-384 | control: with a rule added to {CHANGED}, {}",
        differing.len(),
        one.len(),
        caught.len()
    );
    if !differing.is_empty() {
        return Err(format!("not the same in both builds:\n{}", differing.join("\n")));
    }
    for made in MADE {
        if !caught.iter().any(|path| path.starts_with(made)) {
            return Err(format!("the control changed nothing in {made}: the comparison cannot tell"));
        }
    }
    Ok(())
}

/// A clone, so that only what is committed is built. The tools are the ones that are here: they are what it is built with.
fn check_out(commit: &str, place: &Path) -> Result {
    if place.exists() {
        remove_dir_all(place).map_err(|error| format!("{}: {error}", place.display()))?;
    }
    if let Some(folder) = place.parent() {
        create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    run(program("git").args(["clone", "--quiet", "--no-hardlinks"]).arg(root()).arg(place))?;
    run(program("git").args(["checkout", "--quiet", "--detach", commit]).current_dir(place))?;
    let tools: PathBuf = place.join(".tools");
    std::os::unix::fs::symlink(root().join(".tools"), &tools).map_err(|error| format!("{}: {error}", tools.display()))
}

/// By the checkout's own xtask, with nothing of ours on the path.
fn build(place: &Path) -> Result {
    for command in ["package", "gateway"] {
        let mut xtask = std::process::Command::new("cargo");
        xtask
            .args(["xtask", command])
            .current_dir(place)
            .env_remove("CARGO_TARGET_DIR")
            .env_remove("CARGO_MANIFEST_DIR");
        run(&mut xtask)?;
    }
    Ok(())
}

fn hashes(place: &Path) -> Result<Hashes> {
    let table = capture(program("node").arg(root().join("xtask/integrity.mjs")).args(MADE).current_dir(place))?;
    let hashes: Hashes = table
        .lines()
        .filter_map(|line| Some((line.split('\t').next()?.to_owned(), line.split('\t').nth(2)?.to_owned())))
        .collect();
    Ok(hashes)
}

/// Paths that only one has, or that have another hash in the other.
fn differing(one: &Hashes, other: &Hashes) -> Vec<String> {
    let mut paths: Vec<String> =
        one.keys().chain(other.keys()).filter(|path| one.get(*path) != other.get(*path)).cloned().collect();
    paths.sort();
    paths.dedup();
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(files: &[(&str, &str)]) -> Hashes {
        files.iter().map(|(path, hash)| ((*path).to_owned(), (*hash).to_owned())).collect()
    }

    #[test]
    fn a_file_that_differs_and_one_that_is_missing_on_either_side_are_told() {
        let one = made(&[("a", "1"), ("b", "1"), ("c", "1")]);
        let other = made(&[("a", "1"), ("b", "2"), ("d", "1")]);
        assert_eq!(differing(&one, &other), ["b", "c", "d"]);
        assert!(differing(&one, &one).is_empty());
    }
}
