// An app on Circle's unmodified web SDK, and the frame it opens, as the person in front of it uses them.
import { readFileSync } from 'node:fs';
import { drawn } from '../../harness/drawn.mjs';
import { find, until } from '../../harness/find.mjs';
import { t, Widget } from '../../harness/widget.mjs';

export const APP = 'https://app.example';
/** The address in the SDK. */
export const SERVICE = 'https://pw-auth.circle.com';
const PACKAGE = new URL('../../../../node_modules/@circle-fin/w3s-pw-web-sdk/package.json', import.meta.url);
/** Of the SDK that is tested. */
export const VERSION = JSON.parse(readFileSync(PACKAGE, 'utf8')).version;

/** @typedef {{ data: any, origin: string, fromFrame: boolean }} Received */

export class App {
  /** @param {import('puppeteer-core').Page} page @param {string} service */
  constructor(page, service = SERVICE) {
    this.page = page;
    this.service = service;
    this.widget = new Framed(this, /** @type {any} */ (inFrame(page, service)));
  }

  /** Opens the app's page with a session in its hands. @param {Record<string, string | undefined>} session */
  async open(session) {
    await this.page.goto(`${APP}/`);
    // Firefox has told of a loaded page before its module had run, on a machine with other things to do.
    await this.page.waitForFunction(() => 'app' in window);
    await this.page.evaluate((session) => /** @type {any} */ (window).app.start(session), session);
  }

  /** The person presses the app's button. */
  async execute() {
    await (await find(this.page, 'button', 'Continue')).click();
  }

  /** Every message the page got, as data, in order. @returns {Promise<any[]>} */
  async messages() {
    return (await this.received()).map(({ data }) => data);
  }

  /** As JSON, for only one of the two drivers keeps members that are undefined. @returns {Promise<Received[]>} */
  async received() {
    return JSON.parse(await this.page.evaluate(() => JSON.stringify(/** @type {any} */ (window).app.received)));
  }

  /** What the SDK called back with, in order. @returns {Promise<{ challengeId: string, error?: any, result?: any }[]>} */
  async calls() {
    return JSON.parse(await this.page.evaluate(() => JSON.stringify(/** @type {any} */ (window).app.calls)));
  }

  /** The person presses Escape. The frame may be gone before the key is let go, and then nobody answers for that. */
  async escape() {
    await this.page.keyboard.down('Escape');
    void this.page.keyboard.up('Escape').catch(() => {});
  }

  /** The SDK's iframe: whether it is in the page and seen. @returns {Promise<'none' | 'hidden' | 'shown'>} */
  iframe() {
    return this.page.evaluate(() => {
      const iframe = document.getElementById('sdkIframe');
      return !iframe ? 'none' : iframe.checkVisibility() && iframe.clientWidth > 0 ? 'shown' : 'hidden';
    });
  }

  /** Waits until it is shown and what is typed goes to it, to a place of its own. */
  async hasFocus() {
    await until('the focus is in the frame', async () => {
      const inside = () => document.hasFocus() && Boolean(document.body.lastElementChild?.shadowRoot?.activeElement);
      return (await this.iframe()) === 'shown' && this.frame()?.evaluate(inside);
    });
  }

  /** The document inside. */
  frame() {
    return theFrame(this.page, this.service);
  }
}

/** The widget in a frame of another site: the browser knows where to send a click once both documents were drawn. */
class Framed extends Widget {
  /** @param {App} app @param {import('puppeteer-core').Page} page what is inside, as if it were a page */
  constructor(app, page) {
    super(page);
    this.app = app;
  }

  /** @override @param {string} key @param {Record<string, string | number>} [values] */
  async press(key, values) {
    await this.click(await find(this.page, 'button', t(key, values)));
  }

  /** As with Escape, what a press does can take the frame away before the button is let go. @param {import('puppeteer-core').ElementHandle<HTMLElement>} button */
  async click(button) {
    await button.evaluate(drawn);
    await this.app.page.evaluate(drawn);
    await Promise.race([gone(this.app), button.click()]);
  }
}

/** Resolves when the frame that is there now is there no more. @param {App} app */
function gone({ page, service }) {
  const frame = theFrame(page, service);
  return /** @type {Promise<void>} */ (
    new Promise((resolve) => {
      const left = (/** @type {import('puppeteer-core').Frame} */ which) => {
        if (which !== frame) return;
        page.off('framedetached', left);
        resolve();
      };
      page.on('framedetached', left);
    })
  );
}

/** @param {import('puppeteer-core').Page} page @param {string} service */
function theFrame(page, service) {
  return page.frames().find((frame) => frame.url().startsWith(`${service}/`));
}

/**
 * A page, as far as the widget's driver needs one, whose elements are those of the frame. The frame may load anew at any
 * moment: then nothing is found for a while.
 *
 * @param {import('puppeteer-core').Page} page
 * @param {string} service
 */
export function inFrame(page, service) {
  const nothing = { asElement: () => null };
  const look = (/** @type {(frame: import('puppeteer-core').Frame) => Promise<any>} */ ask, /** @type {any} */ otherwise) => {
    const frame = theFrame(page, service);
    return frame ? ask(frame).catch(() => otherwise) : Promise.resolve(otherwise);
  };
  return {
    keyboard: page.keyboard,
    evaluateHandle: (/** @type {[any]} */ ...args) => look((frame) => frame.evaluateHandle(...args), nothing),
    evaluate: (/** @type {[any]} */ ...args) => look((frame) => frame.evaluate(...args), ''),
    $$: (/** @type {string} */ selector) => look((frame) => frame.$$(selector.replace('#widget', 'body')), []),
  };
}
