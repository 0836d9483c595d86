// RFC 9807's vectors, and the proofs in the recorded runs from the typed answers to the data key, with an
// implementation that shares no code with the product.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { bigEndian, hex, join, lengthPrefixed, unhex, utf8 } from './bytes.mjs';
import * as channel from './channel.mjs';
import * as opaque from './opaque.mjs';

/** @param {string} name */
const load = (name) => JSON.parse(readFileSync(new URL(`../vectors/${name}`, import.meta.url), 'utf8'));

test('both halves give the messages and keys of RFC 9807', () => {
  for (const v of load('rfc9807-opaque.json').vectors) {
    const b = /** @type {Record<string, Uint8Array>} */ (
      Object.fromEntries(
        Object.entries(v)
          .filter(([name]) => name !== 'name')
          .map(([name, value]) => [name, unhex(String(value))]),
      )
    );
    const identities = { client: b.client_identity, server: b.server_identity };
    const [setup, plain] = [
      { seed: b.oprf_seed, privateKey: b.server_private_key },
      (/** @type {Uint8Array} */ input) => input,
    ];
    assert.equal(hex(opaque.blind(b.password, b.blind_registration)), v.registration_request);
    const evaluated = opaque.evaluate(b.oprf_seed, b.credential_identifier, b.registration_request);
    assert.equal(hex(join(evaluated, b.server_public_key)), v.registration_response);
    const registered = opaque.register(
      b.password,
      b.blind_registration,
      b.registration_response,
      b.envelope_nonce,
      plain,
      identities,
    );
    assert.equal(hex(registered.record), v.registration_upload);
    assert.equal(hex(registered.exportKey), v.export_key);
    assert.equal(hex(opaque.ke1(b.password, b.blind_login, b.client_nonce, b.client_keyshare_seed)), v.ke1);
    const chosen = { maskingNonce: b.masking_nonce, nonce: b.server_nonce, keyshareSeed: b.server_keyshare_seed };
    const answer = opaque.ke2(
      setup,
      b.credential_identifier,
      b.registration_upload,
      b.ke1,
      b.context,
      chosen,
      identities,
    );
    assert.deepEqual([hex(answer.ke2), hex(answer.ke3), hex(answer.sessionKey)], [v.ke2, v.ke3, v.session_key]);
    const proof = opaque.ke3(
      b.password,
      b.blind_login,
      b.client_keyshare_seed,
      b.ke1,
      b.ke2,
      b.context,
      plain,
      identities,
    );
    assert.deepEqual(
      [hex(proof.ke3), hex(proof.sessionKey), hex(proof.exportKey)],
      [v.ke3, v.session_key, v.export_key],
    );
    // The control: another password does not open the envelope.
    const wrong = utf8('another');
    assert.throws(() =>
      opaque.ke3(wrong, b.blind_login, b.client_keyshare_seed, b.ke1, b.ke2, b.context, plain, identities),
    );
    // A byte more or less is no message.
    const taken = {
      registration_request: (/** @type {Uint8Array} */ it) => opaque.evaluate(setup.seed, b.credential_identifier, it),
      registration_response: (/** @type {Uint8Array} */ it) =>
        opaque.register(b.password, b.blind_registration, it, b.envelope_nonce, plain, identities),
      registration_upload: (/** @type {Uint8Array} */ it) =>
        opaque.ke2(setup, b.credential_identifier, it, b.ke1, b.context, chosen, identities),
      ke1: (/** @type {Uint8Array} */ it) =>
        opaque.ke2(setup, b.credential_identifier, b.registration_upload, it, b.context, chosen, identities),
      ke2: (/** @type {Uint8Array} */ it) =>
        opaque.ke3(b.password, b.blind_login, b.client_keyshare_seed, b.ke1, it, b.context, plain, identities),
    };
    for (const [name, take] of Object.entries(taken)) {
      assert.doesNotThrow(() => take(b[name]), name);
      assert.throws(() => take(join(b[name], Uint8Array.of(0))), / bytes and not /, name);
      assert.throws(() => take(b[name].subarray(1)), / bytes and not /, name);
    }
  }
});

/**
 * The stream of a label: SHA-256(label || u64 BE counter), joined.
 * @param {string} label @param {number[]} lengths
 */
function tape(label, ...lengths) {
  const blocks = Array.from({ length: 8 }, (_, at) =>
    createHash('sha256').update(`repin/1 vectors: ${label}`).update(bigEndian(at, 8)).digest(),
  );
  const bytes = new Uint8Array(Buffer.concat(blocks));
  let end = 0;
  return lengths.map((length) => bytes.subarray((end += length) - length, end));
}

const { runs } = load('repin-1-channel.json');

