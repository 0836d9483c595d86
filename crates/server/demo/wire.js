// "On the wire": the exchanges between widget and gateway as they went by, newest first.

import { byId, bytes, make, shorten, timeElement } from './dom.js';

/** @typedef {import('./backend.js').Exchange} Exchange */

/** What each step is for. @type {Record<string, string>} */
const STEPS = {
  OPEN: 'Asks what is to be done. The questions and hints come back sealed.',
  PROVE_1: 'One guess, blinded on the device and then sealed. The gateway counts it before it looks at it.',
  PROVE_2: 'The proof that the guess was right. From here on both sides use a key that not even the app’s backend can know.',
  REGISTER: 'The new secret, blinded. The gateway answers without learning it.',
  COMMIT: 'The new records, stored all at once or not at all.',
  CANCEL: 'The person closed. The challenge stays open.',
};

const KEPT = 200;
let total = 0;

/** @param {Exchange[]} exchanges */
export function showExchanges(exchanges) {
  if (!exchanges.length) return;
  const list = byId('wire-list');
  for (const exchange of exchanges) list.prepend(exchangeElement(exchange));
  while (list.childElementCount > KEPT) list.lastElementChild?.remove();
  total += exchanges.length;
  byId('wire-count').textContent = String(total);
  byId('wire-empty').hidden = true;
}

export function clearExchanges() {
  byId('wire-list').replaceChildren();
  byId('wire-count').textContent = '0';
  byId('wire-empty').hidden = false;
  total = 0;
}

/** @param {Exchange} exchange */
function exchangeElement(exchange) {
  const { step, request, reply, at } = exchange;
  const outcome = reply.code === null ? `${reply.status}` : `${reply.status}, code ${reply.code}`;
  return make(
    'li',
    {},
    make(
      'details',
      {},
      make(
        'summary',
        {},
        make('span', { class: 'step' }, step),
        make(
          'span',
          { class: 'sizes' },
          `${bytes(request.bytes)} sent, ${bytes(reply.bytes)} back: `,
          make('span', reply.code === null ? {} : { class: 'refused' }, outcome),
        ),
        timeElement(at),
        make('code', { class: 'glimpse', 'aria-hidden': 'true' }, request.sealed),
      ),
      make(
        'div',
        { class: 'body' },
        make('p', {}, STEPS[step] ?? ''),
        make('pre', {}, asSent(exchange)),
        make('pre', {}, asReceived(exchange)),
      ),
    ),
  );
}

/** @param {Exchange} exchange */
function asSent({ challenge_id, run, seq, step, request }) {
  const body = { v: 1, run, seq, step, sealed: shorten(request.sealed, 120, 24) };
  return `POST /v1/repin/challenges/${challenge_id}/messages\n\n${JSON.stringify(body, null, 2)}`;
}

/** @param {Exchange} exchange */
function asReceived({ reply }) {
  const refusal = reply.code === null ? {} : { code: reply.code, message: reply.message };
  const body = { ...refusal, ...(reply.sealed && { sealed: shorten(reply.sealed, 120, 24) }) };
  return `HTTP ${reply.status}\n\n${JSON.stringify(body, null, 2)}`;
}
