// Argon2id as each library is used, for Node, Chromium and Firefox alike. All derive from the same password and salt, so that
// their tags can be compared.
import Argon2 from '@phi-ag/argon2';
import setUpOpenpgp from 'argon2id/lib/setup.js';
import { argon2id as hashWasm } from 'hash-wasm';
import sodium from 'libsodium-wrappers-sumo';
import { OURS, RUSTCRYPTO, SLOW_PEER, UNWIPED, WITHOUT_VECTORS } from './ratios.mjs';

/** @typedef {[m: number, t: number, p: number]} Cost memory in KiB, passes, lanes */
/** @typedef {{ tag: string, time: number }} Timed by itself, in milliseconds: what it takes to ask is not of interest */
/** @typedef {(cost: Cost) => string | Promise<string> | Timed} Derive to the first eight bytes of the tag, in hexadecimal */
/**
 * @typedef {object} Candidate
 * @property {string} name
 * @property {boolean} peer an npm library, and not ours or Rust's
 * @property {(bytes: Record<string, Uint8Array<ArrayBuffer>>, fresh: boolean) => Promise<Derive>} make with its memory new; it keeps it where it can
 * @property {(cost: Cost) => boolean} [can]
 */

const PASSWORD = 'password';
const SALT = new TextEncoder().encode('somesaltsomesalt');
const LENGTH = 32;
const hex = (/** @type {Uint8Array} */ bytes) => [...bytes.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
/** Compiled once, as whoever uses a library again and again does. @type {Map<string, Promise<WebAssembly.Module>>} */
const modules = new Map();

/** @param {Record<string, Uint8Array<ArrayBuffer>>} bytes @param {string} name @param {WebAssembly.Imports} [imports] */
async function instance(bytes, name, imports) {
  let module = modules.get(name);
  if (!module) modules.set(name, (module = WebAssembly.compile(bytes[name])));
  return new WebAssembly.Instance(await module, imports);
}

/** As `npm/src/worker_argon2id.ts` does it. @param {string} name @returns {Candidate['make']} */
const ours = (name, wipes = true) => async (bytes) => {
  const kernel = /** @type {any} */ ((await instance(bytes, name)).exports);
  const clean = new Uint8Array(kernel.memory.buffer).slice();
  return (cost) => {
    const place = kernel.reserve(...cost);
    const letter = new Uint8Array(kernel.memory.buffer, place);
    letter.set(new TextEncoder().encode(PASSWORD));
    letter.set(SALT, PASSWORD.length);
    kernel.begin(...cost, PASSWORD.length, SALT.length, 0, 0, LENGTH);
    for (let segment = 0; segment < 4 * cost[1] * cost[2]; segment++) kernel.fill(...cost, segment);
    kernel.finish(...cost, LENGTH);
    const tag = hex(new Uint8Array(kernel.memory.buffer, place, LENGTH));
    if (wipes) {
      const used = new Uint8Array(kernel.memory.buffer);
      used.fill(0);
      used.set(clean);
    }
    return tag;
  };
};

/** @type {Candidate[]} */
export const CANDIDATES = [
  { name: OURS, peer: false, make: ours('simd') },
  { name: UNWIPED, peer: false, make: ours('simd', false) },
  { name: WITHOUT_VECTORS, peer: false, make: ours('scalar') },
  {
    name: '@phi-ag/argon2',
    peer: true,
    async make(bytes) {
      // Its own `initialize`, with a module that is compiled already.
      const argon2 = new Argon2(await instance(bytes, 'phi'));
      return ([memoryCost, timeCost, parallelism]) => hex(argon2.hash(PASSWORD, { salt: SALT, hashLength: LENGTH, memoryCost, timeCost, parallelism }).hash);
    },
  },
  {
    name: SLOW_PEER,
    peer: true,
    make: async () => async ([memorySize, iterations, parallelism]) =>
      hex(await hashWasm({ password: PASSWORD, salt: SALT, memorySize, iterations, parallelism, hashLength: LENGTH, outputType: 'binary' })),
  },
  {
    name: 'libsodium-wrappers-sumo',
    peer: true,
    can: ([, , p]) => p === 1,
    async make() {
      await sodium.ready;
      return ([m, t]) => hex(sodium.crypto_pwhash(LENGTH, PASSWORD, SALT, t, m * 1024, sodium.crypto_pwhash_ALG_ARGON2ID13));
    },
  },
  {
    name: 'argon2id',
    peer: true,
    async make(bytes) {
      const load = (/** @type {string} */ name) => async (/** @type {WebAssembly.Imports} */ imports) => /** @type {any} */ ({ instance: await instance(bytes, name, imports) });
      const derive = await setUpOpenpgp(load('openpgp'), load('openpgpScalar'));
      return ([memorySize, passes, parallelism]) =>
        hex(derive({ password: new TextEncoder().encode(PASSWORD), salt: SALT, parallelism, passes, memorySize, tagLength: LENGTH }));
    },
  },
  {
    name: RUSTCRYPTO,
    peer: false,
    async make(bytes) {
      const { derive } = /** @type {any} */ ((await instance(bytes, 'rustcrypto')).exports);
      return (cost) => BigInt.asUintN(64, derive(...cost)).toString(16).padStart(16, '0');
    },
  },
];

/** Nobody is fast by being wrong. @param {Map<string, string>} tags and who made each last */
export function agree(tags) {
  if (tags.size !== 1) throw new Error(`the tags differ: ${[...tags].map((entry) => entry.join(' by '))}`);
}

/** Rounds that are not counted. */
const WARM = 1;

/**
 * Milliseconds of each candidate in each round, all of a round one after the other, in another order each time.
 *
 * @param {Record<string, Uint8Array<ArrayBuffer>>} bytes
 * @param {number} rounds
 * @param {boolean} fresh a new instance and new memory each time, where the library lets one
 * @param {{ cost: Cost, candidates: Candidate[], clock: () => number }} of
 * @returns {Promise<Record<string, number[]>>}
 */
async function race(bytes, rounds, fresh, { cost, candidates, clock }) {
  const racing = candidates.filter(({ can }) => !can || can(cost));
  /** @type {Map<Candidate, Derive>} */
  const made = new Map();
  /** @type {Record<string, number[]>} */
  const times = Object.fromEntries(racing.map(({ name }) => [name, []]));
  /** @type {Map<string, string>} */
  const tags = new Map();
  for (let round = -WARM; round < rounds; round++) {
    for (const candidate of shuffled(racing)) {
      const begun = clock();
      let derive = made.get(candidate);
      if (!derive || fresh) made.set(candidate, (derive = await candidate.make(bytes, fresh)));
      const result = await derive(cost);
      const { tag, time } = typeof result === 'string' ? { tag: result, time: clock() - begun } : result;
      if (round >= 0) times[candidate.name].push(time);
      tags.set(tag, candidate.name);
    }
  }
  agree(tags);
  return times;
}

/**
 * The first call that counts, in a thread that is new: ours after one for nothing, as the worker does it while the person
 * types, the others' at once.
 *
 * @param {Record<string, Uint8Array<ArrayBuffer>>} bytes
 * @param {Cost} cost
 * @param {string} name
 * @returns {Promise<{ time: number, tag: string | Timed }>} milliseconds, and what came out
 */
async function first(bytes, cost, name) {
  const candidate = CANDIDATES.find((candidate) => candidate.name === name);
  if (!candidate) throw new Error(name);
  const derive = await candidate.make(bytes, false);
  if (!candidate.peer) await derive(cost);
  const begun = performance.now();
  const tag = await derive(cost);
  return { time: performance.now() - begun, tag };
}

/** @typedef {{ cost: Cost, rounds: number, fresh: boolean, processor?: boolean } | { cost: Cost, name: string }} Asked a race of all, by the processor's own clock if there is one and it is wanted, or the first call of one */

/**
 * In a worker.
 *
 * @param {Asked & { bytes: Record<string, Uint8Array<ArrayBuffer>> }} asked
 * @param {{ others?: Candidate[], clock?: () => number }} [place] whom this place has beside all, and its own clock for a race, in milliseconds
 */
export function answer({ bytes, cost, ...asked }, { others = [], clock = () => performance.now() } = {}) {
  return 'name' in asked ? first(bytes, cost, asked.name) : race(bytes, asked.rounds, asked.fresh, { cost, candidates: [...CANDIDATES, ...others], clock });
}

/** @template T @param {T[]} list */
function shuffled(list) {
  return list.map((item) => /** @type {const} */ ([Math.random(), item])).sort(([a], [b]) => a - b).map(([, item]) => item);
}
