// The messages, from the CDDL of docs/protocol.md, section 4. A rule says whether a value is one of its own, and makes
// one at random. The product's reader leaves some bounds of the schema to those who use a value (the lengths of
// OPAQUE's messages, the number of items, two ranges); `exact: false` leaves them too.

import { randomBytes, randomInt } from 'node:crypto';

/** @typedef {import("./cbor.mjs").Value} Value */
/** @typedef {{ is: (value: Value, exact: boolean) => boolean, make: () => Value }} Rule */

/**
 * @param {bigint} low @param {bigint} high @param {bigint} [looseHigh] the product's reader takes 0 to this
 * @returns {Rule}
 */
const integer = (low, high, looseHigh) => ({
  is: (value, exact) =>
    typeof value === 'bigint' &&
    (exact || looseHigh === undefined ? value >= low && value <= high : value >= 0n && value <= looseHigh),
  // Every length of encoding, and both ends.
  make: () => {
    const any = BigInt(`0x${randomBytes(8).toString('hex')}`) >> BigInt(randomInt(64));
    return [low, high, low + (any % (high - low + 1n))][randomInt(3)];
  },
});

/** @param {number} length @returns {Rule} */
const bytes = (length) => ({
  is: (value, exact) => value instanceof Uint8Array && (!exact || value.length === length),
  make: () => new Uint8Array(randomBytes(length)),
});

// Characters of one to four bytes.
const CHARACTERS = [...'aZ09 -\u00e9\u0130\u4e2d\u{1f9ff}'];

/** @type {Rule} */
const text = {
  is: (value) => typeof value === 'string',
  make: () => Array.from({ length: randomInt(40) }, () => CHARACTERS[randomInt(CHARACTERS.length)]).join(''),
};

/** @type {Rule} */
const bool = { is: (value) => typeof value === 'boolean', make: () => randomInt(2) === 1 };

/** @param {Rule} rule @returns {Rule} */
const orNull = (rule) => ({
  is: (value, exact) => value === null || rule.is(value, exact),
  make: () => (randomInt(2) ? null : rule.make()),
});

/** @param {...Rule} rules @returns {Rule} */
const tuple = (...rules) => ({
  is: (value, exact) =>
    Array.isArray(value) && value.length === rules.length && rules.every((rule, at) => rule.is(value[at], exact)),
  make: () => rules.map((rule) => rule.make()),
});

/** @param {Rule} rule @param {number} least @param {number} most @returns {Rule} */
const list = (rule, least = 0, most = Infinity) => ({
  is: (value, exact) =>
    Array.isArray(value) &&
    (!exact || (value.length >= least && value.length <= most)) &&
    value.every((item) => rule.is(item, exact)),
  make: () => Array.from({ length: least + randomInt(Math.min(most, 4) - least + 1) }, rule.make),
});

const ms = integer(0n, 0xffff_ffff_ffff_ffffn);
const uint8 = integer(0n, 255n);
const uint32 = integer(0n, 0xffff_ffffn);
const kind = integer(1n, 3n);
const ksf = tuple(uint32, uint32, uint32);
const attempts = tuple(integer(0n, 3n, 255n), orNull(ms));
const question = tuple(text, text, integer(1n, 2n), orNull(text));
const openReply = [
  [integer(1n, 11n), text, text, list(question), list(question), uint8, integer(4n, 12n, 255n), orNull(ksf), ksf],
  [orNull(attempts), uint8, ms, ms, ms, bool],
];

/** @type {Record<string, Rule>} */
export const MESSAGES = {
  'open-request': tuple(orNull(text), text, text),
  'open-reply': tuple(...openReply.flat()),
  'prove-1-request': tuple(kind, bytes(96)),
  'prove-1-reply': tuple(bytes(320), attempts, ms),
  'prove-2-request': tuple(bytes(64)),
  'prove-2-reply': tuple(bytes(16), bytes(72), ms, ms),
  'register-request': tuple(list(tuple(kind, bytes(32)), 1, 2)),
  'register-reply': tuple(list(tuple(kind, bytes(16), bytes(64)), 1, 2)),
  'commit-request': tuple(list(tuple(kind, bytes(16), bytes(192), bytes(72), ksf), 1, 2), list(question), uint8),
  'commit-reply': tuple(ms),
  'cancel-request': tuple(),
  'cancel-reply': tuple(),
  'error-detail': tuple(integer(-0x8000_0000n, 0x7fff_ffffn), orNull(attempts), ms),
};
