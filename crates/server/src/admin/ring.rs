//! `repin-server keys`: the key ring. Keys are added, and taken away when nothing needs them; none is ever shown but by
//! `export`. Gateways read the ring at their start.

use clap::{Subcommand, ValueEnum};
use repin_server::StartError;
use repin_server::date::date;
use repin_server::keys::{KeySource, Material, Purpose, made_at, of_another_ring};
use repin_server::rotation::grace;
use repin_server::store::{Retirement, RingKey, kept};
use serde_json::{Value, json};

use super::table::table;
use super::{AdminError, Answer, Desk};

#[derive(Subcommand)]
pub enum Command {
    /// Show every key's purpose and kid, never the key: which is in use, and how many credentials or sealed rows still need it.
    List,
    /// Make a new key and keep those before it. It is used from each gateway's next start on.
    Rotate {
        /// What for.
        purpose: Which,
    },
    /// Take away a key that nothing needs any more. Tokens that it signed are refused; webhooks that it signed still verify.
    Retire {
        /// As `list` shows it.
        kid: String,
    },
    /// Print the whole ring as one line of JSON, for REPIN_KEY_RING. Whoever has that and the database can find every PIN.
    Export,
}

/// A purpose on the command line.
#[derive(Clone, Copy, ValueEnum)]
#[allow(missing_docs)] // `Purpose` says it
pub enum Which {
    OpaqueSetup,
    TokenSigning,
    SessionMaster,
    Storage,
    #[value(alias = "webhook-signing")]
    Webhook,
    Recovery,
}

impl From<Which> for Purpose {
    fn from(which: Which) -> Self {
        match which {
            Which::OpaqueSetup => Self::OpaqueSetup,
            Which::TokenSigning => Self::TokenSigning,
            Which::SessionMaster => Self::SessionMaster,
            Which::Storage => Self::Storage,
            Which::Webhook => Self::WebhookSigning,
            Which::Recovery => Self::Recovery,
        }
    }
}

pub async fn run(desk: &Desk, command: Command) -> Result<Answer, AdminError> {
    match command {
        Command::List => list(desk).await,
        Command::Rotate { purpose } => {
            let (kid, material) = rotate(desk, purpose.into()).await?;
            Ok(answer(desk, &kid, "added", &material))
        }
        Command::Retire { kid } => retire(desk, &kid).await,
        Command::Export => export(&desk.keys),
    }
}

/// The ring as a document. Asks no database.
pub fn export(keys: &KeySource) -> Result<Answer, AdminError> {
    let document = keys.load().map_err(StartError::from)?.export();
    let json = serde_json::from_str(&document).unwrap_or_default();
    Ok(Answer {
        note: "This is the whole key ring. Keep it where the database's backups are not.",
        ..Answer::new(&**document, json)
    })
}

/// Adds a key: its kid, and what the ring is made of afterwards.
pub async fn rotate(desk: &Desk, purpose: Purpose) -> Result<(String, Material), AdminError> {
    let by = desk.by()?;
    let (mut material, _) = ring(desk).await?;
    let kid = desk.keys.add(&mut material, purpose).map_err(StartError::from)?;
    desk.store.add_ring_key(purpose.name(), &kid, by).await?;
    Ok((kid, material))
}

/// The ring, if it is the one that the database was filled with, and what the database knows of it.
async fn ring(desk: &Desk) -> Result<(Material, Vec<RingKey>), AdminError> {
    let material = desk.keys.load().map_err(StartError::from)?;
    let known = desk.store.ring_keys().await?;
    if let Some(purpose) = of_another_ring(kept(&known), |purpose, kid| material.has(purpose, kid)).next() {
        return Err(StartError::OtherKeys(purpose.name(), desk.keys.place()).into());
    }
    Ok((material, known))
}

