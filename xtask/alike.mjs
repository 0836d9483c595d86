// Puts a module's functions into the order in which brotli does best with them, and leaves out its custom sections. No instruction changes but for
// the numbers of functions, which are counted by that order.
//
// Brotli finds again what lies near better than what lies far, so a function is followed by the one that is most like it: by runs of four bytes,
// of which a rare one says more. Those in the table stand last and as the table has them: its numbers then rise one by one.
import { instructions, leb, readLeb, sections } from './wasm.mjs';

const [FUNCTIONS, EXPORTS, START, ELEMENTS, CODE, CUSTOM, IMPORTS] = [3, 7, 8, 9, 10, 0, 2];
const RUN = 4;

/** @typedef {(Buffer | number)[]} Body bytes as they are, and between them numbers of functions */

/** @param {Buffer} module @returns {Buffer} */
export function alike(module) {
  const parts = new Map(sections(module).map((section) => [section.id, section.bytes]));
  const part = (/** @type {number} */ id) => parts.get(id) ?? Buffer.alloc(0);
  const imported = countImports(part(IMPORTS));
  const types = numbers(part(FUNCTIONS));
  const bodies = code(part(CODE));
  const inTable = elements(part(ELEMENTS), (number) => number).listed;
  const order = sorted(bodies, [...new Set(inTable)].filter((number) => number >= imported).map((number) => number - imported));
  const places = new Map(order.map((before, now) => [before + imported, now + imported]));
  const now = (/** @type {number} */ number) => (number < imported ? number : /** @type {number} */ (places.get(number)));

  /** @type {Record<number, (bytes: Buffer) => Buffer>} */
  const written = {
    [FUNCTIONS]: () => Buffer.concat([leb(order.length), ...order.map((before) => leb(/** @type {number} */ (types[before])))]),
    [EXPORTS]: (bytes) => exported(bytes, now),
    [START]: (bytes) => leb(now(readLeb(bytes, 0)[0])),
    [ELEMENTS]: (bytes) => elements(bytes, now).bytes,
    [CODE]: () => Buffer.concat([leb(order.length), ...order.map((before) => function_(/** @type {Body} */ (bodies[before]), now))]),
  };
  const kept = sections(module).filter(({ id }) => id !== CUSTOM);
  const result = Buffer.concat([module.subarray(0, 8), ...kept.map(({ id, bytes }) => sized(id, written[id]?.(bytes) ?? bytes))]);
  if (!WebAssembly.validate(result)) throw new Error('the module in another order is none');
  return result;
}

/** @param {Body[]} bodies @param {number[]} last @returns {number[]} */
function sorted(bodies, last) {
  const runs = bodies.map((body) => runsOf(Buffer.concat(body.map((part) => (typeof part === 'number' ? Buffer.from([part & 255]) : part)))));
  /** @type {Map<number, number>} */
  const spread = new Map();
  for (const run of runs.flatMap((runs) => [...runs])) spread.set(run, (spread.get(run) ?? 0) + 1);
  // Whole numbers, so that every machine comes to the same order.
  const weigh = (/** @type {number} */ run) => {
    const functions = spread.get(run) ?? 1;
    return functions < 2 ? 0 : 1 + 10 * (31 - Math.clz32(Math.floor(bodies.length / functions))) ** 2;
  };
  const weights = runs.map((runs) => [...runs].reduce((sum, run) => sum + weigh(run), 0) || 1);
  const size = (/** @type {number} */ number) => /** @type {Set<number>} */ (runs[number]).size;
  const likeness = (/** @type {number} */ one, /** @type {number} */ other) => {
    const [few, many] = (size(one) < size(other) ? [one, other] : [other, one]).map((number) => /** @type {Set<number>} */ (runs[number]));
    let shared = 0;
    for (const run of /** @type {Set<number>} */ (few)) if (many?.has(run)) shared += weigh(run);
    return (shared * shared) / (/** @type {number} */ (weights[one]) * /** @type {number} */ (weights[other]));
  };
  const best = (/** @type {Iterable<number>} */ among, /** @type {(number: number) => number} */ by) => {
    let [found, most] = [-1, -1];
    for (const number of among) if (by(number) > most) [found, most] = [number, by(number)];
    return found;
  };
  const left = new Set(bodies.keys());
  last.forEach((number) => left.delete(number));
  const order = [];
  for (let at = best(left, size); at >= 0; at = best(left, (number) => likeness(at, number))) {
    order.push(at);
    left.delete(at);
  }
  return [...order, ...last];
}

