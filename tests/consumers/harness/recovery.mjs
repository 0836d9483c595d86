// One whole recovery in an app, as a person does it, and what the page did meanwhile.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';
import { openPage, picture } from '../../e2e/harness/browser.mjs';
import { find, until } from '../../e2e/harness/find.mjs';
import { keepSecret } from '../../e2e/harness/story.mjs';
import { Widget } from '../../e2e/harness/widget.mjs';
import { openSite } from './site.mjs';

const GERMAN = JSON.parse(readFileSync(new URL('../../../locales/de.json', import.meta.url), 'utf8'));
/** The newcomer's button. */
export const START = 'I forgot my PIN';
/** Taken in turns: a new PIN must not be the old one. */
const PINS = ['580271', '493817'];

/**
 * @typedef {object} Weight in bytes of brotli
 * @property {number} page what comes before anyone asks for the widget
 * @property {number} recovery what comes from there to the first question
 */

/**
 * @param {import('../../e2e/harness/story.mjs').Stage} stage
 * @param {import('../../e2e/harness/story.mjs').Person} person
 * @param {string} app where it is served
 * @param {{ name: string, startsItself?: boolean, speak?: (page: import('puppeteer-core').Page, tag: string) => Promise<unknown>, modules?: number, talks?: boolean }} about
 *   `modules`: how many WASM files are fetched; `talks`: it may write to the console what is no warning, as development servers do
 * @returns {Promise<Weight>}
 */
export async function recover(stage, person, app, { name, startsItself = false, speak = byElement, modules = 2, talks = false }) {
  const { gateway, browser } = stage;
  const session = await gateway.session(person.userId);
  keepSecret(stage, 'token', session.userToken);
  keepSecret(stage, 'encryption key', session.encryptionKey);
  const challengeId = await gateway.challenge(session, 'RESTORE_PIN');
  let asked = 0;
  const site = await openSite(app, gateway.url, async () => ((asked += 1), { ...session, challengeId }));
  const { page, context, witness } = await openPage(browser, { width: 390, height: 844 });
  /** @type {string[]} */
  const failed = [];
  page.on('requestfailed', (request) => failed.push(`${request.method()} ${request.url()}: ${request.failure()?.errorText}`));
  try {
    const widget = new InApp(page);
    await page.goto(site.origin, { waitUntil: 'load' });
    const first = startsItself ? 0 : site.answered.length;
    if (!startsItself) await (await find(page, 'button', START)).click();
    await widget.shows('questions.title');
    await until('a worker that speaks', () => site.answered.some(({ path }) => path.startsWith('/v1/')));
    const weight = { page: weigh(site.answered.slice(0, first)), recovery: weigh(site.answered.slice(first)) };
    await speaksGerman(page, speak);
    await widget.answer(person.answers);
    await widget.shows('new.title');
    person.pin = PINS.find((pin) => pin !== person.pin) ?? '';
    keepSecret(stage, 'typed', person.pin);
    await widget.choosePin(person.pin);
    await widget.shows('done_restore.title');
    await picture(page, `consumer-${name}`);
    await widget.press('common.done');
    await until('the outcome in the app', () => page.$eval('#outcome', (place) => place.textContent === 'completed'));

    assert.equal((await gateway.status(session, challengeId)).status, 'COMPLETE', 'the gateway says so too');
    assert.equal(asked, 1, 'one session was asked for');
    assert.equal((await page.$$('body >>> .repin')).length, 0, 'the widget is gone');
    quiet(witness.console, talks);
    assert.deepEqual(failed, [], 'no request fails');
    assert.deepEqual(site.answered.filter(({ status }) => status >= 400).map(({ status, path }) => `${status} ${path}`), []);
    assert.deepEqual(witness.requests.filter((url) => !url.startsWith(`${site.origin}/`) && !/^(data|blob):/.test(url)), [], 'nobody else is asked');
    const wasm = site.answered.filter(({ body }) => body.subarray(0, 4).toString('latin1') === '\0asm');
    assert.equal(wasm.length, modules, `WASM is fetched: ${wasm.map(({ path }) => path)}`);
    // Chromium tells of a worker's script, Firefox does not.
    if (modules) assert.deepEqual(witness.requests.filter((url) => /^(data|blob):.*(javascript|wasm)|^blob:/.test(url)), [], 'no script from within a script');
    return weight;
  } catch (error) {
    await picture(page, `failed-consumer-${name}`).catch(() => {});
    const console = witness.console.join('\n');
    throw new Error(`${/** @type {Error} */ (error).message}\nconsole: ${console}\nfailed: ${failed.join('\n')}`, { cause: error });
  } finally {
    await context.close();
    site.close();
  }
}

/** @param {string[]} lines @param {boolean} talks */
function quiet(lines, talks) {
  const talk = /^(debug: \[vite\]|info: (%c)?Download the React DevTools|info: .*React DevTools)/;
  assert.deepEqual(lines.filter((line) => !(talks && talk.test(line))), [], 'nothing on the console');
}

/**
 * The texts of a language are files too, which a bundler must have found.
 *
 * @param {import('puppeteer-core').Page} page
 * @param {(page: import('puppeteer-core').Page, tag: string) => Promise<unknown>} speak
 */
async function speaksGerman(page, speak) {
  await speak(page, 'de');
  await find(page, 'heading', GERMAN.questions.title);
  await speak(page, 'en');
}

/** @param {import('puppeteer-core').Page} page @param {string} tag */
function byElement(page, tag) {
  return page.$eval('pin-recovery', (element, tag) => void (/** @type {any} */ (element).locale = tag), tag);
}

/** @param {import('./site.mjs').Answered[]} answered */
function weigh(answered) {
  const files = answered.filter(({ method, path }) => method === 'GET' && !path.startsWith('/v1/'));
  return files.reduce((sum, { body }) => sum + brotliCompressSync(body).length, 0);
}

/** The widget wherever an app has put it. */
class InApp extends Widget {
  /** @returns {Promise<import('puppeteer-core').ElementHandle<HTMLInputElement>[]>} */
  async answerFields() {
    await this.shows('questions.title');
    const fields = '.repin form input:not([type=checkbox])';
    // In a shadow root, or in the page's own tree.
    return /** @type {any} */ ([...(await this.page.$$(`body >>> ${fields}`)), ...(await this.page.$$(fields))]);
  }
}
