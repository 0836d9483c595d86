//! What an adversary may do to messages: move them elsewhere, change them, and say anything inside them. Nothing moved
//! or changed is accepted, and nothing at all makes the reader panic.

use rand_core::RngCore;
use repin_core::api::{
    self, ChallengeType, CredentialKind, DecodeError, MAX_PLAINTEXT, PADDING, Question, QuestionKind, Step,
};
use repin_core::channel::{Channel, Place, derive_encryption_key, open_with, seal_with};
use repin_core::secret::SecretBytes;

use crate::common::blind::{self, request_key};
use crate::common::every_message::read_as_everything;
use crate::common::evidence::{self, grouped};
use crate::common::{Tape, secret, secret_bytes};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// A browser's debug build is many times slower; what is tested there is that it behaves the same.
const SHARE: usize = if cfg!(target_arch = "wasm32") { 10 } else { 1 };

const CHALLENGES: [&str; 2] = ["c4d1da72-111e-4d52-bdbf-2e74a2d803d5", "c4d1da72-111e-4d52-bdbf-2e74a2d803d6"];
const RUNS: [[u8; 16]; 2] = [[7; 16], [8; 16]];

/// Every session of two master keys, token ids, apps, users and tokens, before and after a proof.
fn sessions() -> Vec<Channel> {
    let mut sessions = Vec::new();
    for master in [[1; 32], [2; 32]] {
        for jti in ["jti 1", "jti 2"] {
            // Names that would run together if nothing kept them apart.
            for (app, user) in [("app", "user"), ("appu", "ser"), ("app", "User"), ("", "appuser")] {
                let key = derive_encryption_key(&secret(&master), jti, app, user);
                for token in ["token 1", "token 2"] {
                    let before = Channel::from_session(token.as_bytes(), &key);
                    let after = before.ratchet(&secret(&[3; 64]));
                    sessions.extend([before.ratchet(&secret(&[4; 64])), before, after]);
                }
            }
        }
    }
    sessions
}

#[test]
fn a_message_opens_in_no_other_session() {
    let sessions = sessions();
    let place = Place {
        challenge_id: CHALLENGES[0],
        challenge_type: Some(ChallengeType::RestorePin),
        step: Step::Prove1,
        run: RUNS[0],
        seq: 1,
    };
    let mut rng = Tape::new("repin/1 test: sessions");
    let plaintext = secret_bytes(b"plaintext");
    let sealed: Vec<_> = sessions
        .iter()
        .map(|channel| {
            let request = channel.seal_request(&place, &plaintext, &mut rng);
            let reply = channel.seal_reply(&place, &request, &plaintext, &mut rng);
            let refusal = channel.seal_refusal(&place, &request, &plaintext, &mut rng);
            (request, reply, refusal)
        })
        .collect();
    let mut opened = 0;
    for (mine, channel) in sessions.iter().enumerate() {
        for (theirs, (request, reply, refusal)) in sealed.iter().enumerate() {
            let results = [
                channel.open_request(&place, request).is_ok(),
                channel.open_reply(&place, request, reply).is_ok(),
                channel.open_refusal(&place, request, refusal).is_ok(),
            ];
            assert_eq!(results, [mine == theirs; 3], "session {theirs} in session {mine}");
            opened += results.iter().filter(|ok| **ok).count();
        }
    }
    assert_eq!(opened, 3 * 96, "the control: every message opens at home");
}

