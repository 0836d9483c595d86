// "In the app": what Harbour asked for and what the widget called back, newest first.

import { byId, make, timeElement } from './dom.js';

let count = 0;

/**
 * @param {'widget' | 'app'} who
 * @param {string} what
 * @param {number} at
 * @param {unknown} [detail]
 */
export function log(who, what, at, detail) {
  const words = detail === undefined ? null : make('p', {}, JSON.stringify(detail, hideSecrets));
  byId('log-list').prepend(make('li', { class: `${who}-call` }, make('strong', {}, what), timeElement(at), words));
  byId('log-count').textContent = String(++count);
  byId('log-empty').hidden = true;
}

export function clearLog() {
  byId('log-list').replaceChildren();
  byId('log-count').textContent = String((count = 0));
  byId('log-empty').hidden = false;
}

/** A session is worth an hour of somebody's wallet: it is not for the screen. @param {string} name @param {unknown} value */
function hideSecrets(name, value) {
  return name === 'userToken' || name === 'encryptionKey' ? '(hidden)' : value;
}
