//! What a recovery downloads, part by part, against the budgets of the design (`docs/` tells why these).
//! Fails above a hard budget.

use crate::run::{Result, read, root};
use crate::widget;

/// A row of the table: what it is, the files that make it up, and its budgets in bytes of brotli (hard, stretch).
struct Part {
    name: &'static str,
    files: &'static [&'static str],
    budget: Option<(f64, f64)>,
}

const LOADER: &str = "repin.js";
const CSS: &str = "repin.css";
const ENGLISH: &str = "locales/en.json";
const WASM: &str = "repin_widget_bg.wasm";
const GLUE: &str = "repin_widget.js";
const CUSTOMISE: &str = "repin-customise.js";
const WORKER: &str = "repin-worker.js";

// English is compiled into loader and WASM; its file is what another language costs.
const PARTS: [Part; 10] = [
    Part { name: "loader", files: &[LOADER], budget: Some((3.0, 2.0)) },
    Part { name: "CSS", files: &[CSS], budget: Some((3.0, 2.2)) },
    Part { name: "one locale (English's file)", files: &[ENGLISH], budget: Some((3.0, 2.0)) },
    Part { name: "first paint: loader + CSS, in English", files: &[LOADER, CSS], budget: Some((10.0, 8.0)) },
    Part { name: "WASM (face and vault)", files: &[WASM], budget: None },
    Part { name: "WASM + glue", files: &[WASM, GLUE], budget: Some((115.0, 95.0)) },
    Part { name: "worker", files: &[WORKER], budget: None },
    Part { name: "customisation, for pages that customise", files: &[CUSTOMISE], budget: Some((8.0, 7.0)) },
    Part {
        name: "frame: page and script, beside the rest",
        files: &["frame.html", "frame.js"],
        budget: Some((6.0, 4.5)),
    },
    Part {
        name: "total to finish a recovery",
        files: &[LOADER, CSS, WASM, GLUE, WORKER],
        budget: Some((140.0, 110.0)),
    },
];
// The five files above, and a locale. The end-to-end tests count what the browser really asks for.
const REQUESTS: usize = 7;

#[derive(Clone, Copy, Default)]
struct Bytes {
    raw: f64,
    gzip: f64,
    brotli: f64,
}

pub fn size() -> Result {
    widget::build(widget::Mode::Release)?;
    let table = read(&root().join("target/xtask/sizes.tsv"))?;
    println!("{:38}{:>9}{:>9}{:>9}   budget (stretch), KiB brotli", "KiB", "raw", "gzip", "brotli");
    let mut over = Vec::new();
    for part in &PARTS {
        let bytes = sum(&table, part.files)?;
        let verdict = judge(bytes.brotli, part.budget);
        println!("{:38}{:9.1}{:9.1}{:9.1}   {verdict}", part.name, bytes.raw, bytes.gzip, bytes.brotli);
        if part.budget.is_some_and(|(hard, _)| bytes.brotli > hard) {
            over.push(part.name);
        }
    }
    let requests = PARTS[PARTS.len() - 1].files.len();
    println!("{:38}{requests:27}   {REQUESTS}", "requests");
    over.is_empty().then_some(()).ok_or_else(|| format!("over budget: {}", over.join(", ")))
}

fn judge(brotli: f64, budget: Option<(f64, f64)>) -> String {
    match budget {
        None => String::new(),
        Some((hard, stretch)) if brotli > hard => format!("{hard} ({stretch}) OVER"),
        Some((hard, stretch)) if brotli > stretch => format!("{hard} ({stretch}) ok"),
        Some((hard, stretch)) => format!("{hard} ({stretch}) ok, within stretch"),
    }
}

fn sum(table: &str, files: &[&str]) -> Result<Bytes> {
    files.iter().try_fold(Bytes::default(), |sum, file| {
        let bytes = row(table, file).ok_or_else(|| format!("dist/ has no {file}"))?;
        Ok(Bytes { raw: sum.raw + bytes.raw, gzip: sum.gzip + bytes.gzip, brotli: sum.brotli + bytes.brotli })
    })
}

fn row(table: &str, file: &str) -> Option<Bytes> {
    let cells: Vec<&str> = table.lines().map(|line| line.split('\t').collect::<Vec<_>>()).find(|c| c[0] == file)?;
    let kib = |index: usize| cells.get(index)?.parse().ok().map(|bytes: f64| bytes / 1024.0);
    Some(Bytes { raw: kib(1)?, gzip: kib(2)?, brotli: kib(3)? })
}
