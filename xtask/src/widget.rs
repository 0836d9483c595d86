//! Builds `dist/`: one WASM file, its glue, the same of the wallet's module, Argon2id's two, the loader, the worker, the single page, styles
//! and texts, each with a brotli sibling. The same sources give the same bytes.

use crate::run::{Result, capture, cargo, program, root, run};
use crate::{stamp, tools};
use std::path::Path;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// What is shipped.
    Release,
    /// As shipped, but for the wiping of memory.
    Leaky,
    /// Quick to build and readable in the debugger: ten times the size.
    Dev,
}

const INPUTS: [&str; 25] = [
    "Cargo.toml",
    "Cargo.lock",
    "rust-toolchain.toml",
    "package-lock.json",
    "build.rs",
    "src",
    "crates/argon2id",
    "crates/core",
    "crates/mock",
    "crates/vault",
    "crates/wallet",
    "crates/stand-ins",
    "npm",
    "style",
    "locales",
    "index.html",
    "xtask/src",
    "xtask/assets.mjs",
    "xtask/integrity.mjs",
    "xtask/alike.mjs",
    "xtask/slim.mjs",
    "xtask/wasm.mjs",
    "xtask/styles.mjs",
    "xtask/worker.mjs",
    "xtask/locales",
];

pub fn build(mode: Mode) -> Result {
    tools::wasm_target()?;
    tools::wasm_opt()?;
    tools::wasm_bindgen()?;
    let name = if mode == Mode::Dev { "widget-dev" } else { "widget" };
    let other = root().join("target/xtask").join(if mode == Mode::Dev { "widget.stamp" } else { "widget-dev.stamp" });
    let rustc = capture(program("rustc").arg("--version"))?;
    stamp::unless_unchanged(name, &INPUTS, &rustc, "dist/repin_widget_bg.wasm", || {
        // Both modes write to dist/: what this one replaces must not look unchanged to the other.
        let _ = std::fs::remove_file(&other);
        let made = root().join("target/xtask/widget");
        compile("repin_widget", mode, &made)?;
        compile("repin_wallet", mode, &made)?;
        kernels(&made)?;
        if mode == Mode::Release {
            slim(&made)?;
            optimise(&made.join("repin_wallet_bg.wasm"))?;
        }
        assets(&made, mode)
    })
}

/// The gallery of every state, for the accessibility checks. Never shipped, so never optimised.
pub fn gallery() -> Result {
    tools::wasm_target()?;
    tools::wasm_bindgen()?;
    tools::node_packages()?;
    let rustc = capture(program("rustc").arg("--version"))?;
    stamp::unless_unchanged("gallery", &INPUTS, &rustc, "target/gallery/repin_gallery_bg.wasm", || {
        compile("repin_gallery", Mode::Dev, &root().join("target/gallery"))
    })
}

/// `repin/mock`: the flow with a stand-in for the session, in `target/mock/` and never in `dist/`.
pub fn mock() -> Result {
    tools::wasm_target()?;
    tools::wasm_opt()?;
    tools::wasm_bindgen()?;
    let inputs = [&INPUTS[..], &["xtask/mock.mjs"]].concat();
    let rustc = capture(program("rustc").arg("--version"))?;
    stamp::unless_unchanged("mock", &inputs, &rustc, "target/mock/repin_mock_bg.wasm", || {
        let made = root().join("target/mock");
        compile("repin_mock", Mode::Release, &made)?;
        optimise(&made.join("repin_mock_bg.wasm"))?;
        run(program("node").arg("xtask/mock.mjs").arg(&made))
    })
}

/// The widget without its wiping, for the control of the memory tests: glue and WASM in `target/leaky`, never in `dist/`.
/// Only the two crates that wipe are told, so that everything below them is the shipped widget's, built once.
pub fn leaky() -> Result {
    tools::wasm_target()?;
    tools::wasm_bindgen()?;
    let rustc = capture(program("rustc").arg("--version"))?;
    stamp::unless_unchanged("leaky", &INPUTS, &rustc, "target/leaky/repin_widget_bg.wasm", || {
        compile("repin_widget", Mode::Leaky, &root().join("target/leaky"))
    })
}

/// Gallery and playground with all they need, in `target/showroom/`: files for any web server.
pub fn showroom() -> Result {
    build(Mode::Release)?;
    mock()?;
    let inputs = [&INPUTS[..], &["showroom", "xtask/mock.mjs", "xtask/showroom.mjs"]].concat();
    let rustc = capture(program("rustc").arg("--version"))?;
    stamp::unless_unchanged("showroom", &inputs, &rustc, "target/showroom/gallery/repin_gallery_bg.wasm", || {
        let made = root().join("target/showroom");
        let widget = root().join("target/xtask/widget");
        run(program("node").arg("xtask/assets.mjs").arg(widget).arg(made.join("repin")).arg("showroom"))?;
        compile("repin_gallery", Mode::Release, &made.join("gallery"))?;
        optimise(&made.join("gallery/repin_gallery_bg.wasm"))?;
        run(program("node").arg("xtask/showroom.mjs").arg(made))
    })
}

