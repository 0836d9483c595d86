// What one implementation seals the other opens, live and in both directions, over random sessions; and what one
// refuses the other refuses.

import assert from 'node:assert/strict';
import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { hex } from './bytes.mjs';
import * as channel from './channel.mjs';
import { ask } from './peer.mjs';
import { MESSAGES } from './schema.mjs';

const SESSIONS = 1000;
const NAMES = Object.keys(MESSAGES);
const random = (/** @type {number} */ length) => new Uint8Array(randomBytes(length));
const anyText = () => randomBytes(randomInt(30)).toString('base64') + ['', '\u00fc', '\u{1f9ff}'][randomInt(3)];

/** A random session and place, one random message in each direction, and the keys to them. */
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
  const names = [NAMES[randomInt(NAMES.length)], NAMES[randomInt(NAMES.length)]];
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

test(`${SESSIONS} random sessions: what one end seals, the other opens, in both directions`, async () => {
  const sessions = Array.from({ length: SESSIONS }, session);

  // Ours to theirs: they open it, read the message, and refuse it with one bit flipped.
  const ours = sessions.map(({ place, root, plaintexts: [request, reply] }) => {
    const sealedRequest = channel.seal(root, 'c2s', place, request);
    return [sealedRequest, channel.seal(root, 's2c', place, reply, sealedRequest)];
  });
  const opened = await ask(
    sessions.flatMap(({ told, names, plaintexts }, at) => {
      const [request, reply] = ours[at];
      const answering = { ...told, request: hex(request) };
      return [
        { op: 'open', direction: 'c2s', ...told, sealed: hex(request) },
        { op: 'open', direction: 's2c', ...answering, sealed: hex(reply) },
        { op: 'open', direction: 'c2s', ...told, sealed: hex(flipOneBit(request)) },
        { op: 'open', direction: 's2c', ...answering, sealed: hex(flipOneBit(reply)) },
        { op: 'open', direction: 's2c', ...told, request: hex(flipOneBit(request)), sealed: hex(reply) },
        ...names.map((type, side) => ({ op: 'read', type, plaintext: hex(plaintexts[side]) })),
      ];
    }),
  );
  sessions.forEach(({ plaintexts: [request, reply] }, at) => {
    assert.deepEqual(
      opened.slice(at * 7, at * 7 + 7),
      [request, reply, null, null, null, request, reply],
      `session ${at}`,
    );
  });

  // Theirs to ours.
  const requests = await ask(
    sessions.map(({ told, plaintexts }) => ({ op: 'seal', direction: 'c2s', ...told, plaintext: hex(plaintexts[0]) })),
  );
  const replies = await ask(
    sessions.map(({ told, plaintexts }, at) => ({
      op: 'seal',
      direction: 's2c',
      ...told,
      request: hex(/** @type {Uint8Array} */ (requests[at])),
      plaintext: hex(plaintexts[1]),
    })),
  );
  const nonces = new Set();
  sessions.forEach(({ place, root, names, plaintexts }, at) => {
    const [request, reply] = [requests[at], replies[at]];
    assert(request && reply);
    assert.deepEqual(channel.open(root, 'c2s', place, request), plaintexts[0], `session ${at}`);
    assert.deepEqual(channel.open(root, 's2c', place, reply, request), plaintexts[1], `session ${at}`);
    assert.throws(() => channel.open(root, 'c2s', place, flipOneBit(request)));
    assert.throws(() => channel.open(root, 's2c', place, flipOneBit(reply), request));
    assert.throws(() => channel.open(root, 's2c', place, reply, flipOneBit(request)));
    names.forEach((name, side) => assert(channel.read(name, plaintexts[side])));
    nonces.add(hex(request.subarray(0, 24))).add(hex(reply.subarray(0, 24)));
  });
  assert.equal(nonces.size, 2 * SESSIONS, 'every message has a nonce of its own');
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
  const count = { exact: 0, loose: 0, refused: 0 };
  cases.forEach(({ name, plaintext }, at) => {
    const [exact, loose] = [true, false].map((exact) => tried(() => channel.read(name, plaintext, exact)));
    assert.deepEqual(theirs[at], loose ? plaintext : null, `${name} ${hex(plaintext)}`);
    count[exact ? 'exact' : loose ? 'loose' : 'refused']++;
  });
  assert(count.exact > 2000 && count.refused > 2000, JSON.stringify(count));
  t.diagnostic(`read ${count.exact}, refused ${count.refused}, read but outside the schema's bounds ${count.loose}`);
});

/** @template T @param {() => T} work @returns {T | undefined} */
function tried(work) {
  try {
    return work();
  } catch {
    return undefined;
  }
}
