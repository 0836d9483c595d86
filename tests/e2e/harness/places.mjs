// Every place of a page where something could be kept, shown or passed on: what was ever put there, in words. And for each
// a script that puts something there on purpose, which a search must find.

/** Places that keep something beyond the page. */
export const STORAGES = ['localStorage', 'sessionStorage', 'IndexedDB', 'Cache', 'cookies', 'OPFS', 'history.state', 'window.name'];

/** @typedef {Record<string, string[]>} Places by name, what is or was there */

/**
 * What is and was in each place of the page. The accessibility tree only in Chromium: no other driver has it.
 *
 * @param {import('puppeteer-core').Page} page
 * @param {{ tree?: boolean }} [how] `tree`: with the accessibility tree, in which people are read what they typed
 * @returns {Promise<Places>}
 */
export async function places(page, { tree = false } = {}) {
  const found = JSON.parse(await page.evaluate(async () => JSON.stringify(await /** @type {any} */ (window).placesSeen())));
  if (tree) found['accessibility tree'] = [await accessibilityTree(page)];
  return found;
}

/** @param {import('puppeteer-core').Page} page */
async function accessibilityTree(page) {
  const session = await page.createCDPSession();
  const tree = JSON.stringify(await session.send('Accessibility.getFullAXTree'));
  await session.detach();
  return tree;
}

/** Runs in the page, before its scripts: writes down what goes where. */
export function watchPlaces() {
  /** @type {Record<string, string[]>} */
  const seen = { console: [], clipboard: [], messages: [], events: [], requests: [] };
  /** @param {string} place @param {any[]} values */
  const note = (place, values) => (seen[place] ??= []).push(values.map(words).join(' '));
  /** @param {any} value @returns {string} */
  const words = (value) => {
    if (value instanceof ArrayBuffer) value = new Uint8Array(value);
    if (ArrayBuffer.isView(value)) return String.fromCharCode(.../** @type {Uint8Array} */ (value));
    if (value instanceof Request) return value.url;
    if (value instanceof URL) return value.href;
    if (typeof value !== 'object') return `${value}`;
    try {
      return JSON.stringify(value) ?? '';
    } catch {
      return `${value}`;
    }
  };
  /** @param {any} of @param {string} place @param {string[]} methods */
  const watch = (of, place, ...methods) => {
    for (const method of methods) {
      const original = of?.[method];
      if (typeof original !== 'function') continue;
      of[method] = function (/** @type {any[]} */ ...args) {
        note(place, args);
        return original.apply(this, args);
      };
    }
  };
  const proto = (/** @type {string} */ name) => /** @type {any} */ (globalThis)[name]?.prototype;

  const openDirectory = StorageManager.prototype.getDirectory;
  watch(proto('Storage'), 'localStorage', 'setItem');
  watch(proto('IDBFactory'), 'IndexedDB', 'open');
  watch(proto('IDBObjectStore'), 'IndexedDB', 'put', 'add');
  watch(proto('CacheStorage'), 'Cache', 'open');
  watch(proto('StorageManager'), 'OPFS', 'getDirectory');
  watch(proto('History'), 'history.state', 'pushState', 'replaceState');
  watch(proto('CookieStore'), 'cookies', 'set');
  watch(console, 'console', ...Object.keys(console));
  watch(proto('Clipboard'), 'clipboard', 'write', 'writeText');
  watch(document, 'clipboard', 'execCommand');
  watch(window, 'messages', 'postMessage');
  watch(proto('BroadcastChannel'), 'messages', 'postMessage');
  watch(proto('MessagePort'), 'messages', 'postMessage');
  watch(proto('Navigator'), 'requests', 'sendBeacon');
  watch(globalThis, 'requests', 'fetch', 'open', 'WebSocket', 'EventSource');
  watch(proto('XMLHttpRequest'), 'requests', 'open');
  const { dispatchEvent } = EventTarget.prototype;
  EventTarget.prototype.dispatchEvent = function (event) {
    note('events', [event.type, /** @type {any} */ (event).detail]);
    return dispatchEvent.call(this, event);
  };
  addEventListener('copy', () => note('clipboard', [getSelection()]), true);
  addEventListener('message', ({ data }) => note('messages', [data]), true);
  const cookie = /** @type {PropertyDescriptor} */ (Object.getOwnPropertyDescriptor(Document.prototype, 'cookie'));
  Object.defineProperty(Document.prototype, 'cookie', {
    get: cookie.get,
    set(value) {
      note('cookies', [value]);
      cookie.set?.call(this, value);
    },
  });

  /** @param {Document | ShadowRoot} root @returns {string} */
  const markup = (root) => {
    const own = root instanceof ShadowRoot ? root.innerHTML : root.documentElement.outerHTML;
    return own + [...root.querySelectorAll('*')].map(({ shadowRoot }) => (shadowRoot ? markup(shadowRoot) : '')).join('');
  };
  /** @param {FileSystemDirectoryHandle} folder */
  const files = async (folder) => {
    const kept = [];
    for await (const [name, file] of /** @type {any} */ (folder)) kept.push(`${name} ${file.getFile ? await (await file.getFile()).text() : ''}`);
    return kept;
  };

  Object.assign(window, {
    async placesSeen() {
      const { history, location } = window;
      /** @type {Record<string, string[]>} */
      const now = {
        localStorage: Object.entries(localStorage).map((entry) => entry.join(' ')),
        sessionStorage: Object.entries(sessionStorage).map((entry) => entry.join(' ')),
        IndexedDB: (await indexedDB.databases()).map(({ name }) => `${name}`),
        Cache: await caches.keys(),
        cookies: document.cookie ? [document.cookie] : [],
        OPFS: await files(await openDirectory.call(navigator.storage)),
        'history.state': history.state === null ? [] : [words(history.state)],
        'window.name': window.name ? [window.name] : [],
        URL: [location.href],
        referrer: [document.referrer],
        title: [document.title],
        'texts and attributes': /** @type {any} */ (window).repinSeen().strings,
        outerHTML: [markup(document)],
        requests: performance.getEntriesByType('resource').map(({ name }) => name),
      };
      for (const [place, values] of Object.entries(seen)) (now[place] ??= []).push(...values);
      return now;
    },
  });
}

