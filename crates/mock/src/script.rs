//! What the stand-in shall do. It comes in the session's token, where a real one has a JWT, so that a session says by
//! itself what will happen: `mock scenario=locked flow=RESTORE_PIN delay=400`.

use repin_core::api::ChallengeType;
use repin_core::error::Code;
use repin_vault::flow::SessionInput;

/// Which story is played.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scenario {
    /// Everything is accepted.
    #[default]
    Ok,
    /// Answers or PIN are wrong as often as `wrong` says, then right. Three in a row lock.
    Wrong,
    /// Locked from the beginning.
    Locked,
    /// The session ended before it was used.
    Expired,
    /// The connection is lost once, at the first submission.
    Offline,
    /// The first new PIN is refused as too easy, whichever it is.
    WeakPin,
    /// No questions were ever set.
    NoQuestions,
    /// Too many wrong tries: only the operator can open it again.
    Disabled,
    /// The last step fails once and can be tried again.
    Error,
    /// The gateway refuses for good.
    Failed,
    /// Of the wallets that are held elsewhere nobody knows how one of them is.
    Unknown,
}

const NAMES: [(&str, Scenario); 11] = [
    ("ok", Scenario::Ok),
    ("wrong-answers", Scenario::Wrong),
    ("locked", Scenario::Locked),
    ("expired", Scenario::Expired),
    ("offline", Scenario::Offline),
    ("weak-pin", Scenario::WeakPin),
    ("no-questions", Scenario::NoQuestions),
    ("disabled", Scenario::Disabled),
    ("error", Scenario::Error),
    ("failed", Scenario::Failed),
    ("wallet-unknown", Scenario::Unknown),
];

/// A scenario with its figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Script {
    /// The story.
    pub scenario: Scenario,
    /// What the person is asked to do.
    pub flow: ChallengeType,
    /// How long each exchange takes, in milliseconds.
    pub delay_ms: u32,
    /// How many wrong guesses come before the right one.
    pub wrong: u8,
    /// How long a lock lasts, in milliseconds.
    pub lock_ms: u32,
    /// How long the session lasts, in milliseconds.
    pub session_ms: u32,
    /// Circle's number, for the two scenarios that fail.
    pub code: Code,
}

impl Script {
    /// The script of a session.
    pub(crate) fn of(session: &SessionInput) -> Option<Self> {
        // Needed in clear: it is a script and no secret.
        Self::read(std::str::from_utf8(session.user_token.expose_secret()).ok()?)
    }

    /// Reads a token. `None` for one that is not a mock's, or says what nobody knows.
    pub fn read(token: &str) -> Option<Self> {
        let mut script = Self {
            scenario: Scenario::Ok,
            flow: ChallengeType::RestorePin,
            delay_ms: 400,
            wrong: 2,
            lock_ms: 30 * 60_000,
            session_ms: 60 * 60_000,
            code: Code::Unknown,
        };
        for (name, value) in
            token.strip_prefix("mock ")?.split(' ').map(|word| word.split_once('=')).collect::<Option<Vec<_>>>()?
        {
            match name {
                "scenario" => script.scenario = find(value, NAMES)?,
                "flow" => script.flow = ChallengeType::ALL.into_iter().find(|flow| flow.name() == value)?,
                "delay" => script.delay_ms = value.parse().ok()?,
                "wrong" => script.wrong = value.parse().ok()?,
                "lock" => script.lock_ms = value.parse().ok()?,
                "session" => script.session_ms = value.parse().ok()?,
                "code" => script.code = Code::from_number(value.parse().ok()?)?,
                _ => return None,
            }
        }
        Some(script)
    }
}

fn find(wanted: &str, names: [(&str, Scenario); 11]) -> Option<Scenario> {
    names.into_iter().find(|(name, _)| *name == wanted).map(|(_, scenario)| scenario)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_says_what_will_happen() {
        let script = Script::read(
            "mock scenario=wrong-answers flow=CHANGE_PIN delay=0 wrong=3 lock=5000 session=130000 code=155707",
        );
        assert_eq!(
            script,
            Some(Script {
                scenario: Scenario::Wrong,
                flow: ChallengeType::ChangePin,
                delay_ms: 0,
                wrong: 3,
                lock_ms: 5_000,
                session_ms: 130_000,
                code: Code::EncryptionFailed,
            })
        );
    }

    #[test]
    fn a_real_token_and_a_misspelt_one_are_refused() {
        for token in
            ["", "eyJhbGciOiJFUzI1NiJ9.e30.c2ln", "mock scenario=okay", "mock flow=OTHER", "mock delay=-1", "mock x"]
        {
            assert_eq!(Script::read(token), None, "{token}");
        }
    }
}