fn compile(bin: &str, mode: Mode, out: &Path) -> Result {
    let (profile, folder) = if mode == Mode::Dev { ("dev", "debug") } else { ("wasm-release", "wasm-release") };
    let mut build = cargo();
    let package = match bin {
        "repin_mock" => "repin-mock",
        "repin_wallet" => "repin-wallet",
        _ => "repin",
    };
    build.args(["build", "--package", package, "--bin", bin, "--target", "wasm32-unknown-unknown"]);
    build.args(["--profile", profile]);
    if mode != Mode::Dev {
        // The standard library built with the widget, where a panic is a bare trap: an eighth of the download is the
        // machinery that words panics, which nobody reads in a worker and which no secret should get into. Cargo keeps
        // these options behind RUSTC_BOOTSTRAP on a stable compiler; the tests run what is built here.
        build.args(["-Zbuild-std=std,panic_abort"]).env("RUSTC_BOOTSTRAP", "1");
        build.env("CARGO_ENCODED_RUSTFLAGS", release_flags()?);
    } else {
        build.env("CARGO_ENCODED_RUSTFLAGS", "");
    }
    if mode == Mode::Leaky {
        build.arg("-Zprofile-rustflags");
        for package in ["repin", "repin-core"] {
            let told = format!("profile.wasm-release.package.{package}.rustflags=[\"--cfg\", \"repin_leaky\"]");
            build.args(["--config", &told]);
        }
    }
    run(&mut build)?;
    let wasm = root().join("target/wasm32-unknown-unknown").join(folder).join(format!("{bin}.wasm"));
    run(program("wasm-bindgen")
        .args(["--target", "web", "--no-typescript", "--out-name", bin, "--out-dir"])
        .arg(out)
        .arg(wasm))
}

/// Argon2id's two modules, with vectors and without: the same source, each the other's control. They have no glue, and are
/// optimised by rustc alone: `wasm-opt` would undo the order that their speed comes from (`crates/argon2id/src/kernel.rs`).
pub fn kernels(out: &Path) -> Result {
    tools::wasm_target()?;
    for (name, features) in [("simd", "+simd128"), ("scalar", "-simd128")] {
        let mut build = cargo();
        build.args([
            "build",
            "--package",
            "repin-argon2id",
            "--bin",
            "repin_kdf",
            "--target",
            "wasm32-unknown-unknown",
        ]);
        // Of names and tools nothing is left in it; and of the stack a mebibyte would be copied at each start.
        let flags =
            [&format!("-Ctarget-feature={features}"), "-Cstrip=symbols", "-Clink-arg=-zstack-size=16384", &remapped()?];
        run(build.args(["--profile", "wasm-release"]).env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}")))?;
        let wasm = root().join("target/wasm32-unknown-unknown/wasm-release/repin_kdf.wasm");
        let to = out.join(format!("repin_kdf_{name}.wasm"));
        std::fs::copy(wasm, &to).map_err(|error| format!("{}: {error}", to.display()))?;
    }
    Ok(())
}

fn release_flags() -> Result<String> {
    // A copy of a few words is one instruction. LLVM writes up to eight loads and stores for it, which are larger in WebAssembly: a
    // thirtieth of the download; docs/performance.md.
    let copies = "-Cllvm-args=--max-store-memcpy=1";
    let small = ["-Zunstable-options", "-Cpanic=immediate-abort", "-Zlocation-detail=none", "-Zfmt-debug=none", copies];
    Ok(format!("{}\u{1f}{}", small.join("\u{1f}"), remapped()?))
}

/// Some strings carry source paths: without this two machines would build different bytes, and each would ship the
/// name of its builder's home. Flags for rustc, between the signs that cargo wants there.
pub fn remapped() -> Result<String> {
    let home = std::env::var("CARGO_HOME").or_else(|_| std::env::var("HOME").map(|home| format!("{home}/.cargo")));
    let registry = home.map_err(|_| "neither CARGO_HOME nor HOME is set".to_owned())? + "/registry/src";
    let mut flags = vec![format!("--remap-path-prefix={}=repin", root().display())];
    // Each registry has a folder named after its host; crates from all of them shall look alike.
    for entry in std::fs::read_dir(&registry).into_iter().flatten().flatten() {
        flags.push(format!("--remap-path-prefix={}=crates", entry.path().display()));
    }
    flags.sort();
    Ok(flags.join("\u{1f}"))
}

fn optimise(wasm: &Path) -> Result {
    let smaller = wasm.with_extension("opt");
    // Sections that name the tools and their options are for tools alone.
    let how = ["-Oz", "--converge", "--strip-producers", "--strip-target-features"];
    run(program("wasm-opt").args(how).arg(wasm).arg("-o").arg(&smaller))?;
    std::fs::rename(&smaller, wasm).map_err(|error| format!("{}: {error}", smaller.display()))
}

/// `wasm-opt` for what is shipped, and names that are as short as can be.
fn slim(made: &Path) -> Result {
    run(program("node").arg("xtask/slim.mjs").arg(made))
}

fn assets(made: &Path, mode: Mode) -> Result {
    let mode = if mode == Mode::Dev { "dev" } else { "release" };
    run(program("node").arg("xtask/assets.mjs").arg(made).arg(root().join("dist")).arg(mode))
}
