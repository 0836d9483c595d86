//! `cargo xtask test`: everything CI runs, step by step, up to the first that fails, then the counts of all runners.

use crate::evidence::Record;
use crate::run::{Result, cargo, program, root, run, watch};
use crate::{conformance, consumers, evidence, gateway, lint, package, postgres, site, size, tools, widget};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

struct Step {
    name: &'static str,
    what: &'static str,
    work: fn(&mut Tally) -> Result,
}

const STEPS: [Step; 27] = [
    Step { name: "lint", what: "formatting, clippy, types, languages, names", work: linted },
    Step { name: "widget", what: "build dist/", work: |_| widget::build(widget::Mode::Release) },
    Step { name: "size", what: "what a recovery downloads, against its budgets", work: |_| size::size() },
    Step { name: "native", what: "unit and integration tests, the vault against a real gateway", work: native },
    Step {
        name: "postgres",
        what: "the gateway's tests once more on PostgreSQL, and several gateways on one",
        work: postgres,
    },
    Step {
        name: "crash",
        what: "the gateway killed at any moment and at named places, on both databases",
        work: crash,
    },
    Step { name: "wasm", what: "vectors and screens in Chromium", work: wasm },
    Step { name: "locales", what: "which language is spoken, and what the check of languages finds", work: locales },
    Step { name: "independent", what: "the protocol against other implementations", work: independent },
    Step {
        name: "customise",
        what: "what hosts send to change the looks, and to the frame, as hostile input",
        work: customise,
    },
    Step { name: "e2e", what: "whole stories in Chromium and Firefox", work: stories },
    Step {
        name: "redirect",
        what: "the page that an app written for Planbok sends people to, in Chromium and Firefox",
        work: |tally| node(tally, "redirect"),
    },
    Step { name: "circle-web", what: "Circle's own web SDK over our frame, in Chromium and Firefox", work: circle_web },
    Step {
        name: "package",
        what: "the npm package: its form, its types, its element in Chromium and Firefox",
        work: packaged,
    },
    Step {
        name: "consumers",
        what: "the npm package in apps of ten kinds, the crate in an app of Leptos, in browsers",
        work: consumed,
    },
    Step {
        name: "ratios",
        what: "Argon2id takes no greater share of others' time than it may, in Node",
        work: |_| crate::bench::argon2(&["short"]),
    },
    Step { name: "axe", what: "accessibility of every state in Chromium", work: |tally| node(tally, "states") },
    Step { name: "access", what: "by keyboard, by ear, enlarged, in forced colours", work: access },
    Step { name: "looks", what: "the mock, themes, gallery and playground", work: looks },
    Step { name: "pictures", what: "every state looks as it was accepted", work: pictures },
    Step {
        name: "guard",
        what: "strict policies and Trusted Types, with every violation counted",
        work: |tally| node(tally, "guard"),
    },
    Step {
        name: "failures",
        what: "what can fail in loading, midway and in the host",
        work: |tally| node(tally, "failures"),
    },
    Step { name: "conformance", what: "Circle's own server SDKs against a real gateway", work: conformance },
    Step {
        name: "table",
        what: "docs/conformance.md and docs/consumers.md are what the run gave; docs/evidence.md has every row",
        work: |_| tables(),
    },
    Step { name: "snippets", what: "every example of the documentation, as it stands", work: snippets },
    Step { name: "site", what: "the documentation site: links, anchors, what it says of the code", work: site },
    // Last, for it is compiled beside all the others (`tools::meanwhile`).
    Step { name: "trunk", what: "`trunk build` makes a page that works", work: trunk },
];

/// What wants an hour or a quiet machine: no part of `cargo xtask test`, run for the list of evidence alone.
const LONG: [Step; 4] = [
    Step { name: "timing", what: "what the gateway's time tells; wants a quiet machine", work: timing },
    Step { name: "soak", what: "an hour of people on a released gateway, on both databases", work: soak },
    Step {
        name: "reproduce",
        what: "the last commit built twice, in two places, and every byte compared",
        work: |tally| tally.count(cargo().args(["xtask", "reproduce"])),
    },
    Step { name: "guide", what: "the operator's guide followed on machines that are made for it; root's", work: guide },
];

