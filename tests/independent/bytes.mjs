// Bytes in the forms that the protocol joins them.

/** @param {...Uint8Array} parts */
export function join(...parts) {
  const out = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** @param {string} text */
export const utf8 = (text) => new TextEncoder().encode(text);

/** @param {Uint8Array} bytes */
export const hex = (bytes) => Buffer.from(bytes).toString('hex');

/** @param {string} text */
export function unhex(text) {
  if (!/^([0-9a-f]{2})*$/.test(text)) throw new RangeError(`not hexadecimal: ${text}`);
  return new Uint8Array(Buffer.from(text, 'hex'));
}

/** @param {number} number @param {number} length in bytes, big-endian */
export function bigEndian(number, length) {
  const out = new Uint8Array(length);
  for (let at = length - 1; at >= 0; at--, number = Math.floor(number / 256)) out[at] = number % 256;
  return out;
}

/** LP(x): a u16 big-endian length, then x. @param {Uint8Array} bytes */
export const lengthPrefixed = (bytes) => join(bigEndian(bytes.length, 2), bytes);

/** @param {Uint8Array} one @param {Uint8Array} other */
export const same = (one, other) => Buffer.compare(one, other) === 0;
