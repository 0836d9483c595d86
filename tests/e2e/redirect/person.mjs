// People who are sent to our page and come back.
import assert from 'node:assert/strict';
import { openPage, picture } from '../harness/browser.mjs';
import { find, until } from '../harness/find.mjs';
import { keepSecret, quiet } from '../harness/story.mjs';
import { Widget } from '../harness/widget.mjs';

/**
 * @typedef {{ page: import('puppeteer-core').Page, widget: Widget, challengeId: string, witness: import('../harness/browser.mjs').Witness, link: string }} Visit
 * @typedef {(customer: import('./host.mjs').Customer, what: string, story: (visit: Visit) => Promise<void>, prepare?: () => void) => Promise<void>} Visitor
 *   `prepare` runs before the page's scripts
 */

/** Sends people to the page for a challenge, each in a browser that was never here. @param {import('../harness/story.mjs').Stage} stage @returns {Visitor} */
export function visitor(stage) {
  return async (customer, what, story, prepare) => {
    const { challengeId, redirectUrl: link } = await customer.ask(what);
    keepSecret(stage, 'ticket', link.split('#')[1]);
    const { page, context, witness } = await openPage(stage.browser);
    if (prepare) await page.evaluateOnNewDocument(prepare);
    try {
      await page.goto(link);
      await story({ page, widget: new Widget(page), challengeId, witness, link });
    } catch (error) {
      await picture(page, `failed-redirect-${what.replace('/', '-')}-${challengeId}`).catch(() => {});
      throw error;
    } finally {
      await context.close();
    }
  };
}

/** The app's page, once the person is back: its URL. @param {import('./host.mjs').App} app @param {Visit} visit @param {string} status @param {string} polled */
export async function isBack(app, { page, challengeId }, status, polled) {
  const url = new URL(await until('the person is back', () => (page.url().startsWith(`${app.origin}/done?`) ? page.url() : undefined)));
  assert.equal(url.searchParams.get('step'), 'verify', "the app's own parameter is kept");
  assert.deepEqual([url.searchParams.get('challengeId'), url.searchParams.get('status')], [challengeId, status]);
  assert.equal(url.searchParams.get('result')?.split('.').length, 3);
  await find(page, 'heading', polled);
}

/** A customer with PIN and answers. @param {import('./host.mjs').App} app @param {import('../harness/story.mjs').Stage} stage @param {string} pin @param {string[]} answers */
export async function enrolled(app, stage, pin, answers) {
  const customer = await app.customer(stage.gateway);
  [pin, ...answers].forEach((secret) => keepSecret(stage, 'typed', secret));
  await visitor(stage)(customer, 'initialize', async (visit) => {
    const { widget } = visit;
    await widget.choosePin(pin);
    await widget.chooseQuestions(answers.map((answer, question) => ({ question, answer })));
    await widget.shows('done_all.title');
    // The ticket leaves the address bar, and nothing else is kept.
    await quiet(visit.witness, ['History.replaceState']);
    await widget.press('common.done');
    await isBack(app, visit, 'verified', 'verified');
  });
  return customer;
}
