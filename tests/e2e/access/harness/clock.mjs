// A page's clock that tests put forward, for nobody waits for an hour. The gateway has one of its own.

/** Puts the page's clock to so long after its start. @param {import('puppeteer-core').Page} page @param {number} ms */
export async function later(page, ms) {
  await page.evaluate((ms) => /** @type {any} */ (window).clockAhead(ms), ms);
}

/** Runs in the page, before its scripts: a clock that tests may put forward, as nobody waits for an hour. */
export function moveClock() {
  const now = Date.now;
  let ahead = 0;
  Date.now = () => now() + ahead;
  /** @type {any} */ (window).clockAhead = (/** @type {number} */ ms) => (ahead = ms);
}
