// The built site in a browser: it asks nobody else for anything, says nothing on the console, and fits a phone.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import axe from 'axe-core';
import { launch, openPage } from '../e2e/harness/browser.mjs';
import { until } from '../e2e/harness/find.mjs';
import { BASE, pages, serve } from './site.mjs';

/** @type {Awaited<ReturnType<typeof serve>>} */
let site;
/** @type {import('puppeteer-core').Browser} */
let browser;
before(async () => {
  site = await serve();
  browser = await launch('chromium');
});
after(async () => {
  await browser.close();
  site.close();
});

test('every page is quiet, asks its own host alone, and fits a phone', async () => {
  const { page, witness } = await openPage(browser, { width: 390, height: 844 });
  const wide = [];
  for (const path of pages()) {
    await page.goto(site.origin + path, { waitUntil: 'networkidle0' });
    if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) wide.push(path);
  }
  assert.deepEqual({ wide, console: witness.console }, { wide: [], console: [] });
  const elsewhere = witness.requests.filter((url) => !url.startsWith(site.origin + BASE) && !url.startsWith('data:'));
  assert.deepEqual(elsewhere, []);
  assert.ok(witness.requests.length > pages().length);
});

test('the search finds a page by a word of it', async () => {
  const { page } = await openPage(browser);
  await page.goto(`${site.origin}${BASE}index.html`, { waitUntil: 'networkidle0' });
  // The button is there before its script is: what is pressed until then is lost.
  const field = await until('the field', async () => {
    await page.click('#local-search button').catch(() => {});
    return page.$('.search-input');
  });
  await field.type('dead letter');
  const found = await page.waitForSelector('.VPLocalSearchBox a.result[href*="webhooks"]');
  assert.ok(found);
});

for (const theme of ['light', 'dark']) {
  test(`axe finds nothing on what these pages add to the generator’s theme, in ${theme}`, async () => {
    const { page } = await openPage(browser);
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }]);
    const found = [];
    for (const name of ['index', 'quick-start', 'errors', 'theming', 'screens']) {
      await page.goto(`${site.origin}${BASE}${name}.html`, { waitUntil: 'networkidle0' });
      await page.evaluate(axe.source);
      const { violations } = await page.evaluate(() => /** @type {any} */ (window).axe.run('main, .home, .vp-doc'));
      found.push(...violations.map((/** @type {any} */ { id, nodes }) => `${name}: ${id} ${nodes[0].target}`));
    }
    assert.deepEqual(found, []);
  });
}
