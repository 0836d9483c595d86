// The examples for a page, each as it stands: in Chromium, with the papers' own backend and a real gateway, up to a PIN that
// the gateway knows of.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { launch, openPage, picture } from '../e2e/harness/browser.mjs';
import { find, until } from '../e2e/harness/find.mjs';
import { Widget } from '../e2e/harness/widget.mjs';
import { ofKind } from './blocks.mjs';
import { serve } from './host.mjs';

/** What an example for the middle of a page may take as given; the papers say so where they use it. */
const AROUND = `<button id="button">Forgot your PIN?</button><div id="place"></div>
<script>
  const button = document.getElementById('button');
  const place = document.getElementById('place');
  const refresh = () => document.body.append('refreshed');
  const getSession = () => fetch('/api/pin-session', { method: 'POST' }).then((answer) => answer.json());
</script>`;

/** @type {import('puppeteer-core').Browser} */
let browser;
before(async () => void (browser = await launch('chromium')));
after(() => browser?.close());

for (const block of ofKind('page')) walks(block.at, block.code, block.what);
for (const block of ofKind('script')) {
  walks(block.at, `${AROUND}<script type="module">${bare(block.code)}</script>`, block.what);
}

/**
 * `run: page click NAME`: what is pressed first. `run: page shows TITLE`: goes no further than a screen with this title.
 * @param {string} at @param {string} html @param {string} [what]
 */
function walks(at, html, what = '') {
  const [, title] = / shows (.*)$/.exec(what) ?? [];
  const [, name] = / click (.*?)(?: shows |$)/.exec(what) ?? [];
  test(`${at} ${title ? 'shows the widget as it says' : 'leads to a PIN that the gateway knows of'}`, async () => {
    const host = await serve(html);
    const { page, context, witness } = await openPage(browser);
    try {
      await page.goto(host.url);
      if (name) await (await find(page, 'button', name)).click();
      if (title) return void (await find(page, 'heading', title));
      const widget = new Widget(page);
      await widget.choosePin('493817');
      await widget.chooseQuestions(['Aunt Philomena', 'Zanzibar harbour'].map((answer, question) => ({ question, answer })));
      await widget.shows('done_all.title');
      await widget.press('common.done');
      assert.equal((await host.gateway.look('user-0001')).pinStatus, 'ENABLED');
      await until('the page is told', async () => witness.console.length > 0 || (await page.evaluate(() => document.body.innerText.includes('refreshed'))));
      assert.deepEqual(witness.console.filter((line) => !/^log: (completed|.*"status":"completed")/.test(line)), []);
    } catch (error) {
      await picture(page, `failed-${at.replace(/\W/g, '-')}`).catch(() => {});
      throw error;
    } finally {
      await context.close();
      await host.end();
    }
  });
}

/** Imports by name, as bundlers resolve them, to the files that a page would load. @param {string} code */
function bare(code) {
  return code.replace(/from 'repin(?:\/([\w-]+))?'/g, (_, entry = 'index') => `from '/repin/${entry}.js'`);
}
