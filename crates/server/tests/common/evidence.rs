//! What a test gives to the list of evidence: a line of what it measured, and chance that can be repeated.
#![allow(clippy::print_stdout)] // that is where it is read

/// Whether to count for long (`REPIN_EVIDENCE=long`), or only as long as every run of the tests may take.
pub fn is_long() -> bool {
    std::env::var("REPIN_EVIDENCE").is_ok_and(|length| length == "long")
}

/// `quick` or `long`, as it was asked for.
pub fn count(quick: usize, long: usize) -> usize {
    if is_long() { long } else { quick }
}

/// Which database the test ran on.
pub fn store() -> &'static str {
    if super::database::server().is_some() { "PostgreSQL" } else { "SQLite" }
}

/// Says what was measured for a row of the list, and what the deliberately broken variant gave.
pub fn say(row: u32, figure: &str, control: &str) {
    println!("evidence {row}: {figure} | control: {control}");
}

/// Chance with a seed: SplitMix64 (Steele, Lea and Flood, 2014).
pub struct Chance {
    /// What repeats it: `REPIN_SEED`.
    pub seed: u64,
    state: u64,
}

impl Chance {
    /// Another one at each run, unless `REPIN_SEED` says which.
    pub fn new() -> Self {
        let given = std::env::var("REPIN_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = given.unwrap_or_else(|| u64::from(uuid::Uuid::new_v4().as_fields().0));
        println!("REPIN_SEED={seed}");
        Self { seed, state: seed }
    }

    /// Any number.
    pub fn number(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        (self.number() % limit as u64) as usize
    }
}
