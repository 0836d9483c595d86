// docs/performance.md, from what was measured. Pure but for the versions and the sizes it reads.
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { SIZES, TIMES } from './budgets.mjs';

const ROOT = new URL('../../../', import.meta.url);

/** @typedef {import('./load.mjs').Loaded} Loaded */
/** @typedef {import('./load.mjs').Product} Product */
/**
 * @typedef {object} Measured
 * @property {Record<string, Record<Product, Loaded[]>>} loaded by the network's name
 * @property {number[]} opened milliseconds
 * @property {number[]} slots milliseconds
 * @property {number} runs
 * @property {number} slower
 * @property {import('./link.mjs').Speed[]} speeds
 * @property {number[]} loads the machine's load before and after
 * @property {string} chromium
 */

const BUSY = '**The machine was busy with other work**: times are longer than they are, and worth something beside one another alone, as '
  + 'they were taken in turns. Bytes and requests are what they are.\n';

/** @param {Measured} measured @returns {string} */
export function report(measured) {
  const { loaded, speeds, runs, slower, loads } = measured;
  const parts = [
    '# How fast it is\n',
    'Written by `cargo xtask bench compare`; not by hand.\n',
    `${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores (${cpus()[0].model.trim()}), ${measured.chromium}, the machine's load ${loads.map((load) => load.toFixed(1)).join(' before and ')} after. `
      + `${versions()}. Medians of ${runs} cold loads each, in turns; the processor slowed ${slower} times by Chromium. `
      + 'The link is slowed in the server: each answer waits out the latency, and all share the bandwidth. All bodies are brotli, '
      + 'at full strength. Ours comes from a real gateway and goes on to ask it for the challenge; Circle\'s is '
      + 'its host SDK alone, bundled by Vite with Node\'s modules as its examples do it, before the frame in which its questions '
      + 'are; ALTCHA is a check box.\n',
    ...(Math.max(...loads) > cpus().length ? [BUSY] : []),
    ...speeds.map((speed) => side(speed, loaded[speed.name])),
    goals(loaded),
    budgets(measured),
    readFileSync(new URL('bytes.md', import.meta.url), 'utf8'),
    waterfall(loaded['Fast 4G'].Repin),
    readFileSync(new URL('../../argon2/time.md', import.meta.url), 'utf8'),
  ];
  return parts.join('\n');
}

/** @param {import('./link.mjs').Speed} speed @param {Record<Product, Loaded[]>} of */
function side({ name, latency, bandwidth }, of) {
  /** @type {[string, (loaded: Loaded) => number | undefined, (value: number) => string][]} */
  const rows = [
    ['Bytes until then, KiB', ({ bytes }) => bytes / 1024, (value) => value.toFixed(1)],
    ['Requests, the page included', ({ requests }) => requests, String],
    ['Shell drawn', ({ shell }) => shell, ms],
    ['First question can be typed into', ({ typeable }) => typeable, ms],
    ['SDK evaluated', ({ evaluated }) => evaluated, ms],
    ['Widget drawn', ({ visible }) => visible, ms],
    ['Total blocking time', ({ blocked }) => blocked, ms],
    ['Cumulative layout shift', ({ shifted }) => shifted, (value) => value.toFixed(3)],
  ];
  const products = /** @type {Product[]} */ (Object.keys(of));
  const line = (/** @type {string[]} */ cells) => `| ${cells.join(' | ')} |`;
  return [
    `## ${name}: ${latency} ms, ${bandwidth / 1e6} Mb/s\n`,
    line(['', ...products]),
    line(['---', ...products.map(() => '---')]),
    ...rows.map(([what, read, show]) => line([what, ...products.map((product) => cell(of[product].map(read), show))])),
    '',
  ].join('\n');
}

/** @param {(number | undefined)[]} values @param {(value: number) => string} show */
function cell(values, show) {
  const known = values.filter((value) => value !== undefined);
  return known.length ? show(median(known)) : '';
}

