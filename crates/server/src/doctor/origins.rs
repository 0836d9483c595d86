//! Whether the pages that may run the widget are named as browsers name them, and are ones that nobody can change on the way.

use url::Url;

use super::connection::Connection;
use super::{Finding, Subject};
use crate::loopback::is_loopback;

const NAME: &str = "origins";

/// Looks at those of the settings and of the store.
pub async fn check(subject: &Subject, database: Option<&mut Connection>) -> Vec<Finding> {
    let mut origins = subject.config.allowed_origins.clone();
    if let Some(database) = database {
        let stored = database.pairs("SELECT app, origin FROM app_origins").await.unwrap_or_default();
        origins.extend(stored.into_iter().map(|(_, origin)| origin));
    }
    let mut findings: Vec<_> = origins.iter().filter_map(|origin| judge(NAME, origin)).collect();
    if findings.is_empty() {
        findings.push(match origins.len() {
            0 => Finding::ok(NAME, "none: the widget runs in the gateway's own page alone"),
            number => Finding::ok(NAME, format!("{number}, all of them https")),
        });
    }
    findings
}

/// What is wrong with an origin.
pub fn judge(name: &'static str, origin: &str) -> Option<Finding> {
    let form = |text: &str| {
        Some(Finding::fault(name, format!("{origin} {text}"), "an origin looks like https://wallet.example"))
    };
    let Ok(url) = Url::parse(origin) else { return form("is not an origin") };
    // As browsers write it, for it is compared as a whole.
    if url.origin().ascii_serialization() != origin {
        return form("is not an origin as browsers write it");
    }
    match url.scheme() {
        "https" => None,
        "http" if is_loopback(&url) => {
            Some(Finding::warning(name, format!("{origin} is for development"), "leave it out in production"))
        }
        _ => Some(Finding::fault(
            name,
            format!("{origin} is not https: anybody on the way can change its pages"),
            "serve them over TLS",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Verdict;

    #[test]
    fn an_origin_is_https_and_as_browsers_write_it() {
        let verdict = |origin| judge(NAME, origin).map_or(Verdict::Ok, |finding| finding.verdict);
        assert_eq!(verdict("https://wallet.example"), Verdict::Ok);
        assert_eq!(verdict("https://wallet.example:8443"), Verdict::Ok);
        for local in ["http://localhost:8080", "http://127.0.0.1:7373", "http://[::1]:7373"] {
            assert_eq!(verdict(local), Verdict::Warning, "{local}");
        }
        for bad in [
            "http://wallet.example",
            "wallet.example",
            "https://wallet.example/",
            "https://Wallet.example",
            "https://wallet.example:443",
            "null",
        ] {
            assert_eq!(verdict(bad), Verdict::Fault, "{bad}");
        }
    }
}
