// What one implementation seals the other opens, live and in every direction, over random sessions; and what one
// refuses the other refuses.

import assert from 'node:assert/strict';
import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { count, evidence } from '../e2e/harness/evidence.mjs';
import { hex } from './bytes.mjs';
import * as channel from './channel.mjs';
import { ask } from './peer.mjs';
import { MESSAGES } from './schema.mjs';

const SESSIONS = 1000;
const NAMES = Object.keys(MESSAGES);
const random = (/** @type {number} */ length) => new Uint8Array(randomBytes(length));
const anyText = () => randomBytes(randomInt(30)).toString('base64') + ['', '\u00fc', '\u{1f9ff}'][randomInt(3)];

/** A random session and place, one random message to seal in each direction, and the keys to them. */
function session() {
  const given = {
    master: random(32),
    jti: anyText(),
    app: anyText(),
    sub: anyText(),
    userToken: randomBytes(1 + randomInt(400)).toString('base64url'),
    sessionKey: randomInt(2) ? random(64) : null,
  };
  const place = {
    challengeId: randomUUID(),
    challengeType: randomInt(6),
    step: channel.STEPS[randomInt(6)],
    run: random(16),
    seq: randomInt(2) ? randomInt(10) : randomInt(2 ** 32),
  };
  const k0 = channel.channelRoot(given.userToken, channel.encryptionKey(given.master, given.jti, given.app, given.sub));
  const root = given.sessionKey ? channel.ratchet(k0, given.sessionKey) : k0;
  const names = channel.DIRECTIONS.map(() => NAMES[randomInt(NAMES.length)]);
  const plaintexts = names.map((name) => channel.pad(MESSAGES[name].make()));
  /** The same session and place as the product's end reads them. */
  const told = {
    master: hex(given.master),
    jti: given.jti,
    app: given.app,
    sub: given.sub,
    user_token: given.userToken,
    session_key: given.sessionKey && hex(given.sessionKey),
    challenge_id: place.challengeId,
    challenge_type: place.challengeType,
    step: place.step,
    run: hex(place.run),
    seq: place.seq,
  };
  return { place, root, names, plaintexts, told };
}

/** @param {Uint8Array} sealed */
function flipOneBit(sealed) {
  const flipped = sealed.slice();
  flipped[randomInt(flipped.length)] ^= 1 << randomInt(8);
  return flipped;
}

