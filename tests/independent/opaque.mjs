// OPAQUE-3DH (RFC 9807) over ristretto255-SHA512 (RFC 9497) as `repin/1` configures it, both halves, written from the
// RFCs.

import { ristretto255, ristretto255_hasher, ristretto255_oprf } from '@noble/curves/ed25519.js';
import { argon2id } from '@noble/hashes/argon2.js';
import { expand, extract } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { bigEndian, join, lengthPrefixed, same, utf8 } from './bytes.mjs';

const { oprf } = ristretto255_oprf;
const { Point } = ristretto255;
const NOTHING = new Uint8Array();

/**
 * @typedef {(input: Uint8Array) => Uint8Array} Stretch
 * @typedef {{ client?: Uint8Array, server?: Uint8Array }} Identities
 */

/** What RFC 9807 sizes is of that size. @param {string} name @param {Uint8Array} bytes @param {number} length */
function exactly(name, bytes, length) {
  if (bytes.length !== length) throw new RangeError(`${name} has ${bytes.length} bytes and not ${length}`);
}

/** @param {{ m_kib: number, t: number, p: number }} cost @returns {Stretch} */
export const stretching =
  ({ m_kib, t, p }) =>
  (input) =>
    argon2id(input, new Uint8Array(16), { m: m_kib, t, p, dkLen: input.length });

/** @param {Uint8Array} scalar @param {Uint8Array} point */
const multiply = (scalar, point) => oprf.blindEvaluate(scalar, point);

/** RFC 9497, Blind, with a chosen blind. @param {Uint8Array} password @param {Uint8Array} blind */
export function blind(password, blind) {
  const DST = join(utf8('HashToGroup-OPRFV1-'), Uint8Array.of(0), utf8('-ristretto255-SHA512'));
  return multiply(blind, ristretto255_hasher.hashToCurve(password, { DST }).toBytes());
}

/** A blind of 64 random bytes: their little-endian number, reduced. @param {Uint8Array} wide */
export const reduce = (wide) =>
  Point.Fn.toBytes(Point.Fn.create(BigInt(`0x${Buffer.from(wide).reverse().toString('hex')}`)));

/** Of a private key. @param {Uint8Array} privateKey */
export const publicKey = (privateKey) => Point.BASE.multiply(Point.Fn.fromBytes(privateKey)).toBytes();

/** @param {Uint8Array} seed */
export const deriveKeyPair = (seed) => oprf.deriveKeyPair(seed, utf8('OPAQUE-DeriveDiffieHellmanKeyPair'));

/**
 * The gateway's OPRF evaluation.
 * @param {Uint8Array} seed @param {Uint8Array} identifier @param {Uint8Array} blinded
 */
export function evaluate(seed, identifier, blinded) {
  exactly('the registration request', blinded, 32);
  const material = expand(sha512, seed, join(identifier, utf8('OprfKey')), 32);
  return multiply(oprf.deriveKeyPair(material, utf8('OPAQUE-DeriveKeyPair')).secretKey, blinded);
}

/** @param {Uint8Array} password @param {Uint8Array} blind @param {Uint8Array} evaluated @param {Stretch} stretch */
function randomizedPassword(password, blind, evaluated, stretch) {
  const output = oprf.finalize(password, blind, evaluated);
  return extract(sha512, join(output, stretch(output)), NOTHING);
}

/**
 * The envelope's keys and tag.
 * @param {Uint8Array} secret @param {Uint8Array} nonce @param {Uint8Array} server @param {Identities} identities
 */
function envelope(secret, nonce, server, identities) {
  const key = (/** @type {string} */ label, /** @type {number} */ length) =>
    expand(sha512, secret, join(nonce, utf8(label)), length);
  const pair = deriveKeyPair(key('PrivateKey', 32));
  const cleartext = join(
    server,
    lengthPrefixed(identities.server ?? server),
    lengthPrefixed(identities.client ?? pair.publicKey),
  );
  return { pair, exportKey: key('ExportKey', 64), tag: hmac(sha512, key('AuthKey', 64), join(nonce, cleartext)) };
}

/**
 * FinalizeRegistrationRequest: the record, the export key, and the randomized password that both come from.
 * @param {Uint8Array} password @param {Uint8Array} blind @param {Uint8Array} response @param {Uint8Array} nonce
 * @param {Stretch} stretch @param {Identities} [identities]
 */
export function register(password, blind, response, nonce, stretch, identities = {}) {
  exactly('the registration response', response, 64);
  const secret = randomizedPassword(password, blind, response.subarray(0, 32), stretch);
  const { pair, exportKey, tag } = envelope(secret, nonce, response.subarray(32), identities);
  const maskingKey = expand(sha512, secret, utf8('MaskingKey'), 64);
  return { record: join(pair.publicKey, maskingKey, nonce, tag), exportKey, randomizedPassword: secret };
}

/**
 * @param {Uint8Array} password @param {Uint8Array} blinding @param {Uint8Array} nonce
 * @param {Uint8Array} keyshareSeed
 */
export const ke1 = (password, blinding, nonce, keyshareSeed) =>
  join(blind(password, blinding), nonce, deriveKeyPair(keyshareSeed).publicKey);

