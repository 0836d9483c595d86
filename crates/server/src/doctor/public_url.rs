//! Whether the gateway knows what it is called.

use super::{Finding, origins};
use crate::config::Config;

const NAME: &str = "public URL";

/// Looks.
pub fn check(config: &Config) -> Finding {
    let Some(url) = &config.public_url else {
        return Finding::ok(NAME, "taken from each request's Host, which the proxy in front sets");
    };
    origins::judge(NAME, url).unwrap_or_else(|| Finding::ok(NAME, url))
}
