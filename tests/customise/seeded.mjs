// Numbers for choosing test cases: the same for the same seed.

/** mulberry32: the same numbers for the same seed. @param {number} seed */
function numbers(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** @param {number} seed */
export function seeded(seed) {
  const random = numbers(seed);
  const whole = (/** @type {number} */ most) => Math.floor(random() * most);
  /** @template T @param {readonly T[]} items @returns {T} */
  const any = (items) => items[whole(items.length)];
  return { random, whole, any };
}