test(`${SESSIONS} random sessions: what one end seals, the other opens, in every direction`, async () => {
  const sessions = Array.from({ length: SESSIONS }, session);

  // Ours to theirs: they open it, read the message, and refuse it with one bit flipped or in another direction.
  const ours = sessions.map(({ place, root, plaintexts: [request, reply, refusal] }) => {
    const sealedRequest = channel.seal(root, 'c2s', place, request);
    return [
      sealedRequest,
      channel.seal(root, 's2c', place, reply, sealedRequest),
      channel.seal(root, 'refusal', place, refusal, sealedRequest),
    ];
  });
  const asked = sessions.map(({ told, names, plaintexts }, at) => {
    const [request, reply, refusal] = ours[at];
    /** @param {channel.Direction} direction @param {Uint8Array} sealed @param {Uint8Array} [answered] */
    const open = (direction, sealed, answered = request) => ({
      op: 'open',
      direction,
      ...told,
      request: hex(answered),
      sealed: hex(sealed),
    });
    /** @type {[object, Uint8Array | null][]} */
    const pairs = [
      [open('c2s', request), plaintexts[0]],
      [open('s2c', reply), plaintexts[1]],
      [open('refusal', refusal), plaintexts[2]],
      [open('c2s', flipOneBit(request)), null],
      [open('s2c', flipOneBit(reply)), null],
      [open('refusal', flipOneBit(refusal)), null],
      [open('s2c', reply, flipOneBit(request)), null],
      [open('refusal', refusal, flipOneBit(request)), null],
      // A refusal grants nothing, and a reply refuses nothing.
      [open('s2c', refusal), null],
      [open('refusal', reply), null],
    ];
    names.forEach((type, side) => {
      const plaintext = plaintexts[side];
      pairs.push([{ op: 'read', type, plaintext: hex(plaintext) }, plaintext]);
    });
    return pairs;
  });
  const answers = await ask(asked.flatMap((pairs) => pairs.map(([command]) => command)));
  const expected = asked.flatMap((pairs, at) => pairs.map(([command, answer]) => ({ at, command, answer })));
  expected.forEach(({ at, command, answer }, number) => {
    assert.deepEqual(answers[number], answer, `session ${at}: ${JSON.stringify(command)}`);
  });

  // Theirs to ours.
  const requests = await ask(
    sessions.map(({ told, plaintexts }) => ({ op: 'seal', direction: 'c2s', ...told, plaintext: hex(plaintexts[0]) })),
  );
  /** @param {channel.Direction} direction @param {number} side */
  const answer = (direction, side) =>
    ask(
      sessions.map(({ told, plaintexts }, at) => ({
        op: 'seal',
        direction,
        ...told,
        request: hex(/** @type {Uint8Array} */ (requests[at])),
        plaintext: hex(plaintexts[side]),
      })),
    );
  const [replies, refusals] = [await answer('s2c', 1), await answer('refusal', 2)];
  const nonces = new Set();
  let refusedHere = 0;
  /** @param {() => unknown} open */
  const refuses = (open) => {
    assert.throws(open);
    refusedHere++;
  };
  sessions.forEach(({ place, root, names, plaintexts }, at) => {
    const [request, reply, refusal] = [requests[at], replies[at], refusals[at]];
    assert(request && reply && refusal);
    assert.deepEqual(channel.open(root, 'c2s', place, request), plaintexts[0], `session ${at}`);
    assert.deepEqual(channel.open(root, 's2c', place, reply, request), plaintexts[1], `session ${at}`);
    assert.deepEqual(channel.open(root, 'refusal', place, refusal, request), plaintexts[2], `session ${at}`);
    refuses(() => channel.open(root, 'c2s', place, flipOneBit(request)));
    refuses(() => channel.open(root, 's2c', place, flipOneBit(reply), request));
    refuses(() => channel.open(root, 'refusal', place, flipOneBit(refusal), request));
    refuses(() => channel.open(root, 's2c', place, reply, flipOneBit(request)));
    refuses(() => channel.open(root, 'refusal', place, refusal, flipOneBit(request)));
    refuses(() => channel.open(root, 's2c', place, refusal, request));
    refuses(() => channel.open(root, 'refusal', place, reply, request));
    names.forEach((name, side) => assert(channel.read(name, plaintexts[side])));
    for (const sealed of [request, reply, refusal]) nonces.add(hex(sealed.subarray(0, 24)));
  });
  assert.equal(nonces.size, 3 * SESSIONS, 'every message has a nonce of its own');
  const refused = expected.filter(({ answer }) => answer === null).length + refusedHere;
  evidence(
    2,
    `${count(SESSIONS)} random sessions in both directions and refusals, JavaScript and Rust: 0 differ`,
    `flipped by a bit or turned to another direction, ${count(refused)} of ${count(refused)} are refused by both`,
  );
});

test('both ends read the same of 20,000 changed messages', async (t) => {
  // Heads of CBOR where readers differ: every length, indefinite ones, tags, floats, null, break.
  const heads = [
    0x00, 0x17, 0x18, 0x19, 0x1b, 0x20, 0x3b, 0x40, 0x5f, 0x60, 0x7f, 0x80, 0x9f, 0xa0, 0xc0, 0xf4, 0xf6, 0xf9, 0xff,
  ];
  const cases = Array.from({ length: 20_000 }, () => {
    const name = NAMES[randomInt(NAMES.length)];
    const plaintext = channel.pad(MESSAGES[name].make());
    const end = plaintext.lastIndexOf(0x80) + 1;
    const at = randomInt(Math.min(end, 1 + randomInt(end)));
    if (randomInt(2)) plaintext[at] = heads[randomInt(heads.length)];
    else if (randomInt(2)) plaintext[at] ^= 1 << randomInt(8);
    else plaintext.copyWithin(at, at + 1);
    return { name, plaintext };
  });
  const theirs = await ask(cases.map(({ name, plaintext }) => ({ op: 'read', type: name, plaintext: hex(plaintext) })));
  const read = { exact: 0, loose: 0, refused: 0 };
  cases.forEach(({ name, plaintext }, at) => {
    const [exact, loose] = [true, false].map((exact) => tried(() => channel.read(name, plaintext, exact)));
    assert.deepEqual(theirs[at], loose ? plaintext : null, `${name} ${hex(plaintext)}`);
    read[exact ? 'exact' : loose ? 'loose' : 'refused']++;
  });
  assert(read.exact > 2000 && read.refused > 2000, JSON.stringify(read));
  t.diagnostic(`read ${read.exact}, refused ${read.refused}, read but outside the schema's bounds ${read.loose}`);
});

/** @template T @param {() => T} work @returns {T | undefined} */
function tried(work) {
  try {
    return work();
  } catch {
    return undefined;
  }
}
