// A page with the mock, and a person who does what each screen asks for.
import { after } from 'node:test';
import { launch, openPage } from '../harness/browser.mjs';
import { serveFiles } from '../harness/files.mjs';
import { find, until } from '../harness/find.mjs';
import { Widget, t } from '../harness/widget.mjs';

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

/** Flows that begin with the PIN. */
const WITH_PIN = ['CHANGE_PIN', 'SET_SECURITY_QUESTIONS', 'SET_RECOVERY', 'CREATE_WALLET', 'EXPORT_PRIVATE_KEYS'];
/** Flows that bring no new PIN. */
const WITHOUT_NEW_PIN = ['SET_SECURITY_QUESTIONS', 'SET_RECOVERY', 'CREATE_WALLET', 'EXPORT_PRIVATE_KEYS'];
/** What the last screen is called. */
const DONE = {
  INITIALIZE: 'done_all', SET_PIN: 'done_pin', SET_SECURITY_QUESTIONS: 'done_answers', SET_RECOVERY: 'done_way', CREATE_WALLET: 'wallet',
  EXPORT_PRIVATE_KEYS: 'keys',
};

/** From the present screen to the end, as `flow` goes. @param {Widget} widget @param {string} flow */
export async function finish(widget, flow) {
  if (WITH_PIN.includes(flow)) await widget.pin('current.title', '493817');
  if (flow === 'SET_RECOVERY') {
    await (await find(widget.page, 'button', `${t('ways.email')}…`)).click();
    await widget.shows('email.title');
    await widget.fill(t('email.label'), 'maria@example.org');
    await widget.press('code.send');
  }
  if (flow.startsWith('RESTORE_PIN_BY_CODE')) await widget.press('code.send');
  if (flow === 'SET_RECOVERY' || flow.startsWith('RESTORE_PIN_BY_CODE')) await widget.pin('code.title', '40718265');
  if (['RESTORE_PIN', 'RESTORE_PIN_BY_CODE_AND_ANSWERS', 'RECOVER_WALLETS'].includes(flow)) await widget.answer(ANSWERS);
  if (!WITHOUT_NEW_PIN.includes(flow)) await widget.choosePin(PIN);
  if (flow === 'INITIALIZE' || flow === 'SET_SECURITY_QUESTIONS') {
    await widget.chooseQuestions([{ question: 0, answer: 'St Marys' }, { question: 1, answer: 'Rover' }]);
  }
  if (flow === 'EXPORT_PRIVATE_KEYS') {
    await widget.shows('keys.warn');
    await widget.agree('keys.get');
  }
  const done = DONE[/** @type {'INITIALIZE'} */ (flow)] ?? 'done_restore';
  await widget.shows(`${done}.title`);
  // Wallets that are held elsewhere follow first, and their page has the same title.
  await widget.press(flow === 'EXPORT_PRIVATE_KEYS' ? 'common.close' : 'common.done');
}
