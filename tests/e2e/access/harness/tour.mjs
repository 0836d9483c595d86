// Somebody without a pointer: what they do, and what they meet on their way, as texts to be read.
import assert from 'node:assert/strict';
import { until } from '../../harness/find.mjs';
import { t } from '../../harness/widget.mjs';
import { compare } from './kept.mjs';
import { arrives, tabTo, wayRound } from './keys.mjs';
import { copy } from './reader.mjs';

/** @param {string} key @param {Record<string, string | number>} [values] */
export const heading = (key, values) => `heading “${t(key, values)}”`;
/** @param {string} key */
export const button = (key) => `button “${t(key)}”`;
/** @param {string} name */
export const field = (name) => `field “${name}”`;
/** @param {string} key */
export const pinField = (key) => `field “${t(key)}, ${t('pin.label', { n: 6 })}”`;

/** Puts something into a field in place of what it holds. @param {import('puppeteer-core').Page} page @param {string} name @param {string} value */
export async function type(page, name, value) {
  await tabTo(page, name);
  await page.keyboard.down('Control');
  await page.keyboard.press('a');
  await page.keyboard.up('Control');
  await page.keyboard.type(value);
}

/** Waits until a live region has said it. @param {import('puppeteer-core').Page} page @param {string | RegExp} what */
export async function said(page, what) {
  await until(`it says ${what}`, async () => {
    const all = await page.evaluate(() => /** @type {string[]} */ (/** @type {any} */ (window).announced));
    return all.some((line) => (typeof what === 'string' ? line === what : what.test(line)));
  });
}

/** What someone meets on their way, as texts. */
export class Tour {
  /** @type {string[]} */
  #focus = [];
  /** @type {string[]} */
  #heard = [];
  /** @type {string[]} */
  #faults = [];
  stops = 0;

  get faults() {
    return this.#faults.length;
  }

  /** @param {import('./reader.mjs').Reader} reader */
  constructor(reader) {
    this.reader = reader;
  }

  /** Comes to a screen: the focus must be on `begins` by itself. @param {import('puppeteer-core').Page} page @param {string} what @param {string} begins */
  async at(page, what, begins) {
    await arrives(page, begins);
    const html = await copy(page);
    const { focus, lines } = await this.reader.read(html);
    // A screen that still slides in is scrolled to where it no longer is.
    await page.evaluate(() => {
      const roots = [document, ...[...document.querySelectorAll('#widget *')].flatMap(({ shadowRoot }) => shadowRoot ?? [])];
      for (const motion of roots.flatMap((root) => root.getAnimations())) {
        if (motion.effect?.getComputedTiming().endTime !== Infinity) motion.finish();
      }
    });
    const stops = await wayRound(page);
    this.stops += stops.length;
    for (const { name, faults } of stops) this.#faults.push(...faults.map((fault) => `${what}: ${name} ${fault}`));
    this.#focus.push(`${what}\n  begins at ${begins}\n${stops.map(({ name }, n) => `  ${n + 1}. ${name}`).join('\n')}\n`);
    const live = await page.evaluate(() => /** @type {any} */ (window).announced.splice(0));
    // Whether these come before the screen is read depends on the machine; `said` waits for those that matter.
    const timely = new RegExp(`^polite: (Loading|\\d of \\d|${t('loading.slow')}|${t('loading.stuck')}|${t('working.slow')})`);
    const told = live.filter((/** @type {string} */ line) => !timely.test(line)).map((/** @type {string} */ line) => `  (${line})`);
    // A clock goes on while it is read.
    const heard = [...told, `  → ${focus}`, ...lines.map((line) => `  ${line}`)].map((line) => line.replace(/\b\d\d:\d\d\b/g, 'mm:ss'));
    this.#heard.push([what, ...heard, ''].join('\n'));
  }

  /** @param {string} name */
  compare(name) {
    assert.deepEqual(this.#faults, []);
    compare(`${name}.focus.txt`, this.#focus.join('\n'));
    compare(`${name}.heard.txt`, this.#heard.join('\n'));
  }
}
