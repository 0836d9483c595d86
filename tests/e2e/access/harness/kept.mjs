// Texts that are kept in the repository for people to read, and compared at each run.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import assert from 'node:assert/strict';

const FLOWS = new URL('../flows/', import.meta.url);

/**
 * The text must be the one that was kept. `REPIN_KEEP=1` keeps it instead, for whoever changed the words on purpose; what
 * git then shows is to be read.
 *
 * @param {string} name
 * @param {string} text
 * @param {URL} [folder]
 */
export function compare(name, text, folder = FLOWS) {
  const file = new URL(name, folder);
  if (process.env.REPIN_KEEP) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, text);
  }
  assert.equal(text, readFileSync(file, 'utf8'), `the kept ${name} says otherwise; REPIN_KEEP=1 keeps what is said now`);
}
