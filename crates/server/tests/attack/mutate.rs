//! What somebody on the way can do to a message without the keys: change, cut and splice its sealed bytes, put it in another
//! place of the envelope, in another challenge or session, or spoil the JSON around it.

use repin_core::api::Step;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::common::numbers::Numbers;
use crate::genuine::Genuine;

/// How many kinds of mutation there are. The first six change the sealed bytes and nothing else.
pub const KINDS: usize = 14;
/// Those.
pub const OF_SEALED: usize = 6;

/// A message as it arrives.
pub struct Mutated {
    pub challenge: String,
    pub token: String,
    pub body: Vec<u8>,
    /// The sealed bytes, where they were what was changed.
    pub sealed: Option<Vec<u8>>,
}

/// A mutation of this kind. `None` if it came out as it was.
pub fn mutated(kind: usize, message: &Genuine, pool: &[Genuine], numbers: &mut Numbers) -> Option<Mutated> {
    let other = &pool[numbers.below(pool.len())];
    let client = &message.client;
    let arrives = |body: Vec<u8>| Mutated {
        challenge: client.challenge.clone(),
        token: client.token.clone(),
        body,
        sealed: None,
    };
    if kind < OF_SEALED {
        let sealed = resealed(kind, &message.sealed, &other.sealed, numbers);
        let body = client.envelope(message.step, message.seq, &sealed).to_string().into_bytes();
        return (sealed != message.sealed).then(|| Mutated { sealed: Some(sealed), ..arrives(body) });
    }
    let honest = message.envelope();
    let mut envelope = honest.clone();
    let mut mutated = arrives(Vec::new());
    match kind {
        // In another place of the same run.
        6 => envelope["seq"] = json!(numbers.any(&[0, 1, 2, 3, 4, 5, 6, u32::MAX])),
        7 => envelope["step"] = json!(numbers.any(&Step::ALL).name()),
        8 => envelope["run"] = json!(Uuid::from_bytes(other.client.run).to_string()),
        9 => envelope = other.client.envelope(message.step, message.seq, &message.sealed),
        // Somewhere else.
        10 => mutated.challenge = other.client.challenge.clone(),
        11 => mutated.token = other.client.token.clone(),
        // Another's sealed bytes in this place.
        12 => envelope["sealed"] = other.envelope()["sealed"].take(),
        _ => {
            let body = spoiled(&honest, numbers);
            // White space makes no other message.
            let same = serde_json::from_slice::<Value>(&body).is_ok_and(|read| read == honest);
            return (!same).then_some(Mutated { body, ..mutated });
        }
    }
    let moved = mutated.challenge != client.challenge || mutated.token != client.token;
    mutated.body = envelope.to_string().into_bytes();
    (moved || envelope != honest).then_some(mutated)
}

fn resealed(kind: usize, sealed: &[u8], other: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut bytes = sealed.to_vec();
    let at = numbers.below(bytes.len());
    match kind {
        0 => bytes[at] ^= 1 << numbers.below(8),
        1 => bytes.truncate(at),
        2 => bytes.insert(at, numbers.next() as u8),
        3 => drop(bytes.remove(at)),
        // The head of one and the tail of another; at 24 it is one's nonce with another's body.
        4 => {
            let cut = numbers.any(&[at, 24, sealed.len() - 16]);
            bytes.truncate(cut);
            bytes.extend_from_slice(other.get(cut..).unwrap_or_default());
        }
        // The same bytes in another order.
        _ => {
            let (from, to) = (at, numbers.below(bytes.len()));
            bytes.swap(from, to);
        }
    }
    bytes
}

/// One byte of the JSON, or its end.
fn spoiled(envelope: &Value, numbers: &mut Numbers) -> Vec<u8> {
    let mut body = envelope.to_string().into_bytes();
    let at = numbers.below(body.len());
    match numbers.below(4) {
        0 => body[at] = numbers.next() as u8,
        1 => body.truncate(at),
        2 => body.insert(at, numbers.any(b"{}[]\",:0-\\\x00 \xff")),
        _ => drop(body.remove(at)),
    }
    body
}
