// Words that come, change or belong to another language: what is said while time passes, what a change of language does to
// the focus, and what is marked as English in a page that is not.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { ENGINES } from '../harness/browser.mjs';
import { find, until } from '../harness/find.mjs';
import { enrolled, quiet, stage } from '../harness/story.mjs';
import { t } from '../harness/widget.mjs';
import { later, moveClock } from './harness/clock.mjs';
import { arrives, focusNow, tabTo } from './harness/keys.mjs';
import { own } from './harness/own.mjs';
import { openStates } from './harness/states.mjs';

const GERMAN = JSON.parse(readFileSync('locales/de.json', 'utf8'));
const MINUTE = 60_000;

describe('what is said', () => {
  /** @type {import('./harness/states.mjs').States} */
  let states;
  before(async () => {
    states = await openStates(moveClock);
  });
  after(() => states?.close());

  test('of a pause is 10, 5 and 1 minutes and its end, each once, and nothing in between', async () => {
    const { page, show } = states;
    await show('locked');
    await page.evaluate(() => {
      /** @type {any} */ (window).said = [];
      const voice = /** @type {Element} */ (document.querySelector('.repin [role=status]'));
      new MutationObserver(() => voice.textContent && /** @type {any} */ (window).said.push(voice.textContent)).observe(voice, { childList: true });
    });
    const said = () => page.evaluate(() => /** @type {any} */ (window).said);
    const clock = () => page.$eval('.clock', (clock) => clock.textContent);
    // The pictures' pause is 27:41 long. What stands on the clock first is the proof that time has passed at all.
    for (const [left, told] of /** @type {[number, string[]][]} */ ([
      [20, []],
      [9.9, [t('locked.say', { n: 10 })]],
      [6, []],
      [4.9, [t('locked.say', { n: 5 })]],
      [2, []],
      [0.9, [t('locked.say', { n: 1 })]],
      [-0.1, [t('locked.over')]],
    ])) {
      const before = (await said()).length;
      await later(page, 27 * MINUTE + 41_000 - left * MINUTE);
      const shown = left < 0 ? /^00:00$/ : new RegExp(`^0?${Math.floor(left)}:|^${`${Math.ceil(left) - 1}`.padStart(2, '0')}:`);
      await until(`the clock shows ${left}`, async () => shown.test((await clock()) ?? ''));
      await until('it is said', async () => (await said()).length >= before + told.length);
      assert.deepEqual((await said()).slice(before), told);
    }
  });

  test('of a code is “Copied” only where it was', async () => {
    const { page, show } = states;
    const cdp = await page.createCDPSession();
    const allow = (/** @type {'granted' | 'denied'} */ setting) =>
      cdp.send('Browser.setPermission', { permission: { name: 'clipboard-write', allowWithoutSanitization: false }, setting, browserContextId: page.browserContext().id });
    const label = () => page.$eval('.code .link', (button) => button.textContent);
    /** @type {string[]} */
    const uncaught = [];
    page.on('pageerror', (error) => uncaught.push(`${error}`));

    await allow('denied');
    await show('failed');
    await page.click('.code .link');
    // The refusal is there when the browser's own answer is.
    await page.evaluate(() => navigator.clipboard.writeText('').catch(() => {}));
    assert.equal(await label(), t('failed.copy'));
    await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true }));
    await page.click('.code .link');
    assert.equal(await label(), t('failed.copy'), 'a page on http has no clipboard at all');
    await page.evaluate(() => delete /** @type {any} */ (navigator).clipboard);

    await allow('granted');
    await page.click('.code .link');
    await until('it was copied', async () => (await label()) === t('failed.copied'));
    assert.deepEqual(uncaught, []);
  });
});

for (const engine of ENGINES) {
  stage('another language', engine, (stage) => {
    test('leaves the focus where it is, on a button of the header too, and marks English questions as English', async () => {
      const person = await enrolled(stage);
      await own(stage, person.userId, 'RESTORE_PIN', {}, async ({ page, widget, witness, setLocale }) => {
        await widget.shows('questions.title');
        await tabTo(page, `button “${t('common.cancel')}”`);
        await setLocale('de');
        await find(page, 'heading', GERMAN.questions.title);
        assert.equal((await focusNow(page))?.name, `button “${GERMAN.common.cancel}”`);
        const labels = () => page.$$eval('#widget >>> label', (labels) => labels.map((label) => label.querySelector('[lang]')?.getAttribute('lang')));
        assert.deepEqual(await labels(), ['en', 'en']);
        assert.equal(await page.$eval('#widget >>> .repin', (frame) => /** @type {HTMLElement} */ (frame).lang), 'de');

        // A note that has the focus is told anew in the new language: the focus goes to the page's beginning.
        await tabTo(page, `button “${GERMAN.common.continue}”`);
        await page.keyboard.press('Enter');
        await until('the note has the focus', async () => (await focusNow(page))?.name.startsWith('alert') ?? false);
        await setLocale('en');
        await arrives(page, `heading “${t('questions.title')}”`);
        await quiet(witness);
      });
    });
  });
}
