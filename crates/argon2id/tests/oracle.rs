//! Against RustCrypto's `argon2`, and against what RFC 9106 prints.
#![allow(clippy::unwrap_used)]

mod common;

use common::Set;
use repin_argon2id::{Block, Cost, Inputs, Refused, begin, fill, finish};

fn derive(cost: Cost, inputs: Inputs<'_>, memory: &mut [Block], tag: &mut [u8]) -> Result<(), Refused> {
    begin(cost, inputs, tag.len(), memory)?;
    for segment in 0..cost.segments() {
        fill(cost, segment, memory)?;
    }
    finish(cost, tag, memory)
}

#[test]
fn the_tag_of_rfc_9106_comes_out() {
    let cost = Cost { m_kib: 32, t: 3, p: 4 };
    let inputs = Inputs { password: &[1; 32], salt: &[2; 16], secret: &[3; 8], data: &[4; 12] };
    let mut tag = [0; 32];
    derive(cost, inputs, &mut vec![Block::default(); cost.blocks()], &mut tag).unwrap();
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../../../tests/vectors/argon2id.json")).unwrap();
    let hex: String = tag.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(vectors["rfc9106"]["tag"], hex);
}

/// Memory is handed on as the last one left it, which must not show.
#[test]
fn whatever_is_asked_for_the_tag_is_the_oracles() {
    let sets = if std::env::var("REPIN_EVIDENCE").is_ok_and(|given| given == "long") { 100_000 } else { 1_500 };
    let mut memory = vec![Block::default(); 512];
    let (mut mismatches, mut caught) = (0, 0);
    for _ in 0..sets {
        let mut set = Set::random();
        let theirs = set.oracle().unwrap();
        let mut ours = vec![0; set.tag];
        derive(set.cost, set.inputs(), &mut memory, &mut ours).unwrap();
        mismatches += u32::from(ours != theirs);
        // The control: with another byte of the salt.
        set.inputs[1][0] ^= 1;
        derive(set.cost, set.inputs(), &mut memory, &mut ours).unwrap();
        caught += u32::from(ours != theirs);
    }
    println!(
        "evidence 1: Argon2id: {mismatches} of {sets} random sets differ from RustCrypto's | control: with another salt {caught} differ"
    );
    assert_eq!((mismatches, caught), (0, sets));
}

#[test]
fn what_rfc_9106_does_not_allow_is_refused() {
    let ok = Cost { m_kib: 32, t: 1, p: 4 };
    let empty = Inputs { password: &[], salt: &[], secret: &[], data: &[] };
    let mut memory = vec![Block::default(); ok.blocks()];
    assert_eq!(begin(ok, empty, 4, &mut memory), Ok(()));
    for bad in [
        Cost { m_kib: 31, ..ok },
        Cost { t: 0, ..ok },
        Cost { t: u32::MAX, ..ok },
        Cost { p: 0, ..ok },
        Cost { p: 1 << 24, m_kib: u32::MAX, ..ok },
    ] {
        assert_eq!(begin(bad, empty, 4, &mut memory), Err(Refused), "{bad:?}");
        assert_eq!(bad.segments(), 0);
    }
    assert_eq!(begin(ok, empty, 3, &mut memory), Err(Refused));
    assert_eq!(finish(ok, &mut [0; 3], &memory), Err(Refused));
    assert_eq!(fill(ok, ok.segments(), &mut memory), Err(Refused));
    memory.pop();
    assert_eq!(begin(ok, empty, 4, &mut memory), Err(Refused));
}

#[test]
fn words_that_are_left_in_memory_do_not_count() {
    let cost = Cost { m_kib: 64, t: 2, p: 2 };
    let inputs = Inputs { password: b"password", salt: b"somesalt", secret: &[], data: &[] };
    let tags = [false, true].map(|used| {
        let mut memory = vec![Block::default(); cost.blocks()];
        if used {
            derive(cost, Inputs { password: b"another", ..inputs }, &mut memory, &mut [0; 32]).unwrap();
        }
        let mut tag = [0; 32];
        derive(cost, inputs, &mut memory, &mut tag).unwrap();
        tag
    });
    assert_eq!(tags[0], tags[1]);
}
