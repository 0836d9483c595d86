// What a page around the frame may post, from a seed: the readers of Circle's message, of the greeting, of what comes by the
// port and of the page's own address throw at nothing, and let nothing through but what has the form it must have.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { load } from '../customise/load.mjs';
import { seeded } from '../customise/seeded.mjs';
import { count, evidence, times } from '../e2e/harness/evidence.mjs';

const { read: readInit } = await load('npm/src/frame/init.ts');
const { read: readGreeting, talk } = await load('npm/src/frame/port.ts');
const { embedder } = await load('npm/src/frame/embedder.ts');

const RUNS = times(40_000, 5_000_000);
const LONGEST = { userToken: 4096, encryptionKey: 64, challengeId: 64, appId: 128 };
const FLOWS = [
  'INITIALIZE', 'SET_PIN', 'SET_SECURITY_QUESTIONS', 'CHANGE_PIN', 'RESTORE_PIN', 'SET_RECOVERY', 'RESTORE_PIN_BY_CODE',
  'RESTORE_PIN_BY_CODE_AND_ANSWERS', 'CREATE_WALLET', 'EXPORT_PRIVATE_KEYS', 'RECOVER_WALLETS',
];

const { random, whole, any } = seeded(20_261_129);

const NAMES = ['w3s', 'auth', 'userToken', 'encryptionKey', 'challenge', 'challengeId', 'appSettings', 'appId', 'customizations', 'repin', 'start', 'locale', 'dir', 'theme', 'flow', 'successAutoCloseMs', 'renews', 'handsOver', 'answer', 'session', 'error', 'cancel', '__proto__', 'constructor', 'length', 'toString'];
const LONG = 'x'.repeat(70_000);
const cycle = /** @type {any} */ ({});
cycle.w3s = cycle.start = cycle.session = cycle;

/** Anything that a structured clone carries. @param {number} depth @returns {any} */
function value(depth = 0) {
  return any([
    () => any(['', 'a', 'ltr', 'rtl', 'dark', 'light', 'de', 'de_CH', 'x-', 'i-klingon', 'en-US-u-ca-buddhist', '\ud800', '\u0000', 'escape', 'host', any(FLOWS), LONG, 'x'.repeat(any([63, 64, 65, 128, 129, 4096, 4097]))]),
    () => any([0, 1, -1, 1.5, NaN, Infinity, 2 ** 31 - 1, 2 ** 31, 1n, true, false, null, undefined]),
    () => any([cycle, new Date(NaN), /x/, new Map([['w3s', {}]]), new Set([1]), new Uint8Array(8), new ArrayBuffer(8), new Error('e'), Object('text'), Object(1)]),
    () => Array.from({ length: whole(4) }, () => (depth > 3 ? 1 : value(depth + 1))),
    () => object(depth),
    () => object(depth),
  ])();
}

/** @param {number} depth @returns {any} */
function object(depth) {
  const made = any([{}, Object.create(null)]);
  for (let members = whole(6); members > 0; members--) {
    const name = any(NAMES);
    // As JSON.parse does it: an own member, whatever its name.
    Object.defineProperty(made, name, { value: depth > 3 ? any([1, 'a', null]) : value(depth + 1), enumerable: true, configurable: true, writable: true });
  }
  return made;
}

/** A message that is in order but for some parts. @param {any} honest @returns {any} */
function spoilt(honest) {
  if (random() < 0.15) return value();
  if (typeof honest !== 'object' || honest === null) return honest;
  const made = /** @type {any} */ ({});
  for (const [name, member] of Object.entries(honest)) if (random() > 0.08) made[name] = spoilt(member);
  return made;
}

const INIT = { w3s: { auth: { userToken: 't', encryptionKey: 'k' }, challenge: { challengeId: 'c' }, appSettings: { appId: 'a' }, customizations: {} } };
const GREETING = { repin: 1, start: { locale: 'de', dir: 'ltr', theme: 'dark', flow: 'SET_PIN', successAutoCloseMs: 5, renews: true, handsOver: false, customizations: {} } };
const ANSWER = { answer: 1, session: { userToken: 't', encryptionKey: 'k', challengeId: 'c', appId: 'a' } };

/** @param {Record<string, unknown>} session @param {boolean} whole */
function checkSession(session, whole) {
  for (const [name, longest] of Object.entries(LONGEST)) {
    const value = session[name];
    if (value === undefined && whole && name === 'appId') continue;
    assert(typeof value === 'string' && value.length <= longest, `${name}: ${typeof value}`);
    if (whole) assert(value);
  }
  assert(Object.keys(session).every((name) => Object.hasOwn(LONGEST, name)));
}

