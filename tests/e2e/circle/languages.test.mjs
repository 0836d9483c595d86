// The frame speaks the language of the person's browser, with everything around the widget.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { ENGINES } from '../harness/browser.mjs';
import { find, until } from '../harness/find.mjs';
import { run, stage } from './harness/stage.mjs';

/** What the frame is, its line about where the person is, and what they read in it. */
const look = () => {
  const dialog = /** @type {HTMLElement} */ (document.body.lastElementChild?.shadowRoot?.querySelector('.repin'));
  return { page: document.documentElement.lang, lang: dialog?.lang, dir: dialog?.dir, line: dialog?.querySelector('.where')?.textContent };
};

for (const engine of ENGINES) {
  stage('the frame’s language', engine, (stage) => {
    for (const [asked, tag, dir] of /** @type {const} */ ([[['nb', 'de-AT'], 'de', 'ltr'], [['ar-EG'], 'ar', 'rtl']])) {
      test(`${asked} is answered in ${tag}`, async () => {
        const said = JSON.parse(readFileSync(`locales/${tag}.json`, 'utf8'));
        const locale = asked.at(-1);
        const before = async (/** @type {import('./harness/app.mjs').App} */ app) => {
          const speaks = (/** @type {readonly string[]} */ tags) => Object.defineProperty(navigator, 'languages', { get: () => tags });
          await app.page.evaluateOnNewDocument(speaks, asked);
        };
        stage.asked.length = 0;
        const story = async (/** @type {{ app: import('./harness/app.mjs').App }} */ { app }) => {
          const page = /** @type {any} */ (app.widget.page);
          await find(page, 'heading', said.first.title);
          const line = said.frame.on.replace('{host}', new URL(app.service).host);
          await until('the line is in the language too', async () => (await app.frame()?.evaluate(look))?.line === line);
          assert.deepEqual(await app.frame()?.evaluate(look), { page: locale, lang: locale, dir, line });
          await app.widget.click(await find(page, 'button', said.common.cancel));
        };
        await run(stage, await stage.gateway.user(), 'SET_PIN', story, { before });
        const files = stage.asked.filter((path) => /locales|language/.test(path)).map((path) => path.replace(/^\/files\/\w+/, ''));
        assert.deepEqual(files, ['/repin-language.js', `/locales/${tag}.json`], 'each once, for frame and widget');
      });
    }
  });
}
