// The stage of a story: one gateway and one browser for a file of tests, a page and a person for each test.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { launch, openPage, picture } from './browser.mjs';
import { Gateway } from './gateway.mjs';
import { execute } from './host.mjs';
import { inText } from './secrets.mjs';

/**
 * @typedef {object} Person
 * @property {string} userId
 * @property {string} pin what it is now
 * @property {string[]} answers in the questions' order
 *
 * @typedef {object} Stage
 * @property {Gateway} gateway
 * @property {import('puppeteer-core').Browser} browser
 * @property {Record<string, string>} secrets what must not be in any log, by name; tests add theirs
 */

/**
 * A group of stories in one engine. Whatever the stories did, the gateway's log at TRACE must hold none of the secrets.
 *
 * @param {string} name
 * @param {import('./browser.mjs').Engine} engine
 * @param {(stage: Stage) => void} stories
 * @param {Parameters<typeof Gateway.start>[0]} [options] of the gateway
 */
export function stage(name, engine, stories, options) {
  describe(`${name}, in ${engine}`, () => {
    /** @type {Stage} */
    const stage = { gateway: /** @type {any} */ (undefined), browser: /** @type {any} */ (undefined), secrets: {} };
    before(async () => {
      [stage.gateway, stage.browser] = await Promise.all([Gateway.start(options), launch(engine)]);
      keepSecret(stage, 'API key', stage.gateway.apiKey.split(':')[2]);
    });
    after(async () => {
      await stage.browser?.close();
      await stage.gateway?.end();
    });
    stories(stage);
    test('the gateway logged at TRACE, and no PIN, answer, token or key', () => {
      const { gateway, secrets } = stage;
      assert.match(gateway.log, /\/v1\/repin\/challenges\/.*"status":200/, 'the protocol was spoken, and told in the log');
      assert.deepEqual(inText(gateway.log, secrets), []);
      for (const [name, secret] of Object.entries(secrets)) {
        assert.notDeepEqual(inText(`${gateway.log.slice(-1000)}\n${secret}`, { [name]: secret }), [], 'the search finds what is there');
      }
    });
  });
}

/**
 * Runs one challenge of a person in a page of its own, and looks at the outcome from the backend's side.
 *
 * @param {Stage} stage
 * @param {string} userId
 * @param {import('./gateway.mjs').ChallengeType} type
 * @param {(run: Run) => Promise<void>} story
 * @param {{ prepare?: () => void, width?: number, height?: number }} [options] `prepare` runs before the page's scripts
 *
 * @typedef {object} Run
 * @property {import('./widget.mjs').Widget} widget
 * @property {import('puppeteer-core').Page} page
 * @property {import('./browser.mjs').Witness} witness
 * @property {import('./gateway.mjs').Session} session
 * @property {string} challengeId
 * @property {() => Promise<string>} status the challenge's status, by REST
 */
export async function run(stage, userId, type, story, { prepare, ...viewport } = {}) {
  const { gateway, browser } = stage;
  const session = await gateway.session(userId);
  keepSecret(stage, 'token', session.userToken);
  keepSecret(stage, 'encryption key', session.encryptionKey);
  const challengeId = await gateway.challenge(session, type);
  const { page, context, witness } = await openPage(browser, viewport);
  if (prepare) await page.evaluateOnNewDocument(prepare);
  try {
    const widget = await execute(page, gateway, session, challengeId);
    const status = async () => (await gateway.status(session, challengeId)).status;
    await story({ widget, page, witness, session, challengeId, status });
    await quiet(witness);
  } catch (error) {
    // For whoever looks into it; that there is no page left to take must not hide the reason.
    await picture(page, `failed-${type}-${challengeId}`).catch(() => {});
    throw error;
  } finally {
    await context.close();
  }
}

/**
 * Nothing on the console, nothing against the policy, nothing kept.
 *
 * @param {import('./browser.mjs').Witness} witness
 * @param {string[]} kept what the host page itself keeps
 */
export async function quiet(witness, kept = []) {
  const { violations, stored } = await witness.seen();
  assert.deepEqual({ console: witness.console, violations, stored }, { console: [], violations: [], stored: kept });
}

/** @param {Stage} stage @param {string} name @param {string} secret */
export function keepSecret(stage, name, secret) {
  stage.secrets[`${name} ${Object.keys(stage.secrets).length}`] = secret;
}

/**
 * Someone with a PIN and answers, who got them the way everyone does: through the widget.
 *
 * @param {Stage} stage
 * @param {string} [pin]
 * @param {string[]} [answers]
 * @returns {Promise<Person>}
 */
export async function enrolled(stage, pin = '493817', answers = ['Aunt Philomena', 'Zanzibar harbour']) {
  const userId = await stage.gateway.user();
  [pin, ...answers].forEach((secret) => keepSecret(stage, 'typed', secret));
  await run(stage, userId, 'INITIALIZE', async ({ widget, status }) => {
    await widget.choosePin(pin);
    await widget.chooseQuestions(answers.map((answer, question) => ({ question, answer })));
    await widget.shows('done_all.title');
    assert.equal(await status(), 'COMPLETE');
  });
  return { userId, pin, answers };
}

/** Tries to change the PIN from `pin`: tells whether it was accepted. @param {Stage} stage @param {string} userId @param {string} pin */
export async function accepts(stage, userId, pin) {
  let accepted = false;
  await run(stage, userId, 'CHANGE_PIN', async ({ widget }) => {
    await widget.pin('current.title', pin);
    accepted = await widget.oneOf('new.title', 'current.wrong') === 'new.title';
  });
  return accepted;
}
