/** Waits for the second frame from now on: what was there before has been drawn. Runs in the page: `page.evaluate(drawn)`. */
export function drawn() {
  return /** @type {Promise<void>} */ (new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))));
}
