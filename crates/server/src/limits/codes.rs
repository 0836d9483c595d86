//! The limit on codes by e-mail: another one after half a minute at the earliest, and five in any hour, for a user and for an
//! address that is not proved to be theirs. Counted in the store, for all gateways together: mail costs others than us, and a flood of it a
//! person's peace.

use repin_core::api::UnixMs;

/// From one code to the next, in milliseconds.
pub const RESEND_MS: u64 = 30 * 1000;
/// Codes in any hour.
pub const PER_HOUR: usize = 5;
const HOUR_MS: u64 = 60 * 60 * 1000;

/// When codes were sent in the last hour, the oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sent(Vec<UnixMs>);

impl Sent {
    /// As [`Self::bytes`] wrote them. `None` for anything else.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (times, rest) = bytes.as_chunks();
        rest.is_empty().then(|| Self(times.iter().map(|time| UnixMs::from_be_bytes(*time)).collect()))
    }

    /// Eight bytes each, big-endian.
    pub fn bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|time| time.to_be_bytes()).collect()
    }

    /// From when another can be sent; it may have passed.
    pub fn next_at(&self) -> UnixMs {
        let Some(last) = self.0.last() else { return 0 };
        let hour = self.0.len().checked_sub(PER_HOUR).and_then(|fifth| self.0.get(fifth)).map_or(0, |at| at + HOUR_MS);
        hour.max(last + RESEND_MS)
    }

    /// The same with one more.
    #[must_use]
    pub fn with(&self, now: UnixMs) -> Self {
        let recent = self.0.iter().copied().filter(|at| at + HOUR_MS > now);
        Self(recent.chain([now]).collect())
    }

    /// The same without the one of this time, which was not sent after all.
    #[must_use]
    pub fn without(&self, at: UnixMs) -> Self {
        Self(self.0.iter().copied().filter(|sent| *sent != at).collect())
    }
}

/// Until when what was sent at this time counts.
pub const fn forgotten_at(last: UnixMs) -> UnixMs {
    last + HOUR_MS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sixth_within_an_hour_waits_for_the_first_to_be_an_hour_old() {
        let mut sent = Sent::default();
        for n in 0..5 {
            let now = n * RESEND_MS;
            assert!(sent.next_at() <= now, "{n}");
            sent = sent.with(now);
        }
        assert_eq!(sent.next_at(), HOUR_MS);
        sent = sent.with(HOUR_MS);
        assert_eq!(sent.next_at(), HOUR_MS + RESEND_MS, "the second of them is the next to be an hour old");
    }

    #[test]
    fn half_a_minute_lies_between_two_and_one_that_was_not_sent_does_not_count() {
        let sent = Sent::default().with(1000);
        assert_eq!(sent.next_at(), 1000 + RESEND_MS);
        assert_eq!(sent.without(1000), Sent::default());
        assert_eq!(Sent::read(&sent.with(2000).bytes()), Some(sent.with(2000)));
        assert_eq!(Sent::read(b"odd"), None);
    }
}