#[test]
fn a_message_opens_in_no_other_place() {
    let channel = Channel::from_session(b"token", &secret(&[9; 32]));
    let mut rng = Tape::new("repin/1 test: places");
    let types = [None].into_iter().chain(ChallengeType::ALL.map(Some));
    let mut places: Vec<Place> = Vec::new();
    for challenge_type in types {
        for step in Step::ALL {
            for seq in [1, 256] {
                places.push(Place { challenge_id: CHALLENGES[0], challenge_type, step, run: RUNS[0], seq });
            }
        }
    }
    for place in places.clone().iter().step_by(5) {
        places.push(Place { challenge_id: CHALLENGES[1], ..*place });
        places.push(Place { run: RUNS[1], ..*place });
        places.push(Place { challenge_id: CHALLENGES[1], run: RUNS[1], ..*place });
    }
    let plaintext = secret_bytes(b"plaintext");
    let (mut pairs, mut opened) = (0, 0);
    for home in places.iter().step_by(SHARE) {
        let request = channel.seal_request(home, &plaintext, &mut rng);
        let reply = channel.seal_reply(home, &request, &plaintext, &mut rng);
        let refusal = channel.seal_refusal(home, &request, &plaintext, &mut rng);
        for place in &places {
            let results = [
                channel.open_request(place, &request).is_ok(),
                channel.open_reply(place, &request, &reply).is_ok(),
                channel.open_refusal(place, &request, &refusal).is_ok(),
            ];
            assert_eq!(results, [place == home; 3], "{home:?} in {place:?}");
            // Another direction, and the answer to another request, nowhere at all.
            let never = [
                channel.open_request(place, &reply).is_ok(),
                channel.open_request(place, &refusal).is_ok(),
                channel.open_reply(place, &request, &request).is_ok(),
                channel.open_reply(place, &request, &refusal).is_ok(),
                channel.open_reply(place, &reply, &reply).is_ok(),
                channel.open_refusal(place, &request, &request).is_ok(),
                channel.open_refusal(place, &request, &reply).is_ok(),
                channel.open_refusal(place, &refusal, &refusal).is_ok(),
            ];
            assert_eq!(never, [false; 8], "{home:?} in {place:?}");
            pairs += results.len() + never.len();
            opened += results.iter().filter(|ok| **ok).count();
        }
    }
    assert_eq!(opened, 3 * places.len().div_ceil(SHARE), "the control: every message opens at home, of {pairs} tries");
}

#[test]
fn of_a_hundred_thousand_changed_messages_none_opens() {
    let channel = Channel::from_session(b"token", &secret(&[9; 32]));
    let mut rng = Tape::new("repin/1 test: changed messages");
    let place = |seq| Place {
        challenge_id: CHALLENGES[0],
        challenge_type: Some(ChallengeType::ChangePin),
        step: Step::Commit,
        run: RUNS[0],
        seq,
    };
    // In every direction in turn.
    let seal = |seq, plaintext: &SecretBytes, rng: &mut Tape| match seq % 3 {
        0 => channel.seal_request(&place(seq), plaintext, rng),
        1 => channel.seal_reply(&place(seq), b"request", plaintext, rng),
        _ => channel.seal_refusal(&place(seq), b"request", plaintext, rng),
    };
    let open = |direction, seq, sealed: &[u8]| match direction % 3 {
        0 => channel.open_request(&place(seq), sealed),
        1 => channel.open_reply(&place(seq), b"request", sealed),
        _ => channel.open_refusal(&place(seq), b"request", sealed),
    };
    let originals: Vec<Vec<u8>> = (0..20)
        .map(|seq| {
            let mut plaintext = vec![0; PADDING * (1 + seq as usize % 4)];
            rng.fill_bytes(&mut plaintext);
            seal(seq, &secret_bytes(&plaintext), &mut rng)
        })
        .collect();
    let mut kinds = [0; 7];
    for _ in 0..100_000 / SHARE {
        let seq = rng.below(originals.len());
        let original = &originals[seq];
        let mut changed = original.clone();
        let at = rng.below(changed.len());
        let kind = rng.below(kinds.len());
        match kind {
            0 => changed[at] ^= 1 << rng.below(8),
            1 => changed.truncate(at),
            2 => changed.push(rng.next_u32() as u8),
            3 => drop(changed.remove(at)),
            4 => changed.insert(at, rng.next_u32() as u8),
            // The head of one message and the tail of another.
            5 => {
                let other = &originals[rng.below(originals.len())];
                changed.truncate(at);
                changed.extend_from_slice(other.get(at..).unwrap_or_default());
            }
            _ => changed.rotate_left(at),
        }
        if changed == *original {
            continue;
        }
        kinds[kind] += 1;
        assert!(open(seq, seq as u32, &changed).is_err(), "kind {kind} at {at} of message {seq}");
    }
    assert!(kinds.iter().all(|count| *count > 10_000 / SHARE), "{kinds:?}");
    for (seq, original) in originals.iter().enumerate() {
        let opened = [0, 1, 2].map(|direction| open(direction, seq as u32, original).is_ok());
        assert_eq!(opened, [0, 1, 2].map(|direction| direction == seq % 3), "the control: unchanged, as what it is");
    }
}