pub fn test(args: &[&str]) -> Result {
    let chosen = match args {
        [] => {
            tools::meanwhile();
            STEPS.iter().collect()
        }
        ["--list"] => {
            STEPS.iter().for_each(|step| println!("{:12} {}", step.name, step.what));
            return Ok(());
        }
        _ => chosen(args)?,
    };
    let mut tally = Tally::default();
    let mut times = Vec::new();
    let failure = chosen.into_iter().find_map(|step| {
        let start = Instant::now();
        let result = carry_out(step, &mut tally);
        times.push(format!("{} {:.0} s", step.name, start.elapsed().as_secs_f64()));
        result.err().map(|reason| format!("step `{}` failed: {reason}", step.name))
    });
    println!("\n{}", times.join(", "));
    if let Some(reason) = &failure {
        println!("{reason}");
    }
    println!("{} passed, {} failed, {} skipped", tally.passed, tally.failed, tally.skipped);
    failure.map_or(Ok(()), Err)
}

fn chosen(args: &[&str]) -> Result<Vec<&'static Step>> {
    args.chunks(2)
        .map(|pair| match pair {
            ["--only", name] => {
                let step = STEPS.iter().find(|step| step.name == *name);
                step.ok_or_else(|| format!("no step `{name}`; see `cargo xtask test --list`"))
            }
            _ => Err("test takes --list, or --only STEP as often as you like".into()),
        })
        .collect()
}

/// What is depended on is looked at last, and has a line for the list of evidence.
fn linted(tally: &mut Tally) -> Result {
    tally.evidence.push(lint::lint()?);
    Ok(())
}

/// The tests carry the server's evaluation counter and the vault's stories; the documentation's examples come along.
fn native(tally: &mut Tally) -> Result {
    tally.count(tests(&[]).args(SHOWN))?;
    // Letters, which a mail server of somebody else's takes.
    tools::mail()?;
    tally.count(tests(&["--test", "mail"]).args(SHOWN))
}

/// `cargo test` of the whole workspace, or all that is depended on would be compiled once more; for the long counts with the
/// optimiser, which makes minutes of hours.
fn tests(chosen: &[&str]) -> Command {
    let mut tests = cargo();
    tests.args(["test", "--workspace"]);
    if evidence::is_long() {
        tests.args(["--profile", "long"]);
    }
    tests.args(chosen);
    tests
}

/// Every test of the gateway that has a database, on PostgreSQL; those of `native` ran on SQLite.
fn postgres(tally: &mut Tally) -> Result {
    let cluster = postgres::start()?;
    tools::mail()?;
    let here = of_the_gateway()?.into_iter().flat_map(|name| ["--test".to_owned(), name]);
    tally.count(tests(&[]).args(here).args(SHOWN).env("REPIN_TEST_DATABASE", cluster.server()))?;
    // These stop and start a server of their own.
    tally.count(tests(&["--test", "nodes"]).args(SHOWN))
}

/// The names of the gateway's tests, but for those that are steps or parts of a step by themselves.
fn of_the_gateway() -> Result<Vec<String>> {
    let folder = root().join("crates/server/tests");
    let entries = std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let is_test =
        |path: &PathBuf| path.extension().is_some_and(|ending| ending == "rs") || path.join("main.rs").exists();
    let tests = entries.flatten().map(|entry| entry.path()).filter(is_test);
    let names = tests.filter_map(|path| path.file_stem()?.to_str().map(str::to_owned));
    Ok(names.filter(|name| !["crash", "nodes", "timing"].contains(&name.as_str())).collect())
}

/// A program of its own, which has places to be killed at.
fn crash(tally: &mut Tally) -> Result {
    let cluster = postgres::start()?;
    let failing = ["--features", "repin-server/failpoints", "--test", "crash", "--test", "magic"];
    tally.count(tests(&failing).args(SHOWN))?;
    tally.count(tests(&failing).args(SHOWN).env("REPIN_TEST_DATABASE", cluster.server()))
}

