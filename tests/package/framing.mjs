// A host application that opens the gateway's frame with `repin/frame`, and everything that goes between the two.
import { createServer } from 'node:http';
import { openPage, picture } from '../e2e/harness/browser.mjs';
import { behind } from '../e2e/circle/harness/front.mjs';
import { inFrame } from '../e2e/circle/harness/app.mjs';
import { find } from '../e2e/harness/find.mjs';
import { t, Widget } from '../e2e/harness/widget.mjs';

/**
 * @typedef {object} Scene
 * @property {import('puppeteer-core').Page} page
 * @property {Widget} widget inside the frame
 * @property {import('../e2e/harness/browser.mjs').Witness} witness
 * @property {() => Promise<any>} outcome of the last `openFrame`
 * @property {() => Promise<{ port: any[], windows: any[], steps: any[], errors: any[], asked: string[] }>} heard by the host's page
 * @property {() => import('puppeteer-core').Frame | undefined} inside the frame's document
 * @property {(key: string) => Promise<void>} last presses the button that ends it: the frame may be gone before the mouse is let go, and then nobody answers for that
 * @property {() => Promise<void>} escape pressed, for the same reason without waiting
 */

/**
 * Opens the host's page. In it `show(options, sessions)` is `openFrame` with callbacks that write down what they hear;
 * `getSession` gives `sessions` one after the other.
 *
 * @param {import('puppeteer-core').Browser} browser
 * @param {string} origin of the host
 * @param {string} gateway
 * @param {(scene: Scene) => Promise<void>} story
 * @param {{ width?: number, height?: number }} [viewport]
 * @param {() => void} [first] runs in every document before its scripts
 */
export async function framing(browser, origin, gateway, story, viewport, first) {
  const { page, context, witness } = await openPage(browser, viewport);
  try {
    await page.evaluateOnNewDocument(record);
    if (first) await page.evaluateOnNewDocument(first);
    await page.goto(`${origin}/framing.html`);
    await page.evaluate(prepare, gateway);
    const frame = /** @type {any} */ (inFrame(page, gateway));
    await story({
      page,
      witness,
      widget: new Widget(frame),
      last: async (key) => (await find(frame, 'button', t(key))).evaluate((button) => void setTimeout(() => button.click())),
      async escape() {
        // Chromium does not answer for a key that took the frame away.
        void page.keyboard.press('Escape').catch(() => {});
        page.keyboard.up('Escape').catch(() => {});
      },
      outcome: () => page.evaluate(() => /** @type {any} */ (window).outcome),
      heard: async () => JSON.parse(await page.evaluate(() => JSON.stringify(/** @type {any} */ (window).heard))),
      inside: () => page.frames().find((frame) => frame.url().startsWith(`${gateway}/`)),
    });
  } catch (error) {
    await picture(page, 'failed-framing').catch(() => {});
    throw error;
  } finally {
    await context.close();
  }
}

/** Runs in every document before its scripts: all that comes by window or port is written down. */
function record() {
  const heard = { port: /** @type {any[]} */ ([]), windows: /** @type {any[]} */ ([]), steps: [], errors: [], asked: [] };
  Object.assign(window, { heard });
  /** As data; of what is none its kind. @param {unknown} data */
  const plain = (data) => {
    try {
      return JSON.parse(JSON.stringify(data));
    } catch {
      return typeof data;
    }
  };
  addEventListener('message', ({ data, origin }) => heard.windows.push({ data: plain(data), origin }));
  const Channel = MessageChannel;
  window.MessageChannel = class extends Channel {
    constructor() {
      super();
      this.port1.addEventListener('message', ({ data }) => heard.port.push(JSON.parse(JSON.stringify(data))));
    }
  };
}

/** Runs in the host's page. @param {string} apiBaseUrl */
async function prepare(apiBaseUrl) {
  const entry = '/frame.js';
  const { openFrame } = await import(entry);
  const { heard } = /** @type {any} */ (window);
  const show = (/** @type {any} */ options, /** @type {any[]} */ sessions = []) =>
    (/** @type {any} */ (window).outcome = openFrame({
      apiBaseUrl,
      title: 'Recover your PIN',
      ...(!options.session && {
        getSession: async (/** @type {string} */ reason, /** @type {{ signal: AbortSignal }} */ { signal }) => {
          heard.asked.push(reason);
          Object.assign(window, { signal });
          return sessions.shift();
        },
      }),
      onStep: (/** @type {any} */ step) => heard.steps.push(step.step),
      onError: (/** @type {any} */ error) => heard.errors.push(error),
      ...options,
    }));
  Object.assign(window, { show, openFrame });
}

/**
 * A server in front of the gateway, or instead of it, at an origin of its own.
 *
 * @param {(path: string, pass: () => void, response: import('node:http').ServerResponse) => void} answer
 * @param {string} [gateway]
 */
export async function between(answer, gateway) {
  const server = createServer((request, response) => {
    answer(request.url ?? '', () => gateway && behind(gateway)(request, response), response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  // A test that fails before it closes this must not keep the run from ending.
  server.unref();
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { origin: `http://127.0.0.1:${port}`, close };
}
