// The single page as the host application: a developer pastes a session and presses Execute.
import { find } from './find.mjs';
import { Widget } from './widget.mjs';

/**
 * Opens the page and starts the widget for a challenge.
 *
 * @param {import('puppeteer-core').Page} page
 * @param {import('./gateway.mjs').Gateway} gateway
 * @param {import('./gateway.mjs').Session} session
 * @param {string} challengeId
 * @returns {Promise<Widget>}
 */
export async function execute(page, gateway, session, challengeId) {
  await fillIn(page, gateway, session, challengeId);
  return press(page);
}

/** Opens the page and fills in its fields. @param {Parameters<typeof execute>} args */
export async function fillIn(...args) {
  const [page, gateway, session, challengeId] = args;
  await page.goto(`${gateway.url}/`);
  await fill(page, 'App ID', await gateway.appId());
  await fill(page, 'User token', session.userToken);
  await fill(page, 'Encryption key', session.encryptionKey);
  await fill(page, 'Challenge ID', challengeId);
}

/** Starts the widget with what the fields hold. @param {import('puppeteer-core').Page} page @param {{ delay?: number }} [how] `delay`: how long the press lasts, in milliseconds */
export async function press(page, how) {
  await (await find(page, 'button', 'Execute')).click(how);
  return new Widget(page);
}

/** Pastes rather than types: a token has a thousand characters. @param {import('puppeteer-core').Page} page @param {string} label @param {string} value */
export async function fill(page, label, value) {
  const field = await find(page, 'textbox', `${label}…`);
  await field.evaluate((field, value) => {
    const input = /** @type {HTMLInputElement} */ (field);
    input.value = value;
    input.dispatchEvent(new Event('input', { bubbles: true }));
  }, value);
}