/// One after the other, as neither may disturb the other's time.
fn timing(tally: &mut Tally) -> Result {
    let mut tests = cargo();
    gateway::as_released(&mut tests, &["test", "--test", "timing"])?;
    tally.count(tests.args(["--", "--show-output", "--test-threads", "1"]))
}

fn soak(tally: &mut Tally) -> Result {
    tools::postgres()?;
    gateway::build()?;
    run(gateway::as_released(&mut cargo(), &["build", "--example", "soak"])?)?;
    tally.count(&mut Command::new(root().join("target/release/examples/soak")))
}

fn guide(tally: &mut Tally) -> Result {
    tools::machines()?;
    tools::browsers()?;
    tools::node_packages()?;
    gateway::build()?;
    tally.count(program("node").args(["--test", "--test-reporter=spec", "tests/guide/guide.test.mjs"]))
}

fn wasm(tally: &mut Tally) -> Result {
    tools::wasm_target()?;
    tools::wasm_bindgen()?;
    tools::browsers()?;
    // All at once: each by itself would have what they share compiled for itself.
    let packages = ["repin", "repin-core", "repin-vault"].into_iter().flat_map(|name| ["--package", name]);
    let face = files_in(&root().join("tests"), ".rs")?;
    let face = face.iter().filter_map(|file| file.file_stem()?.to_str());
    let tests = face.chain(["vectors", "browser_unicode", "hostile", "small_device"]).flat_map(|name| ["--test", name]);
    tally.count(in_chromium(&mut cargo()).args(packages).args(tests))
}

fn locales(tally: &mut Tally) -> Result {
    tools::node_packages()?;
    let files = files_in(&root().join("tests/locales"), ".test.mjs")?;
    tally.count(program("node").args(["--test", "--test-reporter=spec"]).args(files))
}

/// The protocol once more, by people who did not read ours: the channel and OPAQUE in Node, normal forms and the PIN rules
/// in Python.
fn independent(tally: &mut Tally) -> Result {
    tools::node_packages()?;
    run(cargo().args(["build", "--workspace", "--example", "channel_peer"]))?;
    let folder = root().join("tests/independent");
    tally.count(program("node").args(["--test", "--test-reporter=spec"]).args(files_in(&folder, ".test.mjs")?))?;
    for script in ["answers.py", "pin_policy.py"] {
        tally.count(program("python3").arg(folder.join(script)))?;
    }
    Ok(())
}

/// The readers of customisations and of what pages post to the frame, by themselves, in Node.
fn customise(tally: &mut Tally) -> Result {
    tools::node_packages()?;
    let mut tests = files_in(&root().join("tests/customise"), ".test.mjs")?;
    tests.extend(files_in(&root().join("tests/fuzz"), ".test.mjs")?);
    tally.count(program("node").args(["--test", "--test-reporter=spec"]).args(tests))
}

/// Examples for a backend, for a page and for Circle's SDKs, in what each is written for.
fn snippets(tally: &mut Tally) -> Result {
    tools::browsers()?;
    tools::stack_packages()?;
    tools::wasm_target()?;
    tools::wasm_bindgen()?;
    widget::mock()?;
    package::build()?;
    // The gateway carries the widget: it is built after it.
    conformance::prepare()?;
    let tests = files_in(&root().join("tests/snippets"), ".test.mjs")?;
    tally.count(program("node").args(["--test", "--test-concurrency=1", "--test-reporter=spec"]).args(tests))
}

/// Built for a path below the host's root, which is where more can go wrong.
fn site(tally: &mut Tally) -> Result {
    tools::browsers()?;
    tools::node_packages()?;
    site::reference("check")?;
    site::site(&["--base", "/docs/"])?;
    let tests = files_in(&root().join("tests/site"), ".test.mjs")?;
    tally.count(program("node").args(["--test", "--test-concurrency=1", "--test-reporter=spec"]).args(tests))
}

/// The files of a folder with this ending, in the order of their names.
fn files_in(folder: &Path, ending: &str) -> Result<Vec<PathBuf>> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .map_err(|error| format!("{}: {error}", folder.display()))?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .collect();
    files.sort();
    Ok(files)
}

