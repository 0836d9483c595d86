//! An e-mail address, strictly: what is accepted here goes into a header and to a mail server as it stands.

use std::fmt;

/// Bytes of an address, at most (RFC 5321 §4.5.3.1.3, without the angle brackets).
const MAX: usize = 254;
/// Bytes before the @, at most (RFC 5321 §4.5.3.1.1).
const MAX_LOCAL: usize = 64;

/// A dot-atom, an @ and a host name of at least two labels, all ASCII (RFC 5321 without quoted strings and address literals). A
/// name in another script is written in its ASCII form (`xn--…`). No `Debug`: it is a person's.
#[derive(Clone, PartialEq, Eq)]
pub struct EmailAddress {
    local: String,
    /// In lower case.
    domain: String,
}

impl EmailAddress {
    /// Reads an address. Nothing around it is taken away: what a person typed is trimmed on their device.
    pub fn parse(text: &str) -> Option<Self> {
        let (local, domain) = text.split_once('@')?;
        let domain = domain.to_ascii_lowercase();
        let right = text.len() <= MAX && is_dot_atom(local) && local.len() <= MAX_LOCAL && is_host_name(&domain);
        right.then(|| Self { local: local.to_owned(), domain })
    }

    /// As a person recognises it and a stranger does not: `m…@e….org`.
    pub fn masked(&self) -> String {
        let first = |text: &str| text.get(..1).unwrap_or_default().to_owned();
        let top = self.domain.rsplit('.').next().unwrap_or_default();
        format!("{}…@{}….{top}", first(&self.local), first(&self.domain))
    }

    /// The same for every way of writing it that mail servers take for the same: codes are counted by it.
    pub fn folded(&self) -> String {
        self.to_string().to_ascii_lowercase()
    }

    /// Before and after the @.
    pub fn parts(&self) -> (&str, &str) {
        (&self.local, &self.domain)
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.local, self.domain)
    }
}

/// `atext` and single dots between (RFC 5322 §3.2.3).
fn is_dot_atom(text: &str) -> bool {
    let is_atext = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte);
    text.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(is_atext))
}

fn is_host_name(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let top = text.rsplit('.').next().unwrap_or_default();
    text.contains('.') && text.split('.').all(is_label) && !top.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_address_is_plain_and_shown_masked() {
        let address = EmailAddress::parse("Maria.Muster+pin@Example.ORG").unwrap();
        assert_eq!(address.to_string(), "Maria.Muster+pin@example.org");
        assert_eq!(address.masked(), "M…@e….org");
        assert_eq!(address.folded(), "maria.muster+pin@example.org");
        assert!(EmailAddress::parse("m@xn--bcher-kva.example").is_some());
    }

    #[test]
    fn nothing_that_could_begin_another_header_or_another_recipient_is_an_address() {
        let long = format!("{}@example.org", "x".repeat(65));
        let longer = format!("m@{}.example", vec!["x".repeat(60); 5].join("."));
        for bad in [
            "",
            "m",
            "@example.org",
            "m@",
            "m@localhost",
            "m@example..org",
            "m@-example.org",
            "m@127.0.0.1",
            "m@[127.0.0.1]",
            "m.@example.org",
            "m..m@example.org",
            "m@m@example.org",
            "m m@example.org",
            "\"m m\"@example.org",
            "m@example.org\r\nBcc: a@b.example",
            "m@example.org\n",
            "m\r\n@example.org",
            "m@example.org,a@b.example",
            "m@example.org;",
            "<m@example.org>",
            "M <m@example.org>",
            "m\0@example.org",
            "mü@example.org",
            "m@exämple.org",
            " m@example.org",
            &long,
            &longer,
        ] {
            assert!(EmailAddress::parse(bad).is_none(), "{bad:?}");
        }
    }
}
