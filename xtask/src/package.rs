//! The npm package `repin`: laid out in `target/package/repin`, packed beside it, every file's hash printed. The same
//! sources give the same bytes, so a hash printed by one machine can be held against another's.

use crate::run::{Result, program, read, root, run};
use crate::{tools, widget};

const FOLDER: &str = "target/package";
/// The workspace has one version.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A file of the package, as a page can hold it to what was published.
#[derive(Debug, PartialEq)]
pub struct Shipped {
    /// Path in the package.
    pub path: String,
    pub bytes: u64,
    /// Subresource integrity: `sha384-` and base64.
    pub integrity: String,
}

/// Builds the widget if it changed, lays the package out, packs it and prints what is in it.
pub fn package() -> Result {
    build()?;
    let table = read(&root().join(FOLDER).join("integrity.tsv"))?;
    for Shipped { path, bytes, integrity } in shipped(&table) {
        println!("{integrity} {bytes:8} {path}");
    }
    println!("\n{FOLDER}/repin-{VERSION}.tgz");
    Ok(())
}

/// The same without a word.
pub fn build() -> Result {
    widget::build(widget::Mode::Release)?;
    widget::mock()?;
    tools::node_packages()?;
    let folder = root().join(FOLDER);
    run(program("node").arg("xtask/package.mjs").arg(folder.join("repin")).arg(VERSION))?;
    let packed = program("npm")
        .args(["pack", "--silent", "--ignore-scripts", "--pack-destination"])
        .arg(&folder)
        .current_dir(folder.join("repin"))
        .output()
        .map_err(|error| format!("cannot start npm: {error}"))?;
    if !packed.status.success() {
        return Err(format!("npm pack failed:\n{}", String::from_utf8_lossy(&packed.stderr)));
    }
    Ok(())
}

/// Reads the table that `package.mjs` wrote: a line a file, its path, length and hash between tabs.
pub fn shipped(table: &str) -> Vec<Shipped> {
    let file = |line: &str| {
        let mut cells = line.split('\t').map(str::to_owned);
        Some(Shipped { path: cells.next()?, bytes: cells.next()?.parse().ok()?, integrity: cells.next()? })
    };
    table.lines().filter_map(file).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_file_and_what_is_none_is_left_out() {
        let file = Shipped { path: "dist/index.js".into(), bytes: 12, integrity: "sha384-AbC=".into() };
        assert_eq!(shipped("dist/index.js\t12\tsha384-AbC=\n\nno table\n"), [file]);
    }
}
