// Rule 1 for answers (docs/protocol.md, section 7) with the tables of this JavaScript engine, against
// tests/vectors/answers.json, which Python made: the tables that browsers bring agree with what is recorded.

import assert from 'node:assert/strict';
import { createHash, randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { count, evidence } from '../e2e/harness/evidence.mjs';
import { bigEndian, hex, utf8 } from './bytes.mjs';
import { ask } from './peer.mjs';

const vectors = JSON.parse(readFileSync(new URL('../vectors/answers.json', import.meta.url), 'utf8'));

// What has a shape or a meaning of its own stays; Unicode names the rest.
const DROPPED = /[\p{P}\p{S}\p{Z}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Extended_Pictographic}]/gu;

/**
 * Full case folding of one character. Upper case unites what folds together; Cherokee alone folds to its capitals.
 * @param {string} character
 */
function foldCharacter(character) {
  const upper = character.toLowerCase().toUpperCase();
  return /\p{Script=Cherokee}/u.test(character) ? upper : upper.toLowerCase();
}

/** @param {string} text @param {(character: string) => string} fold */
function normal(text, fold = foldCharacter) {
  for (let round = 0; round < 10; round++) {
    const folded = Array.from(text.normalize('NFKC'), fold).join('').replaceAll('\u0131', 'i');
    const next = folded
      .replace(/i\u0307+/g, 'i')
      .replace(DROPPED, '')
      .normalize('NFKC');
    if (next === text) return utf8(text);
    text = next;
  }
  throw new Error('the rule does not come to rest');
}

/**
 * The blocks whose digest is not the recorded one, by their first code point.
 * @param {(character: string) => string} [fold]
 */
function unlike(fold) {
  /** @type {Map<number, import("node:crypto").Hash[]>} */
  const blocks = new Map();
  for (const [first, last] of vectors.assigned) {
    for (let point = first; point <= last; point++) {
      const block = point - (point % vectors.block);
      if (!blocks.has(block))
        blocks.set(
          block,
          vectors.contexts.map(() => createHash('sha256')),
        );
      vectors.contexts.forEach((/** @type {string} */ context, /** @type {number} */ at) => {
        const form = normal(
          context.replace('{}', () => String.fromCodePoint(point)),
          fold,
        );
        blocks.get(block)?.[at].update(bigEndian(form.length, 2)).update(form);
      });
    }
  }
  const found = [...blocks].map(([first, hashes]) => ({ first, sha256: hashes.map((hash) => hash.digest('hex')) }));
  assert.equal(found.length, vectors.digests.length);
  return vectors.digests
    .filter((/** @type {any} */ block, /** @type {number} */ at) => JSON.stringify(block) !== JSON.stringify(found[at]))
    .map((/** @type {any} */ block) => block.first);
}

test('every case has the normal form that Python gave it', () => {
  for (const v of vectors.cases) assert.equal(hex(normal(v.text)), v.normal, v.about);
});

test('every assigned code point has the normal form that Python gave it', () => {
  assert.deepEqual(unlike(), []);
  // The control: without folding the block of the ASCII capitals differs.
  const unfolded = unlike((character) => character);
  assert(unfolded.includes(0));
  evidence(
    8,
    `${vectors.digests.length} blocks of code points in ${vectors.contexts.length} contexts, V8's tables and Python's: 0 differences`,
    `without folding ${unfolded.length} blocks differ`,
  );
});

test('10,000 random texts have the same normal form here and in the product', async () => {
  /** @param {RegExp} which @returns {string[]} */
  const all = (which) => {
    const points = Array.from({ length: 0x11_0000 }, (_, point) => point).filter((point) => point >> 11 !== 27);
    return points.map((point) => String.fromCodePoint(point)).filter((character) => which.test(character));
  };
  const known = new Set(
    vectors.assigned.flatMap((/** @type {[number, number]} */ [first, last]) =>
      Array.from({ length: last - first + 1 }, (_, at) => String.fromCodePoint(first + at)),
    ),
  );
  const pools = [
    [...known],
    all(/\p{Mn}/u).filter((character) => known.has(character)),
    all(/\p{Cased}/u).filter((character) => known.has(character)),
    // What Unicode keeps for the emoji of the future: no symbols yet, and dropped like those of today.
    all(/\p{Extended_Pictographic}/u).filter((character) => /\p{Cn}/u.test(character)),
    all(/\p{Default_Ignorable_Code_Point}/u),
    [...'iI\u0130\u0131\u0307\u0345 -'],
  ];
  assert(pools.every((pool) => pool.length >= 8));
  const any = (/** @type {any[]} */ from) => from[randomInt(from.length)];
  const texts = Array.from({ length: 10_000 }, () =>
    Array.from({ length: 1 + randomInt(12) }, () => any(any(pools))).join(''),
  );
  const theirs = await ask(texts.map((text) => ({ op: 'normalise', text })));
  let unlike = 0;
  texts.forEach((text, at) => {
    const ours = normal(text);
    assert.equal(hex(theirs[at] ?? new Uint8Array()), hex(ours), JSON.stringify(text));
    assert.deepEqual(normal(new TextDecoder().decode(ours)), ours, 'the normal form of a normal form');
    if (hex(utf8(text)) !== hex(ours)) unlike++;
  });
  assert(unlike > texts.length / 2);
  evidence(
    8,
    `${count(texts.length)} random texts, JavaScript and Rust: 0 differ, 0 of the forms have another form`,
    `as typed ${count(unlike)} differ from their form`,
  );
});
