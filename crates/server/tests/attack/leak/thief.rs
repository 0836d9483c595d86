//! What a thief of the database does with a PIN that might be the one. RFC 9807 is written out here once more, in the
//! attacker's direction: a record confirms a PIN to whoever has the `oprf_seed` that it was made with.

use std::collections::HashSet;

use hkdf::Hkdf;
use opaque_ke::generic_array::GenericArray;
use opaque_ke::generic_array::typenum::U64;
use opaque_ke::ksf::Ksf;
use repin_core::api::{CredentialKind, KsfParams};
use repin_core::channel::{expand, open_with};
use repin_core::credential::{KeyStretching, credential_identifier, unwrap_data_key};
use repin_core::secret::Secret;
use sha2::{Digest, Sha256, Sha512};
use voprf::OprfServer;

use super::dump::Row;

/// A test's cost: what stretching hides from a thief is time, and nothing else.
pub const STRETCHING: KsfParams = KsfParams { m_kib: 8, t: 1, p: 1 };

/// How a PIN was confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// The OPAQUE record holds what this PIN gives under a setup.
    Record,
    /// A digest of it, alone or with something else from the database, stands somewhere.
    Digest,
    /// A key made of it alone opens something.
    Seal,
}

#[derive(Clone)]
struct Record {
    identifier: Vec<u8>,
    masking_key: Vec<u8>,
}

#[derive(Clone)]
struct Sealed {
    bytes: Vec<u8>,
    /// What may have been authenticated with it.
    places: Vec<Vec<u8>>,
}

/// The database, made ready for guessing.
#[derive(Clone)]
pub struct Thief {
    records: Vec<Record>,
    seeds: Vec<Vec<u8>>,
    seals: Vec<Sealed>,
    /// What may be a salt.
    salts: Vec<Vec<u8>>,
    /// The first eight of every run of bytes in every value.
    windows: HashSet<[u8; 8]>,
    values: usize,
}

impl Thief {
    pub fn new(rows: &[Row]) -> Self {
        let mut salts: Vec<Vec<u8>> = rows.iter().flat_map(|row| row.columns.values()).cloned().collect();
        salts.retain(|bytes| bytes.len() <= 64);
        salts.sort();
        salts.dedup();
        let (records, seeds) = (records(rows), guessed_seeds(rows));
        let thief = Self { records, seeds, salts, seals: Vec::new(), windows: HashSet::new(), values: 0 };
        rows.iter().fold(thief, |thief, row| thief.with(row))
    }

    /// The same thief, with a row more.
    pub fn with(mut self, row: &Row) -> Self {
        let identifiers = self.records.iter().map(|record| record.identifier.clone());
        let run = [b"repin/1 run", row.bytes("challenge"), row.bytes("run")].concat();
        for (name, bytes) in &row.columns {
            self.values += 1;
            let windows = bytes.windows(8).filter(|eight| **eight != [0; 8]);
            self.windows.extend(windows.map(|eight| <[u8; 8]>::try_from(eight).unwrap()));
            let places: Vec<Vec<u8>> = match name.as_str() {
                "wrap" | "questions" => identifiers.clone().chain([Vec::new()]).collect(),
                "state" => vec![run.clone(), Vec::new()],
                "reply" => vec![Vec::new()],
                _ => continue,
            };
            // What the storage key seals has the key's `kid` before it.
            let has_kid = matches!(name.as_str(), "questions" | "state");
            let bytes = bytes.get(if has_kid { 16 } else { 0 }..).unwrap_or_default().to_vec();
            self.seals.push(Sealed { bytes, places });
        }
        self
    }

    /// The same thief with the file of the key ring that holds the OPAQUE setup.
    pub fn with_setup(mut self, file: &[u8]) -> Self {
        // oprf_seed || AKE private key || a public key for records that do not exist.
        self.seeds = vec![file[..64].to_vec()];
        self
    }

    pub fn values(&self) -> usize {
        self.values
    }

    pub fn records(&self) -> usize {
        self.records.len()
    }

    pub fn setups(&self) -> usize {
        self.seeds.len()
    }

    pub fn seals(&self) -> usize {
        self.seals.len()
    }

    /// Whether anything in the database says that this is somebody's PIN.
    pub fn confirm(&self, pin: &str) -> Option<Route> {
        let pin = pin.as_bytes();
        if self.records.iter().any(|record| self.seeds.iter().any(|seed| holds(record, seed, pin))) {
            return Some(Route::Record);
        }
        if self.digests(pin).any(|digest| self.is_somewhere(&digest)) {
            return Some(Route::Digest);
        }
        self.opens_something(pin).then_some(Route::Seal)
    }

