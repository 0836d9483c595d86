// A page's clock that tests put forward, for nobody waits for an hour. The gateway has one of its own.

/**
 * Puts the page's clock to so long after its first move, and lets it stand there: what a busy machine takes for the rest is no time
 * of the page's.
 *
 * @param {import('puppeteer-core').Page} page
 * @param {number} ms
 */
export async function later(page, ms) {
  await page.evaluate((ms) => /** @type {any} */ (window).clockAhead(ms), ms);
}

/** Runs in the page, before its scripts: a clock that tests may put forward. */
export function moveClock() {
  const now = Date.now;
  /** @type {number | undefined} */
  let begun;
  /** @type {number | undefined} */
  let still;
  Date.now = () => still ?? now();
  /** @type {any} */ (window).clockAhead = (/** @type {number} */ ms) => {
    begun ??= now();
    still = begun + ms;
  };
}
