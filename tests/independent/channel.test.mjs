// Replays tests/vectors/repin-1-channel.json with an implementation that shares no code with the product.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { evidence } from '../e2e/harness/evidence.mjs';
import { hex, lengthPrefixed, unhex, utf8 } from './bytes.mjs';
import { encode } from './cbor.mjs';
import * as channel from './channel.mjs';

const vectors = JSON.parse(readFileSync(new URL('../vectors/repin-1-channel.json', import.meta.url), 'utf8'));

/**
 * JSON in the vectors writes bytes as `{"h": "hexadecimal"}`.
 * @param {any} value @returns {import("./cbor.mjs").Value}
 */
function message(value) {
  if (Array.isArray(value)) return value.map(message);
  return value?.h === undefined ? value : unhex(value.h);
}

test('encryption keys come from master, token, app and user', () => {
  for (const v of vectors.encryption_keys) {
    assert.equal(hex(lengthPrefixed(utf8(v.app))), v.lp_app);
    assert.equal(hex(lengthPrefixed(utf8(v.sub))), v.lp_sub);
    assert.equal(hex(channel.encryptionKey(unhex(v.master), v.jti, v.app, v.sub)), v.encryption_key);
  }
});

test('channel keys come from the session and the proof', () => {
  for (const v of vectors.channels) {
    const k0 = channel.channelRoot(v.user_token, unhex(v.encryption_key));
    const k1 = channel.ratchet(k0, unhex(v.session_key));
    /** @param {Uint8Array} root @param {channel.Direction} direction */
    const key = (root, direction) => hex(channel.directionKey(root, direction, v.challenge_id, unhex(v.run)));
    assert.deepEqual([hex(k0), key(k0, 'c2s'), key(k0, 's2c')], [v.k0, v.k0_c2s, v.k0_s2c]);
    assert.deepEqual([hex(k1), key(k1, 'c2s'), key(k1, 's2c')], [v.k1, v.k1_c2s, v.k1_s2c]);
  }
});

test('every type and step in all three directions is sealed to the same bytes', () => {
  const session = vectors.associated_data;
  const root = channel.channelRoot(session.user_token, unhex(session.encryption_key));
  assert.equal(session.places.length, 36);
  for (const v of session.places) {
    const place = {
      challengeId: session.challenge_id,
      challengeType: v.challenge_type,
      step: v.step,
      run: unhex(session.run),
      seq: v.seq,
    };
    const [plaintext, request] = [unhex(v.plaintext), unhex(v.request)];
    assert.equal(hex(channel.associatedData('c2s', place)), v.request_aad);
    assert.equal(hex(channel.associatedData('s2c', place, request)), v.reply_aad);
    assert.equal(hex(channel.associatedData('refusal', place, request)), v.refusal_aad);
    assert.equal(hex(channel.seal(root, 'c2s', place, plaintext, undefined, unhex(v.request_nonce))), v.request);
    assert.equal(hex(channel.seal(root, 's2c', place, plaintext, request, unhex(v.reply_nonce))), v.reply);
    assert.equal(hex(channel.seal(root, 'refusal', place, plaintext, request, unhex(v.refusal_nonce))), v.refusal);
    const sealed = { c2s: request, s2c: unhex(v.reply), refusal: unhex(v.refusal) };
    for (const as of channel.DIRECTIONS) {
      assert.deepEqual(channel.open(root, as, place, sealed[as], request), plaintext);
      // The control: no message opens in another direction, and none as the answer to something else.
      for (const other of channel.DIRECTIONS.filter((it) => it !== as)) {
        assert.throws(() => channel.open(root, as, place, sealed[other], request), `${other} as ${as}`);
      }
      if (as !== 'c2s') assert.throws(() => channel.open(root, as, place, sealed[as], sealed[as]));
    }
  }
});

test('wraps and contexts are bound to their record and run', () => {
  for (const v of vectors.credentials) {
    const identifier = channel.credentialIdentifier(v.app, v.user, v.kind, unhex(v.credential_id));
    assert.equal(hex(identifier), v.credential_identifier);
    const kek = channel.keyEncryptionKey(unhex(v.export_key), v.kind);
    assert.equal(hex(kek), v.kek);
    assert.equal(hex(channel.sealWith(kek, identifier, unhex(v.data_key), unhex(v.nonce))), v.wrap);
    const opening = channel.openingHash(unhex(v.open_request), unhex(v.open_reply));
    assert.equal(hex(opening), v.opening);
    assert.equal(hex(channel.proofContext(v.challenge_id, unhex(v.run), opening)), v.proof_context);
  }
});

test('every kind of message has one encoding', () => {
  for (const v of vectors.messages) {
    assert.equal(hex(encode(message(v.message))), v.cbor);
    assert.equal(hex(channel.pad(message(v.message))), v.padded);
    // Two of them have no credentials, of which the schema wants one; the product leaves that to the gateway.
    const exact = v.type !== 'commit-request';
    assert.deepEqual(encode(channel.read(v.type, unhex(v.padded), exact)), unhex(v.cbor));
  }
});

