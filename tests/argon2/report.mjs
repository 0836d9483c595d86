// The part of docs/performance.md about Argon2id, from what was measured.
import { cpus } from 'node:os';
import { NATIVE_C, OURS, SLOW_PEER, UNWIPED, bestOf, median, ratio } from './ratios.mjs';

/** @typedef {[m: number, t: number, p: number]} Cost memory in KiB, passes, lanes */
/**
 * @typedef {object} Measured
 * @property {string} engine
 * @property {{ cost: Cost, fresh: boolean, times: import('./ratios.mjs').Times }[]} races
 * @property {import('./ratios.mjs').Times} firsts
 */

export const HEADING = '## Argon2id';

/** @param {{ measured: Measured[], loads: number[], versions: string[], workers: number, rounds: number, firsts: number, sizes: Record<string, number> }} all */
export function report({ measured, loads, versions, workers, rounds, firsts, sizes }) {
  const busy = Math.max(...loads) > cpus().length;
  return [
    HEADING,
    '',
    'Written by `cargo xtask bench argon2`; not by hand.',
    '',
    `${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores (${cpus()[0].model.trim()}), the machine's load ${loads.map((load) => load.toFixed(1)).join(' before and ')} after. ${versions.join(', ')}; RustCrypto's \`argon2\` 0.5.3, built as ours is. `
      + `Medians of ${workers * rounds} rounds, ${rounds} in each of ${workers} workers after one that does not count; a round is all candidates one after the other, in another order each time, and ratios are medians of those within a round. All gave the same tag, or there would be no figures. `
      + `Each wipes or keeps what it does by itself: ours and the C reference wipe all their memory. The C reference is compiled with \`-O3 -mssse3\`${native(measured) ? '' : ', **and was left out, as it could not be compiled here**'}. Our modules have ${sizes.simd} and ${sizes.scalar} bytes.${busy ? ' **The machine was busy with other work**: times are longer than they are, ratios are worth something.' : ''}`,
    '',
    ...measured.flatMap(engine),
    '### Goals',
    '',
    '| Ratio of ours | Goal | Measured | | If ours did not wipe |',
    '|---|---|---|---|---|',
    ...goals(measured, firsts),
    '',
  ].join('\n');
}

/** Node's races with the C reference, where there are any. @param {Measured[]} measured */
const native = (measured) => measured.find(({ races }) => races[0].times[NATIVE_C])?.races;

/** @param {Measured} of */
function engine({ engine, races, firsts }) {
  const columns = races.map(({ cost: [m, t, p], fresh }) => `${m / 1024} MiB, t=${t}, p=${p}${fresh ? ', memory new each time' : ''}`);
  const names = Object.keys(races[0].times).concat('libsodium-wrappers-sumo').filter((name, at, all) => all.indexOf(name) === at);
  const rows = names.map((name) => [
    name,
    ...races.map(({ times }) => cell(times, name)),
    firsts[name] ? `${median(firsts[name]).toFixed(0)} ms` : '',
  ]);
  return [`### ${engine}`, '', `Milliseconds, and the ratio to \`${SLOW_PEER}\`. The last column is the first call in a new worker, at 19 MiB, t=2, p=1: ours and RustCrypto's after one for nothing.`, '',
    `| | ${columns.join(' | ')} | first call |`, `|---|${'---|'.repeat(columns.length + 1)}`, ...rows.map((row) => `| ${row.join(' | ')} |`), ''];
}

/** @param {import('./ratios.mjs').Times} times @param {string} name */
const cell = (times, name) => (times[name] ? `${median(times[name]).toFixed(1)} ms, ${ratio(times, name, SLOW_PEER).toFixed(2)}` : '');

/** @param {Measured[]} measured @param {number} firsts */
function goals(measured, firsts) {
  const [chromium, firefox] = measured;
  const row = (/** @type {string} */ what, /** @type {number} */ goal, /** @type {number} */ is, /** @type {number} */ unwiped) =>
    `| ${what} | ${goal.toFixed(2)} | ${is.toFixed(2)} | ${is <= goal ? 'met' : '**missed**'} | ${unwiped.toFixed(2)} |`;
  const against = (/** @type {string} */ what, /** @type {number} */ goal, /** @type {import('./ratios.mjs').Times} */ times, /** @type {string} */ other) =>
    row(what, goal, ratio(times, OURS, other), ratio(times, UNWIPED, other));
  const both = (/** @type {string} */ where, /** @type {import('./ratios.mjs').Times} */ times, /** @type {number} */ slow, /** @type {number} */ best) => [
    against(`${where}, to ${SLOW_PEER}`, slow, times, SLOW_PEER),
    against(`${where}, to the best npm library, ${bestOf(times)}`, best, times, bestOf(times)),
  ];
  const fresh = chromium.races.find(({ fresh }) => fresh);
  const best = bestOf(chromium.firsts);
  const first = (/** @type {string} */ name) => median(chromium.firsts[name]) / median(chromium.firsts[best]);
  const limits = (native(measured) ?? []).filter(({ cost }) => cost === chromium.races[0].cost);
  return [
    ...both('Chromium, 64 MiB, t=3, p=4, memory kept', chromium.races[0].times, 0.42, 0.7),
    ...(fresh ? both('the same, memory new each time', fresh.times, 0.52, 0.9) : []),
    ...both('Firefox, 64 MiB, t=3, p=4', firefox.races[0].times, 0.5, 0.8),
    row(`Chromium, the first call after warming, 19 MiB, to the first of ${best} (${firsts} workers each)`, 0.6, first(OURS), first(UNWIPED)),
    ...limits.map(({ fresh, times }) => against(`Node, 64 MiB, t=3, p=4, memory ${fresh ? 'new each time' : 'kept'}, to the C reference with 128-bit vectors, which wipes too`, 0.9, times, NATIVE_C)),
  ];
}