    /// Digests of the PIN, alone and with every salt, before and behind it.
    fn digests(&self, pin: &[u8]) -> impl Iterator<Item = Vec<u8>> {
        let alone = [Sha256::digest(pin).to_vec(), Sha512::digest(pin).to_vec(), stretched(pin).to_vec()];
        let salted = self.salts.iter().flat_map(move |salt| {
            [[salt.as_slice(), pin].concat(), [pin, salt.as_slice()].concat()]
                .map(|both| Sha256::digest(&both).to_vec())
        });
        alone.into_iter().chain(salted)
    }

    /// As bytes, or as hexadecimal text.
    fn is_somewhere(&self, digest: &[u8]) -> bool {
        // Two windows of text, for eight letters alone are met by chance once in ten runs.
        let hex: Vec<u8> = digest[..8].iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect();
        let is_there = |eight: &[u8]| eight.try_into().is_ok_and(|eight: [u8; 8]| self.windows.contains(&eight));
        is_there(&digest[..8]) || is_there(&hex[..8]) && is_there(&hex[8..])
    }

    /// Keys that are made of the PIN alone, as this protocol would and as a simpler one would.
    fn opens_something(&self, pin: &[u8]) -> bool {
        let sole = sole_key(pin);
        let simple = [
            Secret::copy_from(&Sha256::digest(pin)).unwrap(),
            Secret::copy_from(&sole.expose_secret()[..32]).unwrap(),
            expand(&Secret::copy_from(&Sha256::digest(pin)).unwrap(), &[b"repin/1 kek", &[1]]),
        ];
        self.seals.iter().any(|sealed| {
            sealed.places.iter().any(|place| {
                let by_kek = sealed.bytes.len() == 72
                    && unwrap_data_key(&sole, CredentialKind::Pin, place, &sealed.bytes).is_ok();
                by_kek || simple.iter().any(|key| open_with(key, place, &sealed.bytes).is_ok())
            })
        })
    }
}

/// What stands for the export key where there is no OPRF: the stretched PIN.
pub fn sole_key(pin: &[u8]) -> Secret<64> {
    Secret::copy_from(&stretched(&Sha512::digest(pin))).unwrap()
}

fn stretched(input: &[u8]) -> GenericArray<u8, U64> {
    let mut whole = GenericArray::<u8, U64>::default();
    whole[..input.len()].copy_from_slice(input);
    KeyStretching::from(STRETCHING).hash(whole).unwrap()
}

/// Whether a record is this PIN's under this `oprf_seed` (RFC 9807, sections 5 and 6.3.2.2): its masking key.
fn holds(record: &Record, oprf_seed: &[u8], pin: &[u8]) -> bool {
    let mut seed = [0; 32];
    let info: [&[u8]; 2] = [&record.identifier, b"OprfKey"];
    Hkdf::<Sha512>::from_prk(oprf_seed).unwrap().expand_multi_info(&info, &mut seed).unwrap();
    let server = OprfServer::<voprf::Ristretto255>::new_from_seed(&seed, b"OPAQUE-DeriveKeyPair").unwrap();
    let output = server.evaluate(pin).unwrap();
    let both = [&output[..], &stretched(&output)].concat();
    let mut masking_key = [0; 64];
    Hkdf::<Sha512>::new(None, &both).expand(b"MaskingKey", &mut masking_key).unwrap();
    masking_key[..] == record.masking_key
}

/// The records that are there, by the names that they have in every derivation.
fn records(rows: &[Row]) -> Vec<Record> {
    let of = |table: &'static str| rows.iter().filter(move |row| row.table == table);
    let record = |row: &Row| {
        let user = row.text("person");
        let app = of("users").find(|row| row.text("id") == user)?.text("app");
        let kind = if row.text("kind") == "1" { CredentialKind::Pin } else { CredentialKind::Answers };
        let id = row.bytes("id").try_into().ok()?;
        // client public key (32) || masking key (64) || envelope (96)
        let masking_key = row.bytes("record").get(32..96)?.to_vec();
        Some(Record { identifier: credential_identifier(&app, &user, kind, &id), masking_key })
    };
    of("credentials").filter_map(record).collect()
}

/// Setups that a careless gateway might have made: nothing at all, or something that the database knows.
fn guessed_seeds(rows: &[Row]) -> Vec<Vec<u8>> {
    let credential = rows.iter().find(|row| row.table == "credentials");
    let kid = credential.map(|row| row.text("setup_kid")).unwrap_or_default();
    let app = rows.iter().find(|row| row.table == "apps").map(|row| row.text("id")).unwrap_or_default();
    let digest = |text: &str| Sha512::digest(text).to_vec();
    vec![vec![0; 64], digest(&kid), digest(&app)]
}
