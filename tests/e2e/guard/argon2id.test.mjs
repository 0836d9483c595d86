// The two modules of Argon2id in both browsers, against RustCrypto's tags for random costs, inputs and lengths.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { ENGINES, launch, openPage } from '../harness/browser.mjs';
import { count, evidence, times } from '../harness/evidence.mjs';
import { serveFiles } from '../harness/files.mjs';

const SETS = times(300, 10_000);
const AT_ONCE = 500;
const oracle = ['run', '--quiet', '--package', 'repin-argon2id', '--example', 'oracle', '--', String(SETS)];
const sets = execFileSync('cargo', oracle, { encoding: 'utf8', maxBuffer: 1 << 28 }).trim().split('\n');

for (const engine of ENGINES) {
  describe(`argon2id in ${engine}`, () => {
    /** @type {import('puppeteer-core').Browser} */
    let browser;
    /** @type {Awaited<ReturnType<typeof serveFiles>>} */
    let files;
    before(async () => {
      [browser, files] = await Promise.all([launch(engine), serveFiles(['dist'])]);
    });
    after(async () => {
      files?.close();
      await browser?.close();
    });

    for (const name of ['simd', 'scalar']) {
      test(`${name}: every tag is the oracle's`, async () => {
        const { page } = await openPage(browser);
        await page.goto(`${files.url}frame.html`);
        let [mismatches, caught] = [0, 0];
        for (let at = 0; at < sets.length; at += AT_ONCE) {
          const [wrong, found] = await page.evaluate(compare, name, sets.slice(at, at + AT_ONCE));
          mismatches += wrong;
          caught += found;
        }
        assert.deepEqual([mismatches, caught], [0, SETS]);
        evidence(1, `Argon2id (${name}) in ${engine}: ${mismatches} of ${count(SETS)} random sets differ from RustCrypto's`, `with a pass more ${count(caught)} differ`);
      });
    }
  });
}

/**
 * Runs in the page: how many tags are wrong, and how many of another cost are told apart.
 *
 * @param {string} name
 * @param {string[]} lines
 */
async function compare(name, lines) {
  const { instance } = await WebAssembly.instantiate(await (await fetch(`repin_kdf_${name}.wasm`)).arrayBuffer());
  const kernel = /** @type {any} */ (instance.exports);
  const unhex = (/** @type {string} */ text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  const derive = (/** @type {[number, number, number]} */ [m, t, p], /** @type {Uint8Array[]} */ inputs, /** @type {number} */ length) => {
    const place = kernel.reserve(m, t, p);
    const letter = new Uint8Array(kernel.memory.buffer, place);
    let at = 0;
    for (const input of inputs) {
      letter.set(input, at);
      at += input.length;
    }
    let failed = kernel.begin(m, t, p, ...inputs.map((input) => input.length), length);
    for (let segment = 0; segment < 4 * t * p; segment++) failed ||= kernel.fill(m, t, p, segment);
    failed ||= kernel.finish(m, t, p, length);
    return failed ? '' : [...new Uint8Array(kernel.memory.buffer, place, length)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  };
  let [mismatches, caught] = [0, 0];
  for (const line of lines) {
    const { cost: [m, t, p], inputs, tag } = JSON.parse(line);
    const given = inputs.map(unhex);
    if (derive([m, t, p], given, tag.length / 2) !== tag) mismatches += 1;
    if (derive([m, t + 1, p], given, tag.length / 2) !== tag) caught += 1;
  }
  return [mismatches, caught];
}
