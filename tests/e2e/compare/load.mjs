// Loads one page, cold, and says what came of it.
import { setTimeout as sleep } from 'node:timers/promises';
import { CATEGORIES } from './trace.mjs';
import { witness } from './witness.mjs';

/** Longer than any of them takes; a bound, never an expectation. */
const PATIENCE = 60_000;
/** How long the page may still shift or be busy after what was waited for. */
const AFTERMATH_MS = 500;

/**
 * @typedef {'Repin' | 'Circle' | 'ALTCHA'} Product
 * @typedef {import('./witness.mjs').Witnessed & { bytes: number, requests: number, sent: { path: string, bytes: number, after: number, first: number, last: number }[], heap: number, trace?: import('./trace.mjs').Event[] }} Loaded
 *   `bytes`: all bodies as sent; `after`, `first`, `last`: when it was asked for, began and ended, in milliseconds from the first request; `heap`: megabytes of JavaScript and WASM
 *   memory of the page and its workers, as soon as it can be used
 */

/** What each of them is there for, once it can be used. @type {Record<Product, { page: string, ready: keyof import('./witness.mjs').Witnessed }>} */
export const PRODUCTS = {
  Repin: { page: '/ours.html', ready: 'typeable' },
  Circle: { page: '/circle/circle.html', ready: 'evaluated' },
  ALTCHA: { page: '/altcha/altcha.html', ready: 'visible' },
};

/**
 * @param {{ browser: import('puppeteer-core').Browser, server: import('./server.mjs').Server }} stage
 * @param {Product} product
 * @param {string} session what our host page finds after `#`
 * @param {number} slower how much slower the processor is
 * @param {boolean} [traced] with Chromium's own trace, which takes time itself
 * @returns {Promise<Loaded>}
 */
export async function load({ browser, server }, product, session, slower, traced = false) {
  const { page: path, ready } = PRODUCTS[product];
  // A context of its own has an empty cache.
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.setViewport({ width: 390, height: 844 });
  await page.evaluateOnNewDocument(witness);
  await page.emulateCPUThrottling(slower);
  if (traced) await page.tracing.start({ categories: CATEGORIES });
  server.sent = [];
  await page.goto(`${server.url}${path}#${session}`, { waitUntil: 'domcontentloaded' });
  await until(page, ready);
  const heap = await memory(page);
  const sent = server.sent.filter(({ path }) => path !== '/favicon.ico');
  await sleep(AFTERMATH_MS);
  const witnessed = await seen(page);
  const trace = traced ? JSON.parse(new TextDecoder().decode(await page.tracing.stop())).traceEvents : undefined;
  await context.close();
  return {
    ...witnessed,
    heap,
    ...(trace && { trace }),
    requests: sent.length,
    bytes: sent.reduce((sum, { bytes }) => sum + bytes, 0),
    sent: sent.map(({ path, bytes, at, first, last }) => ({ path, bytes, after: at - sent[0].at, first: first - sent[0].at, last: last - sent[0].at })),
  };
}

/** @param {import('puppeteer-core').Page} page @returns {Promise<import('./witness.mjs').Witnessed>} */
export function seen(page) {
  return page.evaluate(() => /** @type {any} */ (window).witnessed());
}

/** @param {import('puppeteer-core').Page} page @param {keyof import('./witness.mjs').Witnessed} what */
export async function until(page, what) {
  for (const end = Date.now() + PATIENCE; Date.now() < end; await sleep(50)) {
    const found = await seen(page).catch(() => undefined);
    if (found?.[what] !== undefined) return;
  }
  throw new Error(`${page.url().split('#')[0]}: no "${what}" in ${PATIENCE} ms`);
}

/** @param {import('puppeteer-core').Page} page */
async function memory(page) {
  const clients = [await page.createCDPSession(), ...page.workers().map((worker) => worker.client)];
  let bytes = 0;
  for (const client of clients) {
    const usage = /** @type {any} */ (await client.send('Runtime.getHeapUsage'));
    bytes += usage.usedSize + usage.backingStorageSize;
  }
  return bytes / 1e6;
}
