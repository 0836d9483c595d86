// Our Argon2id beside other libraries: all in one thread, in turns, in another order each round; ratios within a round, and
// their medians. Writes the part of docs/performance.md that is about it. `cargo xtask bench argon2` builds what it needs.
import { build } from 'esbuild';
import { readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { launch, openPage } from '../e2e/harness/browser.mjs';
import { serveFiles } from '../e2e/harness/files.mjs';
import { CANDIDATES, first, race } from './candidates.mjs';
import { HEADING, report } from './report.mjs';

/** @typedef {import('./candidates.mjs').Cost} Cost */

const ROUNDS = Number(process.env.ROUNDS ?? 11);
const FIRSTS = Number(process.env.FIRSTS ?? 7);
const ROOT = new URL('../../', import.meta.url);
const PAPER = new URL('docs/performance.md', ROOT);
/** @type {Cost} */
const REAL = [65_536, 3, 4];
/** @type {Cost} */
const ONE_LANE = [65_536, 3, 1];
/** @type {Cost} */
const SMALL = [19_456, 2, 1];
/** @type {[cost: Cost, fresh: boolean][]} */
const RACES = [[REAL, false], [ONE_LANE, false], [SMALL, false], [REAL, true]];
const FILES = {
  simd: 'dist/repin_kdf_simd.wasm',
  scalar: 'dist/repin_kdf_scalar.wasm',
  phi: 'tests/argon2/node_modules/@phi-ag/argon2/dist/argon2.wasm',
  openpgp: 'tests/argon2/node_modules/argon2id/dist/simd.wasm',
  openpgpScalar: 'tests/argon2/node_modules/argon2id/dist/no-simd.wasm',
  rustcrypto: 'target/wasm32-unknown-unknown/wasm-release/examples/rustcrypto.wasm',
};
const read = (/** @type {string} */ file) => readFileSync(new URL(file, ROOT));
const bytes = Object.fromEntries(Object.entries(FILES).map(([name, file]) => [name, new Uint8Array(read(file))]));
const { outputFiles } = await build({ entryPoints: ['tests/argon2/thread.mjs'], bundle: true, write: false, format: 'iife', external: ['fs', 'path', 'crypto', 'module'] });

/** Where it is run: asks a thread for times. @typedef {(asked: object) => Promise<any>} Ask */

/** @param {import('../e2e/harness/browser.mjs').Engine} engine @param {(ask: Ask, version: string) => Promise<void>} then */
async function inBrowser(engine, then) {
  const [browser, files] = await Promise.all([launch(engine), serveFiles(['.'])]);
  try {
    const { page } = await openPage(browser);
    page.setDefaultTimeout(0);
    await page.goto(`${files.url}tests/e2e/pages/index.html`);
    /** @type {Ask} */
    const ask = (asked) => page.evaluate(async (script, files, asked) => {
      const entries = await Promise.all(Object.entries(files).map(async ([name, file]) => [name, new Uint8Array(await (await fetch(`/${file}`)).arrayBuffer())]));
      const worker = new Worker(URL.createObjectURL(new Blob([script], { type: 'text/javascript' })));
      const { result, error } = await new Promise((resolve) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = ({ message }) => resolve({ error: message });
        worker.postMessage({ ...asked, bytes: Object.fromEntries(entries) });
      });
      worker.terminate();
      if (error) throw new Error(error);
      return result;
    }, outputFiles[0].text, FILES, asked);
    await then(ask, await browser.version());
  } finally {
    await browser.close();
    files.close();
  }
}

const loads = [loadavg()[0]];
/** @type {import('./report.mjs').Measured[]} */
const measured = [];
/** @param {Ask} ask @param {string} engine */
async function measure(ask, engine) {
  const races = [];
  for (const [cost, fresh] of RACES) races.push({ cost, fresh, times: await ask({ cost, rounds: ROUNDS, fresh }) });
  /** @type {Record<string, number[]>} */
  const firsts = {};
  for (let round = 0; round < FIRSTS; round++) {
    for (const { name, can } of CANDIDATES) if (!can || can(SMALL)) (firsts[name] ??= []).push(await ask({ cost: SMALL, name }));
  }
  measured.push({ engine, races, firsts });
  console.error(`${engine} is done`);
}

await inBrowser('chromium', (ask, version) => measure(ask, version));
await inBrowser('firefox', (ask, version) => measure(ask, version));
/** @type {Ask} */
const here = (/** @type {any} */ { cost, rounds, fresh, name }) => (name ? first(bytes, cost, name) : race(bytes, cost, rounds, fresh));
await measure(here, `Node ${process.versions.node}`);
loads.push(loadavg()[0]);

const versions = Object.entries(JSON.parse(String(read('tests/argon2/package.json'))).dependencies).map(([name, version]) => `\`${name}\` ${version}`);
const text = report({ measured, loads, versions, rounds: ROUNDS, firsts: FIRSTS, sizes: { simd: bytes.simd.length, scalar: bytes.scalar.length } });
console.log(text);
const [others] = readFileSync(PAPER, 'utf8').split(`${HEADING}\n`);
writeFileSync(PAPER, `${others.trimEnd()}\n\n${text}`);
