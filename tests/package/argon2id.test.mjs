// Argon2id's two modules as they are shipped, driven by the worker's own script: the tags of the vectors, one after the other and
// after warming, told how far they are; nothing of them is kept; and what a device has no memory for is refused.
import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { unhex } from '../independent/bytes.mjs';
import { evidence } from '../e2e/harness/evidence.mjs';

const { rfc9106, stretching } = JSON.parse(readFileSync('tests/vectors/argon2id.json', 'utf8'));
const SALT = new Uint8Array(16);
const hex = (/** @type {Uint8Array} */ bytes) => Buffer.from(bytes).toString('hex');
const { outputFiles } = await build({ entryPoints: ['npm/src/worker_argon2id.ts'], bundle: true, format: 'esm', write: false, define: { self: 'globalThis.repinScope' } });
const { bringArgon2id } = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);

/** As a browser that tells nothing of its device. @param {object} navigator */
const on = (navigator) => Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });
on({});

/** @type {WebAssembly.Instance[]} */
const made = [];
const { instantiate } = WebAssembly;
WebAssembly.instantiate = /** @type {any} */ (async (/** @type {[any, any]} */ ...args) => {
  const instance = /** @type {any} */ (await instantiate(...args));
  made.push(instance);
  return instance;
});

/** The worker's scope with a module in it, the module, and what was told. @param {Buffer} module */
async function bring(module) {
  /** @type {any} */
  const scope = {};
  Object.assign(globalThis, { repinScope: scope });
  /** @type {number[]} */
  const told = [];
  bringArgon2id([new Uint8Array(module), new Uint8Array(module)], (/** @type {number} */ share) => told.push(share));
  await scope.loadArgon2id();
  return { scope, told, exports: /** @type {any} */ (made.at(-1)?.exports) };
}

/** Whether any eight bytes of a secret lie in a memory. @param {WebAssembly.Memory} memory @param {Uint8Array} secret */
function holds({ buffer }, secret) {
  const bytes = Buffer.from(buffer);
  for (let at = 0; at + 8 <= secret.length; at++) if (bytes.includes(Buffer.from(secret.subarray(at, at + 8)))) return true;
  return false;
}

for (const name of ['simd', 'scalar']) {
  const module = readFileSync(`dist/repin_kdf_${name}.wasm`);
  describe(`argon2id ${name}`, () => {
    test('what the reference implementation gives comes out, and each segment is told once', async () => {
      const { scope, told } = await bring(module);
      for (const { m_kib, t, p, input, output } of stretching) {
        told.length = 0;
        assert.equal(scope.reserveArgon2id(m_kib, t, p), true);
        assert.equal(hex(scope.argon2id(m_kib, t, p, unhex(input), SALT, 64)), output);
        assert.deepEqual(told, Array.from({ length: 4 * t * p }, (_, at) => (at + 1) / (4 * t * p)));
      }
    });

    test('the tag of RFC 9106 comes out', async () => {
      const { exports } = await bring(module);
      const { m_kib, t, p, password, salt, secret, associated_data: data, tag } = rfc9106;
      const inputs = [password, salt, secret, data].map(unhex);
      const place = exports.reserve(m_kib, t, p);
      new Uint8Array(exports.memory.buffer, place).set(Buffer.concat(inputs));
      assert.equal(exports.begin(m_kib, t, p, ...inputs.map(({ length }) => length), 32), 0);
      for (let segment = 0; segment < 4 * t * p; segment++) assert.equal(exports.fill(m_kib, t, p, segment), 0);
      assert.equal(exports.finish(m_kib, t, p, 32), 0);
      assert.equal(hex(new Uint8Array(exports.memory.buffer, place, 32)), tag);
      assert.notEqual(exports.fill(m_kib, t, p, 4 * t * p), 0, 'a segment that is not there');
      assert.notEqual(exports.begin(m_kib, t, p, 1025, 0, 0, 0, 32), 0, 'an input that does not fit');
      assert.equal(exports.reserve(7, 1, 1), 0, 'a cost that is none');
    });

    test('after a derivation the module’s memory is as it was, whatever the derivation came to', async () => {
      const { scope, exports } = await bring(module);
      const { m_kib, t, p, input, output } = stretching[1];
      const secrets = [unhex(input), unhex(output)];
      const before = new Uint8Array(exports.memory.buffer).slice();
      scope.argon2id(m_kib, t, p, unhex(input), SALT, 64);
      const after = new Uint8Array(exports.memory.buffer);
      assert.ok(after.length > m_kib * 1024);
      assert.deepEqual(after.subarray(0, before.length), before);
      assert.ok(after.subarray(before.length).every((byte) => byte === 0));
      assert.deepEqual(secrets.map((secret) => holds(exports.memory, secret)), [false, false]);
      assert.throws(() => scope.argon2id(m_kib, t, p, unhex(input), SALT, 3), RangeError);
      assert.equal(holds(exports.memory, secrets[0]), false);

      // The control: the same through the exports alone, which do not wipe.
      const place = exports.reserve(m_kib, t, p);
      new Uint8Array(exports.memory.buffer, place).set(Buffer.concat([secrets[0], SALT]));
      exports.begin(m_kib, t, p, 64, 16, 0, 0, 64);
      assert.equal(holds(exports.memory, secrets[0]), true);
      const filled = new Uint8Array(exports.memory.buffer).filter((byte) => byte !== 0).length;
      assert.ok(filled > 2 * 1024, 'blocks are there, too');
      evidence(19, `Argon2id (${name}): 0 of ${after.length} bytes of its memory differ from what they were, after a tag and after a failure`, `without the wiping the input and ${filled} bytes of it`);
    });

    test('a derivation that comes while the module is warming gives the same, and ends the warming', async () => {
      const { scope, exports } = await bring(module);
      const { m_kib, t, p, input, output } = stretching[2];
      scope.warmArgon2id(m_kib, t, p);
      // A page of the dummy derivation is there.
      while (new Uint8Array(exports.memory.buffer).length < m_kib * 1024) await new Promise((resolve) => setTimeout(resolve, 1));
      assert.equal(hex(scope.argon2id(m_kib, t, p, unhex(input), SALT, 64)), output);
      for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setTimeout(resolve));
      // Of zeros only zeros are made; but what references are drawn from would be there.
      assert.ok(new Uint8Array(exports.memory.buffer, exports.reserve(m_kib, t, p)).every((byte) => byte === 0), 'nobody went on to fill it');
    });
  });
}

