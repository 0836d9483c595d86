// What must be found nowhere, in every spelling in which it could have slipped out, and the search for it.
import { createHash } from 'node:crypto';

/** @typedef {{ name: string, bytes: number[] }} Needle */

/** Of a long secret any piece of so many bytes is one too many. */
const PIECE = 16;
/** What an allocator writes over the beginning of a block that is free. */
const OVERWRITTEN = 8;
/** Fewer bytes than these stand in any memory by chance. */
const TELLING = 6;

/**
 * Spellings of a secret text in memory: a PIN, an answer, a token.
 *
 * @param {string} name
 * @param {string} secret
 * @returns {Needle[]}
 */
export function inMemory(name, secret) {
  const spellings = {
    'UTF-16': Buffer.from(secret, 'utf16le'),
    ...(/^\d+$/.test(secret) && { digits: Buffer.from([...secret].map(Number)) }),
  };
  return [
    ...rawInMemory(name, Buffer.from(secret, 'utf8')),
    ...Object.entries(spellings).flatMap(([spelling, bytes]) => pieces(`${name} as ${spelling}`, bytes)),
  ];
}

/** Spellings of secret bytes in memory. @param {string} name @param {Buffer} secret @returns {Needle[]} */
export function rawInMemory(name, secret) {
  return [
    ...pieces(`${name} as it is`, secret),
    ...[0, 1, 2].flatMap((offset) => pieces(`${name} as base64`, Buffer.from(insideBase64(secret, offset)))),
    ...pieces(`${name} as hex`, Buffer.from(secret.toString('hex'))),
    ...pieces(`${name} as HEX`, Buffer.from(secret.toString('hex').toUpperCase())),
  ];
}

/** What of these bytes must not be there: each piece of many, or few as a whole and without what a free block loses. @param {string} name @param {Buffer} bytes @returns {Needle[]} */
function pieces(name, bytes) {
  const cut = [];
  if (bytes.length < 2 * PIECE) cut.push(bytes, bytes.subarray(OVERWRITTEN));
  else for (let at = 0; at + PIECE <= bytes.length; at += PIECE) cut.push(bytes.subarray(at, at + PIECE));
  return cut.filter(({ length }) => length >= TELLING).map((piece) => ({ name, bytes: [...piece] }));
}

/**
 * Which secrets a text holds, and how they are spelled: ten encodings each, and what a debugger would print. Bytes are
 * searched as Latin-1, one character each.
 *
 * @param {string} text
 * @param {Record<string, string>} secrets by name
 * @returns {string[]}
 */
export function inText(text, secrets) {
  // Fractions of a second and durations have six digits too; any other six must stand alone to count as a PIN.
  const clean = text.replace(/\d\d:\d\d:\d\d\.\d+|\bmicros\W+\d+/g, '');
  return Object.entries(secrets).flatMap(([name, secret]) =>
    spellings(secret)
      .filter(([, spelled]) => (/^\d+$/.test(spelled) ? new RegExp(`(?<![0-9a-zA-Z])${spelled}(?![0-9a-zA-Z])`).test(clean) : clean.includes(spelled)))
      .map(([spelling]) => `${name} as ${spelling}`),
  );
}

/**
 * Every way in which a text could have slipped out.
 *
 * @param {string} secret
 * @returns {[string, string][]} the encoding's name, and the secret in it
 */
export function spellings(secret) {
  const bytes = Buffer.from(secret, 'utf8');
  /** @type {[string, string][]} */
  const all = [
    ['text', secret],
    ['UTF-16', Buffer.from(secret, 'utf16le').toString('latin1')],
    ['hex', bytes.toString('hex')],
    ['HEX', bytes.toString('hex').toUpperCase()],
    ...[0, 1, 2].map((offset) => /** @type {[string, string]} */ ([`base64 at ${offset}`, insideBase64(bytes, offset)])),
    ...[0, 1, 2].map((offset) => /** @type {[string, string]} */ ([`base64url at ${offset}`, insideBase64(bytes, offset, 'base64url')])),
    ['URL', encodeURIComponent(secret)],
    ['JSON', JSON.stringify(secret).slice(1, -1)],
    ['reversed', [...secret].reverse().join('')],
    ['SHA-256', createHash('sha256').update(bytes).digest('hex')],
    // Beside the ten.
    ['upper case', secret.toUpperCase()],
    ['list of bytes', [...bytes].join(', ')],
    ...(/^\d+$/.test(secret) ? /** @type {[string, string][]} */ ([['list of digits', [...secret].join(', ')]]) : []),
  ];
  return all.filter(([, spelled], index) => all.findIndex(([, other]) => other === spelled) === index);
}

/** The characters that every base64 text has which holds these bytes at such an offset. @param {Buffer} bytes @param {number} offset @param {'base64' | 'base64url'} [alphabet] */
function insideBase64(bytes, offset, alphabet = 'base64') {
  const whole = Buffer.concat([Buffer.alloc(offset), bytes]).toString(alphabet).replace(/=+$/, '');
  // The first and last character may share bits with neighbours.
  return whole.slice(Math.ceil((offset * 4) / 3), (bytes.length + offset) % 3 ? -1 : undefined);
}
