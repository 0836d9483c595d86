// What the papers name is there: files, tests, commands.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PAGES } from '../../docs/site/pages.mjs';
import { ROOT } from './site.mjs';

const FOLDERS = /^(crates|docs|locales|npm|src|style|tests|xtask)\/[\w./-]*$/;
const COMMANDS = readFileSync(join(ROOT, 'xtask/src/main.rs'), 'utf8');
const STEPS = readFileSync(join(ROOT, 'xtask/src/test.rs'), 'utf8');

for (const { source } of [...PAGES, { source: 'README.md' }]) {
  test(`${source} names files and commands that there are`, () => {
    const spans = [...readFileSync(join(ROOT, source), 'utf8').matchAll(/`([^`\n]+)`/g)].map(([, span]) => span);
    assert.deepEqual(spans.filter((span) => !holds(span)), []);
  });
}

test('a file, a command and a step that are not there are found: the control', () => {
  assert.deepEqual(['crates/nothing.rs', 'cargo xtask nothing', 'cargo xtask test --only nothing'].filter(holds), []);
});

/** @param {string} span @returns {boolean} */
function holds(span) {
  const [, command, step] = /^cargo xtask ([\w-]+)(?: --only ([\w-]+))?/.exec(span) ?? [];
  if (step && !STEPS.includes(`name: "${step}"`)) return false;
  if (command) return COMMANDS.includes(`["${command}"`);
  return !FOLDERS.test(span) || existsSync(join(ROOT, span));
}
