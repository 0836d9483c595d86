// A page with the mock, and a person who does what each screen asks for.
import { after } from 'node:test';
import { launch, openPage } from '../harness/browser.mjs';
import { serveFiles } from '../harness/files.mjs';
import { until } from '../harness/find.mjs';
import { Widget } from '../harness/widget.mjs';

export const ANSWERS = ['St Marys', '3', '27', '1988'];
export const PIN = '582914';

/** @param {import('../harness/browser.mjs').Engine} engine */
export async function stage(engine) {
  const files = await serveFiles(['tests/e2e/looks', 'dist', 'target/mock']);
  const browser = await launch(engine);
  after(async () => {
    await browser.close();
    files.close();
  });
  return {
    url: files.url,
    /**
     * Plays a story in a page of its own.
     *
     * @param {object} played
     * @param {object} [options] of `mount`, that can be sent as JSON
     * @param {(page: import('puppeteer-core').Page) => Promise<unknown>} [before]
     */
    async play(played, options = {}, before = async () => {}) {
      const { page, context, witness } = await openPage(browser, { width: 1000, height: 900 });
      await page.goto(files.url);
      await page.waitForSelector('html[data-ready]');
      await before(page);
      await page.evaluate((played, options) => /** @type {any} */ (window).play(played, options), played, options);
      const widget = new Widget(page);
      const heard = () => page.evaluate(() => structuredClone(/** @type {any} */ (window).heard));
      const outcome = () => until('an outcome', async () => (await heard()).outcome);
      return { page, widget, witness, heard, outcome, close: () => context.close() };
    },
  };
}

/** From the present screen to the end, as `flow` goes. @param {Widget} widget @param {string} flow */
export async function finish(widget, flow) {
  if (flow === 'RESTORE_PIN') await widget.answer(ANSWERS);
  if (flow === 'CHANGE_PIN' || flow === 'SET_SECURITY_QUESTIONS') await widget.pin('current.title', '493817');
  if (flow !== 'SET_SECURITY_QUESTIONS') await widget.choosePin(PIN);
  if (flow === 'INITIALIZE' || flow === 'SET_SECURITY_QUESTIONS') {
    await widget.chooseQuestions([{ question: 0, answer: 'St Marys' }, { question: 1, answer: 'Rover' }]);
  }
  const done = { INITIALIZE: 'done_all', SET_SECURITY_QUESTIONS: 'done_answers', RESTORE_PIN: 'done_restore', CHANGE_PIN: 'done_restore' };
  await widget.shows(`${done[/** @type {'INITIALIZE'} */ (flow)] ?? 'done_pin'}.title`);
  await widget.press('common.done');
}