/** @param {Buffer} bytes */
function runsOf(bytes) {
  return new Set(Array.from({ length: Math.max(bytes.length - RUN + 1, 0) }, (_, at) => bytes.readInt32LE(at)));
}

/** @param {Buffer} section @returns {Body[]} */
function code(section) {
  let [left, at] = readLeb(section, 0);
  const bodies = [];
  for (; left; left -= 1) {
    const [length, begin] = readLeb(section, at);
    at = begin + length;
    /** @type {Body} */
    const body = [];
    let copied = begin;
    for (const { from, to } of instructions(section, begin, at)) {
      body.push(section.subarray(copied, from), readLeb(section, from)[0]);
      copied = to;
    }
    bodies.push([...body, section.subarray(copied, at)]);
  }
  return bodies;
}

/** @param {Body} body @param {(number: number) => number} now */
function function_(body, now) {
  const bytes = Buffer.concat(body.map((part) => (typeof part === 'number' ? leb(now(part)) : part)));
  return Buffer.concat([leb(bytes.length), bytes]);
}

/** Only functions are imported here. @param {Buffer} section @returns {number} */
function countImports(section) {
  let [left, at] = section.length ? readLeb(section, 0) : [0, 0];
  const count = left;
  for (; left; left -= 1) {
    for (let names = 2; names; names -= 1) {
      const [length, begin] = readLeb(section, at);
      at = begin + length;
    }
    if (section[at]) throw new Error('what is imported is no function');
    [, at] = readLeb(section, at + 1);
  }
  return count;
}

/** @param {Buffer} section @returns {number[]} */
function numbers(section) {
  let [left, at] = readLeb(section, 0);
  const list = [];
  for (let number; left; left -= 1) {
    [number, at] = readLeb(section, at);
    list.push(number);
  }
  return list;
}

/** @param {Buffer} section @param {(number: number) => number} now */
function exported(section, now) {
  let [left, at] = readLeb(section, 0);
  const parts = [leb(left)];
  for (; left; left -= 1) {
    const [length, begin] = readLeb(section, at);
    const end = begin + length + 1;
    const [number, next] = readLeb(section, end);
    parts.push(section.subarray(at, end), leb(section[end - 1] ? number : now(number)));
    at = next;
  }
  return Buffer.concat(parts);
}

/**
 * Segments of the table by numbers alone, at a constant place or passive.
 *
 * @param {Buffer} section @param {(number: number) => number} now
 */
function elements(section, now) {
  let [left, at] = section.length ? readLeb(section, 0) : [0, 0];
  const [parts, listed] = [[leb(left)], /** @type {number[]} */ ([])];
  for (; left; left -= 1) {
    const begin = at;
    const kind = section[at++];
    if (kind !== 0 && kind !== 1 && kind !== 2 && kind !== 3) throw new Error(`segment ${kind} of the table is not known`);
    if (kind === 2) [, at] = readLeb(section, at);
    if (kind === 0 || kind === 2) {
      if (section[at] !== 0x41) throw new Error('a segment of the table is at no constant place');
      at = readLeb(section, at + 1)[1] + 1;
    }
    if (kind) at += 1;
    parts.push(section.subarray(begin, at));
    let count;
    [count, at] = readLeb(section, at);
    parts.push(leb(count));
    for (let number; count; count -= 1) {
      [number, at] = readLeb(section, at);
      listed.push(number);
      parts.push(leb(now(number)));
    }
  }
  return { bytes: Buffer.concat(parts), listed };
}

/** @param {number} id @param {Buffer} bytes */
function sized(id, bytes) {
  return Buffer.concat([Buffer.from([id]), leb(bytes.length), bytes]);
}
