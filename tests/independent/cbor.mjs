// As much of CBOR (RFC 8949) as the messages need, in its deterministic encoding (section 4.2.1): integers, byte and
// text strings, arrays, booleans and null; every head as short as it can be; no indefinite lengths, tags, floats or
// maps.

import { bigEndian, join, same, utf8 } from './bytes.mjs';

/** @typedef {number | bigint | string | boolean | null | Uint8Array | Value[]} Value */

/** @param {number} major @param {number | bigint} argument */
function head(major, argument) {
  const first = major << 5;
  if (argument < 24) return Uint8Array.of(first | Number(argument));
  if (argument < 0x100) return Uint8Array.of(first | 24, Number(argument));
  if (argument < 0x1_0000) return join(Uint8Array.of(first | 25), bigEndian(Number(argument), 2));
  if (argument < 0x1_0000_0000) return join(Uint8Array.of(first | 26), bigEndian(Number(argument), 4));
  const out = new DataView(new ArrayBuffer(9));
  out.setUint8(0, first | 27);
  out.setBigUint64(1, BigInt(argument));
  return new Uint8Array(out.buffer);
}

/** @param {Value} value @returns {Uint8Array} */
export function encode(value) {
  if (value === null) return Uint8Array.of(0xf6);
  if (typeof value === 'boolean') return Uint8Array.of(value ? 0xf5 : 0xf4);
  if (typeof value === 'number' || typeof value === 'bigint') {
    return value < 0 ? head(1, -1n - BigInt(value)) : head(0, value);
  }
  if (typeof value === 'string') return join(head(3, utf8(value).length), utf8(value));
  if (value instanceof Uint8Array) return join(head(2, value.length), value);
  return join(head(4, value.length), ...value.map(encode));
}

/**
 * Integers come back as `bigint`. Throws unless the bytes are one value in its deterministic encoding.
 * @param {Uint8Array} bytes
 */
export function decode(bytes) {
  let at = 0;
  /** @param {number} length */
  const take = (length) => {
    if (length > bytes.length - at) throw new RangeError('the bytes end early');
    at += length;
    return bytes.subarray(at - length, at);
  };
  /** @returns {Value} */
  const item = () => {
    const [first] = take(1);
    const [major, info] = [first >> 5, first & 31];
    if (major === 7) {
      if (info === 20 || info === 21) return info === 21;
      if (info === 22) return null;
      throw new RangeError('not a value of ours');
    }
    if (info > 27) throw new RangeError('an indefinite or reserved length');
    let argument = BigInt(info);
    if (info >= 24) {
      argument = 0n;
      for (const byte of take(1 << (info - 24))) argument = argument * 256n + BigInt(byte);
    }
    if (major === 0) return argument;
    if (major === 1) return -1n - argument;
    if (argument > BigInt(bytes.length)) throw new RangeError('longer than what holds it');
    if (major === 2) return take(Number(argument)).slice();
    if (major === 3) return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(take(Number(argument)));
    if (major === 4) return Array.from({ length: Number(argument) }, item);
    throw new RangeError('a map or a tag');
  };
  const value = item();
  // Deterministic is what encodes to the same bytes, and to nothing more.
  if (!same(encode(value), bytes)) throw new RangeError('not the deterministic encoding');
  return value;
}
