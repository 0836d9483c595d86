// docs/accessibility.md is a report that people rely on: it has every criterion of WCAG 2.2, A and AA, once, and every
// piece of evidence that it names is there.
import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';

const FILE = new URL('../../../docs/accessibility.md', import.meta.url);
const REPORT = readFileSync(FILE, 'utf8');
const LEVELS = ['Supports', 'Partially supports', 'Does not support', 'Not applicable'];

/** https://www.w3.org/TR/WCAG22/, without 4.1.1, which is obsolete. */
const CRITERIA = {
  A: `1.1.1 1.2.1 1.2.2 1.2.3 1.3.1 1.3.2 1.3.3 1.4.1 1.4.2 2.1.1 2.1.2 2.1.4 2.2.1 2.2.2 2.3.1 2.4.1 2.4.2 2.4.3 2.4.4
    2.5.1 2.5.2 2.5.3 2.5.4 3.1.1 3.2.1 3.2.2 3.2.6 3.3.1 3.3.2 3.3.7 4.1.2`.split(/\s+/),
  AA: `1.2.4 1.2.5 1.3.4 1.3.5 1.4.3 1.4.4 1.4.5 1.4.10 1.4.11 1.4.12 1.4.13 2.4.5 2.4.6 2.4.7 2.4.11 2.5.7 2.5.8 3.1.2
    3.2.3 3.2.4 3.3.3 3.3.4 3.3.8 4.1.3`.split(/\s+/),
};

describe('the accessibility report', () => {
  for (const [level, criteria] of Object.entries(CRITERIA)) {
    test(`has the ${criteria.length} criteria of level ${level}, each once and in order`, () => {
      assert.deepEqual(rows(level).map(({ number }) => number), criteria);
    });

    test(`says how each of level ${level} is met, and shows why`, () => {
      for (const { number, met, remarks, evidence } of rows(level)) {
        assert.ok(LEVELS.includes(met), `${number}: ${met}`);
        if (met === 'Not applicable') assert.ok(remarks, `${number} says why it does not apply`);
        else assert.ok(evidence.length > 0, `${number} has evidence`);
        if (met !== 'Supports') assert.ok(remarks.length > 4, `${number} says what is missing`);
      }
    });
  }

  test('names only evidence that is there', () => {
    const missing = links(REPORT).flatMap(({ name, path }) => (isThere(name, path) ? [] : [`${name} in ${path}`]));
    assert.deepEqual(missing, []);
  });

  test('evidence that is not there is found: the control', () => {
    const made = REPORT.replace('](../tests/pin.rs)', '_and_more](../tests/pin.rs)').replace('zoom-400.png', 'zoom-500.png');
    assert.equal(links(made).filter(({ name, path }) => !isThere(name, path)).length, 2);
  });
});

/** The table of a level. @param {string} level */
function rows(level) {
  const section = REPORT.split(`### Level ${level}\n`)[1].split('\n#')[0];
  return section.split('\n').filter((line) => /^\| \d/.test(line)).map((line) => {
    const [, criterion, met, remarks, evidence] = line.split('|').map((cell) => cell.trim());
    return { number: criterion.split(' ')[0], met, remarks, evidence: links(evidence ?? '') };
  });
}

/** @param {string} text */
function links(text) {
  return [...text.matchAll(/\[([^\]]+)\]\(([^)\s]+)\)/g)].map(([, name, path]) => ({ name, path })).filter(({ path }) => !/^https?:/.test(path));
}

/** A file that is code holds what the link is called; of any other it is enough that it exists. @param {string} name @param {string} path */
function isThere(name, path) {
  const file = new URL(path, FILE);
  if (!existsSync(file)) return false;
  return statSync(file).isDirectory() || !/\.(mjs|rs|css)$/.test(path) || readFileSync(file, 'utf8').includes(name);
}
