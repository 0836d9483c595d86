// What happens once everything has been fetched: the widget opened on a page that has its files already, and digits typed.
import { setTimeout as sleep } from 'node:timers/promises';
import { seen, until } from './load.mjs';
import { witness } from './witness.mjs';

const DIGITS = '493817';
/** Between two keys; quick for a person. */
const KEY_MS = 120;

/** @typedef {{ browser: import('puppeteer-core').Browser, server: import('./server.mjs').Server }} Stage */

/**
 * Milliseconds from the call that opens the widget until its field has the focus, the gateway's answer included, on a page
 * that has opened one before.
 *
 * @param {Stage} stage
 * @param {string[]} sessions of two challenges
 * @param {number} slower
 * @returns {Promise<number>}
 */
export async function warm({ browser, server }, [first, second], slower) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.evaluateOnNewDocument(witness);
  await page.emulateCPUThrottling(slower);
  await page.goto(`${server.url}/ours.html#${first}`);
  await until(page, 'typeable');
  await sleep(500);
  const ms = await page.evaluate(async (session) => {
    const loader = '/repin.js';
    const { mount } = await import(loader);
    // Beside the first one: the page has its files, and nothing of the first is used again.
    const place = document.createElement('div');
    document.body.prepend(place);
    const began = performance.now();
    const attachShadow = Element.prototype.attachShadow;
    return new Promise((resolve) => {
      Element.prototype.attachShadow = function (init) {
        const root = attachShadow.call(this, init);
        root.addEventListener('focusin', ({ target }) => {
          if (target instanceof HTMLInputElement) resolve(performance.now() - began);
        });
        return root;
      };
      mount(place, { session: JSON.parse(decodeURIComponent(session)) });
    });
  }, second);
  await context.close();
  return /** @type {number} */ (ms);
}

/** Milliseconds from each digit's key to its slot, drawn. @param {Stage} stage @param {string} session @param {number} slower @returns {Promise<number[]>} */
export async function keys({ browser, server }, session, slower) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.evaluateOnNewDocument(witness);
  await page.emulateCPUThrottling(slower);
  await page.goto(`${server.url}/ours.html#${session}`);
  await until(page, 'typeable');
  await sleep(500);
  await page.keyboard.type(DIGITS, { delay: KEY_MS });
  await sleep(500);
  const { slots } = await seen(page);
  await context.close();
  if (slots.length !== DIGITS.length) throw new Error(`${slots.length} of ${DIGITS.length} digits were drawn`);
  return slots;
}
