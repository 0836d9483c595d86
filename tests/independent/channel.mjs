// The channel of `repin/1`, written from docs/protocol.md and the RFCs it names. It shares no code with the product.

import { randomBytes } from 'node:crypto';
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { expand, extract } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bigEndian, join, lengthPrefixed, utf8 } from './bytes.mjs';
import { decode, encode } from './cbor.mjs';
import { MESSAGES } from './schema.mjs';

export const STEPS = ['OPEN', 'PROVE_1', 'PROVE_2', 'REGISTER', 'COMMIT', 'CANCEL'];

/** By their numbers. */
export const DIRECTIONS = /** @type {const} */ (['c2s', 's2c', 'refusal']);

/**
 * @typedef {"c2s" | "s2c" | "refusal"} Direction
 * @typedef {object} Place
 * @property {string} challengeId
 * @property {number} challengeType 0 for OPEN
 * @property {string} step
 * @property {Uint8Array} run
 * @property {number} seq
 */

/** Section 2. @param {Uint8Array} master @param {string} jti @param {string} app @param {string} sub */
export function encryptionKey(master, jti, app, sub) {
  const info = join(utf8('repin/1 encryption-key'), lengthPrefixed(utf8(app)), lengthPrefixed(utf8(sub)));
  return expand(sha256, extract(sha256, utf8(jti), master), info, 32);
}

/** k0. @param {string} userToken @param {Uint8Array} encryptionKey */
export const channelRoot = (userToken, encryptionKey) => extract(sha256, encryptionKey, sha256(utf8(userToken)));

/** k1. @param {Uint8Array} k0 @param {Uint8Array} sessionKey */
export const ratchet = (k0, sessionKey) => extract(sha256, sessionKey, k0);

/**
 * A refusal is under the key of replies.
 * @param {Uint8Array} root @param {Direction} direction @param {string} challengeId @param {Uint8Array} run
 */
export const directionKey = (root, direction, challengeId, run) =>
  expand(sha256, root, join(utf8(`repin/1 ${direction === 'c2s' ? 'c2s' : 's2c'}`), utf8(challengeId), run), 32);

/**
 * @param {Direction} direction @param {Place} place
 * @param {Uint8Array} [request] the sealed bytes that a reply or a refusal answers
 */
export const associatedData = (direction, place, request) =>
  join(
    utf8('repin/1'),
    Uint8Array.of(1, DIRECTIONS.indexOf(direction), place.challengeType, STEPS.indexOf(place.step) + 1),
    bigEndian(place.seq, 4),
    place.run,
    lengthPrefixed(utf8(place.challengeId)),
    direction !== 'c2s' && request ? sha256(request) : new Uint8Array(),
  );

/** @param {Uint8Array} key @param {Uint8Array} aad @param {Uint8Array} plaintext @param {Uint8Array} nonce */
export const sealWith = (key, aad, plaintext, nonce = new Uint8Array(randomBytes(24))) =>
  join(nonce, xchacha20poly1305(key, nonce, aad).encrypt(plaintext));

/**
 * Throws unless the bytes were sealed so.
 * @param {Uint8Array} key @param {Uint8Array} aad @param {Uint8Array} sealed
 */
export function openWith(key, aad, sealed) {
  if (sealed.length < 24 + 16) throw new RangeError('too short');
  return xchacha20poly1305(key, sealed.subarray(0, 24), aad).decrypt(sealed.subarray(24));
}

/**
 * @param {Uint8Array} root @param {Direction} direction @param {Place} place @param {Uint8Array} plaintext
 * @param {Uint8Array} [request] @param {Uint8Array} [nonce]
 */
export const seal = (root, direction, place, plaintext, request, nonce) =>
  sealWith(
    directionKey(root, direction, place.challengeId, place.run),
    associatedData(direction, place, request),
    plaintext,
    nonce,
  );

/**
 * @param {Uint8Array} root @param {Direction} direction @param {Place} place @param {Uint8Array} sealed
 * @param {Uint8Array} [request]
 */
export const open = (root, direction, place, sealed, request) =>
  openWith(
    directionKey(root, direction, place.challengeId, place.run),
    associatedData(direction, place, request),
    sealed,
  );

/** A message as plaintext: CBOR, 0x80, zeros to a multiple of 256. @param {import("./cbor.mjs").Value} message */
export function pad(message) {
  const cbor = join(encode(message), Uint8Array.of(0x80));
  return join(cbor, new Uint8Array((256 - (cbor.length % 256)) % 256));
}

/**
 * The message of this name in a plaintext; throws if it is not the one encoding of one.
 * @param {string} name @param {Uint8Array} plaintext @param {boolean} exact whether every bound of the schema counts
 */
export function read(name, plaintext, exact = true) {
  if (plaintext.length === 0 || plaintext.length % 256 || plaintext.length > 16 * 1024) throw new RangeError('size');
  const end = plaintext.findLastIndex((byte) => byte !== 0);
  // The padding reaches to the end of its block and no further.
  if (plaintext[end] !== 0x80 || plaintext.length - end > 256) throw new RangeError('padding');
  const message = decode(plaintext.subarray(0, end));
  if (!MESSAGES[name].is(message, exact)) throw new RangeError(`not a ${name}`);
  return message;
}

/** Section 3. @param {string} app @param {string} user @param {number} kind @param {Uint8Array} id */
export const credentialIdentifier = (app, user, kind, id) =>
  join(utf8('repin/1'), lengthPrefixed(utf8(app)), lengthPrefixed(utf8(user)), Uint8Array.of(kind), id);

/** @param {Uint8Array} exportKey @param {number} kind */
export const keyEncryptionKey = (exportKey, kind) =>
  expand(sha256, exportKey, join(utf8('repin/1 kek'), Uint8Array.of(kind)), 32);

/** Of OPEN's sealed bytes. @param {Uint8Array} request @param {Uint8Array} reply */
export const openingHash = (request, reply) => sha256(join(sha256(request), sha256(reply)));

/** Section 5. @param {string} challengeId @param {Uint8Array} run @param {Uint8Array} opening */
export const proofContext = (challengeId, run, opening) => join(utf8('repin/1'), utf8(challengeId), run, opening);
