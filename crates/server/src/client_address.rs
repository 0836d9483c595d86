//! Whose request it is, by address, behind proxies that the operator names.
//!
//! Anybody can write a header. So one is read only when the connection comes from a trusted proxy, from the right, where the
//! nearest proxy has added what it saw, and only as far as the chain of trusted proxies goes.

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use ipnet::IpNet;

/// The header in which proxies say for whom they ask. One of them: a proxy that writes one passes the other on as it came from
/// a stranger.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ForwardedBy {
    /// `X-Forwarded-For`, which nearly every proxy writes.
    #[default]
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

/// Which proxies are believed.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    /// Their networks. Without one no header is read.
    pub trusted: Vec<IpNet>,
    /// What they write.
    pub header: ForwardedBy,
}

impl Proxies {
    /// The client's address. `None` for a request that came over no connection.
    pub fn client(&self, parts: &Parts) -> Option<IpAddr> {
        let ConnectInfo(peer) = parts.extensions.get::<ConnectInfo<SocketAddr>>()?;
        Some(self.behind(peer.ip().to_canonical(), &parts.headers))
    }

    /// The first address, from the connection on, that is not a trusted proxy's; or the farthest, should all be.
    fn behind(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer;
        if !self.trusts(client) {
            return client;
        }
        let name = match self.header {
            ForwardedBy::XForwardedFor => "x-forwarded-for",
            ForwardedBy::Forwarded => "forwarded",
        };
        for line in headers.get_all(name).iter().rev() {
            // What cannot be read ends the chain: what is left of it may be anybody's.
            let Some(hops) = line.to_str().ok().and_then(|line| self.hops(line)) else { return client };
            for hop in hops.into_iter().rev() {
                let Some(address) = hop.and_then(read) else { return client };
                client = address;
                if !self.trusts(client) {
                    return client;
                }
            }
        }
        client
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(&address))
    }

    /// Whom each hop of a line asks for, where it says so. `None` for a line that is not a list.
    fn hops<'a>(&self, line: &'a str) -> Option<Vec<Option<&'a str>>> {
        match self.header {
            ForwardedBy::XForwardedFor => Some(line.split(',').map(Some).collect()),
            ForwardedBy::Forwarded => Some(split(line, ',')?.into_iter().map(asks_for).collect()),
        }
    }
}

/// The `for` of an element of `Forwarded`.
fn asks_for(element: &str) -> Option<&str> {
    let pairs = split(element, ';')?;
    let mut values = pairs.iter().filter_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case("for").then(|| value.trim())
    });
    values.next().map(|value| value.trim_matches('"'))
}

/// Splits where the separator is not in a quoted string: the name of a host may be a stranger's, with commas in it. `None` when a
/// quote is not closed.
fn split(text: &str, separator: char) -> Option<Vec<&str>> {
    let (mut parts, mut from, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if character == separator && !quoted => {
                parts.push(text.get(from..at)?);
                from = at + separator.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(text.get(from..)?);
    (!quoted).then_some(parts)
}

/// An address, with a port or without: `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`.
fn read(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()));
    address.map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn client(header: ForwardedBy, peer: &str, lines: &[&str]) -> String {
        let trusted = ["10.0.0.0/8", "2001:db8:aaaa::/48"].map(|network| network.parse().unwrap()).to_vec();
        let mut headers = HeaderMap::new();
        for line in lines {
            let name = if header == ForwardedBy::Forwarded { "forwarded" } else { "x-forwarded-for" };
            headers.append(name, line.parse().unwrap());
        }
        Proxies { trusted, header }.behind(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn a_header_counts_only_from_a_trusted_proxy_and_from_the_right() {
        let client = |peer, lines: &[&str]| client(ForwardedBy::XForwardedFor, peer, lines);
        assert_eq!(client("203.0.113.9", &["198.51.100.1"]), "203.0.113.9", "a stranger's header");
        assert_eq!(client("10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(
            client("10.0.0.1", &["1.1.1.1, 198.51.100.1"]),
            "198.51.100.1",
            "what the client wrote is left of it"
        );
        assert_eq!(
            client("10.0.0.1", &["1.1.1.1, 198.51.100.1, 10.0.0.2"]),
            "198.51.100.1",
            "trusted hops are skipped"
        );
        assert_eq!(client("10.0.0.1", &["1.1.1.1", "198.51.100.1"]), "198.51.100.1", "lines are one list");
        assert_eq!(client("10.0.0.1", &["10.0.0.3, 10.0.0.2"]), "10.0.0.3", "all are trusted");
        assert_eq!(client("10.0.0.1", &[]), "10.0.0.1");
        for unreadable in ["unknown", "1.1.1.1, _hidden", "1.1.1.1, ", "1.1.1.1;10.0.0.9"] {
            assert_eq!(client("10.0.0.1", &[unreadable]), "10.0.0.1", "{unreadable}");
        }
        for (form, address) in [
            ("192.0.2.1:4711", "192.0.2.1"),
            ("[2001:db8::1]:4711", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("2001:db8::1", "2001:db8::1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("192.0.2.1, 2001:db8:aaaa::7", "192.0.2.1"),
        ] {
            assert_eq!(client("10.0.0.1", &[form]), address, "{form}");
        }
    }

    #[test]
    fn forwarded_is_read_with_its_quotes() {
        let client = |line: &str| client(ForwardedBy::Forwarded, "10.0.0.1", &[line]);
        assert_eq!(client("for=192.0.2.60;proto=http;by=203.0.113.43"), "192.0.2.60");
        assert_eq!(client(r#"for=1.1.1.1, FOR="[2001:db8:cafe::17]:4711""#), "2001:db8:cafe::17");
        assert_eq!(
            client(r#"for=192.0.2.7;host="x, for=9.9.9.9""#),
            "192.0.2.7",
            "a comma in a name that a stranger chose"
        );
        assert_eq!(client(r#"for=192.0.2.7;host="x\", for=9.9.9.9""#), "192.0.2.7", "and an escaped quote");
        for unreadable in [r#"for="1.1.1.1, for=192.0.2.7"#, "for=unknown", "proto=https", "for=_secret"] {
            assert_eq!(client(unreadable), "10.0.0.1", "{unreadable}");
        }
    }

    #[test]
    fn the_header_that_is_not_named_is_not_read() {
        let mut headers = HeaderMap::new();
        headers.append("forwarded", "for=9.9.9.9".parse().unwrap());
        let trusted = vec!["10.0.0.0/8".parse().unwrap()];
        let peer = "10.0.0.1".parse().unwrap();
        let proxies = |header| Proxies { trusted: trusted.clone(), header };
        assert_eq!(proxies(ForwardedBy::XForwardedFor).behind(peer, &headers), peer);
        assert_ne!(proxies(ForwardedBy::Forwarded).behind(peer, &headers), peer, "the control");
    }
}
