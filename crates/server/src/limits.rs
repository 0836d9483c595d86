//! Limits on what comes without an API key: the widget's messages, by client address, and those that open by session and by user; sessions asked
//! for, by user; and by address what else a stranger has the store asked: a key, an origin, the public keys. They are for load, not for
//! guesses, which are counted in the store: a limited message was not looked at, is charged nothing, and can be sent again.
//!
//! Backends with a known key are not limited by address: one address asks for everybody. Whether a key is known only the store can
//! say, so a key, or an origin, that it knew before is not counted ([`Familiar`]). Each gateway counts for itself.

use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};

use repin_core::api::UnixMs;

mod buckets;
pub mod codes;
mod familiar;

use buckets::Buckets;
use familiar::Familiar;

use crate::error::ApiError;

/// How much is allowed in any minute, all at once or spread; 0: no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Messages of a session. A recovery takes 5.
    pub session: u32,
    /// Messages of a user over all sessions, and sessions asked for a user.
    pub user: u32,
    /// Messages from an address (an IPv4 address, or the first 64 bits of an IPv6 one), and what else a stranger has the store asked.
    pub address: u32,
}

impl Limits {
    /// Ours. No person comes near the first two; 12,000 messages are 2,400 recoveries a minute behind one shared address, more
    /// than a gateway of two cores could answer.
    pub const DEFAULT: Self = Self { session: 300, user: 600, address: 12_000 };
    /// None.
    pub const NONE: Self = Self { session: 0, user: 0, address: 0 };
}

/// Planbok's limit on challenges about a PIN, which are counted for each person: a backend's one address asks for everybody.
const PIN_CALLS: u32 = 5;
/// The minutes in which.
const PIN_MINUTES: u64 = 5;

/// Who has asked how often.
pub struct Counts {
    sessions: Option<Buckets>,
    users: Option<Buckets>,
    tokens: Option<Buckets>,
    addresses: Option<Buckets>,
    pins: Option<Buckets>,
    /// API keys, by their hash.
    pub(crate) keys: Familiar,
    /// Origins of pages.
    pub(crate) origins: Familiar,
}

impl Counts {
    /// Nobody yet.
    pub fn new(limits: Limits) -> Self {
        Self {
            sessions: Buckets::new(limits.session),
            users: Buckets::new(limits.user),
            tokens: Buckets::new(limits.user),
            addresses: Buckets::new(limits.address),
            // Whoever wants no limits wants none of this either.
            pins: if limits.user == 0 { None } else { Buckets::of(PIN_CALLS, PIN_MINUTES) },
            keys: Familiar::default(),
            origins: Familiar::default(),
        }
    }

    /// Counts a message of a session, named by the hash of its token.
    ///
    /// # Errors
    /// [`ApiError::TooManyRequests`], as all of these.
    pub fn session(&self, token_hash: &[u8; 32], now: UnixMs) -> Result<(), ApiError> {
        take(self.sessions.as_ref(), token_hash, now)
    }

    /// Counts a message of a user, by their internal id.
    ///
    /// # Errors
    /// See [`Self::session`].
    pub fn user(&self, id: &str, now: UnixMs) -> Result<(), ApiError> {
        take(self.users.as_ref(), id, now)
    }

    /// Counts a session that is asked for an app's user, by the host's name for them.
    ///
    /// # Errors
    /// See [`Self::session`].
    pub fn token(&self, app: &str, user_id: &str, now: UnixMs) -> Result<(), ApiError> {
        take(self.tokens.as_ref(), &(app, user_id), now)
    }

    /// Counts a challenge about a person's PIN, asked for over Planbok's face: 5 in 5 minutes from an address.
    ///
    /// # Errors
    /// See [`Self::session`].
    pub fn pin(&self, address: Option<IpAddr>, person: &str, now: UnixMs) -> Result<(), ApiError> {
        take(self.pins.as_ref(), &(address.map(network), person), now)
    }

    /// Counts something from an address. One that is not known (in the same process) is not limited.
    ///
    /// # Errors
    /// See [`Self::session`].
    pub fn address(&self, address: Option<IpAddr>, now: UnixMs) -> Result<(), ApiError> {
        address.map_or(Ok(()), |address| take(self.addresses.as_ref(), &network(address), now))
    }
}

fn take<K: Hash + ?Sized>(buckets: Option<&Buckets>, key: &K, now: UnixMs) -> Result<(), ApiError> {
    buckets.map_or(Ok(()), |buckets| buckets.take(key, now)).map_err(ApiError::TooManyRequests)
}

/// What is counted as one: whoever has one IPv6 address has the 2^64 beside it.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_ipv6_address_counts_with_its_neighbours_and_an_ipv4_one_alone() {
        let counts = Counts::new(Limits { address: 1, ..Limits::NONE });
        let ask = |address: &str| counts.address(Some(address.parse().unwrap()), 0).is_ok();
        assert!(ask("2001:db8:1:2::1"));
        assert!(!ask("2001:db8:1:2:ffff:ffff:ffff:ffff"), "the same /64");
        assert!(ask("2001:db8:1:3::1"), "the next /64");
        assert!(ask("192.0.2.1") && ask("192.0.2.2"));
        assert!(!ask("::ffff:192.0.2.1"), "the same address in the form of a socket for both");
        assert!(counts.address(None, 0).is_ok());
    }

    #[test]
    fn kinds_are_counted_apart_and_none_is_none() {
        let counts = Counts::new(Limits { session: 1, user: 1, address: 1 });
        assert!(
            counts.user("a", 0).is_ok() && counts.token("a", "a", 0).is_ok() && counts.session(&[0; 32], 0).is_ok()
        );
        assert_eq!(counts.user("a", 0), Err(ApiError::TooManyRequests(60)));
        assert!(counts.user("b", 0).is_ok() && counts.token("b", "a", 0).is_ok());
        let none = Counts::new(Limits::NONE);
        assert!((0..100_000).all(|_| none.user("a", 0).is_ok()));
    }
}
