// The challenge as the app sees it: asked for once a second, from PENDING to its end.

import { backend } from './backend.js';
import { gatewayNow } from './clock.js';
import { byId, make, say, shorten, timeElement } from './dom.js';

/** @typedef {import('./backend.js').Challenge} Challenge */

const PATH = ['PENDING', 'IN_PROGRESS', 'COMPLETE'];
const ENDS = ['COMPLETE', 'FAILED', 'EXPIRED'];

/** The last place on the line, by how it ended. @type {Record<string, string>} */
const ENDINGS = {
  COMPLETE: 'Stored, all at once. It can’t be used again.',
  FAILED: 'Another challenge of this person came first, so this one can’t be used any more.',
  EXPIRED: 'It was left too long.',
};

/** What has to be proved before anything new is set. @type {Record<string, string>} */
const PROOFS = {
  INITIALIZE: 'Passed over: the first time there is nothing to prove.',
  SET_PIN: 'Passed over: the first time there is nothing to prove.',
  RESTORE_PIN: 'The right answers were proved. A new PIN may be set.',
};
const PROOF_OF_PIN = 'The right PIN was proved. Something new may be set.';

/** @type {{ userId: string, id: string, status: string, seen: Map<string, number> } | null} */
let watched = null;

/** Starts to follow a challenge. @param {string} userId @param {string} id @param {string} type */
export function watch(userId, id, type) {
  watched = { userId, id, status: '', seen: new Map() };
  byId('challenge-type').textContent = type;
  byId('challenge-id').textContent = shorten(id, 8, 4);
  byId('challenge-id').title = id;
  byId('challenge').hidden = false;
  byId('challenge-empty').hidden = true;
  byId('timeline').children[1].children[2].textContent = PROOFS[type] ?? PROOF_OF_PIN;
  note('PENDING', null);
}

export function watchNothing() {
  watched = null;
  byId('challenge').hidden = true;
  byId('challenge-empty').hidden = false;
}

/** The challenge that is followed. */
export function watchedId() {
  return watched?.id ?? '';
}

/** Asks where it stands. @returns {Promise<boolean>} whether that changed */
export async function pollChallenge() {
  const asked = watched;
  if (!asked || ENDS.includes(asked.status)) return false;
  const challenge = await backend.challenge(asked.userId, asked.id);
  if (watched !== asked || challenge.status === asked.status) return false;
  note(challenge.status, challenge);
  return true;
}

/** @param {string} status @param {Challenge | null} challenge */
function note(status, challenge) {
  if (!watched) return;
  if (watched.status) say(`The challenge is now ${status.replace('_', ' ')}.`);
  watched.status = status;
  watched.seen.set(status, gatewayNow());
  draw(challenge);
}

/** @param {Challenge | null} challenge */
function draw(challenge) {
  if (!watched) return;
  const { status, seen } = watched;
  const end = ENDS.includes(status) ? status : 'COMPLETE';
  const reached = PATH.includes(status) ? PATH.indexOf(status) : 2;
  const reason = challenge?.errorCode ? ` (${challenge.errorCode}: ${challenge.errorMessage ?? ''})` : '';
  [...byId('timeline').children].forEach((item, at) => {
    const name = at === 2 ? end : PATH[at];
    const done = at < reached || (at === reached && ENDS.includes(status));
    const [title, time, text] = item.children;
    item.className = kind(at, reached, done, end);
    if (done && at === 1 && !seen.has(name)) item.className = 'past passed';
    item.toggleAttribute('aria-current', at === reached);
    if (at === reached) item.setAttribute('aria-current', 'step');
    title.textContent = name;
    const moment = seen.get(name);
    time.replaceWith(moment === undefined ? make('time') : timeElement(moment));
    if (at === 2) text.textContent = ENDINGS[end] + reason;
  });
}

/** @param {number} at @param {number} reached @param {boolean} done @param {string} end */
function kind(at, reached, done, end) {
  if (at === 2 && done) return end === 'COMPLETE' ? 'past good' : 'bad';
  if (done) return 'past';
  return at === reached ? 'now' : '';
}