/** @param {Measured['loaded']} loaded */
function goals(loaded) {
  const fast = loaded['Fast 4G'];
  const [ours, circles] = [median(fast.Repin.map(({ bytes }) => bytes)), median(fast.Circle.map(({ bytes }) => bytes))];
  const [typeable, evaluated] = [median(fast.Repin.map(({ typeable }) => typeable ?? Infinity)), median(fast.Circle.map(({ evaluated }) => evaluated ?? Infinity))];
  const verdict = (/** @type {boolean} */ met) => (met ? 'met' : '**missed**');
  return [
    '## Goals\n',
    `* Lighter, with page, face, vault and the gateway's answers, than Circle's host bundle with its page: ${kib(ours)} and ${kib(circles)} KiB, ${verdict(ours < circles)}.`,
    `* On Fast 4G our first question can be typed into before Circle's SDK is evaluated: ${ms(typeable)} and ${ms(evaluated)}, ${verdict(typeable < evaluated)}.`,
    '',
  ].join('\n');
}

/** @param {Measured} measured */
function budgets(measured) {
  const table = new Map(readFileSync(new URL('target/xtask/sizes.tsv', ROOT), 'utf8').trim().split('\n').map((row) => {
    const [name, , , brotli] = row.split('\t');
    return /** @type {const} */ ([name, Number(brotli)]);
  }));
  const sizes = SIZES.map(({ what, files, hard, stretch }) => {
    const bytes = files.reduce((sum, file) => sum + (table.get(file) ?? NaN), 0);
    return row(what, `${kib(bytes)} KiB`, bytes / 1024, hard, stretch, 'KiB');
  });
  const times = TIMES.map(({ what, read, hard, stretch, unit }) => {
    const value = read(measured, median);
    return row(what, `${value.toFixed(unit === 'ms' ? 0 : unit ? 1 : 3)} ${unit}`.trim(), value, hard, stretch, unit);
  });
  return ['## Budgets\n', '| What | Now | Hard | Stretch | |', '|---|---|---|---|---|', ...sizes, ...times, ''].join('\n');
}

/** @param {string} what @param {string} shown @param {number} value @param {number} hard @param {number} stretch @param {string} unit */
function row(what, shown, value, hard, stretch, unit) {
  const verdict = value <= stretch ? 'stretch met' : value <= hard ? 'met' : '**missed**';
  return `| ${what} | ${shown} | ${hard} ${unit} | ${stretch} ${unit} | ${verdict} |`;
}

/** Of the run in the middle. @param {Loaded[]} runs */
function waterfall(runs) {
  const sorted = runs.toSorted((a, b) => (a.typeable ?? 0) - (b.typeable ?? 0));
  const { sent, shell, typeable } = sorted[Math.floor(runs.length / 2)];
  const lines = sent.map(({ path, bytes, after }) => `| ${ms(after)} | \`${path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, '{id}')}\` | ${kib(bytes)} |`);
  return [
    '## Where the time goes, Fast 4G\n',
    '![What was on the line, and what the page and the worker did, until a question could be typed into](pictures/load.svg)\n',
    'A load with Chromium\'s trace on, which takes time itself; `cargo xtask bench path` draws it anew.\n',
    `The run in the middle: shell at ${ms(shell ?? NaN)}, question at ${ms(typeable ?? NaN)}. When each file was asked for, from the page on.\n`,
    '| At | What | KiB |',
    '|---|---|---|',
    ...lines,
    '',
  ].join('\n');
}

function versions() {
  const { devDependencies: has } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8'));
  return ['@circle-fin/w3s-pw-web-sdk', 'altcha', 'vite', 'vite-plugin-node-polyfills'].map((name) => `\`${name}\` ${has[name]}`).join(', ');
}

/** @param {number} bytes */
function kib(bytes) {
  return (bytes / 1024).toFixed(1);
}

/** @param {number} value */
function ms(value) {
  return `${value.toFixed(0)} ms`;
}

/** @param {number[]} values */
function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
