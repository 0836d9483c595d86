// The stage: a gateway at the SDK's hard-coded address, an app's page at its own, and a browser that sees only those.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { launch, openPage, picture } from '../../harness/browser.mjs';
import { Gateway } from '../../harness/gateway.mjs';
import { inText } from '../../harness/secrets.mjs';
import { App, APP, SERVICE } from './app.mjs';
import { behind, emptyPage, hostPage, openFront } from './front.mjs';

/**
 * @typedef {object} Stage
 * @property {Gateway} gateway
 * @property {import('puppeteer-core').Browser} browser
 * @property {import('./front.mjs').Front} front
 * @property {string[]} asked paths that browsers asked the gateway for
 * @property {RegExp} [lost] requests for these paths of the gateway's get no answer
 * @property {Promise<void>} [held] the protocol's messages wait for this before they reach the gateway
 * @property {Record<string, string>} secrets what neither the app's page nor the log may hold, by name
 *
 * @typedef {import('../../harness/gateway.mjs').ChallengeType} ChallengeType
 * @typedef {import('../../harness/gateway.mjs').Session} Session
 */

/** Origins besides the app's that this gateway's operator allows, and one that it does not. */
export const OTHER = 'https://other.example';
export const EVIL = 'https://evil.example';

/**
 * @param {string} name
 * @param {import('../../harness/browser.mjs').Engine} engine
 * @param {(stage: Stage) => void} stories
 * @param {string} [service] where the gateway is
 */
export function stage(name, engine, stories, service = SERVICE) {
  describe(`${name}, in ${engine}`, () => {
    const stage = /** @type {Stage} */ (/** @type {Partial<Stage>} */ ({ secrets: {}, asked: [] }));
    before(async () => {
      stage.gateway = await Gateway.start({ REPIN_PUBLIC_URL: service, REPIN_ALLOWED_ORIGIN: `${APP},${OTHER}` });
      const host = (/** @type {string} */ origin) => new URL(origin).host;
      const gateway = behind(stage.gateway.url);
      stage.front = await openFront({
        [host(service)]: async (request, response) => {
          const path = request.url ?? '';
          stage.asked.push(path);
          if (stage.lost?.test(path)) return void response.destroy();
          if (path.startsWith('/v1/repin/')) await stage.held;
          gateway(request, response);
        },
        [host(APP)]: hostPage,
        [host(OTHER)]: emptyPage,
        [host(EVIL)]: emptyPage,
      });
      stage.browser = await launch(engine, stage.front.port);
    });
    after(async () => {
      await stage.browser?.close();
      stage.front?.close();
      await stage.gateway?.end();
    });
    stories(stage);
    test('the gateway logged at TRACE, and no PIN, answer, token or key', () => {
      assert.match(stage.gateway.log, /"route":"\/".*"status":200/, 'the frame was asked for, and told in the log');
      assert.deepEqual(inText(stage.gateway.log, stage.secrets), []);
    });
  });
}

/**
 * One challenge of a person, in an app's page of its own.
 *
 * @param {Stage} stage
 * @param {string} userId
 * @param {ChallengeType} type
 * @param {(run: { app: App, session: Session, challengeId: string, status: () => Promise<string> }) => Promise<void>} story
 * @param {{ service?: string, width?: number, height?: number, change?: Record<string, string>, leaves?: boolean, before?: (app: App, session: Session) => Promise<void> }} [options]
 *   `change` replaces what the app hands over; `before` runs before the app's button is pressed; a frame that has ended stays until
 *   somebody presses, unless it `leaves`
 */
export async function run(stage, userId, type, story, { service, change, before, leaves = false, ...viewport } = {}) {
  const { gateway, browser, secrets } = stage;
  const session = await gateway.session(userId);
  keep(secrets, session.userToken, session.encryptionKey);
  const challengeId = await gateway.challenge(session, type);
  const { page, context, witness } = await openPage(browser, viewport);
  const app = new App(page, service);
  if (!leaves) await page.evaluateOnNewDocument(stay);
  try {
    await app.open({ ...session, challengeId, appId: await gateway.appId(), serviceUrl: service, ...change });
    await before?.(app, session);
    await app.execute();
    await story({ app, session, challengeId, status: async () => (await gateway.status(session, challengeId)).status });
    assert.deepEqual(inText(JSON.stringify(await app.received()), secrets), [], 'nothing secret reached the app by message');
    // What of an app's looks was not used is told to its developers.
    assert.deepEqual(witness.console.filter((line) => !line.startsWith('warn: repin customisation: ')), []);
  } catch (error) {
    await picture(page, `failed-circle-${type}-${challengeId}`).catch(() => {});
    throw error;
  } finally {
    await context.close();
  }
}

/** Runs in every document, before its scripts. The five seconds after success are no time to look at a screen on a busy machine. */
function stay() {
  const set = window.setTimeout;
  window.setTimeout = /** @type {any} */ ((/** @type {() => void} */ work, /** @type {number} */ ms, /** @type {any[]} */ ...more) => set(work, ms === 5_000 ? 600_000 : ms, ...more));
}

/** @param {Record<string, string>} secrets @param {string[]} values */
export function keep(secrets, ...values) {
  for (const value of values) secrets[`secret ${Object.keys(secrets).length}`] = value;
}
