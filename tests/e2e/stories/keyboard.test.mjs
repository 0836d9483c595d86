// A whole recovery without a pointer.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { ENGINES } from '../harness/browser.mjs';
import { find, until } from '../harness/find.mjs';
import { enrolled, run, stage } from '../harness/story.mjs';
import { t } from '../harness/widget.mjs';

// More than any screen has: a way round that does not come by is a trap.
const STOPS = 40;

for (const engine of ENGINES) {
  stage('keyboard alone', engine, (stage) => {
    test('someone recovers with Tab, letters, digits and Enter', async () => {
      const person = await enrolled(stage);
      await run(stage, person.userId, 'RESTORE_PIN', async ({ widget, page, status }) => {
        const { keyboard } = page;
        const [first, second] = await widget.answerFields();
        await tabTo(page, first);
        await keyboard.type(person.answers[0]);
        await tabTo(page, second);
        await keyboard.type(person.answers[1]);
        await keyboard.press('Enter');

        // The PIN's field has the focus when its screen comes: nobody should have to look for it.
        await widget.shows('new.title');
        await focused(await find(page, 'textbox', `${t('new.title')}…`));
        await keyboard.type('518306');
        await keyboard.press('Enter');
        await widget.shows('confirm.title');
        await focused(await find(page, 'textbox', `${t('confirm.title')}…`));
        await keyboard.type('518306');
        await keyboard.press('Enter');

        await widget.shows('done_restore.title');
        await tabTo(page, await find(page, 'button', t('common.done')));
        await keyboard.press('Enter');
        assert.equal(await status(), 'COMPLETE');
      });
    });
  });
}

/** @typedef {import('puppeteer-core').ElementHandle<HTMLElement>} Handle */

/** @param {import('puppeteer-core').Page} page @param {Handle} element */
async function tabTo(page, element) {
  for (let stop = 0; stop < STOPS; stop += 1) {
    if (await hasFocus(element)) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`Tab never came to ${await element.evaluate((element) => element.outerHTML)}`);
}

/** Waits: a new screen gives the focus after it is drawn. @param {Handle} element */
async function focused(element) {
  await until('the focus is on the field', () => hasFocus(element));
}

/** @param {Handle} element @returns {Promise<boolean>} */
function hasFocus(element) {
  return element.evaluate((element) => /** @type {ShadowRoot} */ (element.getRootNode()).activeElement === element);
}