fn in_chromium(cargo: &mut Command) -> &mut Command {
    cargo
        .args(["test", "--target", "wasm32-unknown-unknown"])
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", "wasm-bindgen-test-runner")
        // Seconds of patience, for machines that do much else; 20 by itself.
        .env("WASM_BINDGEN_TEST_TIMEOUT", "120")
        .env("CHROMEDRIVER", tools::chromedriver())
}

/// What a developer of the face types. Trunk takes the wasm-bindgen and wasm-opt of PATH, so it downloads nothing.
fn trunk(tally: &mut Tally) -> Result {
    tools::wasm_opt()?;
    tools::wasm_bindgen()?;
    tools::trunk()?;
    tools::browsers()?;
    // NO_COLOR=1 is in many environments, and this Trunk takes only true or false for it.
    run(program("trunk").arg("build").env_remove("NO_COLOR"))?;
    node_tests(tally, "trunk")
}

/// Whole stories, and the control of the memory search.
fn stories(tally: &mut Tally) -> Result {
    widget::build(widget::Mode::Release)?;
    widget::leaky()?;
    node(tally, "stories")
}

/// What stands in for a gateway, and the pages made with it.
fn looks(tally: &mut Tally) -> Result {
    tools::browsers()?;
    widget::showroom()?;
    node_tests(tally, "looks")
}

/// The gallery's states, compared with the pictures in the repository.
fn pictures(tally: &mut Tally) -> Result {
    prepare_pictures()?;
    node_tests(tally, "pictures")
}

/// `cargo xtask pictures accept`: what is shown now shall be.
pub fn accept_pictures() -> Result {
    prepare_pictures()?;
    run(program("node").arg("tests/e2e/pictures/accept.mjs"))
}

fn prepare_pictures() -> Result {
    tools::browsers()?;
    widget::build(widget::Mode::Release)?;
    widget::gallery()
}

/// Tests of the released widget against a real gateway.
fn node(tally: &mut Tally, folder: &str) -> Result {
    tools::browsers()?;
    // What the stories need besides: somebody who takes letters, and somebody who holds wallets.
    tools::mail()?;
    widget::build(widget::Mode::Release)?;
    widget::gallery()?;
    gateway::for_tests()?;
    node_tests(tally, folder)
}

/// The app is bundled as Circle's example does it. What ran is written to `target/conformance/web.json`, a line a flow.
fn circle_web(tally: &mut Tally) -> Result {
    tools::node_packages()?;
    tools::openssl()?;
    bundle_app()?;
    let _ = std::fs::remove_file(root().join("target/conformance/web.json"));
    node(tally, "circle")
}

/// The app of Circle's example, as its developers bundle it.
fn bundle_app() -> Result {
    run(program("vite").args(["build", "--config", "tests/e2e/circle/vite.config.mjs"]))
}

/// Also inside the frame, which an app on Circle's SDK opens.
fn access(tally: &mut Tally) -> Result {
    tools::node_packages()?;
    tools::openssl()?;
    bundle_app()?;
    widget::mock()?;
    node(tally, "access")
}

/// The packed tarball, as those who install it get it.
fn packaged(tally: &mut Tally) -> Result {
    tools::browsers()?;
    package::build()?;
    gateway::for_tests()?;
    let files = files_in(&root().join("tests/package"), ".test.mjs")?;
    // One after the other: each installs the package anew, into one folder.
    tally.count(program("node").args(["--test", "--test-concurrency=1", "--test-reporter=spec"]).args(files))
}

/// Apps that install the packed tarball, and one that has the crate. What ran is written to `target/consumers/results`.
fn consumed(tally: &mut Tally) -> Result {
    tools::browsers()?;
    package::build()?;
    consumers::prepare()?;
    let files = files_in(&root().join("tests/consumers"), ".test.mjs")?;
    tally.count(program("node").args(["--test", "--test-concurrency=1", "--test-reporter=spec"]).args(files))
}

fn tables() -> Result {
    conformance::check_table()?;
    consumers::check_table()?;
    run(program("node").arg("tests/e2e/table.mjs"))?;
    evidence::evidence(&["check"])
}