/// Where the contexts of one user, one app, one token, one challenge, one type, one step and one run meet those of another.
struct Context {
    channel: usize,
    challenge: &'static str,
    challenge_type: ChallengeType,
    step: Step,
    run: [u8; 16],
}

impl Context {
    /// The two of each: every bit of `number` chooses one.
    fn numbered(number: usize) -> Self {
        let bit = |at: usize| number >> at & 1;
        Self {
            channel: number & 7,
            challenge: CHALLENGES[bit(3)],
            challenge_type: [ChallengeType::ChangePin, ChallengeType::RestorePin][bit(4)],
            step: [Step::Prove1, Step::Commit][bit(5)],
            run: RUNS[bit(6)],
        }
    }

    fn place(&self) -> Place<'static> {
        let (challenge_id, challenge_type) = (self.challenge, Some(self.challenge_type));
        Place { challenge_id, challenge_type, step: self.step, run: self.run, seq: 1 }
    }
}

// In a browser not: it takes a while, and what could be otherwise there is in the two tests above.
#[cfg_attr(target_arch = "wasm32", allow(dead_code))]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn a_message_of_one_user_app_token_challenge_type_step_and_run_opens_under_no_other() {
    let channels = [0, 1, 2, 3, 4, 5, 6, 7].map(|number: usize| {
        let two = |bit: usize, names: [&'static str; 2]| names[number >> bit & 1];
        let key = derive_encryption_key(&secret(&[1; 32]), "jti", two(0, ["app", "ap"]), two(1, ["user", "puser"]));
        Channel::from_session(two(2, ["token", "other token"]).as_bytes(), &key)
    });
    let mut rng = Tape::new("repin/1 test: contexts");
    let plaintext = secret_bytes(b"plaintext");
    let contexts: Vec<Context> = (0..128).map(Context::numbered).collect();
    let (mut tried, mut at_home, mut elsewhere, mut unbound) = (0, 0, 0, 0);
    for (mine, home) in contexts.iter().enumerate() {
        let channel = &channels[home.channel];
        let request = channel.seal_request(&home.place(), &plaintext, &mut rng);
        let reply = channel.seal_reply(&home.place(), &request, &plaintext, &mut rng);
        let refusal = channel.seal_refusal(&home.place(), &request, &plaintext, &mut rng);
        let bare = seal_with(&request_key(channel, home.challenge, &home.run), b"", b"plaintext", &mut rng);
        for (theirs, context) in contexts.iter().enumerate() {
            let (channel, place) = (&channels[context.channel], context.place());
            let opened = [
                channel.open_request(&place, &request).is_ok(),
                channel.open_reply(&place, &request, &reply).is_ok(),
                channel.open_refusal(&place, &request, &refusal).is_ok(),
            ];
            let opened = opened.into_iter().filter(|opened| *opened).count();
            tried += 3;
            if mine == theirs {
                at_home += opened;
            } else {
                elsewhere += opened;
                // The control: sealed under the same keys with nothing that says where.
                let key = request_key(channel, context.challenge, &context.run);
                unbound += usize::from(open_with(&key, b"", &bare).is_ok());
            }
        }
    }
    assert_eq!((elsewhere, at_home), (0, 3 * contexts.len()));
    assert!(unbound >= contexts.len(), "{unbound}");
    evidence::say(
        5,
        format_args!(
            "{} messages in the place of another of {} combinations of user, app, token, challenge, type, step and run: {elsewhere} opened",
            grouped(tried - at_home),
            contexts.len()
        ),
        format_args!(
            "{at_home} of {at_home} opened at home; without associated data {unbound} requests opened elsewhere"
        ),
    );
}

