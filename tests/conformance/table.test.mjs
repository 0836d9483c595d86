// The table must say what ran, keep what did not run, and come out the same each time.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { merge, parse, render } from './table.mjs';

/** @returns {import('./harness/rows.mjs').Row} */
const row = (/** @type {string} */ sdk, /** @type {string} */ flow, result = 'passed', browser = '') => ({
  ...{ sdk, version: '1.0.0', flow, ...(browser && { browser }) },
  result: result === 'passed' ? 'passed' : 'failed',
});

const node = [row('node', 'b, then'), row('node', 'a | b')];
const web = [row('web', 'RESTORE_PIN', 'passed', 'Firefox'), row('web', 'RESTORE_PIN', 'failed', 'Chromium')];

test('what is written is read back as it was', () => {
  const rows = merge([node, web], []);
  assert.deepEqual(parse(render(rows, [['This', 'Why']])), rows);
  assert.deepEqual(parse(''), []);
});

test('a suite that ran replaces its own rows and leaves the others', () => {
  const before = merge([node, web], []);
  const fresh = [row('node', 'c')];
  assert.deepEqual(merge([fresh, []], before), [...fresh, ...before.filter(({ sdk }) => sdk === 'web')]);
  assert.deepEqual(merge([[], []], before), before);
});

test('a run of all suites keeps nothing of before', () => {
  assert.deepEqual(merge([node, web], [row('old', 'a')]).filter(({ sdk }) => sdk === 'old'), []);
});

test('browsers may finish in any order', () => {
  assert.equal(render(merge([node, web], []), []), render(merge([node, web.toReversed()], []), []));
});

test('the counts tell failed from passed', () => {
  assert.match(render(merge([node, web], []), []), /\| web \| 1\.0\.0 \| Chromium, Firefox \| 2 \| 1 \|/);
});