/** Undefined, or one of these. @param {unknown} value @param {unknown[]} values */
const oneOf = (value, ...values) => assert([undefined, ...values].includes(value), String(value));

const counts = { read: 0, refused: 0, trusting: 0 };

test(`Circle's message and the greeting, ${RUNS} times each: nothing throws, and only what has its form is let through`, () => {
  for (let run = 0; run < RUNS; run++) {
    const data = spoilt(INIT);
    const init = readInit(data);
    if (init) checkSession(init.session, false);
    counts[init ? 'read' : 'refused']++;
    // The control: a reader that takes the page at its word.
    try {
      const { auth, challenge, appSettings } = data.w3s;
      checkSession({ userToken: auth.userToken, encryptionKey: auth.encryptionKey, challengeId: challenge.challengeId, appId: appSettings.appId }, false);
    } catch {
      counts.trusting++;
    }
    const start = readGreeting(spoilt(GREETING));
    if (!start) continue;
    assert(start.locale === undefined || (start.locale.length <= 60 && Intl.getCanonicalLocales(start.locale)[0] === start.locale));
    oneOf(start.dir, 'ltr', 'rtl');
    oneOf(start.theme, 'light', 'dark');
    oneOf(start.flow, ...FLOWS);
    assert(start.successAutoCloseMs === undefined || (start.successAutoCloseMs > 0 && start.successAutoCloseMs < 2 ** 31));
    assert(typeof start.renews === 'boolean' && typeof start.handsOver === 'boolean');
  }
  assert(counts.read > RUNS / 4 && counts.refused > RUNS / 100, JSON.stringify(counts));
});

test(`what comes by the port, ${RUNS} times: nothing throws, and a session is whole or none`, async () => {
  let given = 0;
  for (let run = 0; run < RUNS / 10; run++) {
    const told = /** @type {any[]} */ ([]);
    const port = /** @type {any} */ ({ postMessage: (/** @type {any} */ message) => told.push(message) });
    const host = talk(port, (/** @type {unknown} */ by) => assert(by === 'escape' || by === 'host'));
    const asked = host.ask('expired').then(
      (/** @type {any} */ session) => session && (given++, checkSession(session, true)),
      (/** @type {Error} */ error) => assert(error instanceof TypeError && error.message.length <= 1000),
    );
    for (let message = 0; message < 10; message++) port.onmessage({ data: spoilt(ANSWER) });
    port.onmessage({ data: ANSWER });
    await asked;
    assert.deepEqual(told, [{ ask: 'expired', id: 1 }], 'nothing is said back');
  }
  assert(given > RUNS / 50, `${given}`);
});

test(`the page's address, ${RUNS} times: an origin that is one, said by all who know`, () => {
  const pieces = ['?origin=', 'https://', 'http://', 'a.example', 'b.example', ':443', ':8443', '/', '#', '&', '%', '@', '\\', 'null', 'javascript:', 'data:', '\u0000', 'é', ' ', '[::1]'];
  const url = () => Array.from({ length: whole(5) }, () => any(pieces)).join('');
  let talked = 0;
  for (let run = 0; run < RUNS; run++) {
    const honest = any(['https://a.example', 'http://127.0.0.1:8000']);
    const search = random() < 0.7 ? `?origin=${random() < 0.6 ? honest : url()}` : url();
    const ancestors = any([undefined, [], [honest], [honest, honest], [url()], [honest, 'https://b.example']]);
    const referrer = any(['', `${honest}/page?x`, url()]);
    const own = any(['https://pin.example', 'https://pin.example', 'null']);
    const isTop = random() < 0.2;
    const origin = embedder({ search, own, isTop, ancestors, referrer });
    if (origin === undefined) continue;
    talked++;
    assert(!isTop && own !== 'null' && new URL(origin).origin === origin && search === `?origin=${origin}`);
    assert((ancestors ?? []).every((/** @type {string} */ ancestor) => ancestor === origin));
  }
  assert(talked > RUNS / 100, `${talked}`);
  const executions = 3 * RUNS + (RUNS / 10) * 11;
  evidence(
    6,
    `${count(executions)} executions of 4 parsers of the frame in JavaScript: 0 crashes`,
    `a reader that takes the page at its word fails at ${count(counts.trusting)} of ${count(RUNS)}`,
  );
});
