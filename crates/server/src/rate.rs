//! The limit on a backend's requests: so many a second for each key and route, where the operator sets one. The protocol's
//! route knows no key; what limits it is in [`crate::limits`].

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::http::Method;
use governor::clock::Clock as _;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::clock::Clock;

/// The route that may be called more often: Circle allows it ten requests where others have three.
const TOKEN_ROUTE: &str = "/v1/w3s/users/token";

/// A key, by its hash, and what it calls.
type Caller = ([u8; 32], Method, String);
type Limiter = RateLimiter<Caller, HashMapStateStore<Caller>, Time, NoOpMiddleware<Duration>>;

/// The gateway's clock, for the limiter.
#[derive(Clone)]
struct Time(Arc<dyn Clock>);

impl governor::clock::Clock for Time {
    type Instant = Duration;

    fn now(&self) -> Duration {
        Duration::from_millis(self.0.now())
    }
}

/// Who has asked how often.
pub struct RateLimit {
    routes: Limiter,
    tokens: Limiter,
    clock: Time,
}

impl RateLimit {
    /// At most `per_second` requests a second for each key and route, all at once or spread, and ten for every three of
    /// them to `POST /users/token`.
    pub fn new(per_second: NonZeroU32, clock: Arc<dyn Clock>) -> Self {
        let clock = Time(clock);
        let tokens = per_second.saturating_mul(TEN).get().div_ceil(3);
        let tokens = NonZeroU32::new(tokens).unwrap_or(per_second);
        let limiter = |rate| RateLimiter::hashmap_with_clock(Quota::per_second(rate), clock.clone());
        Self { routes: limiter(per_second), tokens: limiter(tokens), clock }
    }

    /// Counts a request.
    ///
    /// # Errors
    /// The seconds to wait, at least one, when it is one too many.
    pub fn check(&self, key: &[u8; 32], method: &Method, route: &str) -> Result<(), u64> {
        let limiter = if route == TOKEN_ROUTE { &self.tokens } else { &self.routes };
        limiter.check_key(&(*key, method.clone(), route.to_owned())).map_err(|not_until| {
            let wait = not_until.wait_time_from(self.clock.now());
            wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
        })
    }
}

const TEN: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;

    #[test]
    fn each_key_and_route_has_its_own_second() {
        let clock = Arc::new(ManualClock::at(1_000));
        let limit = RateLimit::new(NonZeroU32::MIN.saturating_add(2), clock.clone());
        let ask = |key: u8, method: Method, route: &str| limit.check(&[key; 32], &method, route);
        for _ in 0..3 {
            assert_eq!(ask(1, Method::GET, "/v1/w3s/users"), Ok(()));
        }
        assert_eq!(ask(1, Method::GET, "/v1/w3s/users"), Err(1));
        assert_eq!(ask(1, Method::POST, "/v1/w3s/users"), Ok(()));
        assert_eq!(ask(2, Method::GET, "/v1/w3s/users"), Ok(()));
        for _ in 0..10 {
            assert_eq!(ask(1, Method::POST, TOKEN_ROUTE), Ok(()));
        }
        assert_eq!(ask(1, Method::POST, TOKEN_ROUTE), Err(1));
        clock.advance(Duration::from_secs(1));
        assert_eq!(ask(1, Method::GET, "/v1/w3s/users"), Ok(()));
    }
}
