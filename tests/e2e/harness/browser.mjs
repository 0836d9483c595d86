// Debian's own Chromium and Firefox under one driver: Chromium by its DevTools protocol, Firefox by WebDriver BiDi.
// Every page is watched from its first script on: console, errors, requests, policy violations.
import puppeteer from 'puppeteer-core';
import { mkdirSync } from 'node:fs';
import { inflateSync } from 'node:zlib';

/** @typedef {'chromium' | 'firefox'} Engine */
/** @type {Engine[]} */
export const ENGINES = ['chromium', 'firefox'];

/** A browser that starts beside another on a busy machine takes longer than the 30 seconds that its driver waits; a bound, never an expectation. */
const PATIENCE = 120_000;

const PICTURES = new URL('../../../target/e2e/', import.meta.url);

// Without the background-networking flags Chromium looks up hosts of its maker's at every start.
const CHROMIUM_FLAGS = [
  '--no-sandbox', // CI runs as root, where Chromium has none
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--lang=en-US',
];

/**
 * @param {Engine} engine
 * @param {number} [proxy] port of a proxy for https on this machine, whose certificates are believed
 * @param {string[]} [more] flags for Chromium
 * @returns {Promise<import('puppeteer-core').Browser>}
 */
export function launch(engine, proxy, more = []) {
  const acceptInsecureCerts = proxy !== undefined;
  if (engine === 'chromium') {
    const args = [...CHROMIUM_FLAGS, ...more, ...(proxy ? [`--proxy-server=https=127.0.0.1:${proxy}`] : [])];
    return puppeteer.launch({ executablePath: process.env.CHROME ?? '/usr/bin/chromium', args, acceptInsecureCerts, timeout: PATIENCE });
  }
  return puppeteer.launch({
    browser: 'firefox',
    executablePath: process.env.FIREFOX ?? '/usr/bin/firefox-esr',
    acceptInsecureCerts,
    timeout: PATIENCE,
    extraPrefsFirefox: {
      'intl.accept_languages': 'en-US',
      ...(proxy && { 'network.proxy.type': 1, 'network.proxy.ssl': '127.0.0.1', 'network.proxy.ssl_port': proxy }),
    },
  });
}

/**
 * A page in a context of its own: no storage, cache or cookie of another test.
 *
 * @param {import('puppeteer-core').Browser} browser
 * @param {{ width?: number, height?: number }} [viewport]
 */
export async function openPage(browser, { width = 1280, height = 900 } = {}) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  await page.setViewport({ width, height });
  const witness = await watch(page);
  return { page, context, witness };
}

/**
 * @typedef {object} Witness
 * @property {string[]} console what scripts wrote to the console, and errors nobody caught
 * @property {string[]} requests every URL asked for, in order
 * @property {() => Promise<Seen>} seen what the page's own observers saw
 *
 * @typedef {object} Seen
 * @property {string[]} violations content-security-policy violations
 * @property {string[]} strings every text and attribute the DOM ever held
 * @property {string[]} stored calls that would have kept something
 */

/**
 * @param {import('puppeteer-core').Page} page
 * @returns {Promise<Witness>}
 */
export async function watch(page) {
  /** @type {string[]} */
  const lines = [];
  /** @type {string[]} */
  const requests = [];
  page.on('console', (message) => {
    // The browser's own note about an answer of 400 or a dead network; no script wrote it.
    if (!message.text().startsWith('Failed to load resource')) lines.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => lines.push(`uncaught: ${/** @type {Error} */ (error).message}`));
  page.on('request', (request) => requests.push(request.url()));
  await page.evaluateOnNewDocument(installObservers);
  return { console: lines, requests, seen: () => page.evaluate(() => /** @type {any} */ (window).repinSeen()) };
}

/** Runs in the page, before any of its scripts. */
function installObservers() {
  /** @type {string[]} */
  const violations = [];
  /** @type {Set<string>} */
  const strings = new Set();
  /** @type {string[]} */
  const stored = [];
  document.addEventListener('securitypolicyviolation', (event) => {
    violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
  });

  /** @param {Node} node */
  const read = (node) => {
    if (node.nodeType === Node.TEXT_NODE) strings.add(node.nodeValue ?? '');
    if (!(node instanceof Element)) return;
    for (const attribute of node.attributes) strings.add(attribute.value);
    node.childNodes.forEach(read);
  };
  /** @param {Node} root */
  const observe = (root) => {
    read(root);
    new MutationObserver((records) => {
      for (const { target, addedNodes, attributeName, oldValue } of records) {
        if (oldValue) strings.add(oldValue);
        if (attributeName) strings.add(/** @type {Element} */ (target).getAttribute(attributeName) ?? '');
        else if (target.nodeType === Node.TEXT_NODE) strings.add(target.nodeValue ?? '');
        addedNodes.forEach(read);
      }
    }).observe(root, {
      subtree: true,
      childList: true,
      attributes: true,
      attributeOldValue: true,
      characterData: true,
      characterDataOldValue: true,
    });
  };
  observe(document);
  const attachShadow = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (init) {
    const root = attachShadow.call(this, init);
    observe(root);
    return root;
  };

  /** @param {any} prototype @param {string} method */
  const note = (prototype, method) => {
    const original = prototype?.[method];
    if (!original) return;
    prototype[method] = function (/** @type {any[]} */ ...args) {
      stored.push(`${prototype[Symbol.toStringTag]}.${method}`);
      return original.apply(this, args);
    };
  };
  note(globalThis.Storage?.prototype, 'setItem');
  note(globalThis.IDBFactory?.prototype, 'open');
  note(globalThis.CacheStorage?.prototype, 'open');
  note(globalThis.History?.prototype, 'pushState');
  note(globalThis.History?.prototype, 'replaceState');
  const cookie = Object.getOwnPropertyDescriptor(Document.prototype, 'cookie');
  Object.defineProperty(Document.prototype, 'cookie', {
    get: cookie?.get,
    set() {
      stored.push('document.cookie');
    },
  });

  /** @type {any} */ (window).repinSeen = () => ({ violations, strings: [...strings], stored });
}

/**
 * A picture in target/e2e/, for people.
 *
 * @param {import('puppeteer-core').Page} page
 * @param {string} name
 */
export async function picture(page, name) {
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: /** @type {`${string}.png`} */ (new URL(`${name}.png`, PICTURES).pathname) });
}

/**
 * What a person sees at one place of the page: red, green and blue, 0 to 255.
 *
 * @param {import('puppeteer-core').Page} page
 * @param {number} x
 * @param {number} y
 * @returns {Promise<number[]>}
 */
export async function colour(page, x, y) {
  const png = Buffer.from(await page.screenshot({ clip: { x, y, width: 1, height: 1 } }));
  // Chunks of length, name, data and checksum, after a signature of eight bytes.
  const data = [];
  for (let at = 8; at < png.length; at += png.readUInt32BE(at) + 12) {
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') data.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  }
  // One row of one pixel: a filter, which there is nothing for, and the samples.
  return [...inflateSync(Buffer.concat(data)).subarray(1, 4)];
}
