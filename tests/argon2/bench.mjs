// Our Argon2id beside other libraries: all in one thread, in turns, in another order each round; ratios within a round, and
// their medians. Writes the part of docs/performance.md that is about it, and ends with an error where a gate is exceeded.
// `cargo xtask bench argon2` builds what it needs; with `short` there is one race in Node for the gate, by the processor's clock, and
// nothing is written: `cargo xtask test` runs it.
import { readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { CANDIDATES, agree } from './candidates.mjs';
import { exceeded } from './gate.mjs';
import { SIZES, inBrowser, inNode } from './places.mjs';
import { HEADING, report } from './report.mjs';

/** @typedef {import('./candidates.mjs').Cost} Cost */

const SHORT = process.argv[2] === 'short';
/** Eleven rounds in one worker once gave 0.84 to hash-wasm at 64 MiB in Node, where four workers gave 0.54. Why was not found. */
const WORKERS = 4;
/** In each. */
const ROUNDS = 3;
const FIRSTS = SHORT ? 0 : 7;
const PAPER = new URL('../../docs/performance.md', import.meta.url);
/** @type {Cost} */
const REAL = [65_536, 3, 4];
/** The least that the protocol allows, and the steadiest: the gate's. @type {Cost} */
const SMALL = [19_456, 2, 1];
/** @type {[cost: Cost, fresh: boolean][]} */
const RACES = SHORT ? [[SMALL, false]] : [[REAL, false], [REAL, true], [SMALL, false]];

const loads = [loadavg()[0]];
/** @type {import('./report.mjs').Measured[]} */
const measured = [];
/** @param {import('./places.mjs').Ask} ask @param {string} engine */
async function measure(ask, engine) {
  const races = [];
  for (const [cost, fresh] of RACES) {
    /** @type {import('./ratios.mjs').Times} */
    const times = {};
    for (let worker = 0; worker < WORKERS; worker++) {
      for (const [name, more] of Object.entries(await ask({ cost, rounds: ROUNDS, fresh, processor: SHORT }))) (times[name] ??= []).push(...more);
    }
    races.push({ cost, fresh, times });
  }
  /** @type {import('./ratios.mjs').Times} */
  const firsts = {};
  const tags = new Map();
  for (let round = 0; round < FIRSTS; round++) {
    for (const { name } of CANDIDATES.filter(({ can }) => !can || can(SMALL))) {
      const { time, tag } = await ask({ cost: SMALL, name });
      (firsts[name] ??= []).push(time);
      tags.set(tag, name);
    }
  }
  if (FIRSTS) agree(tags);
  measured.push({ engine, races, firsts });
  console.error(`${engine} is done`);
}

if (!SHORT) {
  await inBrowser('chromium', measure);
  await inBrowser('firefox', measure);
}
await measure(inNode, `Node ${process.versions.node}`);
loads.push(loadavg()[0]);

if (!SHORT) {
  const { dependencies } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
  const versions = Object.entries(dependencies).map(([name, version]) => `\`${name}\` ${version}`);
  const text = report({ measured, loads, versions, workers: WORKERS, rounds: ROUNDS, firsts: FIRSTS, sizes: SIZES });
  console.log(text);
  const [others] = readFileSync(PAPER, 'utf8').split(`${HEADING}\n`);
  writeFileSync(PAPER, `${others.trimEnd()}\n\n${text}`);
}
for (const { engine, races } of measured) {
  const small = races.find(({ cost }) => cost === SMALL);
  if (!small || exceeded(engine, small.times)) process.exitCode = 1;
}