/** Multiplications and loops of each block function, in the order in which they stand. @param {string} name */
function blockFunctions(name) {
  const text = execFileSync('node_modules/.bin/wasm-dis', ['--all-features', `dist/repin_kdf_${name}.wasm`], { encoding: 'utf8', maxBuffer: 1 << 26 });
  const functions = text.split('\n (func ').map((body) => [...body.matchAll(/\((loop|i64\.mul|i64x2\.mul|i64x2\.extmul)/g)].map(([, what]) => what));
  // A round has 32 multiplications of words; nothing else has nearly as many.
  return functions.filter((all) => all.filter((what) => what.endsWith('mul')).length >= 32);
}

// Which of both is quick cannot be asked of a busy machine. What makes it so can be read: `crates/argon2id/src/kernel.rs`. LLVM
// once left a loop in the third alone, and the whole took a fifth longer.
test('rounds over words have no loop in them, and alternate with rounds over vectors where there are any', () => {
  const step = ['i64x2.extmul', 'i64x2.extmul', 'i64.mul', 'i64.mul', 'i64.mul', 'i64.mul'];
  const functions = 3; // rows, columns, and columns that add to what is there
  assert.deepEqual(blockFunctions('simd'), Array(functions).fill(Array(8).fill(step).flat()));
  assert.deepEqual(blockFunctions('scalar'), Array(functions).fill(Array(32).fill('i64.mul')));
});

test('a person who saves data and a device with little memory are spared the warming', async () => {
  const module = readFileSync('dist/repin_kdf_simd.wasm');
  const grown = [];
  for (const navigator of [{ connection: { saveData: true } }, { deviceMemory: 1 }, { deviceMemory: 0.5 }, { deviceMemory: 2, connection: { saveData: false } }]) {
    on(navigator);
    const { scope, exports } = await bring(module);
    const before = exports.memory.buffer.byteLength;
    let asked = false;
    const { setTimeout: later } = globalThis;
    globalThis.setTimeout = /** @type {any} */ ((/** @type {() => void} */ then, /** @type {number} */ ms) => ((asked = true), later(then, ms && 0)));
    scope.warmArgon2id(19456, 1, 1);
    globalThis.setTimeout = later;
    while (asked && exports.memory.buffer.byteLength === before) await new Promise((resolve) => setTimeout(resolve, 1));
    grown.push(exports.memory.buffer.byteLength > before);
  }
  on({});
  // The last is the control.
  assert.deepEqual(grown, [false, false, false, true]);
});

test('the module with vectors is taken where there are any', async () => {
  const [vectors, words] = ['simd', 'scalar'].map((name) => new Uint8Array(readFileSync(`dist/repin_kdf_${name}.wasm`)));
  const { validate, compile } = WebAssembly;
  /** @type {unknown[]} */
  const compiled = [];
  WebAssembly.compile = /** @type {any} */ ((/** @type {Uint8Array<ArrayBuffer>} */ bytes) => (compiled.push(bytes), compile(bytes)));
  for (const can of [true, false]) {
    WebAssembly.validate = () => can;
    /** @type {any} */
    const scope = {};
    Object.assign(globalThis, { repinScope: scope });
    bringArgon2id([vectors, words], () => {});
    await scope.loadArgon2id();
  }
  Object.assign(WebAssembly, { validate, compile });
  assert.deepEqual(compiled, [vectors, words]);
  assert.equal(WebAssembly.validate(new Uint8Array(readFileSync('dist/repin_kdf_simd.wasm'))), true);
});

test('memory that the device does not have is no tag', async () => {
  const { scope, exports } = await bring(readFileSync('dist/repin_kdf_simd.wasm'));
  Object.assign(globalThis, { repinScope: scope });
  // All that 32 bits can address and more.
  assert.equal(exports.reserve(0xffff_ffff, 1, 1), 0);
  assert.equal(scope.reserveArgon2id(0xffff_ffff, 1, 1), false);
  assert.throws(() => scope.argon2id(0xffff_ffff, 1, 1, new Uint8Array(64), SALT, 64), RangeError);
  // Four GiB are not all to be had: what is grown already does not help.
  assert.equal(scope.reserveArgon2id(4 * 1024 * 1024 - 1, 1, 1), false);
});
