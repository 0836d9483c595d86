// Every state of the widget, one at a time, in a page of Chromium.
import { launch, openPage } from '../../harness/browser.mjs';
import { drawn } from '../../harness/drawn.mjs';
import { serveFiles } from '../../harness/files.mjs';

/**
 * @typedef {object} States
 * @property {import('puppeteer-core').Page} page
 * @property {import('puppeteer-core').Browser} browser
 * @property {string[]} names
 * @property {(name: string, look?: object) => Promise<void>} show and lets it be drawn
 * @property {() => Promise<void>} close
 */

/** @param {(() => void)[]} prepare run before the page's scripts @returns {Promise<States>} */
export async function openStates(...prepare) {
  const gallery = await serveFiles(['tests/gallery', 'target/gallery', 'dist']);
  const browser = await launch('chromium');
  const { page } = await openPage(browser);
  for (const script of prepare) await page.evaluateOnNewDocument(script);
  await page.goto(gallery.url);
  await page.waitForSelector('html[data-ready]');
  return {
    page,
    browser,
    names: await page.evaluate(() => /** @type {any} */ (window).gallery.names()),
    async show(name, look = {}) {
      await page.evaluate((name, look) => /** @type {any} */ (window).gallery.show(name, look), name, look);
      await page.evaluate(drawn);
    },
    close: async () => {
      await browser.close();
      gallery.close();
    },
  };
}
