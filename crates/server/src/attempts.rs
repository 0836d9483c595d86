//! The lockout rule: three guesses, then 30 minutes of silence; a hundred wrong ones in a row, then an operator.
//!
//! A guess is charged before it is evaluated, so the third charge sets the lock and a right guess lifts it. This file is
//! the rule in words; each store repeats it as one SQL statement, and the store's tests compare the two.

use repin_core::api::{Attempts, CredentialKind, UnixMs};
use repin_core::error::Code;

/// Guesses before a lock (Circle's number).
pub const MAX_ATTEMPTS: u8 = Attempts::ALL;
/// How long a lock lasts, in milliseconds: 30 minutes (Circle's number).
pub const LOCK_MS: u64 = 30 * 60 * 1000;
/// Failures in a row that disable a credential (NIST SP 800-63B-4 §3.2.2).
pub const MAX_CONSECUTIVE: u32 = 100;

/// A credential's count of guesses since the last right one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Counter {
    /// Guesses charged in the current window, 0 to [`MAX_ATTEMPTS`].
    pub failed: u8,
    /// Guesses charged since the last right one, over all windows.
    pub consecutive: u32,
    /// When the latest lock was set.
    pub locked_at: Option<UnixMs>,
    /// When it ends; it may have passed.
    pub locked_until: Option<UnixMs>,
}

impl Counter {
    /// The counter after one more guess, or `None` when no guess is taken now. The rule itself.
    pub fn charged(self, now: UnixMs) -> Option<Self> {
        if self.is_locked(now) {
            return None;
        }
        let failed = if self.locked_until.is_some() { 1 } else { self.failed + 1 };
        let lock = failed >= MAX_ATTEMPTS;
        Some(Self {
            failed,
            consecutive: self.consecutive + 1,
            locked_at: lock.then_some(now),
            locked_until: lock.then_some(now + LOCK_MS),
        })
    }

    /// Whether a guess would be refused.
    pub fn is_locked(self, now: UnixMs) -> bool {
        self.is_disabled() || self.locked_until.is_some_and(|until| now < until)
    }

    /// Whether only an operator can help.
    pub fn is_disabled(self) -> bool {
        self.consecutive >= MAX_CONSECUTIVE
    }

    /// The counter as it counts now: a window whose lock has passed is over.
    pub fn current(self, now: UnixMs) -> Self {
        let over = !self.is_locked(now) && self.locked_until.is_some();
        if over { Self { failed: 0, locked_at: None, locked_until: None, ..self } } else { self }
    }

    /// What the person is told. A disabled credential has no tries and no time when they come back.
    pub fn attempts(self, now: UnixMs) -> Attempts {
        let current = self.current(now);
        if current.is_disabled() {
            return Attempts { left: 0, locked_until: None };
        }
        Attempts { left: MAX_ATTEMPTS.saturating_sub(current.failed), locked_until: current.locked_until }
    }
}

/// The code for a locked credential.
pub const fn locked_code(kind: CredentialKind) -> Code {
    match kind {
        CredentialKind::Pin => Code::UserPinLocked,
        CredentialKind::Answers => Code::SecurityAnswersLocked,
        CredentialKind::Code => Code::UserOtpIsLocked,
    }
}

/// The code for a wrong secret.
pub const fn wrong_code(kind: CredentialKind) -> Code {
    match kind {
        CredentialKind::Pin => Code::IncorrectUserPin,
        CredentialKind::Answers => Code::IncorrectSecurityAnswers,
        CredentialKind::Code => Code::UserOtpNotMatch,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_third_guess_locks_for_thirty_minutes_and_the_next_window_starts_at_one() {
        let one = Counter::default().charged(10).unwrap();
        assert_eq!(one.attempts(10), Attempts { left: 2, locked_until: None });
        let three = one.charged(20).unwrap().charged(30).unwrap();
        let until = 30 + LOCK_MS;
        assert_eq!(three.attempts(30), Attempts { left: 0, locked_until: Some(until) });
        assert_eq!(three.charged(until - 1), None);
        assert_eq!(three.attempts(until), Attempts { left: 3, locked_until: None });
        let next = three.charged(until).unwrap();
        assert_eq!(next, Counter { failed: 1, consecutive: 4, locked_at: None, locked_until: None });
    }

    #[test]
    fn a_hundred_in_a_row_disable_until_an_operator_acts() {
        let mut counter = Counter::default();
        let mut now = 0;
        while let Some(next) = counter.charged(now) {
            counter = next;
            now = counter.locked_until.unwrap_or(now);
        }
        assert_eq!(counter.consecutive, 100);
        assert_eq!(counter.attempts(u64::MAX), Attempts { left: 0, locked_until: None });
        assert_eq!(counter.charged(u64::MAX), None);
    }
}