test('a recorded recovery is proved again, from the answers to the data key', () => {
  const { given, proof, after, steps, run } = runs[0];
  const stretch = opaque.stretching(given.ksf);
  const password = join(
    ...given.answers.flatMap((/** @type {any} */ a) => [lengthPrefixed(utf8(a.id)), lengthPrefixed(unhex(a.normal))]),
  );
  assert.equal(hex(password), given.password);
  const setup = {
    seed: unhex(given.server_setup).subarray(0, 64),
    privateKey: unhex(given.server_setup).subarray(64, 96),
  };
  const identifier = unhex(given.credential_identifier);
  // From the messages themselves, as both ends make it.
  const [openRequest, openReply] = [steps[0].request.sealed, steps[0].reply.sealed].map(unhex);
  const opening = channel.openingHash(openRequest, openReply);
  const context = channel.proofContext(given.challenge_id, unhex(run), opening);

  // The record, as enrolment made it.
  const [wide] = tape('restore enrolment start', 64);
  const [envelopeNonce] = tape('restore enrolment finish', 32);
  const blinding = opaque.reduce(wide);
  assert.equal(hex(opaque.blind(password, blinding)), given.registration_request);
  const response = unhex(given.registration_response);
  assert.deepEqual(
    opaque.evaluate(setup.seed, identifier, unhex(given.registration_request)),
    response.subarray(0, 32),
  );
  const registered = opaque.register(password, blinding, response, envelopeNonce, stretch);
  assert.deepEqual([hex(registered.record), hex(registered.exportKey)], [given.record, given.export_key]);

  // The proof, as the messages carried it.
  const [wideLogin, keyshareSeed, nonce] = tape('restore login start', 64, 32, 32);
  const [ke1, ke2, ke3] = [steps[1].request.message[1], steps[1].reply.message[0], steps[2].request.message[0]].map(
    (m) => unhex(m.h),
  );
  const login = opaque.reduce(wideLogin);
  assert.deepEqual(opaque.ke1(password, login, nonce, keyshareSeed), ke1);
  // A gateway first draws a masking key for a record that does not exist, and throws it away.
  const [, maskingNonce, serverSeed, serverNonce] = tape('restore guess', 64, 32, 32, 32);
  const chosen = { maskingNonce, nonce: serverNonce, keyshareSeed: serverSeed };
  const answer = opaque.ke2(setup, identifier, unhex(given.record), ke1, context, chosen);
  assert.deepEqual([answer.ke2, answer.ke3, hex(answer.sessionKey)], [ke2, ke3, proof.session_key]);
  const proved = opaque.ke3(password, login, keyshareSeed, ke1, ke2, context, stretch);
  assert.deepEqual(
    [proved.ke3, hex(proved.sessionKey), hex(proved.exportKey)],
    [ke3, proof.session_key, proof.export_key],
  );
  const kek = channel.keyEncryptionKey(proved.exportKey, given.kind);
  const dataKey = channel.openWith(kek, identifier, unhex(steps[2].reply.message[1].h));
  assert.equal(hex(dataKey), given.data_key);

  // The new PIN's record, and the same data key under it.
  const pin = utf8(after.pin);
  const [widePin] = tape('restore registration start', 64);
  const [pinNonce] = tape('restore registration finish', 32);
  const newRecord = opaque.register(
    pin,
    opaque.reduce(widePin),
    unhex(steps[3].reply.message[0][0][2].h),
    pinNonce,
    stretch,
  );
  assert.deepEqual([hex(newRecord.record), hex(newRecord.exportKey)], [after.record, after.export_key]);
  const newKek = channel.keyEncryptionKey(newRecord.exportKey, after.kind);
  const [wrapNonce] = tape('restore new wrap', 24);
  assert.equal(hex(channel.sealWith(newKek, unhex(after.credential_identifier), dataKey, wrapNonce)), after.wrap);

  // The controls: a proof of another run, one of another opening, and another answer do not hold.
  openReply[40] ^= 1;
  for (const elsewhere of [
    channel.proofContext(given.challenge_id, new Uint8Array(16), opening),
    channel.proofContext(given.challenge_id, unhex(run), channel.openingHash(openRequest, openReply)),
    channel.proofContext(given.challenge_id, unhex(run), unhex(runs[1].opening)),
    channel.proofContext(given.challenge_id, unhex(run), new Uint8Array()),
  ]) {
    assert.throws(() => opaque.ke3(password, login, keyshareSeed, ke1, ke2, elsewhere, stretch), /record/);
  }
  assert.throws(() => opaque.ke3(pin, login, keyshareSeed, ke1, ke2, context, stretch), /wrong/);
});

test('a recorded wrong guess is wrong again', () => {
  const { given, steps, wrong_password, run, opening } = runs[1];
  const [wide, keyshareSeed, nonce] = tape('wrong login start', 64, 32, 32);
  const [ke1, ke2] = [steps[1].request.message[1], steps[1].reply.message[0]].map((m) => unhex(m.h));
  const [password, blinding] = [unhex(wrong_password), opaque.reduce(wide)];
  assert.deepEqual(opaque.ke1(password, blinding, nonce, keyshareSeed), ke1);
  const context = channel.proofContext(given.challenge_id, unhex(run), unhex(opening));
  // The gateway's half, whose KE2 has the context in it.
  const setup = {
    seed: unhex(given.server_setup).subarray(0, 64),
    privateKey: unhex(given.server_setup).subarray(64, 96),
  };
  const [, maskingNonce, serverSeed, serverNonce] = tape('wrong guess', 64, 32, 32, 32);
  const chosen = { maskingNonce, nonce: serverNonce, keyshareSeed: serverSeed };
  const answer = opaque.ke2(setup, unhex(given.credential_identifier), unhex(given.record), ke1, context, chosen);
  assert.deepEqual(answer.ke2, ke2);
  assert.throws(
    () => opaque.ke3(password, blinding, keyshareSeed, ke1, ke2, context, opaque.stretching(given.ksf)),
    /wrong/,
  );
});
