// The table must say what ran, keep what did not run, and not change with every byte.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { merge, parse, render } from './table.mjs';

/** @returns {import('./harness/rows.mjs').Row} */
const row = (/** @type {string} */ app, /** @type {number | undefined} */ page, result = 'passed') => ({
  ...{ app, versions: 'a 1.0.0, b 2.0.0', mode: /** @type {const} */ ('build'), browser: 'chromium', note: '`open` | more' },
  ...(page && { page, recovery: 123 * 1024 }),
  result: result === 'passed' ? 'passed' : 'failed',
});

const KIB = 1024;

test('what is written is read back as it was', () => {
  const rows = merge([row('vite', 90 * KIB), row('html', undefined, 'failed')], []);
  assert.deepEqual(parse(render(rows)).map(({ app, page, result, note }) => ({ app, page, result, note })), rows.map(({ app, page, result, note }) => ({ app, page, result, note })));
  assert.equal(render(merge([], parse(render(rows)))), render(rows));
});

test('an app that ran replaces its own row and leaves the others', () => {
  const before = merge([row('vite', 90 * KIB), row('html', 9 * KIB)], []);
  const after = merge([row('html', 9 * KIB, 'failed')], before);
  assert.deepEqual(after.map(({ app, result }) => [app, result]), [['html', 'failed'], ['vite', 'passed']]);
});

test('a figure stays while it is close, and moves when it is not', () => {
  const before = merge([row('vite', 100 * KIB)], []);
  assert.equal(merge([row('vite', 104 * KIB)], before)[0].page, 100);
  assert.equal(merge([row('vite', 106 * KIB)], before)[0].page, 106);
});
