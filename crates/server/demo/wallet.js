// Harbour, the app: asks its backend for a session, opens the widget with it, and reacts to how it ended.

import { Refused, backend } from './backend.js';
import { watch, watchedId } from './challenge.js';
import { gatewayNow } from './clock.js';
import { byId, hourAndMinute, make, say } from './dom.js';
import { log } from './log.js';

/** @typedef {import('./backend.js').Flow} Flow */
/** @typedef {import('./backend.js').Session} Session */
/** @typedef {import('../../../npm/src/loader.ts').Mounted} Mounted */
/** @typedef {import('../../../npm/src/loader.ts').Outcome} Outcome */

/** Where the gateway serves the widget. Imported when first needed, so that the page can say so where it was not built. */
const LOADER = '/repin.js';

const PHRASES = { UNSET: 'Not set', ENABLED: 'Set', LOCKED: 'Paused' };

let userId = '';
/** @type {Mounted | null} */
let widget = null;
let step = '';
/** Counts widgets: what a former one still says is not for the present one. */
let serial = 0;
/** @type {HTMLElement | null} */
let opener = null;
let starting = false;
/** @type {(what: string) => void} */
let tried = () => {};
/** @type {() => void} */
let changed = () => {};

/**
 * Makes the app's buttons work.
 * @param {(what: string) => void} onTried something of the list was done
 * @param {() => void} onChanged the gateway may have something new to show
 */
export function startWallet(onTried, onChanged) {
  tried = onTried;
  changed = onChanged;
  document.addEventListener('click', ({ target }) => {
    const button = target instanceof Element ? target.closest('[data-flow]') : null;
    if (button instanceof HTMLElement) start(/** @type {Flow} */ (button.dataset.flow), button);
  });
}

/** Somebody else holds the phone. @param {string} id */
export function signIn(id) {
  userId = id;
  byId('person').textContent = id;
  close();
  tell(null);
}

/** Shows what the gateway says of the person. */
export async function showPerson() {
  const user = await backend.user(userId);
  state('pin-status', user.pinStatus, user.pinDetails);
  state('questions-status', user.securityQuestionStatus, user.securityQuestionDetails);
  const when = user.pinStatus === 'UNSET' ? 'new' : user.securityQuestionStatus === 'UNSET' ? 'no-questions' : 'ready';
  for (const actions of document.querySelectorAll('[data-when]')) {
    /** @type {HTMLElement} */ (actions).hidden = /** @type {HTMLElement} */ (actions).dataset.when !== when;
  }
  holds(user.addresses);
  return user;
}

/** Shows the wallet, or offers one. @param {string[]} addresses */
function holds(addresses) {
  byId('wallet-status').textContent = addresses.length ? 'Yours alone' : 'None yet';
  byId('wallet-status').className = addresses.length ? 'set' : '';
  byId('addresses').hidden = !addresses.length;
  byId('addresses').replaceChildren(...addresses.map((address) => make('li', {}, make('code', {}, address))));
  for (const actions of document.querySelectorAll('[data-when] [data-flow]')) {
    const { flow } = /** @type {HTMLElement} */ (actions).dataset;
    if (flow === 'CREATE_WALLET') actions.toggleAttribute('hidden', addresses.length > 0);
    if (flow === 'EXPORT_PRIVATE_KEYS') actions.toggleAttribute('hidden', !addresses.length);
  }
}

/** Time was put forward: a countdown that the widget shows is over, or shorter. */
export async function timePassed() {
  tell(null);
  if (!widget || step !== 'locked') return;
  const session = await renew('expired');
  open(session);
}

/** @param {string} id @param {import('./backend.js').Status} status @param {import('./backend.js').Details} [details] */
function state(id, status, details) {
  const until = status === 'LOCKED' && details?.lockedExpiryDate;
  byId(id).textContent = until ? `Paused until ${hourAndMinute(Date.parse(until))}` : PHRASES[status];
  byId(id).className = { UNSET: '', ENABLED: 'set', LOCKED: 'paused' }[status];
}

/** @param {Flow} flow @param {HTMLElement} button */
async function start(flow, button) {
  if (starting) return;
  starting = true;
  button.setAttribute('aria-disabled', 'true');
  opener = button;
  try {
    await open(await ask(flow));
  } catch (error) {
    explain(error);
  } finally {
    starting = false;
    button.removeAttribute('aria-disabled');
    changed();
  }
}

/** What an app's backend does: a token for the person, a challenge, and both to the page. @param {Flow} flow */
async function ask(flow) {
  try {
    const session = await backend.session(userId, flow);
    log('app', `asked its backend for ${flow}`, gatewayNow(), session);
    watch(userId, session.challengeId, flow);
    return session;
  } catch (error) {
    if (error instanceof Refused) log('app', `asked its backend for ${flow}`, gatewayNow(), { code: error.code, message: error.message });
    throw error;
  }
}

