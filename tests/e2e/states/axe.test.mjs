// axe finds nothing on any state of the widget, in light and dark, left to right and right to left, on a phone's width
// with the text of a large desktop and on a desktop.
import { after, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import axe from 'axe-core';
import { launch, openPage } from '../harness/browser.mjs';
import { drawn } from '../harness/drawn.mjs';
import { evidence } from '../harness/evidence.mjs';
import { serveFiles } from '../harness/files.mjs';
import * as LOOKS from '../harness/looks.mjs';

const GALLERY = await serveFiles(['tests/gallery', 'target/gallery', 'dist']);
const BROWSER = await launch('chromium');
const { page: PAGE, witness: WITNESS } = await openPage(BROWSER);
await PAGE.goto(GALLERY.url);
await PAGE.waitForSelector('html[data-ready]');
await PAGE.evaluate(axe.source);
/** @type {string[]} */
const NAMES = await PAGE.evaluate(() => /** @type {any} */ (window).gallery.names());

const tally = { looked: 0, found: 0 };

after(async () => {
  await BROWSER.close();
  GALLERY.close();
});

describe('axe', () => {
  test('the gallery has every state', () => assert.ok(NAMES.length >= 18, `only ${NAMES}`));

  for (const name of NAMES) {
    test(`finds nothing on ${name}, in every theme, direction and width`, async () => {
      const found = [];
      for (const width of [320, 1280]) {
        await PAGE.setViewport({ width, height: 900 });
        for (const theme of ['light', 'dark']) {
          for (const dir of ['ltr', 'rtl']) {
            await show(name, { theme, dir });
            found.push(...(await violations()).map((line) => `${width} ${theme} ${dir}: ${line}`));
            // WCAG 2.2, 1.4.10: nobody should have to scroll sideways to read.
            if (await PAGE.evaluate(() => document.documentElement.scrollWidth > innerWidth)) found.push(`${width} ${theme} ${dir}: overflows`);
          }
        }
      }
      assert.deepEqual(found, []);
    });
  }

  for (const [look, customisation] of Object.entries(LOOKS)) {
    test(`finds nothing on any state in a host’s ${look.toLowerCase()} colours and words, whatever the device prefers`, async () => {
      const found = [];
      for (const value of ['light', 'dark']) {
        await PAGE.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }]);
        await PAGE.setViewport({ width: value === 'light' ? 320 : 1280, height: 900 });
        for (const name of NAMES) {
          await show(name, { customisation });
          found.push(...(await violations()).map((line) => `${value} ${name}: ${line}`));
          if (await PAGE.evaluate(() => document.documentElement.scrollWidth > innerWidth)) found.push(`${value} ${name}: overflows`);
        }
      }
      await PAGE.emulateMediaFeatures([]);
      await show(NAMES[0], {});
      assert.deepEqual(found, []);
    });
  }

  test('finds a field without a name: the control', async () => {
    const { looked, found } = tally;
    await PAGE.evaluate(() => document.body.append(document.createElement('input')));
    const control = (await violations()).join('\n');
    assert.match(control, /^label /m);
    evidence(33, `axe ${axe.version}: ${found} violations in ${looked} looks at ${NAMES.length} states, in light and dark, both directions, 320 and 1280 px, and two hosts’ colours`, `a field without a name: ${control.split('\n')[0].split(':')[0]}`);
  });

  test('the gallery itself was silent', async () => {
    assert.deepEqual(WITNESS.console, []);
  });
});

/** Draws a state and ends its motion: a title that fades in has no contrast on the way. @param {string} name @param {object} look */
async function show(name, look) {
  await PAGE.evaluate((name, look) => /** @type {any} */ (window).gallery.show(name, look), name, look);
  await PAGE.evaluate(drawn);
  await PAGE.evaluate(() => {
    for (const animation of document.getAnimations()) {
      // What pulses for ever has no end to go to.
      if (animation.effect?.getComputedTiming().endTime !== Infinity) animation.finish();
    }
  });
}

/** @returns {Promise<string[]>} */
async function violations() {
  const found = await PAGE.evaluate(async () => {
    // WCAG 2.2's smallest target is not among axe's defaults yet.
    const { violations } = await /** @type {any} */ (window).axe.run(document, { rules: { 'target-size': { enabled: true } } });
    return violations.flatMap((/** @type {any} */ { id, nodes }) =>
      nodes.map((/** @type {any} */ node) => `${id} ${node.target.flat().join(' ')}: ${node.failureSummary}`),
    );
  });
  tally.looked += 1;
  tally.found += found.length;
  return found;
}
