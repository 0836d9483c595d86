// The wallet's module as it is shipped, driven by the worker's own script: it makes of a seed what the vectors say, again and
// again, and keeps nothing of it.
import { before, test } from 'node:test';
import assert from 'node:assert/strict';
import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { decode } from '../independent/cbor.mjs';
import { unhex } from '../independent/bytes.mjs';

const { seeds } = JSON.parse(readFileSync('tests/vectors/wallet.json', 'utf8'));
/** @type {any} */
const scope = {};
/** @type {WebAssembly.Memory[]} */
const memories = [];
/** Bundles the worker's part, with the shipped glue in it, and notes which memory it works in. */
before(async () => {
  const given = `export { initSync, derive } from ${JSON.stringify(resolve('dist/repin_wallet.js'))};`;
  const { outputFiles } = await build({
    stdin: { contents: "export { bringWallet } from './npm/src/worker_wallet.ts'; ", resolveDir: '.' },
    bundle: true,
    format: 'esm',
    write: false,
    define: { self: 'globalThis.repinScope' },
    plugins: [
      {
        name: 'given',
        setup(build) {
          build.onResolve({ filter: /^given$/ }, ({ path }) => ({ path, namespace: 'given' }));
          build.onLoad({ filter: /^given$/, namespace: 'given' }, () => ({ contents: given, resolveDir: '.' }));
          build.onLoad({ filter: /worker_wallet_glue\.ts$/ }, () => ({ contents: "import * as own from 'given'; export const walletGlue = async () => own;", loader: 'js' }));
        },
      },
    ],
  });
  Object.assign(globalThis, { repinScope: scope });
  const { Instance } = WebAssembly;
  WebAssembly.Instance = /** @type {any} */ (function (/** @type {WebAssembly.Module} */ module, /** @type {WebAssembly.Imports} */ imports) {
    const instance = new Instance(module, imports);
    memories.push(/** @type {WebAssembly.Memory} */ (instance.exports.memory));
    return instance;
  });
  const bundled = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
  bundled.bringWallet(new Uint8Array(readFileSync('dist/repin_wallet_bg.wasm')));
  await scope.loadWallet();
});

/** What the vault reads, as the vectors write it. @param {Uint8Array} bytes */
function read(bytes) {
  const [keys, csv] = /** @type {any} */ (decode(bytes));
  const text = (/** @type {Uint8Array} */ utf8) => new TextDecoder().decode(utf8);
  return {
    keys: keys.map((/** @type {any} */ [[chain, address, path], key]) => ({ chain: Number(chain), address, path, private_key: text(key) })),
    csv: text(csv),
  };
}

/** Whether any eight bytes of a secret lie in the module's memory. @param {Uint8Array} secret */
function holds(secret) {
  const memory = Buffer.from(memories[0].buffer);
  for (let at = 0; at + 8 <= secret.length; at++) if (memory.includes(Buffer.from(secret.subarray(at, at + 8)))) return true;
  return false;
}

test('each seed becomes what the vectors say, one after the other', () => {
  for (const { entropy, keys, csv } of [...seeds, ...seeds]) {
    const made = read(scope.deriveWallet(unhex(entropy)));
    assert.deepEqual(made.keys, keys);
    assert.equal(made.csv, csv);
  }
  assert.equal(memories.length, 1);
});

test('what is no entropy becomes nothing', () => {
  for (const length of [0, 31, 33]) assert.equal(scope.deriveWallet(new Uint8Array(length)).length, 0);
});

test('after a call nothing of the seed or the keys is left in the module', () => {
  // The random ones: of 32 times the same byte there is always something.
  for (const { entropy, keys } of seeds.slice(2)) {
    const secrets = [unhex(entropy), ...keys.map((/** @type {any} */ key) => Buffer.from(key.private_key)), unhex(keys[0].private_key.slice(2))];
    scope.deriveWallet(unhex(entropy));
    assert.deepEqual(secrets.map(holds), [false, false, false, false]);
    // The control: what a compiler's spill would leave is found, and is gone after the next call.
    const end = memories[0].buffer.byteLength;
    secrets.forEach((secret, index) => new Uint8Array(memories[0].buffer).set(secret, end - 128 * (index + 1)));
    assert.deepEqual(secrets.map(holds), [true, true, true, true], 'the search finds what is there');
    scope.deriveWallet(unhex(entropy));
    assert.deepEqual(secrets.map(holds), [false, false, false, false]);
  }
});
