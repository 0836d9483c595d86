//! What never leaves its machine.

use url::{Host, Url};

/// Whether browsers take the URL's host for the machine they run on: a loopback address, `localhost`, or a name below it (RFC 6761).
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
