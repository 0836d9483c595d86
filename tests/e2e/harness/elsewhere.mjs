// A host application of its own: it serves its page and the widget's files, and the gateway is on another origin.
import { openPage } from './browser.mjs';
import { serveFiles } from './files.mjs';
import { keepSecret } from './story.mjs';
import { Widget } from './widget.mjs';

/** @typedef {{ origin: string, close: () => void }} Host */

/**
 * A host application's server. Under a name, so that for browsers it is not even the gateway's site.
 *
 * @param {string[]} [widget] folders with the widget's files; the first that has a file wins
 * @returns {Promise<Host>}
 */
export async function serveHost(widget = ['dist']) {
  const { url, close } = await serveFiles(['tests/e2e/pages', ...widget]);
  return { origin: `http://localhost:${new URL(url).port}`, close };
}

/**
 * Runs a challenge in a host's page, by the loader's own interface. The page's `window.outcome` is its promise.
 *
 * @param {import('./story.mjs').Stage} stage
 * @param {Host} host
 * @param {string} userId
 * @param {import('./gateway.mjs').ChallengeType} type
 * @param {(visit: import('./story.mjs').Run) => Promise<void>} story
 * @param {() => void} [prepare] runs before the page's scripts
 */
export async function visit(stage, host, userId, type, story, prepare) {
  const { gateway, browser } = stage;
  const session = await gateway.session(userId);
  keepSecret(stage, 'token', session.userToken);
  keepSecret(stage, 'encryption key', session.encryptionKey);
  const challengeId = await gateway.challenge(session, type);
  const { page, context, witness } = await openPage(browser);
  if (prepare) await page.evaluateOnNewDocument(prepare);
  try {
    await page.goto(`${host.origin}/`);
    await page.evaluate(
      async (session, apiBaseUrl) => {
        const loader = '/repin.js';
        const { mount } = await import(loader);
        /** @type {any} */ (window).outcome = mount('#widget', { session, apiBaseUrl }).done;
      },
      { ...session, challengeId },
      gateway.url,
    );
    const status = async () => (await gateway.status(session, challengeId)).status;
    await story({ widget: new Widget(page), page, witness, session, challengeId, status });
  } finally {
    await context.close();
  }
}
