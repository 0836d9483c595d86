// What holds on any machine: ratios of times that were taken one after the other.

/** Milliseconds in each round, by the candidate's name. @typedef {Record<string, number[]>} Times */

export const OURS = 'Repin';
/** Its memory is not wiped, as nobody else's is but the C reference's. */
export const UNWIPED = 'Repin, if it did not wipe';
export const WITHOUT_VECTORS = 'Repin, without vectors';
export const SLOW_PEER = 'hash-wasm';
export const RUSTCRYPTO = "RustCrypto's crate";
export const NATIVE_C = 'native: the C reference, 128-bit vectors';
export const NATIVE_RUST = "native: RustCrypto's crate";
const PEERS = ['@phi-ag/argon2', 'hash-wasm', 'libsodium-wrappers-sumo', 'argon2id'];

/** The quickest npm library. @param {Times} times */
export const bestOf = (times) => PEERS.filter((name) => times[name]).sort((a, b) => median(times[a]) - median(times[b]))[0];

/** Of two candidates, round by round. @param {Times} times @param {string} one @param {string} other */
export const ratio = (times, one, other) => median(times[one].map((time, round) => time / times[other][round]));

/** @param {number[]} numbers */
export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