async fn retire(desk: &Desk, kid: &str) -> Result<Answer, AdminError> {
    let by = desk.by()?;
    let (mut material, known) = ring(desk).await?;
    let here = material.iter().find(|key| key.kid == kid).map(|key| key.purpose);
    let there = known.iter().find(|key| key.kid == kid).and_then(|key| Purpose::from_name(&key.purpose));
    let purpose = here.or(there).ok_or_else(|| AdminError::Unknown(format!("there is no key {kid}")))?;
    if material.newest(purpose).is_none_or(|newest| kid >= newest) {
        return Err(AdminError::Refused(format!("{kid} is the key in use; `keys rotate {}` first", purpose.name())));
    }
    let unused_since = by.now.saturating_sub(grace(purpose));
    match desk.store.retire_ring_key(purpose.name(), kid, unused_since, by).await? {
        Retirement::Done => {}
        Retirement::Needed(needed) => {
            return Err(AdminError::Refused(format!("{} still need {kid}, and would be lost", needs(purpose, needed))));
        }
        Retirement::InUse(used) => {
            let minutes = grace(purpose) / 60_000;
            return Err(AdminError::Refused(format!(
                "a gateway used {kid} as its newest key at {}: restart every gateway with the newer one, and try again {minutes} minutes later",
                date(used)
            )));
        }
    }
    if here.is_some() {
        desk.keys.remove(&mut material, purpose, kid).map_err(StartError::from)?;
    }
    Ok(answer(desk, kid, "retired", &material))
}

/// What was done. A ring of files has changed already; of a document, here is the one to bring instead.
fn answer(desk: &Desk, kid: &str, done: &'static str, material: &Material) -> Answer {
    match desk.keys {
        KeySource::Folder(_) => Answer {
            note: "Do the same to the files of every other node, then restart the gateways, one after the other.",
            ..Answer::new(kid, json!({"kid": kid, "done": done}))
        },
        KeySource::Document(_) => {
            let document = material.export();
            let ring: Value = serde_json::from_str(&document).unwrap_or_default();
            Answer {
                note: "This is the ring to bring as REPIN_KEY_RING from now on. Restart the gateways with it, one after the other.",
                ..Answer::new(&**document, json!({"kid": kid, "done": done, "ring": ring}))
            }
        }
    }
}

fn needs(purpose: Purpose, needed: u64) -> String {
    match purpose {
        Purpose::OpaqueSetup => format!("{needed} credentials"),
        Purpose::Storage => format!("{needed} sealed rows"),
        _ => String::new(),
    }
}

async fn list(desk: &Desk) -> Result<Answer, AdminError> {
    let (material, mut known) = ring(desk).await?;
    // What a gateway has not met yet.
    for key in material.iter() {
        if !known.iter().any(|known| known.purpose == key.purpose.name() && known.kid == key.kid) {
            known.push(RingKey { purpose: key.purpose.name().into(), kid: key.kid.clone(), used: None, retired: None });
        }
    }
    let (mut rows, mut keys) = (Vec::new(), Vec::new());
    for purpose in Purpose::ALL {
        let mut of_purpose: Vec<_> = known.iter().filter(|key| key.purpose == purpose.name()).collect();
        of_purpose.sort_by(|one, other| one.kid.cmp(&other.kid));
        for key in of_purpose {
            let here = material.has(purpose, &key.kid);
            let state = match (key.retired, here, material.newest(purpose) == Some(&*key.kid)) {
                (Some(_), ..) => "retired",
                (None, false, _) => "missing here",
                (None, true, true) => "newest",
                (None, true, false) => "kept",
            };
            let needed = desk.store.needs_of_key(&key.purpose, &key.kid).await?;
            let made = date(made_at(&key.kid));
            let used = key.used.map(date).unwrap_or_default();
            rows.push([
                key.purpose.clone(),
                key.kid.clone(),
                made.clone(),
                state.to_owned(),
                used,
                needs(purpose, needed),
            ]);
            keys.push(json!({
                "purpose": key.purpose,
                "kid": key.kid,
                "made": made,
                "state": state,
                "used": key.used.map(date),
                "retired": key.retired.map(date),
                "needed": needed,
            }));
        }
    }
    let columns = ["PURPOSE", "KID", "MADE", "STATE", "LAST USED AS NEWEST", "STILL NEEDED BY"];
    Ok(Answer::new(table(columns, &rows, "There is no key."), json!({"keys": keys})))
}
