// Whoever the guide asks to open the gateway's own page: puts a session into its fields and does what the widget says, in Chromium.
import { launch, openPage } from '../e2e/harness/browser.mjs';
import { find } from '../e2e/harness/find.mjs';
import { Widget } from '../e2e/harness/widget.mjs';

const ANSWERS = ['Aunt Philomena', 'Zanzibar harbour'];
/** The PIN that is chosen at each visit. */
const PINS = { enrol: '493817', recover: '274614' };

/**
 * @param {'enrol' | 'recover' | 'guess'} what `guess`: wrong answers, until there is no try left
 * @param {string} printed session and challenge, as the gateway answered them
 * @param {{ name: string, address: string }} gateway where its name leads
 */
export async function visit(what, printed, { name, address }) {
  const flags = [`--host-resolver-rules=MAP ${name} ${address}`, '--ignore-certificate-errors'];
  const browser = await launch('chromium', undefined, flags);
  try {
    const { page } = await openPage(browser);
    await page.goto(`https://${name}/`);
    for (const field of ['userToken', 'encryptionKey', 'challengeId']) {
      const value = new RegExp(`"${field}":"([^"]*)"`).exec(printed)?.[1];
      if (!value) throw new Error(`no ${field} was printed`);
      await page.$eval(`#${field}`, (input, value) => void (/** @type {HTMLInputElement} */ (input).value = value), value);
    }
    await (await find(page, 'button', 'Execute')).click();
    const widget = new Widget(page);
    if (what === 'enrol') {
      await widget.choosePin(PINS.enrol);
      await widget.chooseQuestions(ANSWERS.map((answer, question) => ({ question, answer })));
      await widget.shows('done_all.title');
    } else if (what === 'recover') {
      await widget.answer(ANSWERS);
      await widget.choosePin(PINS.recover);
      await widget.shows('done_restore.title');
    } else {
      await widget.answer(['somebody', 'somewhere']);
      await widget.says('questions.tries', { n: 2 });
      await widget.press('common.continue');
      await widget.says('questions.tries', { n: 1 });
      await widget.press('common.continue');
      await widget.shows('locked.title');
    }
  } finally {
    await browser.close();
  }
}
