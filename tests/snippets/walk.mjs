// What a person does in a page that was copied from the papers: sets a PIN and questions, up to a PIN that the gateway knows of; or
// meets an endpoint that knows nobody.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { launch, openPage, picture } from '../e2e/harness/browser.mjs';
import { find, until } from '../e2e/harness/find.mjs';
import { Widget } from '../e2e/harness/widget.mjs';
import { serve } from './host.mjs';
import { asTheQuickStartSays } from './programs.mjs';

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
  const made = () => serve(typeof html === 'string' ? html : html(), built);
  visited(`${at} ${title ? 'shows the widget as it says' : 'leads to a PIN that the gateway knows of'}`, at, made, async (page, witness, host) => {
    if (name) await (await find(page, 'button', name)).click();
    if (title) return void (await find(page, 'heading', title));
    const widget = new Widget(page);
    await widget.choosePin('493817');
    await widget.chooseQuestions(['Aunt Philomena', 'Zanzibar harbour'].map((answer, question) => ({ question, answer })));
    await widget.shows('done_all.title');
    await widget.press('common.done');
    assert.equal((await host.gateway.look(asTheQuickStartSays().TRY_AS)).pinStatus, 'ENABLED');
    await until('the page is told', async () => witness.console.length > 0 || (await page.evaluate(() => /refreshed|completed/.test(document.body.innerText))));
    assert.deepEqual(witness.console.filter((line) => !/^log: (completed|.*"status":"completed")/.test(line)), []);
  });
}

/** A page that is told in its console what its endpoint answered, where nobody is signed in. @param {string} at @param {string} html */
export function saysWhy(at, html) {
  visited(`${at} says why there is no session`, at, () => serve(html, undefined, {}), async (page, witness) => {
    const widget = new Widget(page);
    await widget.shows('shell.session.title');
    await widget.press('common.close');
    await until('the page is told', () => witness.console.length > 0);
    assert.deepEqual(witness.console, ['log: failed Nobody is signed in']);
  });
}

/**
 * @param {string} name @param {string} at @param {() => Promise<import('./host.mjs').Host>} made
 * @param {(page: import('puppeteer-core').Page, witness: import('../e2e/harness/browser.mjs').Witness, host: import('./host.mjs').Host) => Promise<void>} work
 */
function visited(name, at, made, work) {
  test(name, async () => {
    const host = await made();
    const { page, context, witness } = await openPage(browser);
    try {
      await page.goto(host.url);
      await work(page, witness, host);
    } catch (error) {
      await picture(page, `failed-${at.replace(/\W/g, '-')}`).catch(() => {});
      throw error;
    } finally {
      await context.close();
      await host.end();
    }
  });
}
