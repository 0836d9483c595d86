//! Whom a URL names, as it is written: its parser reads more than was meant.

use url::Url;

/// The authority in the text that `url` was read from, and never empty. `None` where the parser was generous: it reads `https:host`,
/// `https:/host` and `https:///host` too, and a `://` that comes later hides from others what stands before it.
pub fn written<'a>(text: &'a str, url: &Url) -> Option<&'a str> {
    let behind = text.get(url.scheme().len()..)?.strip_prefix("://")?;
    behind.split(['/', '?', '#']).next().filter(|authority| !authority.is_empty())
}

/// Whether a user name or a password is written there, an empty one too.
pub fn has_user(authority: &str, url: &Url) -> bool {
    authority.contains('@') || !url.username().is_empty() || url.password().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_what_the_parser_meant() {
        for (text, authority, user) in [
            ("https://hook.example/x", Some("hook.example"), false),
            ("HTTPS://Hook.Example:443?x", Some("Hook.Example:443"), false),
            ("https://a:b@hook.example#", Some("a:b@hook.example"), true),
            ("https://@hook.example", Some("@hook.example"), true),
            ("https:hook.example", None, false),
            ("https:/hook.example/x://y", None, false),
            ("https:/a:b@hook.example/x://y", None, true),
            ("https:///hook.example", None, false),
        ] {
            let url = Url::parse(text).unwrap();
            assert_eq!(written(text, &url), authority, "{text}");
            assert_eq!(has_user(written(text, &url).unwrap_or_default(), &url), user, "{text}");
        }
    }
}
