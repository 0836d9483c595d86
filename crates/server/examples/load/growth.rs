//! What many users cost a message. Rows that are minutes apart cannot tell: here databases of few and of many take turns, and a
//! second one of few says how much two that are alike differ.

use std::time::Duration;

use repin_core::api::Step;

use crate::crowd;
use crate::database::{Database, Gateway, Kind};
use crate::limit::median;
use crate::profile::{self, PROVE_AND_COMMIT, Profile};

/// Turns of each database, and how long one lasts.
const TURNS: usize = 11;
const LASTS: Duration = Duration::from_secs(2);
/// Active people of each, enrolled for this: those of the other rows have a history.
const CROWD: usize = 128;

/// By how much the median of a message grows, in the gateway, one person at a time.
pub struct Growth {
    /// From how many users.
    pub few: u64,
    /// To how many.
    pub many: u64,
    /// Of each step, medians over the turns: of few, of many, and both ratios.
    pub steps: [Grown; 3],
}

/// Of one step.
pub struct Grown {
    pub step: Step,
    pub few: Duration,
    pub many: Duration,
    /// Many to few, less one.
    pub growth: f64,
    /// Few to few, less one.
    pub control: f64,
}

/// Compares `large`, which has `many` users, with two that have `few`.
pub async fn measure(kind: Kind, few: u64, large: &Gateway, many: u64) -> Growth {
    let (first, second) = (Small::make(kind, few).await, Small::make(kind, few).await);
    let gateways = [&first.gateway, large, &second.gateway];
    let mut crowds = Vec::new();
    for gateway in gateways {
        crowds.push(crowd::enrol(gateway, "growth", CROWD).await);
    }
    // One turn that does not count: caches, plans, and logs that still grow.
    let mut turns = Vec::new();
    for turn in 0..=TURNS {
        let mut took = [[Duration::ZERO; 3]; 3];
        for place in 0..3 {
            let place = (place + turn) % 3;
            let ran = profile::run(gateways[place], &crowds[place], Profile::Honest, 1, LASTS).await;
            took[place] = PROVE_AND_COMMIT.map(|step| median(ran.inside[step.name()].clone()));
        }
        turns.push(took);
    }
    let turns = &turns[1..];
    let steps = [0, 1, 2].map(|step| {
        let of = |place: usize| median(turns.iter().map(|took| took[place][step]).collect());
        let ratio = |place: usize| {
            let ratio = |took: &[[Duration; 3]; 3]| took[place][step].as_secs_f64() / took[0][step].as_secs_f64();
            let mut ratios: Vec<f64> = turns.iter().map(ratio).collect();
            ratios.sort_by(f64::total_cmp);
            ratios[ratios.len() / 2] - 1.0
        };
        Grown { step: PROVE_AND_COMMIT[step], few: of(0), many: of(1), growth: ratio(1), control: ratio(2) }
    });
    Growth { few, many, steps }
}

/// A database with its gateway, which ends before it.
struct Small {
    gateway: Gateway,
    _database: Database,
}

impl Small {
    async fn make(kind: Kind, users: u64) -> Self {
        let database = Database::make(kind);
        let gateway = database.serve().await;
        database.fill(users).await;
        Self { gateway, _database: database }
    }
}
