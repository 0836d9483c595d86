// Every state in two made-up languages and in all that are shipped: nothing is cut off, nothing sticks out, nothing is
// left in English, and the card turns round where it should.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { pseudo } from '../../../xtask/locales/pseudo.mjs';
import { readAll } from '../../../xtask/locales/texts.mjs';
import { launch, openPage } from '../harness/browser.mjs';
import { drawn } from '../harness/drawn.mjs';
import { serveFiles } from '../harness/files.mjs';

const SHIPPED = readAll();
const ENGLISH = /** @type {import('../../../xtask/locales/texts.mjs').Tree} */ (SHIPPED.get('en'));
const RTL = /^(ar|fa|he)\b/;

describe('in another language', () => {
  /** @type {import('puppeteer-core').Browser} */
  let browser;
  /** @type {import('puppeteer-core').Page} */
  let page;
  /** @type {{ url: string, close: () => void }} */
  let gallery;
  /** @type {string[]} */
  let names;
  before(async () => {
    [gallery, browser] = await Promise.all([serveFiles(['tests/gallery', 'target/gallery', 'dist']), launch('chromium')]);
    ({ page } = await openPage(browser));
    await page.goto(gallery.url);
    await page.waitForSelector('html[data-ready]');
    names = await page.evaluate(() => /** @type {any} */ (window).gallery.names());
  });
  after(async () => {
    await browser?.close();
    gallery?.close();
  });

  for (const [tag, widths] of /** @type {[string, number[]][]} */ ([['en-XA', [320, 390, 1280]], ['ar-XB', [320, 1280]]])) {
    for (const width of widths) {
      test(`${tag} fits every state at ${width} px`, async () => {
        assert.deepEqual(await unfit(tag, pseudo(ENGLISH, tag), width), []);
      });
    }
  }

  for (const [tag, texts] of SHIPPED) {
    test(`${tag} fits every state at 320 px`, async () => assert.deepEqual(await unfit(tag, texts, 320), []));
  }

  test('a text that is too wide is found: the control', async () => {
    const texts = structuredClone(ENGLISH);
    /** @type {any} */ (texts).common.continue = 'Fortfahren'.repeat(20);
    assert.notDeepEqual(await unfit('en', texts, 320), []);
  });

  test('nothing is left in English', async () => {
    const left = [];
    for (const name of names) {
      await show(name, 'en-XA', pseudo(ENGLISH, 'en-XA'));
      left.push(...(await page.evaluate(unbracketed)).map((text) => `${name}: ${text}`));
    }
    assert.deepEqual(left, []);
  });

  /** What does not fit, in any state. @param {string} tag @param {unknown} messages @param {number} width */
  async function unfit(tag, messages, width) {
    await page.setViewport({ width, height: 900 });
    const found = [];
    for (const name of names) {
      await show(name, tag, messages);
      found.push(...(await page.evaluate(sticksOut)).map((what) => `${name}: ${what}`));
    }
    return found;
  }

  /** @param {string} name @param {string} locale @param {any} messages */
  async function show(name, locale, messages) {
    const look = { locale, messages, dir: RTL.test(locale) ? 'rtl' : 'ltr' };
    await page.evaluate((name, look) => /** @type {any} */ (window).gallery.show(name, look), name, look);
    await page.evaluate(drawn);
  }
});

/** Runs in the page: what is wider than its place, cut off, or beyond the window. @returns {string[]} */
function sticksOut() {
  const seen = [...document.querySelectorAll('.repin *')].filter((element) => {
    // What is for screen readers alone has no place; the PIN's input is wider than its own on purpose.
    return element instanceof HTMLElement && element.checkVisibility() && !element.closest('.vh, .over');
  });
  const out = document.documentElement.scrollWidth > innerWidth ? ['the page scrolls sideways'] : [];
  for (const element of /** @type {HTMLElement[]} */ (seen)) {
    const { left, right, width } = element.getBoundingClientRect();
    const said = `${element.tagName}.${element.className} “${element.textContent?.slice(0, 40)}”`;
    if (width && (left < -1 || right > innerWidth + 1)) out.push(`${said} is beyond the window`);
    if (element.matches('input, select')) continue;
    const inline = getComputedStyle(element).display === 'inline';
    if (!inline && element.scrollWidth > element.clientWidth + 1) out.push(`${said} is wider than its place`);
    if (element.matches('button, .note, .hero') && element.scrollHeight > element.clientHeight + 1) out.push(`${said} is higher than its place`);
  }
  return out;
}

/** Runs in the page: words that did not come from the pseudo-language. @returns {string[]} */
function unbracketed() {
  const card = /** @type {HTMLElement} */ (document.querySelector('.repin .card'));
  // Questions and hints are a person's own, or the gateway's.
  const own = /What was|When did|What street|red gate|the summer one/;
  // No language has other names for chains, or other letters for addresses and keys.
  const names = ['Ethereum', 'Solana', 'Polygon', 'Base', '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266', '4zvwRjXUKGfvwnParsHAS3HuSVzV5cA4McphgmoCtajS', '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80', '111111111111111111111111111111114zvwRjXUKGfvwnParsHAS3HuSVzV5cA4McphgmoCtaj'];
  /** An address stands in groups of four. @param {string} text */
  const isName = (text) => names.some((name) => name === text || (text.length <= 4 && name.includes(text)));
  const labels = [...card.querySelectorAll('[aria-label]')].map((element) => element.getAttribute('aria-label') ?? '');
  const walker = document.createTreeWalker(card, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) texts.push(walker.currentNode);
  /** @param {string} text */
  const rest = (text) => {
    // One text may stand within another.
    for (let before = ''; before !== text; ) [before, text] = [text, text.replace(/\[[^[\]]*\]/g, '')];
    return text;
  };
  // A text around a hint is in three parts.
  const whole = texts.filter(({ parentElement }) => !parentElement?.closest('span:has(bdi)')).map(({ nodeValue }) => nodeValue ?? '');
  return [...labels, ...whole].filter((text) => /\p{L}/u.test(rest(text)) && !own.test(text) && !isName(text));
}
