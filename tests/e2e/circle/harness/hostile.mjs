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

/**
 * Posts `count` messages made from a seed. Those without `objects` hold no object named `w3s`, and so are no init.
 *
 * @param {string} id
 * @param {number} seed
 * @param {number} count
 * @param {boolean} objects
 */
export async function fuzz(id, seed, count, objects) {
  // xorshift32: the same messages every time.
  let state = seed;
  const random = (/** @type {number} */ below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
  const names = ['w3s', 'auth', 'userToken', 'encryptionKey', 'challenge', 'challengeId', 'appSettings', 'appId', 'customizations', '__proto__', 'constructor', 'length', 'toString', 'onFrameReady', ''];
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
    ][random(15)]();
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
  const frame = /** @type {HTMLIFrameElement} */ (document.getElementById(id)).contentWindow;
  for (let sent = 0; sent < count; sent += 1) {
    let message = node(4);
    if (objects && random(4) === 0) message = { w3s: node(4) };
    const isInit = typeof message === 'object' && message !== null && typeof message.w3s === 'object' && message.w3s !== null;
    if (isInit && !objects) delete message.w3s;
    frame?.postMessage(message, '*');
    // The browser's own queue has an end.
    if (sent % 500 === 0) await new Promise((resolve) => setTimeout(resolve));
  }
}
