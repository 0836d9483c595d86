//! When a failed delivery is tried again.

use repin_core::api::UnixMs;

use crate::store::Outcome;

const SECOND: u64 = 1000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;

/// The wait before each retry, in milliseconds. Circle publishes none for wallets; these are the ones it publishes for its
/// payments network, which has the same webhooks: 12 tries in all, over one and a half days.
pub const RETRY_DELAYS: [u64; 11] =
    [SECOND, 10 * SECOND, 30 * SECOND, MINUTE, 15 * MINUTE, HOUR, 3 * HOUR, 5 * HOUR, 6 * HOUR, 10 * HOUR, 11 * HOUR];

/// The status with which a receiver says that it wants no more.
const GONE: u16 = 410;

/// What follows from try number `attempt` (from 1), which ended at `now` with this HTTP status or with none.
pub fn outcome(attempt: u32, status: Option<u16>, now: UnixMs) -> Outcome {
    match status {
        Some(200..=299) => return Outcome::Delivered,
        Some(GONE) => return Outcome::Gone,
        _ => {}
    }
    let retry = usize::try_from(attempt).ok().and_then(|attempt| RETRY_DELAYS.get(attempt.saturating_sub(1)));
    retry.map_or(Outcome::Dead, |delay| Outcome::Retry(now.saturating_add(*delay)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twelve_tries_and_then_it_is_dead() {
        assert_eq!(outcome(1, Some(500), 7), Outcome::Retry(1007));
        assert_eq!(outcome(5, None, 0), Outcome::Retry(15 * 60 * 1000));
        assert_eq!(outcome(11, None, 0), Outcome::Retry(11 * 60 * 60 * 1000));
        assert_eq!(outcome(12, None, 0), Outcome::Dead);
        assert_eq!(outcome(u32::MAX, None, 0), Outcome::Dead);
    }

    #[test]
    fn only_2xx_is_success_and_a_redirect_is_not() {
        for status in [200, 201, 204, 299] {
            assert_eq!(outcome(1, Some(status), 0), Outcome::Delivered);
        }
        for status in [100, 199, 300, 301, 302, 307, 308, 400, 404, 429, 500, 503] {
            assert_eq!(outcome(1, Some(status), 0), Outcome::Retry(1000), "{status}");
        }
        assert_eq!(outcome(1, Some(410), 0), Outcome::Gone);
    }
}
