// A host application by the loader's own interface, in the gateway's page: the test has the handle, and plays the host's
// server when it is asked for a session.
import { openPage, picture } from '../../harness/browser.mjs';
import { until } from '../../harness/find.mjs';
import { keepSecret } from '../../harness/story.mjs';
import { Widget } from '../../harness/widget.mjs';

/**
 * @typedef {object} Own
 * @property {import('puppeteer-core').Page} page
 * @property {import('../../harness/browser.mjs').Witness} witness
 * @property {Widget} widget
 * @property {string} challengeId
 * @property {import('../../harness/gateway.mjs').Session} session the first
 * @property {(tag: string) => Promise<void>} setLocale
 * @property {() => Promise<any>} outcome
 *
 * @typedef {import('../../harness/gateway.mjs').Session & { challengeId: string }} Handed
 * @typedef {object} How
 * @property {(reason: string, first: Handed) => Promise<Handed>} [getSession] what the host's server answers
 * @property {() => Promise<Handed>} [onForgot]
 * @property {Record<string, unknown>} [options] more of the loader's
 * @property {(() => void)[]} [prepare] run before the page's scripts
 * @property {number} [width]
 * @property {number} [height]
 * @property {() => Promise<void>} [meanwhile] after the challenge was made and before the widget opens
 */

/**
 * @param {import('../../harness/story.mjs').Stage} stage
 * @param {string} userId
 * @param {import('../../harness/gateway.mjs').ChallengeType} type
 * @param {How} how
 * @param {(own: Own) => Promise<void>} story
 */
export async function own(stage, userId, type, { getSession, onForgot, options = {}, prepare = [], meanwhile, ...viewport }, story) {
  const session = await stage.gateway.session(userId);
  keepSecret(stage, 'token', session.userToken);
  keepSecret(stage, 'encryption key', session.encryptionKey);
  const challengeId = await stage.gateway.challenge(session, type);
  await meanwhile?.();
  const { page, context, witness } = await openPage(stage.browser, viewport);
  const first = { userToken: session.userToken, encryptionKey: session.encryptionKey, challengeId };
  for (const script of prepare) await page.evaluateOnNewDocument(script);
  try {
    await page.goto(`${stage.gateway.url}/`);
    // As someone who has come here with a press: in Firefox the Enter key presses no button of a window that has no focus.
    await (await page.$('h1'))?.click();
    if (getSession) await page.exposeFunction('hostSession', (/** @type {string} */ reason) => getSession(reason, first));
    if (onForgot) await page.exposeFunction('hostForgot', onForgot);
    await page.evaluate(
      async (session, options) => {
        const { mount } = await import(/** @type {any} */ ('/repin.js'));
        const host = /** @type {any} */ (window);
        const asked = { ...(host.hostSession && { getSession: host.hostSession }), ...(host.hostForgot && { onForgot: host.hostForgot }) };
        // A page goes on before and after the widget: Tab has somewhere to come from and to go to.
        const place = /** @type {HTMLElement} */ (document.getElementById('widget'));
        for (const side of /** @type {const} */ (['before', 'after'])) {
          const neighbour = document.createElement('button');
          neighbour.textContent = `the page ${side} the widget`;
          place[side](neighbour);
        }
        place.replaceChildren();
        host.running = mount('#widget', { session, ...asked, ...options });
        host.running.done.then((/** @type {any} */ outcome) => (host.outcome = outcome));
      },
      first,
      options,
    );
    const setLocale = (/** @type {string} */ tag) => page.evaluate((tag) => /** @type {any} */ (window).running.setLocale(tag), tag);
    const outcome = () => until('the widget has ended', () => page.evaluate(() => /** @type {any} */ (window).outcome));
    await story({ page, witness, widget: new Widget(page), challengeId, session, setLocale, outcome });
  } catch (error) {
    await picture(page, `failed-access-${type}-${challengeId}`).catch(() => {});
    throw error;
  } finally {
    await context.close();
  }
}