/// The node tests in `tests/e2e/<folder>`.
fn node_tests(tally: &mut Tally, folder: &str) -> Result {
    tools::node_packages()?;
    let mut files: Vec<_> = std::fs::read_dir(root().join("tests/e2e").join(folder))
        .map_err(|error| format!("tests/e2e/{folder}: {error}"))?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.to_string_lossy().ends_with(".test.mjs"))
        .collect();
    files.sort();
    // Two files at a time, for a person in a browser mostly waits.
    tally.count(program("node").args(["--test", "--test-concurrency=2", "--test-reporter=spec"]).args(files))
}

/// Circle's SDKs, unmodified, against a real gateway, with the shipped vault for the person's part.
fn conformance(tally: &mut Tally) -> Result {
    conformance::prepare()?;
    let files = files_in(&root().join("tests/conformance"), ".test.mjs")?;
    tally.count(program("node").args(["--test", "--test-concurrency=1", "--test-reporter=spec"]).args(files))
}

/// Shows what tests print that pass: lines for the list of evidence.
const SHOWN: [&str; 2] = ["--", "--show-output"];

/// The names of all steps, in their order; the long ones last.
pub fn names() -> impl Iterator<Item = &'static str> {
    STEPS.iter().chain(&LONG).map(|step| step.name)
}

/// Whether a step is none of `cargo xtask test`.
pub fn is_long(name: &str) -> bool {
    LONG.iter().any(|step| step.name == name)
}

/// Runs a step. What its tests said for the list of evidence is kept, with how it ended, for `evidence page`.
fn carry_out(step: &Step, tally: &mut Tally) -> Result {
    println!("\n=== {}: {} ===\n", step.name, step.what);
    tally.evidence.clear();
    let record = Record::begin();
    let result = (step.work)(tally);
    Record { passed: result.is_ok(), lines: tally.evidence.clone(), ..record }.keep(step.name)?;
    result
}

/// Runs a step by its name.
///
/// # Errors
/// Why it failed, or that there is none.
pub fn run_step(name: &str) -> Result {
    let step = STEPS.iter().chain(&LONG).find(|step| step.name == name).ok_or_else(|| format!("no step `{name}`"))?;
    carry_out(step, &mut Tally::default())
}

/// What all runners counted, in their own closing lines, and what tests said for the list of evidence.
#[derive(Default)]
struct Tally {
    passed: u32,
    failed: u32,
    skipped: u32,
    evidence: Vec<String>,
}

impl Tally {
    fn count(&mut self, command: &mut Command) -> Result {
        watch(command, |line| self.read(line))
    }

    fn read(&mut self, line: &str) {
        if line.contains("evidence ") {
            self.evidence.push(line.to_owned());
        }
        // cargo test and wasm-bindgen's runner: `test result: ok. 4 passed; 0 failed; 1 ignored; …`
        if let Some(counts) = line.strip_prefix("test result: ") {
            self.passed += before(counts, " passed");
            self.failed += before(counts, " failed");
            self.skipped += before(counts, " ignored");
        }
        // node's runner: `ℹ pass 4`
        let mut words = line.split_whitespace();
        if let (Some("ℹ"), Some(kind), Some(Ok(count))) =
            (words.next(), words.next(), words.next().map(str::parse::<u32>))
        {
            match kind {
                "pass" => self.passed += count,
                "fail" | "cancelled" => self.failed += count,
                "skipped" | "todo" => self.skipped += count,
                _ => {}
            }
        }
    }
}

/// The number that stands directly before `word`.
fn before(counts: &str, word: &str) -> u32 {
    let number = counts.split(word).next().and_then(|head| head.rsplit(' ').next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(lines: &[&str]) -> (u32, u32, u32) {
        let mut tally = Tally::default();
        lines.iter().for_each(|line| tally.read(line));
        (tally.passed, tally.failed, tally.skipped)
    }

    #[test]
    fn cargo_counts_are_read() {
        let line = "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.1s";
        assert_eq!(tally(&[line, line]), (24, 6, 2));
    }

    #[test]
    fn node_counts_are_read_and_other_lines_are_not() {
        assert_eq!(tally(&["ℹ tests 9", "ℹ pass 5", "ℹ fail 1", "ℹ cancelled 1", "ℹ skipped 2", "pass 7"]), (5, 2, 2));
    }
}
