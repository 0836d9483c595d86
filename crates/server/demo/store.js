// "Stored": every table as it is, in words, and the search through every byte.

import { backend } from './backend.js';
import { byId, bytes, make, shorten, timeOfDay } from './dom.js';

/** @typedef {import('./backend.js').Cell} Cell */
/** @typedef {import('./backend.js').Table} Table */

/** What each table is for, and why reading it does not help a thief. In the order they are shown. @type {Record<string, string>} */
const TABLES = {
  credentials:
    'One row for the PIN, one for the answers. Each is an OPAQUE record: this database alone cannot tell a right guess from a wrong one. That takes the key ring too, which is kept elsewhere, and then a slow Argon2id run for every guess.',
  users: 'Who exists, under the name the app gave them. Nothing about them.',
  challenges: 'What people were asked to do, and where it stands.',
  runs: 'Conversations with the widget. What has to be remembered between two messages is sealed with the key ring, and gone when the run ends.',
  seen: 'Replies as they were sent, still sealed, so that a repeated message is answered again and never counted as a second guess.',
  outbox: 'What happened that an app may want to hear of by webhook: never what was typed.',
  subscriptions: 'Where the app wants to be told.',
  deliveries: 'What each of them is told, signed when it is sent, until the receiver has it.',
  delivery_attempts: 'Each try to tell them, and what came of it.',
  audit: 'What happened, and when. Guesses are counted here, not kept.',
  idempotency: 'Which requests of the app came before, so that asking twice makes one challenge.',
  apps: 'Whom everything else belongs to: an app, and the entity that runs it.',
  entities: 'Who runs apps.',
  api_keys: 'Keys made by the operator: a hash of each, never the key.',
  app_origins: 'Pages that may run the widget, as the operator said.',
};

/** Where a column needs words. @type {Record<string, string>} */
const COLUMNS = {
  'credentials.kind': '1 is the PIN, 2 the answers',
  'credentials.record': 'confirms no guess without the key ring',
  'credentials.wrap': 'the person’s data key, under a key that only a right guess gives',
  'credentials.questions': 'questions and hints, sealed with the key ring',
  'credentials.ksf_m_kib': 'Argon2id’s memory for one guess, in KiB',
  'credentials.failed': 'guesses counted in this window',
  'credentials.consecutive': 'guesses counted since the last right one',
  'runs.state': 'sealed with the key ring',
  'runs.token_hash': 'SHA-256 of the session token',
  'seen.reply': 'sealed for the widget; the gateway keeps no key for it',
  'seen.request_hash': 'SHA-256 of sealed bytes',
};

const TIMES = /^(created|at|expires_at|locked_at|locked_until|opened|ended|updated|due|delivered|dead|registration_open_until)$/;

/** What each cell held last time, so that what is new can be pointed out. @type {Map<string, string> | null} */
let before = null;

export async function showStore() {
  const { tables } = await backend.store();
  const order = Object.keys(TABLES);
  const rank = (/** @type {Table} */ table) => (order.includes(table.name) ? order.indexOf(table.name) : order.length);
  const now = new Map();
  const shown = tables.sort((a, b) => rank(a) - rank(b)).map((table) => tableElement(table, now));
  before = now;
  byId('tables').replaceChildren(...shown);
}

/** @param {Table} table @param {Map<string, string>} now */
function tableElement(table, now) {
  const place = byId('tables').querySelector(`[data-table="${table.name}"]`);
  const open = place instanceof HTMLDetailsElement ? place.open : table.name === 'credentials';
  const rows = table.rows.map((row) => rowElement(table, row, now));
  const fresh = rows.some((row) => row.querySelector('.fresh'));
  const element = make(
    'details',
    { class: 'kept', 'data-table': table.name, ...(open && { open: '' }) },
    make('summary', {}, make('code', {}, table.name), fresh ? make('span', { class: 'badge' }, 'changed') : null, count(table.total)),
    make('p', {}, TABLES[table.name] ?? ''),
    ...rows,
    table.total > rows.length ? make('p', { class: 'source' }, `The newest ${rows.length} of ${table.total} rows.`) : null,
  );
  if (!rows.length) element.append(make('p', { class: 'empty' }, 'Empty.'));
  return element;
}

/** @param {number} total */
function count(total) {
  return make('span', { class: 'count' }, String(total), make('span', { class: 'hidden' }, total === 1 ? ' row' : ' rows'));
}