/** @param {Uint8Array} maskingKey @param {Uint8Array} nonce @param {Uint8Array} bytes */
const mask = (maskingKey, nonce, bytes) =>
  expand(sha512, maskingKey, join(nonce, utf8('CredentialResponsePad')), bytes.length).map(
    (byte, at) => byte ^ bytes[at],
  );

/** @param {Uint8Array} secret @param {string} label @param {Uint8Array} context */
function deriveSecret(secret, label, context) {
  const name = utf8(`OPAQUE-${label}`);
  return expand(
    sha512,
    secret,
    join(bigEndian(64, 2), bigEndian(name.length, 1), name, bigEndian(context.length, 1), context),
    64,
  );
}

/**
 * Both MACs and the session key.
 * @param {Uint8Array} shared dh1 || dh2 || dh3 @param {Uint8Array} preamble
 */
function keys(shared, preamble) {
  const [secret, transcript] = [extract(sha512, shared, NOTHING), sha512(preamble)];
  const handshake = deriveSecret(secret, 'HandshakeSecret', transcript);
  const serverMac = hmac(sha512, deriveSecret(handshake, 'ServerMAC', NOTHING), transcript);
  const clientMac = hmac(sha512, deriveSecret(handshake, 'ClientMAC', NOTHING), sha512(join(preamble, serverMac)));
  return { serverMac, clientMac, sessionKey: deriveSecret(secret, 'SessionKey', transcript) };
}

/**
 * @param {Uint8Array} context @param {Uint8Array} client @param {Uint8Array} ke1 @param {Uint8Array} server
 * @param {Uint8Array} ke2 all but its MAC
 */
const preambleOf = (context, client, ke1, server, ke2) =>
  join(utf8('OPAQUEv1-'), lengthPrefixed(context), lengthPrefixed(client), ke1, lengthPrefixed(server), ke2);

/**
 * GenerateKE3. Throws if the password is wrong.
 * @param {Uint8Array} password @param {Uint8Array} blinding @param {Uint8Array} keyshareSeed @param {Uint8Array} ke1
 * @param {Uint8Array} ke2 @param {Uint8Array} context @param {Stretch} stretch @param {Identities} [identities]
 */
export function ke3(password, blinding, keyshareSeed, ke1, ke2, context, stretch, identities = {}) {
  exactly('KE2', ke2, 320);
  const secret = randomizedPassword(password, blinding, ke2.subarray(0, 32), stretch);
  const maskingKey = expand(sha512, secret, utf8('MaskingKey'), 64);
  const unmasked = mask(maskingKey, ke2.subarray(32, 64), ke2.subarray(64, 192));
  const [server, nonce, tag] = [unmasked.subarray(0, 32), unmasked.subarray(32, 64), unmasked.subarray(64)];
  const opened = envelope(secret, nonce, server, identities);
  if (!same(opened.tag, tag)) throw new RangeError('the password is wrong');
  const [keyshare, ephemeral] = [ke2.subarray(224, 256), deriveKeyPair(keyshareSeed).secretKey];
  const shared = join(
    multiply(ephemeral, keyshare),
    multiply(ephemeral, server),
    multiply(opened.pair.secretKey, keyshare),
  );
  const { client = opened.pair.publicKey, server: serverIdentity = server } = identities;
  const { serverMac, clientMac, sessionKey } = keys(
    shared,
    preambleOf(context, client, ke1, serverIdentity, ke2.subarray(0, 256)),
  );
  if (!same(serverMac, ke2.subarray(256))) throw new RangeError('the server did not know the record');
  return { ke3: clientMac, sessionKey, exportKey: opened.exportKey };
}

/**
 * GenerateKE2 and what KE3 must be.
 * @param {{ seed: Uint8Array, privateKey: Uint8Array }} setup @param {Uint8Array} identifier @param {Uint8Array} record
 * @param {Uint8Array} ke1 @param {Uint8Array} context
 * @param {{ maskingNonce: Uint8Array, nonce: Uint8Array, keyshareSeed: Uint8Array }} chosen @param {Identities} [identities]
 */
export function ke2(setup, identifier, record, ke1, context, chosen, identities = {}) {
  exactly('KE1', ke1, 96);
  exactly('the record', record, 192);
  const server = publicKey(setup.privateKey);
  const [clientKey, maskingKey] = [record.subarray(0, 32), record.subarray(32, 96)];
  const ephemeral = deriveKeyPair(chosen.keyshareSeed);
  const answer = join(
    evaluate(setup.seed, identifier, ke1.subarray(0, 32)),
    chosen.maskingNonce,
    mask(maskingKey, chosen.maskingNonce, join(server, record.subarray(96))),
    chosen.nonce,
    ephemeral.publicKey,
  );
  const clientShare = ke1.subarray(64);
  const shared = join(
    multiply(ephemeral.secretKey, clientShare),
    multiply(setup.privateKey, clientShare),
    multiply(ephemeral.secretKey, clientKey),
  );
  const { serverMac, clientMac, sessionKey } = keys(
    shared,
    preambleOf(context, identities.client ?? clientKey, ke1, identities.server ?? server, answer),
  );
  return { ke2: join(answer, serverMac), ke3: clientMac, sessionKey };
}
