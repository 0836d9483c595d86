// The demo page's conductor: who is signed in, what is asked again each second, and what was tried.

import { Refused, Unreachable, backend } from './backend.js';
import { pollChallenge, watchNothing } from './challenge.js';
import { advance, startClock } from './clock.js';
import { byId, say, tabs } from './dom.js';
import { clearLog } from './log.js';
import { searchForm, showStore } from './store.js';
import { showPerson, signIn, startWallet, timePassed } from './wallet.js';
import { clearExchanges, showExchanges } from './wire.js';

let userId = '';
/** The last exchange shown. */
let shown = 0;
let panel = 'store';
/** Something happened since the tables were drawn. */
let stale = true;

await begin();

async function begin() {
  startWallet(tried, refreshSoon);
  searchForm(() => userId, () => tried('search'));
  tabs(/** @type {HTMLElement} */ (document.querySelector('[role="tablist"]')), (name) => {
    panel = name;
    refreshSoon();
  });
  document.addEventListener('click', ({ target }) => {
    const button = target instanceof Element ? target.closest('[data-advance]') : null;
    if (button instanceof HTMLElement) passTime(Number(button.dataset.advance));
  });
  byId('start-over').addEventListener('click', () => trouble(startOver));
  addEventListener('hashchange', () => location.reload());
  document.addEventListener('visibilitychange', () => document.hidden || refreshSoon());
  await trouble(startClock);
  await trouble(returnOrStart);
  setInterval(poll, 1000);
  refreshSoon();
}

/** The person of the address, or a new one: the demo's database may have been emptied since. */
async function returnOrStart() {
  const id = decodeURIComponent(location.hash.slice(1));
  try {
    if (!id) return await startOver();
    await backend.user(id);
    shown = newest(await backend.wire(0));
    settle(id);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    await startOver();
  }
}

async function startOver() {
  const { userId: id } = await backend.createUser();
  shown = newest(await backend.wire(0));
  settle(id);
  say('A new person is signed in.');
}

/** @param {string} id */
function settle(id) {
  userId = id;
  history.replaceState(null, '', `#${encodeURIComponent(id)}`);
  signIn(id);
  watchNothing();
  clearExchanges();
  clearLog();
  refreshSoon();
}

/** @param {{ exchanges: import('./backend.js').Exchange[] }} wire */
function newest({ exchanges }) {
  return exchanges.at(-1)?.number ?? 0;
}

function refreshSoon() {
  stale = true;
}

let polling = false;

async function poll() {
  if (polling || document.hidden || !userId) return;
  polling = true;
  await trouble(async () => {
    const { exchanges } = await backend.wire(shown);
    shown = newest({ exchanges }) || shown;
    showExchanges(exchanges);
    const moved = await pollChallenge();
    if (!moved && !exchanges.length && !stale) return;
    stale = false;
    await showPerson();
    if (panel === 'store') await showStore();
  });
  polling = false;
}

/** @param {number} ms */
async function passTime(ms) {
  await trouble(async () => {
    const before = await showPerson();
    await advance(ms);
    const after = await showPerson();
    const wasLocked = before.pinStatus === 'LOCKED' || before.securityQuestionStatus === 'LOCKED';
    if (wasLocked && after.pinStatus !== 'LOCKED' && after.securityQuestionStatus !== 'LOCKED') tried('wait');
    say(byId('clock-ahead').textContent ?? '');
    await timePassed();
    refreshSoon();
  });
}

/** @param {string} what */
function tried(what) {
  const item = document.querySelector(`[data-try="${what}"]`);
  if (!item || item.classList.contains('done')) return;
  item.classList.add('done');
  item.append(Object.assign(document.createElement('span'), { className: 'hidden', textContent: ' (done)' }));
}

/** Does it, and says so where the gateway does not answer. @param {() => Promise<unknown>} work */
async function trouble(work) {
  const banner = byId('trouble');
  try {
    await work();
    banner.hidden = true;
  } catch (error) {
    if (!(error instanceof Unreachable)) console.error(error);
    banner.textContent =
      error instanceof Unreachable
        ? 'The gateway does not answer. Is “cargo xtask demo” still running?'
        : 'The demo’s backend gave an answer this page does not understand.';
    banner.hidden = false;
  }
}
