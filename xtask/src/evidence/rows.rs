//! The list: what each row shows, and the steps that speak for it: of `cargo xtask test`, or long ones.

/// One row of the evidence.
pub struct Row {
    /// Its number, which stays the same for ever: tests say it.
    pub number: u32,
    /// What is shown, in words.
    pub what: &'static str,
    /// All of them must pass, and one must say something.
    pub steps: &'static [&'static str],
}

const fn row(number: u32, what: &'static str, steps: &'static [&'static str]) -> Row {
    Row { number, what, steps }
}

/// All rows, in the order of the page.
pub const ROWS: &[Row] = &[
    row(1, "Published vectors: RFC 9106, 9807, 9497, 5869; Wycheproof", &["native", "wasm"]),
    row(2, "The channel by an independent implementation, in both directions", &["independent"]),
    row(3, "Mutated, cut, spliced and moved messages against the gateway", &["native"]),
    row(4, "Every flip of a bit", &["native"]),
    row(5, "Messages in another place than their own: user, app, challenge, type, step, token, run", &["native"]),
    row(6, "Parsers of what comes from outside, fuzzed from a corpus", &["native", "customise"]),
    row(7, "A gateway that lies at OPEN", &["native"]),
    row(
        8,
        "Normal forms of every assigned code point, and of random texts, by independent tables",
        &["native", "independent"],
    ),
    row(9, "Parallel wrong guesses, and what a restored backup gives back", &["native", "postgres"]),
    row(10, "The same over several gateways, challenges and sessions", &["postgres"]),
    row(11, "The lockout as a model: every order of people, half hours and crashes", &["native", "postgres"]),
    row(12, "The edges of the clock", &["native", "postgres"]),
    row(13, "Killed at any moment and at named places, a full disk, a database that goes away", &["crash", "postgres"]),
    row(14, "SQLite's log cut at any byte", &["native"]),
    row(15, "A thief of the database alone", &["native", "postgres"]),
    row(16, "Every reply lost once", &["native", "postgres"]),
    row(17, "Clients that leave at any place", &["native", "postgres"]),
    row(18, "Markers in log, database, webhooks, audit, metrics and traces", &["native", "postgres", "e2e"]),
    row(19, "Markers in the memory of page and worker, after five endings", &["e2e"]),
    row(20, "Markers in the page: storage, console, network, document, accessibility tree, host", &["e2e"]),
    row(21, "Forged session tokens", &["native"]),
    row(22, "Messages to the frame from those who may not speak", &["circle-web", "package"]),
    row(23, "Framing, headers, violations of strict policies", &["guard", "circle-web"]),
    row(24, "Webhook endpoints that lead inside", &["native"]),
    row(25, "Webhook signatures, with a receiver that is down half the time", &["native"]),
    row(26, "The rules for a PIN on all 1,000,000, by an independent oracle", &["native", "independent"]),
    row(27, "Timing of guesses and comparisons", &["timing"]),
    row(28, "Soak: memory flat, no error for the honest", &["soak"]),
    row(29, "A device with little memory", &["native", "failures"]),
    row(30, "Databases of earlier schemas, and a key ring that is rotated", &["native", "postgres"]),
    row(31, "The same bytes from two checkouts", &["reproduce"]),
    row(32, "Licences, sources and advisories of what is built in", &["lint"]),
    row(33, "axe on every state, whole flows by keyboard and by paste", &["axe", "access", "e2e"]),
    row(
        34,
        "Wallets that a provider holds: calls that fail in every way, the gateway killed at every place",
        &["crash"],
    ),
    row(35, "The operator's guide followed on fresh machines, with both databases", &["guide"]),
];
