//! Where a person may be sent back to: pages of the app's registered origins, and nothing else.
//!
//! A URL is read once, as browsers read it, and what was read is what is kept, compared and sent: no second parser sees the
//! text that the host wrote.

use url::Url;

use super::refusal::Refusal;
use crate::authority;
use crate::gateway::Gateway;
use crate::loopback::is_loopback;

/// The longest URL, in bytes.
const MAX_URL: usize = 2048;
/// What the page adds. A host's own of these names would leave it to chance which of two counts.
const ADDED: [&str; 3] = ["challengeId", "status", "result"];

/// Reads a URL, and says whether its origin is the app's.
///
/// # Errors
/// 400 unless it is of a registered origin and has a form that means one thing.
pub async fn check(gateway: &Gateway, app: &str, text: &str) -> Result<Url, Refusal> {
    let url = read(text).map_err(|message| Refusal::bad(format!("redirectUrl {message}")))?;
    if gateway.allows_origin(app, &origin(&url)).await? {
        return Ok(url);
    }
    // Which ones are is not told: a key need not know its app's others.
    Err(Refusal::bad("redirectUrl must be of an origin that is registered for this app"))
}

/// The origin as browsers write it, which is how it is registered.
pub fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// What makes a URL one that may be compared; in words, what is wrong with any other.
fn read(text: &str) -> Result<Url, &'static str> {
    if text.len() > MAX_URL {
        return Err("must have at most 2048 bytes");
    }
    // Browsers read these as something else, or over them.
    if text.contains(|character: char| character.is_control() || character.is_whitespace() || character == '\\') {
        return Err("must have no spaces, control characters or backslashes");
    }
    let url = Url::parse(text).map_err(|_| "must be an absolute URL")?;
    if url.scheme() != "https" && !(url.scheme() == "http" && is_loopback(&url)) {
        return Err("must begin with https://");
    }
    let authority = authority::written(text, &url).ok_or("must begin with https:// and a host")?;
    if authority::has_user(authority, &url) {
        return Err("must have no user name");
    }
    if url.fragment().is_some() {
        return Err("must have no fragment");
    }
    if url.query_pairs().any(|(name, _)| ADDED.contains(&&*name)) {
        return Err("must have no parameter challengeId, status or result");
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_of_the_origin_that_a_browser_would_go_to() {
        for (text, of) in [
            ("https://wallet.example/done?step=verify", "https://wallet.example"),
            ("https://wallet.example", "https://wallet.example"),
            ("https://wallet.example?x=1", "https://wallet.example"),
            ("HTTPS://Wallet.Example:443/Done", "https://wallet.example"),
            ("https://wallet.example:8443/", "https://wallet.example:8443"),
            ("https://wallet.example.evil.example/", "https://wallet.example.evil.example"),
            ("https://evil.example/https://wallet.example/", "https://evil.example"),
            ("https://wallet.example./", "https://wallet.example."),
            ("https://wällét.example/", "https://xn--wllt-loa6a.example"),
            ("https://wallet。example/", "https://wallet.example"),
            ("https://wallet%2eexample/", "https://wallet.example"),
            ("https://wallet.example/a/../../evil", "https://wallet.example"),
            ("https://wallet.example//evil.example", "https://wallet.example"),
            ("http://localhost:3000/done", "http://localhost:3000"),
            ("http://127.0.0.1:3000/", "http://127.0.0.1:3000"),
            ("http://2130706433/", "http://127.0.0.1"),
            ("http://[::1]:3000/", "http://[::1]:3000"),
        ] {
            assert_eq!(read(text).as_ref().map(origin), Ok(of.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_means_two_things_is_refused() {
        for text in [
            "",
            "/done",
            "//evil.example/",
            "wallet.example/done",
            "javascript:alert(1)",
            "javascript://wallet.example/%0aalert(1)",
            "data:text/html,x",
            "ftp://wallet.example/",
            "http://wallet.example/",
            "http://localhost.evil.example/",
            "https:wallet.example",
            "https:/wallet.example",
            "https:///evil.example",
            "https:/wallet.example/://",
            "https:/evil.example/x://wallet.example/",
            "https://wallet.example@evil.example/",
            "https://wallet.example:443@evil.example/",
            "https://@evil.example/",
            "https://wallet.example\\@evil.example/",
            "https:\\\\evil.example",
            "https://wallet.example/\t",
            "https://wallet.example /",
            "https://wallet.example\u{a0}.evil.example/",
            "https://wallet.example/#top",
            "https://wallet.example/?status=verified",
            "https://wallet.example/?a=1&challenge%49d=x",
            "https://wallet.example:99999/",
            "https://[::1/",
            &format!("https://wallet.example/{}", "a".repeat(2048)),
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
