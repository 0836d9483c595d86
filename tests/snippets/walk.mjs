// What a person does in a page that was copied from the papers: sets a PIN and questions, up to a PIN that the gateway knows of.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { launch, openPage, picture } from '../e2e/harness/browser.mjs';
import { find, until } from '../e2e/harness/find.mjs';
import { Widget } from '../e2e/harness/widget.mjs';
import { serve } from './host.mjs';

/** @type {import('puppeteer-core').Browser} */
let browser;
before(async () => void (browser = await launch('chromium')));
after(() => browser?.close());

/**
 * `run: page click NAME`: what is pressed first. `run: page shows TITLE`: goes no further than a screen with this title.
 * @param {string} at @param {string | (() => string)} html @param {string} [what] @param {string} [built] a folder below the root
 */
export function walks(at, html, what = '', built) {
  const [, title] = / shows (.*)$/.exec(what) ?? [];
  const [, name] = / click (.*?)(?: shows |$)/.exec(what) ?? [];
  test(`${at} ${title ? 'shows the widget as it says' : 'leads to a PIN that the gateway knows of'}`, async () => {
    const host = await serve(typeof html === 'string' ? html : html(), built);
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
      await until('the page is told', async () => witness.console.length > 0 || (await page.evaluate(() => /refreshed|completed/.test(document.body.innerText))));
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