const TYPES = [
  [
    'open-request open-reply',
    'prove-1-request prove-1-reply',
    'prove-2-request prove-2-reply',
    'register-request register-reply',
    'commit-request commit-reply',
  ],
  [
    'open-request open-reply',
    'prove-1-request prove-1-reply',
    'prove-1-request error-detail',
    'cancel-request cancel-reply',
  ],
].map((run) => run.map((pair) => pair.split(' ')));

vectors.runs.forEach((/** @type {any} */ run, /** @type {number} */ at) => {
  test(`a whole run is read and made again: ${run.about}`, () => {
    const { given, proof } = run;
    const key = channel.encryptionKey(unhex(given.master), given.jti, given.app, given.user);
    assert.equal(hex(key), given.encryption_key);
    const k0 = channel.channelRoot(given.user_token, key);
    const k1 = proof && channel.ratchet(k0, unhex(proof.session_key));
    if (proof) assert.deepEqual([hex(k0), hex(k1)], [proof.k0, proof.k1]);
    const opening = channel.openingHash(unhex(run.steps[0].request.sealed), unhex(run.steps[0].reply.sealed));
    assert.equal(hex(opening), run.opening);
    assert.equal(hex(channel.proofContext(given.challenge_id, unhex(run.run), opening)), run.context);
    assert.equal(run.steps.length, TYPES[at].length);
    run.steps.forEach((/** @type {any} */ step, /** @type {number} */ number) => {
      const place = {
        challengeId: given.challenge_id,
        challengeType: step.challenge_type,
        step: step.step,
        run: unhex(run.run),
        seq: step.seq,
      };
      assert.equal(step.seq, number);
      assert.equal(step.challenge_type, step.step === 'OPEN' ? 0 : 5);
      const ratcheted = ['REGISTER', 'COMMIT'].includes(step.step);
      check(place, 'c2s', step.request, ratcheted ? k1 : k0, TYPES[at][number][0]);
      const request = unhex(step.request.sealed);
      const reply = TYPES[at][number][1];
      const direction = reply === 'error-detail' ? 'refusal' : 's2c';
      check(place, direction, step.reply, ratcheted || step.step === 'PROVE_2' ? k1 : k0, reply, request);
      assert.throws(() => channel.open(k0, 's2c', { ...place, seq: number + 1 }, unhex(step.reply.sealed), request));
    });
    const messages = 2 * run.steps.length;
    evidence(
      2,
      `a whole run read and made again in JavaScript (${run.about}), ${messages} messages: 0 differ`,
      `under the next number ${run.steps.length} of ${run.steps.length} replies are refused`,
    );
  });
});

/**
 * @param {channel.Place} place @param {channel.Direction} direction @param {any} v @param {Uint8Array} root
 * @param {string} name @param {Uint8Array} [request]
 */
function check(place, direction, v, root, name, request) {
  assert.equal(channel.DIRECTIONS[v.direction], direction);
  assert.equal(hex(channel.directionKey(root, direction, place.challengeId, place.run)), v.key);
  assert.equal(hex(channel.associatedData(direction, place, request)), v.aad);
  const plaintext = channel.open(root, direction, place, unhex(v.sealed), request);
  assert.equal(hex(plaintext), v.padded);
  assert.equal(hex(encode(channel.read(name, plaintext))), v.cbor);
  assert.equal(hex(channel.pad(message(v.message))), v.padded);
  assert.equal(hex(channel.seal(root, direction, place, plaintext, request, unhex(v.nonce))), v.sealed);
  // The controls: one bit anywhere, or another direction, and it does not open.
  for (const other of channel.DIRECTIONS.filter((it) => it !== direction)) {
    assert.throws(() => channel.open(root, other, place, unhex(v.sealed), request), `${direction} as ${other}`);
  }
  const flipped = unhex(v.sealed);
  flipped[place.seq + 30] ^= 1;
  assert.throws(() => channel.open(root, direction, place, flipped, request));
}

test("a run's wraps open with the keys of its proof", () => {
  const { given, proof, after, steps } = vectors.runs[0];
  assert.equal(proof.export_key, given.export_key, 'the same record and secret give the same export key');
  for (const credential of [given, after]) {
    const identifier = channel.credentialIdentifier(
      given.app,
      given.user,
      credential.kind,
      unhex(credential.credential_id),
    );
    assert.equal(hex(identifier), credential.credential_identifier);
    const kek = channel.keyEncryptionKey(unhex(credential.export_key), credential.kind);
    assert.equal(hex(channel.openWith(kek, identifier, unhex(credential.wrap))), given.data_key);
  }
  // What COMMIT carried is what is stored afterwards.
  assert.deepEqual(steps[4].request.message[0][0].slice(0, 4), [
    1,
    { h: after.credential_id },
    { h: after.record },
    { h: after.wrap },
  ]);
});
