// A host application that has the packed tarball installed and imports it as a plain page does.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openPage } from '../e2e/harness/browser.mjs';
import { serveFiles } from '../e2e/harness/files.mjs';
import { keepSecret } from '../e2e/harness/story.mjs';
import { Widget } from '../e2e/harness/widget.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CONSUMER = 'target/package/consumer';
export const FOLDER = `${ROOT}${CONSUMER}`;
/** @type {string} */
export const VERSION = JSON.parse(readFileSync(`${ROOT}target/package/repin/package.json`, 'utf8')).version;
export const TARBALL = `${ROOT}target/package/repin-${VERSION}.tgz`;

/** Installs the tarball as npm does, once a file of tests. */
export function install() {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(`${FOLDER}/package.json`, '{ "name": "consumer", "private": true, "type": "module" }\n');
  execFileSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--offline', TARBALL], { cwd: FOLDER, stdio: 'pipe' });
}

/** Serves the page and the package's files. @param {Parameters<typeof serveFiles>[1]} [options] @returns {Promise<{ origin: string, close: () => void }>} */
export async function serve(options) {
  const { url, close } = await serveFiles(['tests/package/pages', `${CONSUMER}/node_modules/repin/dist`], options);
  return { origin: `http://localhost:${new URL(url).port}`, close };
}

/**
 * @typedef {object} Visit
 * @property {import('puppeteer-core').Page} page
 * @property {Widget} widget
 * @property {import('../e2e/harness/browser.mjs').Witness} witness
 * @property {{ session: Session, apiBaseUrl: string }} given what the page's `session` and `apiBaseUrl` are
 *
 * @typedef {import('../e2e/harness/gateway.mjs').Session & { challengeId: string }} Session
 */

/** A session with a challenge. @param {import('../e2e/harness/story.mjs').Stage} stage @param {string} userId @param {import('../e2e/harness/gateway.mjs').ChallengeType} type @returns {Promise<Session>} */
export async function sessionFor(stage, userId, type) {
  const session = await stage.gateway.session(userId);
  keepSecret(stage, 'token', session.userToken);
  keepSecret(stage, 'encryption key', session.encryptionKey);
  return { ...session, challengeId: await stage.gateway.challenge(session, type) };
}

/**
 * Opens the page. In it `repin` is the package, `heard` every event of any widget, and `listen()` begins to hear.
 *
 * @param {import('../e2e/harness/story.mjs').Stage} stage
 * @param {string} origin
 * @param {(visit: { page: import('puppeteer-core').Page, widget: Widget, witness: import('../e2e/harness/browser.mjs').Witness }) => Promise<void>} story
 */
export async function visit(stage, origin, story) {
  const { page, context, witness } = await openPage(stage.browser);
  try {
    await page.goto(`${origin}/`);
    await page.evaluate(async () => {
      const entry = '/index.js';
      /** @type {any} */ (window).repin = await import(entry);
      /** @type {any} */ (window).heard = [];
      for (const name of ['loaderstart', 'loaderror', 'ready', 'step', 'error', 'session-expiring', 'forgot', 'cancel', 'complete']) {
        document.addEventListener(`pr-${name}`, (event) => {
          const { type, detail, target } = /** @type {CustomEvent} */ (event);
          /** @type {any} */ (window).heard.push({ type, detail, id: /** @type {Element} */ (target).id });
        });
      }
    });
    await story({ page, witness, widget: new Widget(page) });
  } finally {
    await context.close();
  }
}
