// As much of WebAssembly's binary format as it takes to count functions anew: https://webassembly.github.io/spec/core/binary

/** @param {Buffer} module @returns {{ id: number, bytes: Buffer }[]} */
export function sections(module) {
  const list = [];
  for (let at = 8; at < module.length; ) {
    const [length, begin] = readLeb(module, at + 1);
    list.push({ id: /** @type {number} */ (module[at]), bytes: module.subarray(begin, begin + length) });
    at = begin + length;
  }
  return list;
}

/** A number of up to 32 bits, and where it ends. @param {Buffer} bytes @param {number} at @returns {[number, number]} */
export function readLeb(bytes, at) {
  let [number, shift] = [0, 0];
  for (;;) {
    const byte = bytes[at++];
    if (byte === undefined) throw new Error('a number has no end');
    number |= (byte & 127) << shift;
    if (byte < 128) return [number >>> 0, at];
    shift += 7;
  }
}

/** @param {number} number */
export function leb(number) {
  const bytes = [];
  for (; number > 127; number >>>= 7) bytes.push((number & 127) | 128);
  return Buffer.from([...bytes, number]);
}

const [CALL, CALL_INDIRECT, TAIL_CALL, TAIL_CALL_INDIRECT, REF_FUNC, TABLE_OF_LABELS, TYPED_SELECT, PREFIX] = [0x10, 0x11, 0x12, 0x13, 0xd2, 0x0e, 0x1c, 0xfc];
/** How many numbers follow an instruction; 0 where it is none of these. */
const OPERANDS = new Map([
  ...[0x02, 0x03, 0x04, 0x0c, 0x0d].map(one), // blocks, branches
  ...[0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26].map(one), // locals, globals, tables
  ...[CALL, TAIL_CALL, REF_FUNC, 0x3f, 0x40, 0x41, 0x42, 0xd0].map(one), // functions, memory, whole constants, null
  ...[CALL_INDIRECT, TAIL_CALL_INDIRECT].map(two),
  ...range(0x28, 0x3e).map(two), // loads, stores
  ...[0x00, 0x01, 0x05, 0x0b, 0x0f, 0x1a, 0x1b, 0xd1, ...range(0x45, 0xc4)].map(none),
]);
/** The same behind the prefix: conversions, and what works on whole memories and tables. */
const PREFIXED = new Map([...range(0, 7).map(none), ...[8, 10, 12, 14].map(two), ...[9, 11, 13, 15, 16, 17].map(one)]);

/**
 * Where a function's code has another function's number.
 *
 * @param {Buffer} bytes @param {number} at @param {number} end of a function's body
 * @returns {Generator<{ from: number, to: number }>}
 */
export function* instructions(bytes, at, end) {
  const skip = (/** @type {number} */ numbers) => {
    for (; numbers; numbers -= 1) [, at] = readLeb(bytes, at);
  };
  let kinds;
  [kinds, at] = readLeb(bytes, at);
  for (; kinds; kinds -= 1) at = readLeb(bytes, at)[1] + 1;
  while (at < end) {
    const code = /** @type {number} */ (bytes[at++]);
    const from = at;
    if (code === 0x43 || code === 0x44) at += code === 0x43 ? 4 : 8;
    else if (code === TABLE_OF_LABELS || code === TYPED_SELECT) {
      let count;
      [count, at] = readLeb(bytes, at);
      skip(code === TABLE_OF_LABELS ? count + 1 : count);
    } else if (code === PREFIX) {
      let which;
      [which, at] = readLeb(bytes, at);
      skip(known(PREFIXED.get(which), which));
    } else {
      skip(known(OPERANDS.get(code), code));
      if (code === CALL || code === TAIL_CALL || code === REF_FUNC) yield { from, to: at };
    }
  }
  if (at !== end) throw new Error('a function ends within an instruction');
}

/** @param {number | undefined} operands @param {number} code */
function known(operands, code) {
  if (operands === undefined) throw new Error(`instruction 0x${code.toString(16)} is not known here`);
  return operands;
}

/** @param {number} code @returns {[number, number]} */
function none(code) {
  return [code, 0];
}

/** @param {number} code @returns {[number, number]} */
function one(code) {
  return [code, 1];
}

/** @param {number} code @returns {[number, number]} */
function two(code) {
  return [code, 2];
}

/** @param {number} first @param {number} last @returns {number[]} */
function range(first, last) {
  return Array.from({ length: last - first + 1 }, (_, more) => first + more);
}
