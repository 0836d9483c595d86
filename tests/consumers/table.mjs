// docs/consumers.md, from the result files of the run. `write` writes it, `check` fails when it differs.
//
// Where not all apps ran, the rows of the others are taken from the file as it is.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { RESULTS } from './harness/rows.mjs';

/** @typedef {import('./harness/rows.mjs').Row} Row */

const FILE = new URL('../../docs/consumers.md', import.meta.url);
const HEAD = ['App', 'Versions', 'Mode', 'Browser', 'Result', 'Page', 'Recovery', 'Notes'];
/** A figure that moved by less stays as it is written: else every change of the widget would be one of this file. */
const CLOSE = 0.05;

/** @param {Row} row */
const name = ({ app, mode, browser }) => `${app}\n${mode}\n${browser}`;

/** What ran, and what did not run as it stood before. @param {Row[]} ran @param {Row[]} before */
export function merge(ran, before) {
  const old = new Map(before.map((row) => [name(row), row]));
  const fresh = ran.map((row) => {
    const { page, recovery } = old.get(name(row)) ?? {};
    return { ...row, page: steady(row.page, page), recovery: steady(row.recovery, recovery) };
  });
  const names = new Set(fresh.map(name));
  const rows = [...fresh, ...before.filter((row) => !names.has(name(row)))];
  const { compare } = new Intl.Collator('en', { numeric: true });
  return rows.sort((a, b) => compare(name(a), name(b)));
}

/** @param {number | undefined} now in bytes @param {number | undefined} before in KiB @returns {number | undefined} in KiB */
function steady(now, before) {
  if (now === undefined) return undefined;
  const kib = now / 1024;
  return before !== undefined && Math.abs(kib - before) <= Math.max(before * CLOSE, 1) ? before : Number(kib.toFixed(1));
}

/** @param {Row[]} rows */
export function render(rows) {
  const cells = rows.map(({ app, versions, mode, browser, result, page, recovery, note }) => [
    ...[`[${app}](../tests/consumers/${app})`, versions, mode, browser, result, figure(page), figure(recovery), note],
  ]);
  const line = (/** @type {string[]} */ cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
  return `# Consumers

Small apps as a newcomer writes them. Each has the packed tarball installed (the Leptos app has the crate), is built with its
own tools, and is driven through a whole recovery in a browser against a real gateway: the questions, a new PIN, its
repetition, the end. A row passes when the app hears of the outcome and the gateway says the same, nothing is on the
console, no request fails, and the WASM and its worker are files of their own (but for \`repin/inline\`).

Page is what the browser fetches before anyone asks for the widget, Recovery what comes from there to the first question:
KiB of brotli, each file by itself. Written by \`cargo xtask consumers-table\` from what \`cargo xtask test --only consumers\`
ran; change the apps in \`tests/consumers\`, not this file.

${line(HEAD)}${line(HEAD.map(() => '---'))}${cells.map(line).join('')}`;
}

/** @param {number} [kib] */
const figure = (kib) => (kib === undefined ? '' : `${kib}`);

/** The rows of a table that `render` wrote. @param {string} markdown @returns {Row[]} */
export function parse(markdown) {
  const lines = markdown.split('\n');
  const start = lines.indexOf(`| ${HEAD.join(' | ')} |`) + 2;
  if (start < 2) return [];
  return lines.slice(start).filter((line) => line.startsWith('| ')).map((line) => {
    const cells = line.slice(2, -2).split(/(?<!\\) \| /).map((cell) => cell.replaceAll('\\|', '|'));
    const [app, versions, mode, browser, result, page, recovery, note] = cells;
    return {
      app: app.slice(1, app.indexOf(']')),
      versions,
      mode: mode === 'dev' ? 'dev' : 'build',
      browser,
      result: result === 'passed' ? 'passed' : 'failed',
      ...(page && { page: Number(page) }),
      ...(recovery && { recovery: Number(recovery) }),
      note,
    };
  });
}

function main() {
  const files = existsSync(RESULTS) ? readdirSync(RESULTS) : [];
  const ran = files.flatMap((file) => JSON.parse(readFileSync(new URL(file, RESULTS), 'utf8')));
  const now = existsSync(FILE) ? readFileSync(FILE, 'utf8') : '';
  const rows = merge(ran, parse(now));
  const text = render(rows);
  if (process.argv[2] === 'write') {
    writeFileSync(FILE, text);
    console.log(`docs/consumers.md: ${rows.length} rows, ${rows.filter(({ result }) => result !== 'passed').length} of them failed`);
  } else if (now !== text) {
    console.error('docs/consumers.md is not what the run gave; write it with `cargo xtask consumers-table`');
    process.exitCode = 1;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) main();