/**
 * What puts a marker where it must not be: runs in the page. By the place in which it must then be found.
 *
 * @type {Record<string, (marker: string) => unknown>}
 */
export const LEAKS = {
  localStorage: (marker) => { localStorage.kept = marker; },
  sessionStorage: (marker) => sessionStorage.setItem('kept', marker),
  IndexedDB: (marker) => new Promise((resolve) => {
    const opening = indexedDB.open('kept');
    opening.onupgradeneeded = () => opening.result.createObjectStore('kept', { autoIncrement: true }).put(marker);
    opening.onsuccess = resolve;
  }),
  Cache: (marker) => caches.open(marker),
  cookies: (marker) => { document.cookie = `kept=${marker}`; },
  OPFS: async (marker) => {
    const file = await (await navigator.storage.getDirectory()).getFileHandle('kept', { create: true });
    const writing = await file.createWritable();
    await writing.write(marker);
    await writing.close();
  },
  'history.state': (marker) => history.replaceState({ marker }, ''),
  'window.name': (marker) => { window.name = marker; },
  console: (marker) => console.debug(marker),
  clipboard: (marker) => navigator.clipboard.writeText(marker).catch(() => {}),
  messages: (marker) => postMessage({ marker }),
  events: (marker) => dispatchEvent(new CustomEvent('told', { detail: marker })),
  requests: (marker) => fetch(`/elsewhere?${marker}`).catch(() => {}),
  'texts and attributes': (marker) => {
    const text = document.body.appendChild(new Text(marker));
    text.remove();
  },
  outerHTML: (marker) => document.body.setAttribute('data-kept', marker),
  'accessibility tree': (marker) => document.body.append(Object.assign(document.createElement('button'), { ariaLabel: marker })),
  title: (marker) => { document.title = marker; },
  URL: (marker) => { location.hash = marker; },
};