/** A fresh token for the same challenge. @param {string} reason */
async function renew(reason) {
  const session = await backend.renew(userId, watchedId());
  log('widget', 'getSession', gatewayNow(), { reason });
  return session;
}

/** @param {Session} session */
async function open(session) {
  const { mount } = /** @type {typeof import('../../../npm/src/loader.ts')} */ (await import(LOADER));
  const mine = ++serial;
  /** Why there was no session to go on with. @type {unknown} */
  let refusal = null;
  widget?.unmount();
  tell(null);
  show(true);
  widget = mount(byId('widget'), {
    session,
    // Inside the pretend phone, whose clock and wire must stay in reach; an app on a phone would leave this out.
    presentation: 'inline',
    getSession: renew,
    onStep: (event) => {
      if (mine !== serial) return;
      step = event.step;
      log('widget', 'onStep', gatewayNow(), event);
      if (step === 'locked') tried('lock');
      changed();
    },
    onForgot: async () => {
      log('widget', 'onForgot', gatewayNow());
      return ask('RESTORE_PIN').catch((error) => {
        refusal = error;
        throw error;
      });
    },
    onError: (error) => log('widget', 'onError', gatewayNow(), error),
    onOutcome: (outcome) => {
      if (mine !== serial) return;
      log('widget', 'onOutcome', gatewayNow(), outcome);
      widget = null; // it has taken itself down
      close();
      if (refusal) explain(refusal);
      else react(outcome);
      changed();
    },
  });
}

function close() {
  serial++;
  widget?.unmount();
  widget = null;
  step = '';
  const wasOpen = !byId('widget').hidden;
  show(false);
  if (!wasOpen) return;
  const back = opener?.checkVisibility() ? opener : byId('home-title');
  back.focus();
}

/** @param {boolean} open */
function show(open) {
  byId('home').hidden = open;
  byId('widget').hidden = !open;
  if (open) byId('widget').closest('.phone')?.scrollIntoView({ block: 'nearest' });
}

/** What the person got done, by the challenge's type. @type {Record<string, [string, string]>} */
const DONE = {
  INITIALIZE: ['enrol', 'Your PIN and questions are set.'],
  SET_PIN: ['', 'Your PIN is set.'],
  SET_SECURITY_QUESTIONS: ['enrol', 'Your questions are set.'],
  CHANGE_PIN: ['change', 'Your PIN is changed.'],
  RESTORE_PIN: ['recover', 'You are back in, with a new PIN.'],
  CREATE_WALLET: ['wallet', 'Your wallet is made.'],
  EXPORT_PRIVATE_KEYS: ['', 'You have seen your keys. They are on this device alone.'],
};

/** @param {Outcome} outcome */
function react(outcome) {
  if (outcome.status === 'completed') {
    const [what, words] = DONE[outcome.flow] ?? ['', 'Done.'];
    if (what) tried(what);
    tell({ kind: 'ok', title: 'Done.', text: words });
  } else if (outcome.status === 'locked') {
    tried('lock');
    tell({ kind: 'warn', title: 'Paused after three wrong tries.', text: 'In life there is no way around the wait. Here there is one:', wait: true });
  } else if (outcome.status === 'failed') {
    tell({ kind: 'warn', title: 'That did not work.', text: 'Nothing was changed.', code: JSON.stringify(outcome.error) });
  }
}

/** What Harbour would tell the person about a refusal, by Circle's number. @type {Record<number, string>} */
const REFUSALS = {
  155106: 'This person is set up already.',
  155107: 'This person has a PIN already. They can change it.',
  155108: 'This person’s questions are set already, and can’t be replaced.',
  155110: 'This person has no PIN yet.',
  155111: 'This person has no security questions, so there is no way back from a forgotten PIN.',
  155181: 'This person has a wallet already.',
  155182: 'This person has no wallet yet.',
  155119: 'The PIN is paused after three wrong tries.',
  155120: 'Recovery is paused after three wrong tries.',
};

/** @param {unknown} error */
function explain(error) {
  if (error instanceof Refused) {
    const text = REFUSALS[error.code] ?? 'The gateway refused.';
    const wait = error.code === 155119 || error.code === 155120;
    tell({ kind: 'warn', title: text, text: '', code: `${error.status} · ${error.code} · ${error.message}`, wait });
  } else {
    console.error(error);
    tell({ kind: 'warn', title: 'The widget could not be opened.', text: 'Is the gateway running, and was the widget built? cargo xtask demo does both.' });
  }
}

/** @param {{ kind: string, title: string, text: string, code?: string, wait?: boolean } | null} message */
function tell(message) {
  const notice = byId('notice');
  notice.hidden = !message;
  if (!message) return;
  notice.className = `note ${message.kind}`;
  byId('notice-title').textContent = message.title;
  byId('notice-text').textContent = message.text;
  byId('notice-code').textContent = message.code ?? '';
  byId('notice-wait').hidden = !message.wait;
  say(`${message.title} ${message.text}`);
}
