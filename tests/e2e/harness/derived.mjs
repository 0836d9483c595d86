// The keys that a person's secret becomes in the vault: the test knows the secret and has the gateway's key ring and
// database beside it, so an independent implementation of OPAQUE makes them once more. That they are the very ones shows in
// the record, which comes out of the same computation and must be the stored one.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join as path } from 'node:path';
import { hex, join, lengthPrefixed, unhex, utf8 } from '../../independent/bytes.mjs';
import { blind, evaluate, publicKey, reduce, register, stretching } from '../../independent/opaque.mjs';

/** @typedef {{ rwd: Buffer, exportKey: Buffer }} Derived 64 bytes each */
/** @typedef {{ id: string, app: string, user: string, record: string, m_kib: number, t: number, p: number }} Row bytes in hex */

const KINDS = { pin: 1, answers: 2 };
const QUERY = `
import json, sqlite3, sys
database = sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True)
row = database.execute("""SELECT hex(c.id), u.app, u.id, hex(c.record), c.ksf_m_kib, c.ksf_t, c.ksf_p
    FROM credentials c JOIN users u ON u.id = c.person WHERE u.user_id = ? AND c.kind = ?""", sys.argv[2:]).fetchone()
print(json.dumps(dict(zip(["id", "app", "user", "record", "m_kib", "t", "p"], row))))`;

/**
 * What the vault derives when this is proved, or was set, now.
 *
 * @param {import('./gateway.mjs').Gateway} gateway
 * @param {string} userId
 * @param {keyof typeof KINDS} kind
 * @param {Uint8Array} secret
 * @param {boolean} [right] false for a wrong guess, which makes keys too, but no record that is stored
 * @returns {Derived}
 */
export function derive(gateway, userId, kind, secret, right = true) {
  const row = stored(gateway, userId, kind);
  const setup = readFileSync(keyFile(gateway, 'opaque-setup'));
  const [seed, privateKey] = [setup.subarray(0, 64), setup.subarray(64, 96)];
  const identifier = join(utf8('repin/1'), lengthPrefixed(utf8(row.app)), lengthPrefixed(utf8(row.user)), Uint8Array.of(KINDS[kind]), unhex(row.id.toLowerCase()));
  const record = unhex(row.record.toLowerCase());
  const blinding = reduce(randomBytes(64));
  const evaluated = evaluate(seed, identifier, blind(secret, blinding));
  const nonce = record.subarray(96, 128);
  const made = register(secret, blinding, join(evaluated, publicKey(privateKey)), nonce, stretching(row));
  assert.equal(hex(made.record) === hex(record), right, 'these are the keys of what is stored');
  return { rwd: Buffer.from(made.randomizedPassword), exportKey: Buffer.from(made.exportKey) };
}

/** As the vault joins them, for the two questions that `enrolled` chooses. @param {string[]} answers in their normal form */
export function joined(answers) {
  const ids = ['first_school', 'first_pet'];
  return join(...answers.flatMap((answer, index) => [lengthPrefixed(utf8(ids[index])), lengthPrefixed(utf8(answer))]));
}

/** @param {import('./gateway.mjs').Gateway} gateway @param {string} userId @param {keyof typeof KINDS} kind @returns {Row} */
function stored(gateway, userId, kind) {
  return JSON.parse(execFileSync('python3', ['-c', QUERY, path(gateway.data, 'repin.db'), userId, `${KINDS[kind]}`], { encoding: 'utf8' }));
}

/** @param {import('./gateway.mjs').Gateway} gateway @param {string} purpose */
function keyFile(gateway, purpose) {
  const folder = path(gateway.data, 'keys');
  const [name] = readdirSync(folder).filter((name) => name.startsWith(`${purpose}-`));
  return path(folder, name);
}
