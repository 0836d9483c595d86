// Holds docs/recoveries.md: every row that the mission's documents about Magic and Planbok have stands in its table, and every test that
// it names is there.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../../', import.meta.url);

/** What the two documents describe, in their words. */
const WANTED = [
  'Forgotten passphrase',
  'Device loss',
  'Retrieve the stored recovery key, and call with a new context',
  'Update the stored keys',
  'Maintain the same wallet address and public key',
  'Backup before initiating recovery',
  'Setting up recovery: onboarding',
  'Setting up recovery: re-configured',
  'Updating a known PIN',
  'Resetting a forgotten PIN: security questions',
  'Resetting a forgotten PIN: e-mail code',
  'Exporting private keys: authorize, reconstruction',
  'Exporting private keys: delivery',
  'Mandatory recovery setup',
  'Session security',
  'Monitoring',
];

/** @typedef {{ what: string, file: string, test: string }} Row */

/** Rows of the page: `| what | `file` | test |`. @param {string} page @returns {Row[]} */
export function rows(page) {
  return [...page.matchAll(/^\| ([^|]+) \| `([^`|]+)` \| ([^|]+) \|$/gm)].map(([, what, file, test]) => ({ what, file, test }));
}

/** Whether a test of this name is in its file. @param {Row} row */
export function isThere({ file, test }) {
  const path = fileURLToPath(new URL(file, ROOT));
  if (!existsSync(path)) return false;
  const source = readFileSync(path, 'utf8');
  return file.endsWith('.rs') ? source.includes(`fn ${test}()`) : source.includes(`test('${test}',`);
}

const page = readFileSync(new URL('docs/recoveries.md', ROOT), 'utf8');
const all = rows(page);
assert.deepEqual(WANTED.filter((what) => !all.some((row) => row.what === what)), [], 'rows that the page lacks');
assert.deepEqual(all.filter((row) => !isThere(row)), [], 'tests that the page names and that are not there');
// The control: a name with a letter more is missed.
assert.equal(all.filter((row) => isThere({ ...row, test: `${row.test}x` })).length, 0);
console.log(`docs/recoveries.md: ${all.length} rows, every test is there`);
