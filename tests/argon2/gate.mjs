// What must not get worse, at the least cost with memory kept. Ratios within a round, so that a slow or busy machine meets both
// sides. Limits are far from what is measured, for noise, and are not what we want to reach: the report has that. A kernel
// at half its speed exceeds them; what takes less away is for tests/package/argon2id.test.mjs, which reads the modules.
import { OURS, RUSTCRYPTO, SLOW_PEER, WITHOUT_VECTORS, ratio } from './ratios.mjs';

/** @type {[one: string, other: string, limit: number][]} */
const GATES = [
  [OURS, SLOW_PEER, 0.6],
  [OURS, RUSTCRYPTO, 0.9],
  [WITHOUT_VECTORS, SLOW_PEER, 0.7],
];

/** Prints each, and says whether one is exceeded. @param {string} engine @param {import('./ratios.mjs').Times} times */
export function exceeded(engine, times) {
  const over = GATES.filter(([one, other, limit]) => {
    const is = ratio(times, one, other);
    const ok = is <= limit;
    console.log(`${engine}: ${one} takes ${is.toFixed(2)} of what ${other} takes, the gate is ${limit}${ok ? '' : ': EXCEEDED'}`);
    return !ok;
  });
  return over.length > 0;
}
