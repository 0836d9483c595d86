// Functions that run in a page: they frame ours, listen, and send what no honest app would.

/** Records every message the page gets. */
export function listen() {
  const got = /** @type {any[]} */ ([]);
  Object.assign(window, { got });
  addEventListener('message', ({ data, origin }) => got.push({ data: JSON.parse(JSON.stringify(data)), origin }));
}

/**
 * Puts an iframe into the page and waits until it has loaded, or has been refused.
 *
 * @param {string} id
 * @param {Record<string, string>} attributes
 */
export async function embed(id, attributes) {
  const iframe = document.createElement('iframe');
  iframe.id = id;
  iframe.width = iframe.height = '600';
  for (const [name, value] of Object.entries(attributes)) iframe.setAttribute(name, value);
  const loaded = new Promise((resolve) => (iframe.onload = iframe.onerror = resolve));
  document.body.append(iframe);
  await Promise.race([loaded, new Promise((resolve) => setTimeout(resolve, 3000))]);
}

/**
 * Posts to the frame with this id, as the page itself.
 *
 * @param {string} id
 * @param {any} message
 */
export function post(id, message) {
  /** @type {HTMLIFrameElement} */ (document.getElementById(id)).contentWindow?.postMessage(message, '*');
}

/** Runs in every document before its scripts: counts what arrives, for a test that must know when all has. */
export function countMessages() {
  const page = /** @type {any} */ (window);
  page.arrived = 0;
  addEventListener('message', () => (page.arrived += 1));
}

/** Runs in the frame: what it shows, what others could have changed, and how many messages it got. */
export function condition() {
  /** @param {ParentNode & { innerHTML?: string }} root @returns {string} */
  const markup = (root) => `${root.innerHTML}${[...root.querySelectorAll('*')].map(({ shadowRoot }) => (shadowRoot ? markup(shadowRoot) : '')).join('')}`;
  const inherited = [];
  for (const name in {}) inherited.push(name);
  const page = /** @type {any} */ (window);
  return { arrived: page.arrived, polluted: page.polluted ?? null, inherited, markup: markup(document.body) };
}

/**
 * @typedef {object} Flood
 * @property {string} id of the frame's element, or nothing for a neighbour's message to the first frame of its parent
 * @property {number} seed
 * @property {number} count
 * @property {string} protocol `w3s`, which is the SDK's, or `repin`, which is `openFrame`'s
 * @property {boolean} [objects] also messages whose `w3s` is an object: refused, in words
 * @property {any} [right] sent as it is, `count` times: by whoever may not
 */

/**
 * Posts messages made from a seed, none of which may count. Those without `objects` hold no object named `w3s`; those for
 * `openFrame` hold `repin: 1` only with another number of ports than one.
 *
 * @param {Flood} flood
 */
export async function flood({ id, seed, count, protocol, objects, right }) {
  // xorshift32: the same messages every time.
  let state = seed;
  const random = (/** @type {number} */ below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
  const names = ['w3s', 'auth', 'userToken', 'encryptionKey', 'challenge', 'challengeId', 'appSettings', 'appId', 'customizations', '__proto__', 'constructor', 'prototype', 'polluted', 'length', 'toString', 'then', 'onFrameReady', 'repin', 'start', 'session', 'answer', ''];
  const leaf = () =>
    [
      () => undefined,
      () => null,
      () => random(2) === 1,
      () => random(1e9) - 5e8,
      () => NaN,
      () => 10n ** 40n,
      () => 'x'.repeat(random(200)),
      () => '\u0000\ud800"><script>',
      () => new Date(NaN),
      () => new Map([['w3s', {}]]),
      () => new Set([1]),
      () => new Uint8Array(random(64)),
      () => /w3s/,
      () => new Error('w3s'),
      () => new Blob(['w3s']),
      () => new DataView(new ArrayBuffer(8)),
      () => Object('w3s'),
      () => [, 1],
      () => ({ get w3s() { return 'read by the clone'; } }),
      () => ({ ['__proto__']: { polluted: true }, constructor: { prototype: { polluted: true } } }),
    ][random(20)]();
  /** @param {number} depth @returns {any} */
  const node = (depth) => {
    if (depth === 0 || random(3) === 0) return leaf();
    if (random(5) === 0) return Array.from({ length: random(4) }, () => node(depth - 1));
    /** @type {any} */
    const made = {};
    for (let left = random(5); left > 0; left -= 1) {
      Object.defineProperty(made, names[random(names.length)], { value: node(depth - 1), enumerable: true, configurable: true });
    }
    if (random(20) === 0) Object.defineProperty(made, 'self', { value: made, enumerable: true });
    return made;
  };
  const frame = id ? /** @type {HTMLIFrameElement} */ (document.getElementById(id)).contentWindow : window.parent.frames[0];
  for (let sent = 0; sent < count; sent += 1) {
    let message = right ?? node(4);
    let ports = right ? 1 : random(10) === 0 ? random(3) : 0;
    if (!right) {
      if (protocol === 'w3s' && objects && random(4) === 0) message = { w3s: node(4) };
      if (protocol === 'repin' && random(4) === 0) [message, ports] = [{ repin: 1, start: node(3) }, 2 * random(2)];
      if (sent % 499 === 498) message = 'x'.repeat(1 << 20);
      const whole = typeof message === 'object' && message !== null;
      if (whole && protocol === 'w3s' && !objects && typeof message.w3s === 'object' && message.w3s !== null) delete message.w3s;
      if (whole && protocol === 'repin' && message.repin === 1 && ports === 1) ports = 0;
    }
    const transferred = Array.from({ length: protocol === 'repin' || !right ? ports : 0 }, () => new MessageChannel().port2);
    frame?.postMessage(message, '*', transferred);
    // The browser's own queue has an end.
    if (sent % 500 === 0) await new Promise((resolve) => setTimeout(resolve));
  }
}
