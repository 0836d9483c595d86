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
/// Of all languages the one that compresses worst.
const LOCALE: &str = "locales/*";
const LANGUAGE: &str = "repin-language.js";
const WASM: &str = "repin_widget_bg.wasm";
const GLUE: &str = "repin_widget.js";
const CUSTOMISE: &str = "repin-customise.js";
const WORKER: &str = "repin-worker.js";
/// With vectors, as nearly all browsers have them. The other is smaller.
const KERNEL: &str = "repin_kdf_simd.wasm";
const WALLET: &str = "repin_wallet_bg.wasm";
const WALLET_GLUE: &str = "repin_wallet.js";

// English is compiled into loader and WASM; another language costs its file and the table of languages.
const PARTS: [Part; 13] = [
    // The design has 10 (8) for the first paint, of which this is all: 3 (2) for the script and 3 (2.2) for the styles of ten states,
    // and there are five times as many.
    Part { name: "first paint: loader, styles, English", files: &[LOADER], budget: Some((6.5, 4.2)) },
    Part { name: "table of languages", files: &[LANGUAGE], budget: None },
    // The design's 3 (2) was for 57 texts; there are four times as many, and Cyrillic takes most bytes. The engine, which
    // is fetched at the same time, is twenty times as large: no screen waits for this.
    Part { name: "one locale (largest)", files: &[LOCALE], budget: Some((5.0, 4.0)) },
    Part { name: "WASM (face and vault)", files: &[WASM], budget: None },
    Part { name: "WASM + glue", files: &[WASM, GLUE], budget: Some((115.0, 95.0)) },
    Part { name: "worker", files: &[WORKER], budget: None },
    Part { name: "Argon2id, fetched while one reads", files: &[KERNEL], budget: Some((10.0, 6.0)) },
    Part { name: "customisation, for pages that customise", files: &[CUSTOMISE], budget: Some((8.0, 7.0)) },
    Part { name: "a wallet's module and glue, for wallets", files: &[WALLET, WALLET_GLUE], budget: Some((70.0, 55.0)) },
    Part {
        name: "frame: page and script, beside the rest",
        files: &["frame.html", "frame.js"],
        budget: Some((6.0, 4.5)),
    },
    Part {
        name: "redirect page: page and script, beside the rest",
        files: &["redirect.html", "redirect.js"],
        budget: Some((4.0, 3.0)),
    },
    Part {
        name: "total to finish a recovery",
        files: &[LOADER, WASM, GLUE, WORKER, KERNEL],
        budget: Some((132.0, 110.0)),
    },
    Part {
        name: "the same, in another language",
        files: &[LOADER, WASM, GLUE, WORKER, KERNEL, LANGUAGE, LOCALE],
        budget: Some((138.0, 110.0)),
    },
];
// The end-to-end tests count what the browser really asks for.
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

/// The row of a file, or where its name ends in `*` the row with the most brotli bytes among those that begin so.
fn row(table: &str, file: &str) -> Option<Bytes> {
    let wanted = |name: &str| file.strip_suffix('*').map_or(name == file, |folder| name.starts_with(folder));
    let rows = table.lines().map(|line| line.split('\t').collect::<Vec<_>>()).filter(|cells| wanted(cells[0]));
    let bytes = rows.filter_map(|cells| {
        let kib = |index: usize| cells.get(index)?.parse().ok().map(|bytes: f64| bytes / 1024.0);
        Some(Bytes { raw: kib(1)?, gzip: kib(2)?, brotli: kib(3)? })
    });
    bytes.max_by(|a, b| a.brotli.total_cmp(&b.brotli))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_the_largest() {
        let table =
            "locales/de.json\t3072\t2048\t1024\nlocales/th.json\t2048\t2048\t2048\nrepin.js\t9999\t9999\t9999\n";
        assert_eq!(row(table, "locales/*").map(|bytes| bytes.brotli), Some(2.0));
        assert_eq!(row(table, "locales/de.json").map(|bytes| bytes.raw), Some(3.0));
        assert!(row(table, "locales").is_none());
    }
}
