// The frame that Circle's web SDK opens is a page of its own: axe runs inside it, screen by screen.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import axe from 'axe-core';
import { run, stage } from '../circle/harness/stage.mjs';
import { drawn } from '../harness/drawn.mjs';
import { until } from '../harness/find.mjs';
import { t } from '../harness/widget.mjs';

stage('axe inside the frame', 'chromium', (stage) => {
  test('finds nothing on any screen of a setup, in light and dark, on a phone and on a desktop', async () => {
    /** @type {string[]} */
    const found = [];
    /** @type {string[]} */
    const seen = [];
    await run(stage, await stage.gateway.user(), 'INITIALIZE', async ({ app, status }) => {
      const look = async (/** @type {string} */ key, values = {}) => {
        await app.widget.shows(key, values);
        seen.push(key);
        for (const [width, value] of /** @type {const} */ ([[390, 'light'], [1280, 'dark']])) {
          await app.page.setViewport({ width, height: 844 });
          await app.page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }]);
          found.push(...(await violations(app)).map((line) => `${t(key, values)}, ${width} ${value}: ${line}`));
        }
      };
      await look('first.title');
      await app.widget.pin('first.title', '123456');
      await app.widget.warns('new.weak');
      await look('first.title');
      await app.widget.pin('first.title', '493817');
      await look('confirm_first.title');
      await app.widget.pin('confirm_first.title', '493817', 'confirm_first.submit');
      await look('intro.title');
      await app.widget.press('intro.start');
      for (const n of [1, 2]) {
        await look('choose.title', { n, total: 2 });
        await app.widget.select(n - 1);
        await app.widget.fill(t('choose.answer'), ['Aunt Philomena', 'Zanzibar harbour'][n - 1]);
        await app.widget.press('common.continue');
      }
      await look('summary.title');
      await app.widget.press('common.continue');
      await look('agree.title');
      await app.widget.fill(`${t('agree.label', { phrase: t('agree.phrase') })}…`, t('agree.phrase'));
      await app.widget.press('common.continue');
      await look('done_all.title');
      await app.widget.press('common.done');
      await until('it is complete', async () => (await status()) === 'COMPLETE');
    });
    assert.equal(seen.length, 9);
    assert.deepEqual(found, []);
  });

  test('the document has a language and a title, and the dialog a name', async () => {
    await run(stage, await stage.gateway.user(), 'SET_PIN', async ({ app }) => {
      await app.widget.shows('first.title');
      const page = await app.frame()?.evaluate(() => {
        const dialog = document.body.lastElementChild?.shadowRoot?.querySelector('dialog');
        return { lang: document.documentElement.lang, title: document.title, dialog: dialog?.ariaLabel, modal: dialog?.matches(':modal') };
      });
      assert.deepEqual(page, { lang: 'en-US', title: 'PIN recovery', dialog: t('shell.label'), modal: true });
    });
  });
});

/** @param {import('../circle/harness/app.mjs').App} app @returns {Promise<string[]>} */
async function violations(app) {
  const frame = app.frame();
  assert.ok(frame, 'the frame is there');
  await frame.evaluate(axe.source);
  // What changes with the device's colours has begun to by the second frame; on the way there is no contrast to measure.
  await frame.evaluate(drawn);
  return frame.evaluate(async () => {
    for (const root of [document, document.body.lastElementChild?.shadowRoot]) {
      for (const animation of root?.getAnimations() ?? []) if (animation.effect?.getComputedTiming().endTime !== Infinity) animation.finish();
    }
    const { violations } = await /** @type {any} */ (window).axe.run(document, { rules: { 'target-size': { enabled: true } } });
    return violations.flatMap((/** @type {any} */ { id, nodes }) =>
      nodes.map((/** @type {any} */ node) => `${id} ${node.target.flat().join(' ')}: ${node.failureSummary}`),
    );
  });
}
