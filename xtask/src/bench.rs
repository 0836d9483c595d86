//! Figures that depend on the machine: printed, and compared only with what holds on any machine.

use std::path::Path;
use std::process::Command;

use crate::evidence::{processors, today};
use crate::run::{Result, capture, cargo, program, read, root, run, write};
use crate::{gateway, package, tools, widget};

pub fn bench(args: &[&str]) -> Result {
    match args {
        [] => {
            page()?;
            gateway()
        }
        ["page"] => page(),
        ["gateway"] => gateway(),
        ["compare"] => compare(),
        ["frame"] => frame(),
        ["path"] => path(),
        ["argon2", short @ ..] if matches!(short, [] | ["short"]) => argon2(short),
        ["load", rest @ ..] => load(rest),
        _ => {
            Err("bench takes nothing, `page`, `gateway`, `compare`, `path`, `frame`, `argon2` or `load`, with `short` or the most users that it shall go to"
                .into())
        }
    }
}

/// Long tasks on the main thread at 4x CPU throttling, and last digit to done, through a whole RESTORE_PIN.
fn page() -> Result {
    loadable()?;
    run(&mut node("tests/e2e/bench.mjs"))
}

/// The widget beside Circle's web SDK and ALTCHA. Writes `docs/performance.md`.
fn compare() -> Result {
    loadable()?;
    for product in ["circle", "altcha"] {
        let mut vite = program("node");
        vite.args(["node_modules/vite/bin/vite.js", "build", "--config", "tests/e2e/compare/vite.config.mjs"]);
        run(vite.env("COMPARE", product))?;
    }
    run(&mut node("tests/e2e/compare/compare.mjs"))
}

/// The gateway's frame, for those who open it first and for those who come back.
fn frame() -> Result {
    loadable()?;
    package::build()?;
    run(&mut node("tests/package/again.mjs"))
}

/// One load of ours, traced, as a picture. Writes `docs/pictures/load.svg`.
fn path() -> Result {
    loadable()?;
    run(node("tests/e2e/compare/compare.mjs").arg("path"))
}

/// What a load of ours needs: browsers, and widget and gateway as they are released. A debug build takes tens of milliseconds for a
/// message, of a processor that the browser needs too.
fn loadable() -> Result {
    tools::browsers()?;
    tools::node_packages()?;
    gateway::build()
}

/// Node, with that gateway.
fn node(script: &str) -> Command {
    let mut node = program("node");
    node.arg(script).env("REPIN_SERVER", root().join("target/release/repin-server"));
    node
}

/// Argon2id beside other libraries, in Chromium, Firefox and Node. Writes its part of `docs/performance.md`, and fails where ours
/// takes a greater share of another's time than it may. `short` is that alone, in Node.
pub fn argon2(short: &[&str]) -> Result {
    tools::browsers()?;
    tools::node_packages()?;
    tools::argon2_packages()?;
    widget::build(widget::Mode::Release)?;
    let mut oracle = cargo();
    oracle.args(["build", "--package", "repin-argon2id", "--example", "rustcrypto"]);
    run(oracle.args(["--target", "wasm32-unknown-unknown", "--profile", "wasm-release"]))?;
    if short.is_empty() {
        run(cargo().args(["build", "--package", "repin-argon2id", "--example", "rustcrypto", "--release"]))?;
        c_reference()?;
    }
    run(program("node").arg("tests/argon2/bench.mjs").args(short))
}

/// The C reference as a program, with the vectors that WebAssembly has, too. Where it cannot be compiled the report says that
/// it is missing.
fn c_reference() -> Result {
    let (source, made) = ("tests/argon2/node_modules/argon2/argon2", root().join("target/argon2"));
    std::fs::create_dir_all(&made).map_err(|error| format!("{}: {error}", made.display()))?;
    let to = made.join("native_c");
    let _ = std::fs::remove_file(&to);
    let mut compile = program("cc");
    compile.args(["-O3", "-mssse3", "-DARGON2_NO_THREADS", "-o"]).arg(to);
    for folder in ["include", "src"] {
        compile.arg(format!("-I{source}/{folder}"));
    }
    for file in ["argon2", "core", "encoding", "opt", "blake2/blake2b"] {
        compile.arg(format!("{source}/src/{file}.c"));
    }
    if let Err(reason) = run(compile.arg("tests/argon2/native.c")) {
        println!("the C reference is left out: {reason}");
    }
    Ok(())
}

/// Whole recoveries a second, and their ratio to the bare OPAQUE arithmetic, measured in the same run.
fn gateway() -> Result {
    if !root().join("crates/server/examples/bench.rs").exists() {
        println!("gateway: crates/server has no example `bench` yet");
        return Ok(());
    }
    run(cargo().args(["run", "--release", "--package", "repin-server", "--example", "bench"]))
}

/// The gateway by the number of its users and of people at once, on both databases. Writes `docs/load.md`; a run that was told to be
/// shorter only prints. What they mean and what was found is written beside the program that measures.
fn load(shorter: &[&str]) -> Result {
    // Before the build, which is no other work.
    let before = load_average()?;
    tools::postgres()?;
    gateway::build()?;
    run(gateway::as_released(&mut cargo(), &["build", "--example", "load"])?)?;
    let text = capture(program("target/release/examples/load").args(shorter))?;
    let loads = [before, load_average()?];
    let written = |name: &str| read(&root().join("crates/server/examples/load").join(name));
    let page = format!("{}\n{}\n{text}\n{}", written("about.md")?, machine(loads)?, written("found.md")?);
    println!("{page}");
    // A shorter run is for whoever asked for it.
    if shorter.is_empty() { write(&root().join("docs/load.md"), &page) } else { Ok(()) }
}

/// On what it was measured, and how busy that was with something else.
fn machine([before, after]: [f64; 2]) -> Result<String> {
    let model = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = model.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let name = name.map_or("unknown", |(_, name)| name.trim());
    let (day, cores, rustc) = (today()?, processors(), capture(program("rustc").arg("--version"))?);
    let busy = if before > 0.5 {
        "\n\n**The machine was busy with other work when it began**: times are longer than they are, and worth something beside the limit of \
         the same row."
    } else {
        ""
    };
    Ok(format!(
        "{day}, {cores} cores ({name}) for the gateway, the database and the people together, {rustc}, a release build. The machine's load: \
         {before:.1} before, {after:.1} after, its own included.{busy}"
    ))
}

fn load_average() -> Result<f64> {
    let text = read(Path::new("/proc/loadavg"))?;
    Ok(text.split(' ').next().and_then(|load| load.parse().ok()).unwrap_or_default())
}
