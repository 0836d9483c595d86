//! The documentation site: `docs/` and the papers of the root, as a folder of files for any web server.

use crate::run::{Result, program, root, run};
use crate::{tools, widget};

const HELP: &str = "site takes --base /PATH/ when the site will not lie at the root of its host";

/// Writes target/site. A link that leads nowhere is an error, and so is a page that no list names.
pub fn site(args: &[&str]) -> Result {
    let base = match args {
        [] => "/",
        ["--base", base] if base.starts_with('/') && base.ends_with('/') => base,
        _ => return Err(HELP.into()),
    };
    tools::site_packages()?;
    widget::showroom()?;
    run(program("node").arg("docs/site/stage.mjs"))?;
    run(program("node")
        .args(["docs/site/node_modules/vitepress/bin/vitepress.js", "build", "docs/site"])
        .env("REPIN_SITE_BASE", base))?;
    run(program("node").arg("docs/site/finish.mjs").env("REPIN_SITE_BASE", base))?;
    println!("{}", root().join("target/site/index.html").display());
    Ok(())
}

/// Writes the parts of the papers that are made from the code; with `check` compares them.
pub fn reference(mode: &str) -> Result {
    tools::site_packages()?;
    run(program("node").args(["docs/site/reference.mjs", mode]))
}
