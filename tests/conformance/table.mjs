// docs/conformance.md, from the result files of the suites. `write` writes it, `check` fails when it differs.
//
// Where not all suites ran, the rows of the others are taken from the file as it is, so that whoever ran one suite loses
// nothing of the rest; a run of all suites, as in CI, takes nothing from it.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { RESULTS } from './harness/rows.mjs';

/** @typedef {import('./harness/rows.mjs').Row} Row */

const FILE = new URL('../../docs/conformance.md', import.meta.url);
const NOT_COVERED = new URL('not-covered.json', import.meta.url);
/** The result files, in the order of the table. */
const SUITES = ['circle-9.json', 'circle-10.json', 'python.json', 'web.json'];
const HEAD = ['SDK', 'Version', 'Call or flow', 'Browser', 'Result'];

/** @param {Row} row */
const group = ({ sdk, version }) => `${sdk} ${version}`;

/**
 * The rows of the table: what ran, and what did not run as it stood before.
 * @param {Row[][]} ran one list for each suite, empty where it did not run
 * @param {Row[]} before
 */
export function merge(ran, before) {
  if (ran.every((suite) => suite.length > 0)) return sorted(ran.flat());
  const fresh = new Set(ran.flat().map(group));
  return sorted([...ran.flat(), ...before.filter((row) => !fresh.has(group(row)))]);
}

/** By SDK; then as the suite runs, or by flow where several browsers run at their own pace. @param {Row[]} rows */
function sorted(rows) {
  const text = (/** @type {Row} */ { flow, browser = '' }) => `${flow}\n${browser}`;
  // 9 before 10.
  const { compare } = new Intl.Collator('en', { numeric: true });
  return rows.toSorted((a, b) => compare(group(a), group(b)) || (a.browser && b.browser ? compare(text(a), text(b)) : 0));
}

/** @param {Row[]} rows @param {string[][]} notCovered @returns {string} */
export function render(rows, notCovered) {
  const counts = grouped(rows).map((all) => [
    ...[all[0].sdk, all[0].version, [...new Set(all.map((row) => row.browser ?? ''))].sort().join(', ')],
    ...[`${all.length}`, `${all.filter((row) => row.result === 'passed').length}`],
  ]);
  const lines = rows.map(({ sdk, version, flow, browser = '', result }) => [sdk, version, flow, browser, result]);
  return `# Conformance

Circle's own SDKs, as their registries ship them, against a real gateway on a real socket. Written by
\`cargo xtask conformance-table\` from what \`cargo xtask test\` ran; change the suites in \`tests/conformance\`, not this file.

${table(['SDK', 'Version', 'Browser', 'Rows', 'Passed'], counts)}
## Every row

${table(HEAD, lines)}
## Not covered

${table(['What', 'Why'], notCovered)}`;
}

/** One list for each SDK and version. @param {Row[]} rows */
function grouped(rows) {
  return [...new Set(rows.map(group))].map((name) => rows.filter((row) => group(row) === name));
}

/** @param {string[]} head @param {string[][]} rows */
function table(head, rows) {
  const line = (/** @type {string[]} */ cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
  return line(head) + line(head.map(() => '---')) + rows.map(line).join('');
}

/** The rows of a table that `render` wrote. @param {string} markdown @returns {Row[]} */
export function parse(markdown) {
  const lines = markdown.split('\n');
  const start = lines.indexOf(`| ${HEAD.join(' | ')} |`) + 2;
  if (start < 2) return [];
  const length = lines.slice(start).findIndex((line) => !line.startsWith('| '));
  return lines.slice(start, start + length).map((line) => {
    const [sdk, version, flow, browser, result] = line
      .slice(2, -2)
      .split(/(?<!\\) \| /)
      .map((cell) => cell.replaceAll('\\|', '|'));
    return { sdk, version, flow, ...(browser && { browser }), result: result === 'passed' ? 'passed' : 'failed' };
  });
}

/** A JSON array, or one object on each line. @param {string} name @returns {Row[]} */
function results(name) {
  const file = new URL(name, RESULTS);
  if (!existsSync(file)) return [];
  const text = readFileSync(file, 'utf8').trim();
  return text.startsWith('[') ? JSON.parse(text) : text.split('\n').map((line) => JSON.parse(line));
}

function main() {
  const unknown = existsSync(RESULTS) ? readdirSync(RESULTS).filter((name) => !SUITES.includes(name)) : [];
  if (unknown.length > 0) throw new Error(`table.mjs does not know these results: ${unknown.join(', ')}`);
  const now = existsSync(FILE) ? readFileSync(FILE, 'utf8') : '';
  const rows = merge(SUITES.map(results), parse(now));
  const text = render(rows, JSON.parse(readFileSync(NOT_COVERED, 'utf8')));
  const failed = rows.filter((row) => row.result !== 'passed');
  if (process.argv[2] === 'write') {
    writeFileSync(FILE, text);
    console.log(`docs/conformance.md: ${rows.length} rows, ${failed.length} of them failed`);
  } else if (now !== text) {
    console.error('docs/conformance.md is not what the run gave; write it with `cargo xtask conformance-table`');
    process.exitCode = 1;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) main();
