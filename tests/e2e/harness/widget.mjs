// The widget as a person uses it: by the names that are read out, in the words of locales/en.json.
import { readFileSync } from 'node:fs';
import { find, has, until } from './find.mjs';

const ENGLISH = JSON.parse(readFileSync(new URL('../../../locales/en.json', import.meta.url), 'utf8'));

/**
 * A text of the reference language, by its place in the file.
 *
 * @param {string} key e.g. `questions.title`
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function t(key, values = {}) {
  const found = key.split('.').reduce((node, part) => node?.[part], ENGLISH);
  const form = typeof found === 'object' ? found[values.n === 1 ? 'one' : 'other'] : found;
  if (typeof form !== 'string') throw new Error(`locales/en.json has no ${key}`);
  return form.replace(/\{(\w+)\}/g, (whole, name) => `${values[name] ?? whole}`);
}

/** @typedef {{ question: number, answer: string, hint?: string }} Chosen `question`: index into the catalogue */

export class Widget {
  /** @param {import('puppeteer-core').Page} page */
  constructor(page) {
    this.page = page;
  }

  /** Waits for the screen with this title. @param {string} key */
  async shows(key, values = {}) {
    await find(this.page, 'heading', t(key, values));
  }

  /** @param {string} key @param {Record<string, string | number>} [values] */
  async press(key, values) {
    await (await find(this.page, 'button', t(key, values))).click();
  }

  /** Fills a field that may hold something. @param {string | RegExp} name @param {string} value */
  async fill(name, value) {
    const field = await find(this.page, 'textbox', name);
    await field.click({ count: 3 });
    await this.page.keyboard.press('Backspace');
    await field.type(value);
  }

  /** Types a PIN on the screen with this title, and sends it. @param {string} title @param {string} pin @param {string} [submit] */
  async pin(title, pin, submit = 'common.continue') {
    await this.shows(title);
    await this.typePin(title, pin);
    await this.press(submit);
  }

  /** @param {string} title @param {string} pin */
  async typePin(title, pin) {
    await this.fill(`${t(title)}…`, pin);
  }

  /** Chooses a PIN: types it, and again. @param {string} pin */
  async choosePin(pin) {
    const first = (await this.oneOf('first.title', 'new.title')) === 'first.title';
    await this.pin(first ? 'first.title' : 'new.title', pin);
    const confirm = first ? 'confirm_first' : 'confirm';
    await this.pin(`${confirm}.title`, pin, `${confirm}.submit`);
  }

  /** From the introduction to the end of choosing questions. @param {Chosen[]} chosen */
  async chooseQuestions(chosen) {
    await this.shows('intro.title');
    await this.press('intro.start');
    for (const [index, { question, answer, hint }] of chosen.entries()) {
      await this.shows('choose.title', { n: index + 1, total: chosen.length });
      await this.select(question);
      await this.fill(t('choose.answer'), answer);
      if (hint) await this.fill(`${t('choose.hint')}…`, hint);
      await this.press('common.continue');
    }
    await this.shows('summary.title');
    await this.press('common.continue');
    await this.shows('agree.title');
    await this.agree('common.continue');
  }

  /** Types what has to be agreed to, and goes on. @param {string} button */
  async agree(button) {
    await this.fill(`${t('agree.label', { phrase: t('agree.phrase') })}…`, t('agree.phrase'));
    await this.press(button);
  }

  /** Chooses the n-th question of the catalogue. @param {number} index */
  async select(index) {
    const list = await find(this.page, 'combobox', `${t('choose.question')}…`);
    // The first option says "Select one question".
    const value = await list.evaluate((select, index) => /** @type {any} */ (select).options[index + 1].value, index);
    await list.select(value);
  }

  /** Answers the questions in their order, and sends the answers. @param {string[]} answers */
  async answer(answers) {
    await this.shows('questions.title');
    const fields = await this.answerFields();
    for (const [index, answer] of answers.entries()) {
      await fields[index].click({ count: 3 });
      await fields[index].type(answer);
    }
    await this.press('common.continue');
  }

  /** The fields of the questions, in order. @returns {Promise<import('puppeteer-core').ElementHandle<HTMLInputElement>[]>} */
  async answerFields() {
    await this.shows('questions.title');
    return /** @type {any} */ (this.page.$$('#widget >>> form input:not([type=checkbox])'));
  }

  /** Waits until this can be read somewhere. @param {string} key @param {Record<string, string | number>} [values] */
  async says(key, values = {}) {
    await find(this.page, 'any', `…${t(key, values)}…`);
  }

  /** Which of these texts comes first: on a title or in an alert. @param {...string} keys @returns {Promise<string>} */
  oneOf(...keys) {
    return until(`one of ${keys.join(', ')}`, async () => {
      for (const key of keys) if ((await this.has('heading', key)) || (await this.has('alert', key))) return key;
    });
  }

  /** An alert that begins with this text. @param {string} key @param {Record<string, string | number>} [values] */
  async warns(key, values) {
    await find(this.page, 'alert', `${t(key, values)}…`);
  }

  /** @param {import('./find.mjs').Role} role @param {string} key */
  has(role, key) {
    return has(this.page, role, `${t(key)}…`);
  }

  /** Closes, and leaves when asked. */
  async leave() {
    await this.press('common.cancel');
    await this.press('leave.go');
  }
}
