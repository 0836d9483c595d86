// Where it is run: each asks a worker for times.
import { build } from 'esbuild';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Worker as Thread } from 'node:worker_threads';
import { launch, openPage } from '../e2e/harness/browser.mjs';
import { serveFiles } from '../e2e/harness/files.mjs';

/** @typedef {(asked: import('./candidates.mjs').Asked) => Promise<any>} Ask in a worker that is new */

const ROOT = new URL('../../', import.meta.url);
const FOLDER = 'target/argon2';
const FILES = {
  simd: 'dist/repin_kdf_simd.wasm',
  scalar: 'dist/repin_kdf_scalar.wasm',
  phi: 'tests/argon2/node_modules/@phi-ag/argon2/dist/argon2.wasm',
  openpgp: 'tests/argon2/node_modules/argon2id/dist/simd.wasm',
  openpgpScalar: 'tests/argon2/node_modules/argon2id/dist/no-simd.wasm',
  rustcrypto: 'target/wasm32-unknown-unknown/wasm-release/examples/rustcrypto.wasm',
};
const bytes = Object.fromEntries(Object.entries(FILES).map(([name, file]) => [name, new Uint8Array(readFileSync(new URL(file, ROOT)))]));
export const SIZES = { simd: bytes.simd.length, scalar: bytes.scalar.length };

/** @param {import('../e2e/harness/browser.mjs').Engine} engine @param {(ask: Ask, version: string) => Promise<void>} then */
export async function inBrowser(engine, then) {
  mkdirSync(new URL(FOLDER, ROOT), { recursive: true });
  writeFileSync(new URL(`${FOLDER}/index.html`, ROOT), '<!doctype html><title>Argon2id</title>');
  await build({ entryPoints: ['tests/argon2/thread.mjs'], bundle: true, outfile: `${FOLDER}/thread.js`, format: 'iife', external: ['fs', 'path', 'crypto', 'module'] });
  const [browser, files] = await Promise.all([launch(engine), serveFiles([FOLDER, '.'])]);
  try {
    const { page } = await openPage(browser);
    await page.goto(files.url);
    await then((asked) => page.evaluate(inPage, FILES, asked), await browser.version());
  } finally {
    await browser.close();
    files.close();
  }
}

/** Runs in the page. @param {Record<string, string>} files @param {import('./candidates.mjs').Asked} asked */
async function inPage(files, asked) {
  const entries = await Promise.all(Object.entries(files).map(async ([name, file]) => [name, new Uint8Array(await (await fetch(file)).arrayBuffer())]));
  const worker = new Worker('thread.js');
  try {
    return await new Promise((resolve, reject) => {
      worker.onmessage = ({ data: { result, error } }) => (error ? reject(new Error(error)) : resolve(result));
      worker.onerror = ({ message }) => reject(new Error(message ?? 'the worker does not start'));
      worker.postMessage({ ...asked, bytes: Object.fromEntries(entries) });
    });
  } finally {
    worker.terminate();
  }
}

/** @type {Ask} */
export const inNode = (asked) =>
  new Promise((resolve, reject) => {
    const worker = new Thread(new URL('thread_node.mjs', import.meta.url), { workerData: { ...asked, bytes } });
    worker.once('message', resolve).once('error', reject).once('exit', () => reject(new Error('the worker ended')));
  });
