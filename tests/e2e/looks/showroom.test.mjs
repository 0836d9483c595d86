// Gallery and playground as they are published: every switch does something, the address holds it, nothing is sent, and
// axe finds nothing, on a desktop and on a phone.
import { after, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import axe from 'axe-core';
import { launch, openPage } from '../harness/browser.mjs';
import { serveFiles } from '../harness/files.mjs';
import { until } from '../harness/find.mjs';

describe('the showroom', async () => {
  const files = await serveFiles(['target/showroom']);
  const browser = await launch('chromium');
  after(async () => {
    await browser.close();
    files.close();
  });

  /** @param {string} path @param {{ width?: number, height?: number }} [size] */
  async function open(path, size) {
    const { page, context, witness } = await openPage(browser, size);
    await page.goto(files.url + path);
    await page.waitForSelector('html[data-ready]');
    return { page, witness, close: () => context.close() };
  }

  /** What axe finds on the page around the frame. @param {import('puppeteer-core').Page} page */
  async function violations(page) {
    await page.evaluate(axe.source);
    return page.evaluate(async () => {
      const { violations } = await /** @type {any} */ (window).axe.run(document, { iframes: false });
      return violations.flatMap((/** @type {any} */ { id, nodes }) => nodes.map((/** @type {any} */ node) => `${id}: ${node.html}`));
    });
  }

  /** The widget's words in the playground's frame. @param {import('puppeteer-core').Page} page */
  const words = (page) =>
    page.evaluate(() => {
      const stage = /** @type {HTMLIFrameElement} */ (document.getElementById('stage')).contentDocument;
      const frame = stage?.querySelector('[data-mock]')?.shadowRoot?.querySelector('.repin');
      return /** @type {HTMLElement | undefined} */ (frame)?.innerText ?? '';
    });

  for (const width of [390, 1440]) {
    test(`the playground at ${width} px: axe finds nothing, nothing overflows, nothing is sent`, async () => {
      const { page, witness, close } = await open('playground/', { width, height: 900 });
      await until('questions', async () => /security questions/.test(await words(page)));
      await page.evaluate(() => document.querySelectorAll('details').forEach((drawer) => (drawer.open = true)));
      assert.deepEqual(await violations(page), []);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false);
      assert.deepEqual(witness.requests.filter((address) => address !== 'data:,' && !address.startsWith(files.url)), []);
      assert.deepEqual(witness.console.filter((line) => !line.startsWith('info: repin: a mock plays')), []);
      await close();
    });
  }

  test('what is chosen is shown, stands in the address, and is the same when the address is opened again', async () => {
    const { page, close } = await open('playground/');
    await page.select('[name=flow]', 'CHANGE_PIN');
    await page.select('[name=scenario]', 'locked');
    await page.select('[name=locale]', 'de');
    await page.select('[name=preset]', 'rounded');
    await page.select('[name=width]', '390');
    await until('a paused PIN in German', async () => /PIN .*pausiert|gesperrt|Pause/i.test(await words(page)));
    const address = page.url();
    for (const part of ['flow=CHANGE_PIN', 'scenario=locked', 'locale=de', 'preset=rounded', 'width=390']) assert.ok(address.includes(part), address);
    await close();

    const again = await open(address.slice(files.url.length));
    await until('the same', async () => /PIN .*pausiert|gesperrt|Pause/i.test(await words(again.page)));
    assert.equal(await again.page.$eval('[name=scenario]', (select) => /** @type {HTMLSelectElement} */ (select).value), 'locked');
    assert.equal(await again.page.$eval('#stage', (frame) => frame.clientWidth), 390);
    assert.match(await again.page.$eval('#code', (code) => code.textContent ?? ''), /locale: 'de'[^]*theme: 'rounded'/);
    await again.close();
  });

  test('a colour that cannot be read is named at once, and the code has it', async () => {
    const { page, close } = await open('playground/?theme=light');
    await until('a verdict', async () => /all 15 pairs/.test(await page.$eval('#verdict', (verdict) => verdict.textContent ?? '')));
    await page.$eval('#colours input[type=color]', (field) => {
      /** @type {HTMLInputElement} */ (field).value = '#ffd000';
      field.dispatchEvent(new Event('input', { bubbles: true }));
    });
    assert.match(await page.$eval('#verdict', (verdict) => verdict.textContent ?? ''), /of 15 fall short/);
    assert.match(await page.$eval('#pairs', (pairs) => pairs.textContent ?? ''), /on-accent on accent✕ 1\.5 of 4\.5/);
    assert.match(await page.$eval('#code', (code) => code.textContent ?? ''), /'--pr-accent': '#ffd000'/);
    assert.ok(page.url().includes('--pr-accent=%23ffd000'), page.url());
    await close();
  });

  test('an address with nonsense in it shows the start', async () => {
    const { page, witness, close } = await open('playground/?flow=<script>&scenario=x&width=1e9&locale=%22&--pr-x=url(//evil.example)&--pr-accent=red;}');
    await until('questions', async () => /security questions/.test(await words(page)));
    assert.equal(new URL(page.url()).search, '');
    assert.deepEqual(witness.requests.filter((address) => address !== 'data:,' && !address.startsWith(files.url)), []);
    await close();
  });

  for (const width of [390, 1440]) {
    test(`the gallery at ${width} px shows every state in every look, and axe finds nothing`, async () => {
      const { page, witness, close } = await open('gallery/', { width, height: 900 });
      const count = () => page.evaluate(() => [...document.querySelectorAll('figure > div')].filter((host) => host.shadowRoot?.querySelector('.card')).length);
      assert.ok((await count()) >= 36);
      for (const [name, value] of [['theme', 'dark'], ['preset', 'high-contrast'], ['locale', 'ar'], ['width', '320']]) {
        await page.select(`[name=${name}]`, value);
        await until(`${name} in the address`, () => page.url().includes(`${name}=${value}`));
      }
      const dir = () => page.$eval('figure > div', (host) => /** @type {HTMLElement} */ (host.shadowRoot?.querySelector('.repin')).dir);
      await until('every state again, from right to left', async () => (await count()) >= 36 && (await dir()) === 'rtl');
      assert.deepEqual(await violations(page), []);
      assert.deepEqual(witness.console, []);
      await close();
    });
  }
});
