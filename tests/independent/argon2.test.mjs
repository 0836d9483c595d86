// tests/vectors/argon2id.json with a third implementation, in JavaScript: the vectors came from C, the product is
// Rust.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { argon2id } from '@noble/hashes/argon2.js';
import { hex, unhex } from './bytes.mjs';

const vectors = JSON.parse(readFileSync(new URL('../vectors/argon2id.json', import.meta.url), 'utf8'));

test('Argon2id gives the tag of RFC 9106', () => {
  const v = vectors.rfc9106;
  const options = {
    m: v.m_kib,
    t: v.t,
    p: v.p,
    dkLen: 32,
    key: unhex(v.secret),
    personalization: unhex(v.associated_data),
  };
  assert.equal(hex(argon2id(unhex(v.password), unhex(v.salt), options)), v.tag);
  // The control: one pass more is another tag.
  assert.notEqual(hex(argon2id(unhex(v.password), unhex(v.salt), { ...options, t: v.t + 1 })), v.tag);
});

for (const v of vectors.stretching) {
  test(`key stretching with ${v.m_kib / 1024} MiB, t = ${v.t}, p = ${v.p} gives what C and Rust give`, () => {
    const output = argon2id(unhex(v.input), new Uint8Array(16), { m: v.m_kib, t: v.t, p: v.p, dkLen: 64 });
    assert.equal(hex(output), v.output);
  });
}