#[test]
fn every_single_flipped_bit_of_twenty_messages_is_refused() {
    let channel = Channel::from_session(b"token", &secret(&[9; 32]));
    let mut rng = Tape::new("repin/1 test: flipped bits");
    let place = Place { challenge_id: CHALLENGES[0], challenge_type: None, step: Step::Open, run: RUNS[0], seq: 0 };
    let key = request_key(&channel, CHALLENGES[0], &RUNS[0]);
    let (mut flipped, mut opened, mut read_blindly) = (0, 0, 0);
    let messages = 20_usize.div_ceil(SHARE);
    for _ in 0..messages {
        let mut plaintext = [0; PADDING];
        rng.fill_bytes(&mut plaintext);
        let mut sealed = channel.seal_request(&place, &secret_bytes(&plaintext), &mut rng);
        for bit in 0..sealed.len() * 8 {
            sealed[bit / 8] ^= 1 << (bit % 8);
            flipped += 1;
            opened += usize::from(channel.open_request(&place, &sealed).is_ok());
            // The control: a channel that asks for no tag.
            read_blindly += usize::from(blind::open(&key, &sealed).is_some());
            sealed[bit / 8] ^= 1 << (bit % 8);
        }
        assert!(channel.open_request(&place, &sealed).is_ok(), "the control");
        assert_eq!(blind::open(&key, &sealed).unwrap(), plaintext, "the blind one reads the same");
    }
    assert_eq!((opened, read_blindly), (0, flipped));
    evidence::say(
        4,
        format_args!("{} single-bit flips of {messages} messages: {opened} opened", grouped(flipped)),
        format_args!(
            "unflipped {messages} of {messages} opened; without the tag {} flips are read",
            grouped(read_blindly)
        ),
    );
}

fn samples() -> Vec<Vec<u8>> {
    let ksf = api::KsfParams { m_kib: 65_536, t: 3, p: 4 };
    let attempts = api::Attempts { left: 3, locked_until: Some(1_763_640_000_000) };
    let question = |hint: Option<&str>| Question {
        id: "q".into(),
        text: "Which city?".into(),
        kind: QuestionKind::Text,
        hint: hint.map(Into::into),
    };
    let kind = CredentialKind::Pin;
    let credential =
        api::NewCredential { kind, credential_id: vec![1; 16], record: vec![2; 192], wrap: vec![3; 72], ksf };
    let open = api::OpenReply {
        challenge_type: ChallengeType::RestorePin,
        app_id: "app".into(),
        user_id: "user".into(),
        questions: vec![question(None), question(Some("by the sea"))],
        catalogue: vec![question(None); 3],
        required_questions: 2,
        pin_length: 6,
        prove_ksf: Some(ksf),
        register_ksf: ksf,
        attempts: Some(attempts),
        answer_rule: 1,
        session_expires_at: u64::MAX,
        challenge_expires_at: 0,
        server_time: 1 << 32,
        can_recover: true,
    };
    let evaluation = api::Evaluation { kind, credential_id: vec![1; 16], response: vec![2; 64] };
    [
        api::encode(&api::OpenRequest { app_id: None, origin: "https://a.example".into(), client: "repin/1".into() }),
        api::encode(&open),
        api::encode(&api::Prove1Request { kind, ke1: vec![4; 96] }),
        api::encode(&api::Prove1Reply { ke2: vec![5; 320], attempts, server_time: 1 }),
        api::encode(&api::Prove2Request { ke3: vec![6; 64] }),
        api::encode(&api::Prove2Reply {
            credential_id: vec![1; 16],
            wrap: vec![7; 72],
            registration_open_until: 9,
            server_time: 8,
        }),
        api::encode(&api::RegisterRequest { registrations: vec![api::Registration { kind, request: vec![8; 32] }] }),
        api::encode(&api::RegisterReply { evaluations: vec![evaluation] }),
        api::encode(&api::CommitRequest {
            credentials: vec![credential],
            questions: vec![question(None)],
            answer_rule: 1,
        }),
        api::encode(&api::CommitReply { committed_at: 23 }),
        api::encode(&api::CancelRequest {}),
        api::encode(&api::ErrorDetail { code: -1, attempts: Some(attempts), server_time: 2 }),
    ]
    .map(|plaintext| plaintext.expose_secret().to_vec())
    .to_vec()
}

