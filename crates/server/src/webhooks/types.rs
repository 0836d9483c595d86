//! Circle's notification types, and which of them a subscription wants.

use repin_core::api::ChallengeType;

/// Everything.
pub const ALL: &str = "*";
/// The test on subscribing, which is sent whatever types were asked for.
pub const TEST: &str = "webhooks.test";

/// Types of challenges: Circle's, of which the last four belong to products Repin does not have and never fire here; and ours.
const CHALLENGES: [&str; 14] = [
    "challenges.*",
    "challenges.initialize",
    "challenges.setPin",
    "challenges.changePin",
    "challenges.restorePin",
    "challenges.setSecurityQuestions",
    "challenges.createWallet",
    "challenges.createTransaction",
    "challenges.accelerateTransaction",
    "challenges.cancelTransaction",
    "challenges.contractExecution",
    "challenges.exportPrivateKeys",
    "challenges.setRecovery",
    "challenges.recoverWallets",
];

/// Families of Circle's other products. Accepted, so that a host's code runs unchanged; they never fire here.
const OTHER_FAMILIES: [&str; 5] = ["transactions.", "contracts.", "modularWallet.", "travelRule.", "rampSession."];

/// The type of a challenge's events.
pub const fn of_challenge(kind: ChallengeType) -> &'static str {
    match kind {
        ChallengeType::Initialize => "challenges.initialize",
        ChallengeType::SetPin => "challenges.setPin",
        ChallengeType::SetSecurityQuestions => "challenges.setSecurityQuestions",
        ChallengeType::ChangePin => "challenges.changePin",
        ChallengeType::RestorePin | ChallengeType::RestorePinByCode | ChallengeType::RestorePinByBoth => {
            "challenges.restorePin"
        }
        ChallengeType::CreateWallet => "challenges.createWallet",
        ChallengeType::ExportKeys => "challenges.exportPrivateKeys",
        ChallengeType::SetRecovery => "challenges.setRecovery",
        ChallengeType::RecoverWallets => "challenges.recoverWallets",
    }
}

/// Whether a host may ask for this type or pattern.
pub fn is_known(name: &str) -> bool {
    let other = |family: &&str| {
        name.strip_prefix(*family).is_some_and(|rest| {
            rest == ALL || ((1..=64).contains(&rest.len()) && rest.bytes().all(|byte| byte.is_ascii_alphanumeric()))
        })
    };
    name == ALL
        || name == TEST
        || CHALLENGES.contains(&name)
        || ChallengeType::ALL.into_iter().any(|kind| of_challenge(kind) == name)
        || OTHER_FAMILIES.iter().any(other)
}

/// Whether one of the patterns a subscription was made with covers this type.
pub fn wants<'a>(mut patterns: impl Iterator<Item = &'a str>, kind: &str) -> bool {
    patterns.any(|pattern| match pattern.strip_suffix('*') {
        Some(family) => kind.starts_with(family),
        None => pattern == kind,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_covers_its_family_and_nothing_else() {
        for (pattern, kind, wanted) in [
            ("*", "challenges.setPin", true),
            ("challenges.*", "challenges.setPin", true),
            ("challenges.setPin", "challenges.setPin", true),
            ("challenges.setPin", "challenges.setPinX", false),
            ("challenges.restorePin", "challenges.setPin", false),
            ("transactions.*", "challenges.setPin", false),
        ] {
            assert_eq!(wants([pattern].into_iter(), kind), wanted, "{pattern} {kind}");
        }
        assert!(wants(["transactions.*", "*"].into_iter(), "challenges.setPin"), "one of several is enough");
    }

    #[test]
    fn circles_names_are_known_and_inventions_are_not() {
        for kind in ChallengeType::ALL {
            assert!(is_known(of_challenge(kind)));
        }
        for name in ["*", "challenges.*", "challenges.createWallet", "transactions.*", "modularWallet.inboundTransfer"]
        {
            assert!(is_known(name), "{name}");
        }
        for name in ["", "**", "challenges", "challenges.", "challenges.x", "transactions.a b", "transactions.", "x.*"]
        {
            assert!(!is_known(name), "{name}");
        }
    }
}