/** @param {Table} table @param {Cell[]} row @param {Map<string, string>} now */
function rowElement({ name, columns }, row, now) {
  const key = `${name}/${row.slice(0, 3).map(plain).join('/')}`;
  const cells = columns.map((column, at) => cellElement(name, column, row[at], key, now));
  const empty = columns.filter((_, at) => row[at] === null);
  return make(
    'div',
    { class: 'entry' },
    make('dl', {}, ...cells.filter((_, at) => row[at] !== null)),
    empty.length ? make('p', { class: 'source' }, 'Empty: ', make('code', {}, empty.join(', '))) : null,
  );
}

/** @param {string} table @param {string} column @param {Cell} cell @param {string} key @param {Map<string, string>} now */
function cellElement(table, column, cell, key, now) {
  const id = `${key}/${column}`;
  now.set(id, plain(cell));
  const fresh = before !== null && before.get(id) !== plain(cell);
  const note = COLUMNS[`${table}.${column}`];
  return make(
    'div',
    { class: `${fresh ? 'fresh ' : ''}${width(cell)}` },
    make('dt', {}, column),
    make('dd', {}, readable(column, cell), note ? make('small', {}, note) : null),
  );
}

/** How much room a value needs. @param {Cell} cell */
function width(cell) {
  if (typeof cell === 'object' && cell !== null) return cell.bytes > 32 ? 'wide' : 'long';
  return String(cell).length > 18 ? 'long' : '';
}

/** @param {Cell} cell */
function plain(cell) {
  return typeof cell === 'object' && cell !== null ? cell.hex : String(cell);
}

/** @param {string} column @param {Cell} cell */
function readable(column, cell) {
  if (typeof cell === 'object' && cell !== null) return cell.bytes > 32 ? `${shorten(cell.hex, 48, 8)} (${cell.bytes} bytes)` : shorten(cell.hex, 24, 8);
  if (typeof cell === 'number' && TIMES.test(column)) return `${cell} (${timeOfDay(cell)})`;
  return String(cell);
}

/**
 * Makes the search work.
 * @param {() => string} userId of the present person, for the control
 * @param {() => void} searched was called for something that could be a secret
 */
export function searchForm(userId, searched) {
  const needle = /** @type {HTMLInputElement} */ (byId('needle'));
  byId('search').addEventListener('submit', (event) => {
    event.preventDefault();
    if (needle.value && needle.value !== userId()) searched();
    search(needle.value);
  });
  byId('search-control').addEventListener('click', () => {
    needle.value = userId();
    search(needle.value);
  });
}

/** @param {string} text */
async function search(text) {
  const found = byId('found');
  try {
    found.replaceChildren(verdict(text, await backend.search(text)));
  } catch {
    found.replaceChildren(make('p', { class: 'note warn' }, 'The search did not work. Is the gateway still running?'));
  }
}

/** @param {string} text @param {import('./backend.js').Found} result */
function verdict(text, { too_short, encodings, places }) {
  if (too_short) {
    return make('p', { class: 'note' }, 'Type at least four characters: anything shorter turns up by chance among random bytes.');
  }
  const count = places.reduce((sum, place) => sum + place.count, 0);
  const hits = places.flatMap(({ name, hits }) => hits.map((hit) => ({ name, ...hit })));
  const total = places.reduce((sum, place) => sum + place.bytes, 0);
  const looked = `Looked through ${bytes(total)}: ${places.map(({ name, bytes: size }) => `${name} (${bytes(size)})`).join(', ')}. `;
  const ways = make('p', { class: 'source' }, `${looked}As ${encodings.join(', ')}.`);
  if (!count) {
    return make('div', { class: 'note ok' }, make('strong', {}, 'Not found.'), ` “${text}” is nowhere in what the gateway keeps or received.`, ways);
  }
  const shown = hits.slice(0, 6).map((hit) =>
    make('li', {}, make('strong', {}, hit.name), ` ${hit.where}, as ${hit.as}`, hit.near ? make('code', {}, ` …${hit.near}…`) : null),
  );
  const title = `Found ${count === 1 ? 'once' : `${count} times`}.`;
  return make('div', { class: 'note' }, make('strong', {}, title), make('ul', { class: 'places' }, ...shown), ways);
}