/// Only so that a plaintext can be one message and no other, whichever the step and status it arrives with.
#[test]
fn no_message_can_be_taken_for_another() {
    for (i, plaintext) in samples().iter().enumerate() {
        assert_eq!(read_as_everything(plaintext), 1, "sample {i}");
    }
}

#[test]
fn no_plaintext_makes_the_reader_panic_and_what_it_accepts_is_the_one_encoding() {
    // CBOR's heads are where a reader can be led astray: lengths of every size, indefinite ones, tags, floats, breaks.
    const HEADS: [u8; 24] = [
        0x00, 0x17, 0x18, 0x19, 0x1b, 0x20, 0x3b, 0x40, 0x58, 0x5b, 0x5f, 0x60, 0x7b, 0x7f, 0x80, 0x9b, 0x9f, 0xa0,
        0xbb, 0xc0, 0xf6, 0xf9, 0xfb, 0xff,
    ];
    let samples = samples();
    let mut rng = Tape::new("repin/1 test: changed plaintexts");
    let mut accepted = 0;
    for _ in 0..100_000 / SHARE {
        let mut plaintext = samples[rng.below(samples.len())].clone();
        let end = plaintext.iter().rposition(|byte| *byte == 0x80).unwrap_or_default() + 1;
        for _ in 0..1 + rng.below(3) {
            let at = rng.below(end);
            match rng.below(5) {
                0 => plaintext[at] ^= 1 << rng.below(8),
                1 => plaintext[at] = HEADS[rng.below(HEADS.len())],
                2 => plaintext[at] = rng.next_u32() as u8,
                3 => plaintext[at..].rotate_left(1),
                _ => plaintext[at..].rotate_right(1),
            }
        }
        accepted += read_as_everything(&plaintext);
    }
    // The control: mutations that only change a byte of content are messages still, so the reader was really reached.
    assert!(accepted > 10_000 / SHARE, "{accepted}");
}

#[test]
fn plaintexts_that_claim_more_than_they_hold_cost_nothing() {
    let padded = |cbor: &[u8], length: usize| {
        let mut plaintext = cbor.to_vec();
        plaintext.push(0x80);
        plaintext.resize(length, 0);
        plaintext
    };
    let nested = |head: u8| padded(&vec![head; MAX_PLAINTEXT - 1], MAX_PLAINTEXT);
    let huge: [&[u8]; 6] = [
        // Lists, texts and bytes of 2^64 - 1 and 2^32 - 1 items.
        &[0x81, 0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        &[0x83, 0x9a, 0xff, 0xff, 0xff, 0xff],
        &[0x83, 0xf6, 0x7b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        &[0x81, 0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        &[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        &[0x81, 0x9f],
    ];
    for cbor in huge {
        assert_eq!(read_as_everything(&padded(cbor, PADDING)), 0, "{cbor:x?}");
    }
    // As deep as a plaintext can nest: arrays, indefinite arrays, maps, tags.
    for head in [0x81, 0x9f, 0xa1, 0xbf, 0xc1, 0xd8] {
        assert_eq!(read_as_everything(&nested(head)), 0, "{head:x}");
    }
    for length in (0..3 * PADDING).chain([MAX_PLAINTEXT + PADDING]) {
        let plaintext = padded(&[0x80], length.max(2));
        let allowed = plaintext.len().is_multiple_of(PADDING) && plaintext.len() <= MAX_PLAINTEXT;
        let expected = if allowed { DecodeError::Shape } else { DecodeError::Size };
        // One block too many of padding is not the one encoding either.
        if plaintext.len() != PADDING {
            assert_eq!(api::decode::<api::CancelRequest>(&plaintext), Err(expected), "{length}");
        }
    }
    assert_eq!(read_as_everything(&padded(&[0x80], PADDING)), 1, "the control: CANCEL");
}
