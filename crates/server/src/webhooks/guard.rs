//! Which endpoints may be subscribed, and which addresses may be connected to: the public Internet, unless the operator
//! allows more. Otherwise a subscription would be a way to have the gateway call what only the gateway can reach
//! (server-side request forgery).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use url::{Host, Url};

use crate::authority;

/// The longest endpoint, in bytes.
const MAX_LEN: usize = 2048;

/// Why an endpoint cannot be subscribed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message())]
pub enum EndpointError {
    /// Not a URL, too long, or with characters that different readers understand differently.
    Form,
    /// Not `https:`.
    Scheme,
    /// With user name or password: they would end up in logs.
    UserInfo,
    /// With a fragment, which is never sent.
    Fragment,
    /// A port that belongs to another service.
    Port,
    /// An address that is not public.
    Address,
}

impl EndpointError {
    /// In words, for the host's developer.
    pub const fn message(self) -> &'static str {
        match self {
            Self::Form => "endpoint must be a URL of at most 2048 characters",
            Self::Scheme => "endpoint must be an https URL",
            Self::UserInfo => "endpoint must not contain a user name or password",
            Self::Fragment => "endpoint must not contain a fragment",
            Self::Port => "endpoint must use port 443 or one above 1023",
            Self::Address => "endpoint must not be an internal address",
        }
    }
}

/// The rules, with the networks the operator allows.
#[derive(Clone)]
pub struct AddressGuard {
    allow_networks: Vec<IpNet>,
    allow_http: bool,
}

impl AddressGuard {
    /// Rules with these exceptions.
    pub fn new(allow_networks: Vec<IpNet>, allow_http: bool) -> Self {
        Self { allow_networks, allow_http }
    }

    /// Reads an endpoint. Whether a name's addresses may be connected to shows only when it is looked up.
    ///
    /// # Errors
    /// [`EndpointError`].
    pub fn endpoint(&self, text: &str) -> Result<Url, EndpointError> {
        // The URL standard drops tabs and line ends, trims spaces and reads `\` as `/`: not what everyone does.
        let odd = |byte: u8| byte <= b' ' || byte == b'\\' || byte == 0x7f;
        if text.len() > MAX_LEN || text.bytes().any(odd) {
            return Err(EndpointError::Form);
        }
        let url = Url::parse(text).map_err(|_| EndpointError::Form)?;
        match url.scheme() {
            "https" => {}
            "http" if self.allow_http => {}
            _ => return Err(EndpointError::Scheme),
        }
        let authority = authority::written(text, &url).ok_or(EndpointError::Form)?;
        if authority::has_user(authority, &url) {
            return Err(EndpointError::UserInfo);
        }
        if url.fragment().is_some() {
            return Err(EndpointError::Fragment);
        }
        match url.port_or_known_default() {
            Some(443 | 1024..) => {}
            Some(80) if url.scheme() == "http" => {}
            _ => return Err(EndpointError::Port),
        }
        match url.host() {
            Some(Host::Ipv4(address)) if !self.allows(address.into()) => Err(EndpointError::Address),
            Some(Host::Ipv6(address)) if !self.allows(address.into()) => Err(EndpointError::Address),
            Some(Host::Domain(name)) if name.is_empty() || name.ends_with('.') => Err(EndpointError::Form),
            Some(_) => Ok(url),
            None => Err(EndpointError::Form),
        }
    }

    /// Whether this address may be connected to.
    pub fn allows(&self, address: IpAddr) -> bool {
        self.allow_networks.iter().any(|network| network.contains(&address))
            || match address {
                IpAddr::V4(address) => !V4_REFUSED.iter().any(|network| network.contains(&address)),
                IpAddr::V6(address) => {
                    V6_PUBLIC.contains(&address) && !V6_REFUSED.iter().any(|network| network.contains(&address))
                }
            }
    }
}

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(a: u16, b: u16, c: u16, prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), prefix)
}

/// IANA's special-purpose registry for IPv4 (RFC 6890 and its successors), and what clouds put elsewhere.
const V4_REFUSED: [Ipv4Net; 18] = [
    v4(0, 0, 0, 0, 8),        // "this network": Linux connects 0.0.0.0 to itself
    v4(10, 0, 0, 0, 8),       // private
    v4(100, 64, 0, 0, 10),    // carrier-grade NAT; Alibaba's metadata
    v4(127, 0, 0, 0, 8),      // loopback
    v4(168, 63, 129, 16, 32), // Azure's platform service, on a public address
    v4(169, 254, 0, 0, 16),   // link-local; most clouds' metadata
    v4(172, 16, 0, 0, 12),    // private
    v4(192, 0, 0, 0, 24),     // protocol assignments; Oracle's metadata
    v4(192, 0, 2, 0, 24),     // documentation
    v4(192, 31, 196, 0, 24),  // AS112
    v4(192, 52, 193, 0, 24),  // AMT
    v4(192, 88, 99, 0, 24),   // 6to4 relays
    v4(192, 168, 0, 0, 16),   // private
    v4(192, 175, 48, 0, 24),  // AS112
    v4(198, 18, 0, 0, 15),    // benchmarks
    v4(198, 51, 100, 0, 24),  // documentation
    v4(203, 0, 113, 0, 24),   // documentation
    v4(224, 0, 0, 0, 3),      // multicast, reserved, broadcast
];

/// Of IPv6 only what is assigned as public. Mapped, compatible and translated IPv4, loopback, link-local, unique local and
/// multicast are all outside.
const V6_PUBLIC: Ipv6Net = v6(0x2000, 0, 0, 3);

/// And of that, not these.
const V6_REFUSED: [Ipv6Net; 5] = [
    v6(0x2001, 0, 0, 23),         // protocol assignments: Teredo, ORCHID, benchmarks
    v6(0x2001, 0xdb8, 0, 32),     // documentation
    v6(0x2002, 0, 0, 16),         // 6to4: holds an IPv4 address
    v6(0x2620, 0x4f, 0x8000, 48), // AS112
    v6(0x3fff, 0, 0, 20),         // documentation
];
