// The loader's part of a language: which one is spoken, one file for it, English where it cannot be had, and a change of
// language while someone types.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { ENGINES, openPage } from '../harness/browser.mjs';
import { find, focused, until } from '../harness/find.mjs';
import { enrolled, quiet, stage } from '../harness/story.mjs';
import { Widget } from '../harness/widget.mjs';

/** @param {string} tag @param {string} path */
function said(tag, path) {
  const tree = JSON.parse(readFileSync(`locales/${tag}.json`, 'utf8'));
  return String(path.split('.').reduce((node, name) => node[name], tree));
}

for (const engine of ENGINES) {
  stage('languages', engine, (stage) => {
    test('someone begins in Arabic, goes on in German, and loses nothing of what was typed', async () => {
      const person = await enrolled(stage);
      await inPage(person.userId, { locale: 'ar' }, async ({ page, witness, setLocale, frame }) => {
        await find(page, 'heading', said('ar', 'questions.title'));
        assert.deepEqual(await frame(), { lang: 'ar', dir: 'rtl', label: said('ar', 'shell.label') });
        const asked = witness.requests.filter((url) => /locales|language/.test(url)).map((url) => new URL(url).pathname);
        assert.deepEqual(asked, ['/repin-language.js', '/locales/ar.json']);

        const fields = /** @type {any[]} */ (await page.$$('#widget >>> form input'));
        await fields[0].type(person.answers[0]);
        await fields[1].type(person.answers[1]);
        await setLocale('de-AT');
        await find(page, 'heading', said('de', 'questions.title'));
        assert.deepEqual(await frame(), { lang: 'de-AT', dir: 'ltr', label: said('de', 'shell.label') });
        const typed = await Promise.all(fields.map((field) => field.evaluate((/** @type {HTMLInputElement} */ field) => field.value)));
        assert.deepEqual(typed, person.answers);

        await (await find(page, 'button', said('de', 'common.continue'))).click();
        await find(page, 'heading', said('de', 'new.title'));
        await focused(page);
        await page.keyboard.type('5183');
        await setLocale('ar');
        await find(page, 'heading', said('ar', 'new.title'));
        await setLocale('en');
        const widget = new Widget(page);
        await widget.shows('new.title');
        await page.evaluate(() => /** @type {any} */ (document.querySelector('#widget > div:last-child'))?.shadowRoot.querySelector('.pin input').focus());
        await page.keyboard.type('06');
        await widget.press('common.continue');
        await widget.pin('confirm.title', '518306', 'confirm.submit');
        await widget.shows('done_restore.title');
      });
    });

    test('English asks for no file, and what we do not speak is answered in English', async () => {
      const person = await enrolled(stage);
      for (const locale of ['en-GB', 'nb']) {
        await inPage(person.userId, { locale }, async ({ page, witness, frame }) => {
          await new Widget(page).shows('questions.title');
          assert.equal((await frame()).dir, 'ltr');
          assert.equal((await frame()).lang, locale === 'nb' ? 'en' : locale);
          assert.deepEqual(witness.requests.filter((url) => /locales/.test(url)), []);
        });
      }
    });

    test('a language whose file cannot be had is English, also in direction', async () => {
      const person = await enrolled(stage);
      await inPage(person.userId, { locale: 'ar', without: '/locales/ar.json' }, async ({ page, frame }) => {
        await new Widget(page).shows('questions.title');
        assert.deepEqual({ ...(await frame()), label: '' }, { lang: 'en', dir: 'ltr', label: '' });
      });
    });

    test('the page’s own language is spoken when none is asked for', async () => {
      const person = await enrolled(stage);
      await inPage(person.userId, { pageLang: 'de' }, async ({ page, frame }) => {
        await find(page, 'heading', said('de', 'questions.title'));
        assert.equal((await frame()).lang, 'de');
      });
    });

    /**
     * The widget in a page of its own, mounted by the test, which so has its handle.
     *
     * @param {string} userId
     * @param {{ locale?: string, pageLang?: string, without?: string }} how
     * @param {(seen: { page: import('puppeteer-core').Page, witness: import('../harness/browser.mjs').Witness, setLocale: (tag: string) => Promise<void>, frame: () => Promise<{ lang: string, dir: string, label: string }> }) => Promise<void>} story
     */
    async function inPage(userId, { locale, pageLang = 'en', without }, story) {
      const session = await stage.gateway.session(userId);
      const challengeId = await stage.gateway.challenge(session, 'RESTORE_PIN');
      const { page, context, witness } = await openPage(stage.browser);
      // In the page, for Chromium's own interception holds up the worker's script.
      if (without) await page.evaluateOnNewDocument(failToFetch, without);
      try {
        await page.goto(`${stage.gateway.url}/`);
        await page.evaluate(
          async (session, locale, lang) => {
            document.documentElement.lang = lang;
            const { mount } = await import(/** @type {any} */ ('/repin.js'));
            /** @type {any} */ (window).running = mount('#widget', { session, locale });
          },
          { userToken: session.userToken, encryptionKey: session.encryptionKey, challengeId },
          locale,
          pageLang,
        );
        const setLocale = (/** @type {string} */ tag) => page.evaluate((tag) => /** @type {any} */ (window).running.setLocale(tag), tag);
        const frame = () =>
          page.evaluate(() => {
            const { lang, dir, ariaLabel } = /** @type {any} */ (document.querySelector('#widget > div:last-child')).shadowRoot.querySelector('.repin');
            return { lang, dir, label: ariaLabel };
          });
        await until('the widget stands', () => page.$('#widget >>> .repin'));
        await story({ page, witness, setLocale, frame });
        await quiet(witness);
      } finally {
        await context.close();
      }
    }
  });
}

/** Runs in the page, before its scripts. @param {string} path */
function failToFetch(path) {
  const { fetch } = window;
  window.fetch = (url, ...rest) => (String(url).endsWith(path) ? Promise.reject(new TypeError('no network')) : fetch(url, ...rest));
}
