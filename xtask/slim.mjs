// Makes the module and its glue smaller than `wasm-opt -Oz` alone: what they call each other by has a hash in every name,
// which does not compress and which both files carry. Called by `cargo xtask widget` as: node xtask/slim.mjs FOLDER
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { alike } from './alike.mjs';

const [folder] = process.argv.slice(2);
if (!folder) throw new Error('usage: slim.mjs FOLDER');
const [glue, wasm] = ['repin_widget.js', 'repin_widget_bg.wasm'].map((name) => join(folder, name));

// What is called from one place is put there, but for what is large: a browser compiles a function whole at its first call, and
// the one that chooses a screen would be all screens. Brotli does better with them apart as well. What is hardly longer than its
// call is put into all its callers.
const APART = ['--one-caller-inline-max-function-size=100', '--always-inline-max-function-size=4'];
wasmOpt('--debuginfo', '-Oz', ...APART);
// Functions that differ in a constant become one, which -Oz then works on again.
wasmOpt('--debuginfo', '--merge-similar-functions', '-Oz', ...APART);
// Ends that are alike become one. In the order of names what one crate does lies together, and brotli finds it alike; by how
// often they are called, as -Oz leaves them, it does not. At the end the names go, and what is for tools alone.
const BARE = ['--minify-imports-and-exports-and-modules', '--strip-debug', '--strip-producers', '--strip-target-features'];
rename(JSON.parse(wasmOpt('--code-folding', '-Oz', ...APART, '--reorder-functions-by-name', ...BARE)));
writeFileSync(wasm, alike(readFileSync(wasm)));

/** @param {string[]} passes @returns {string} what it printed */
function wasmOpt(...passes) {
  return execFileSync('wasm-opt', [...passes, wasm, '-o', wasm], { encoding: 'utf8' });
}

/**
 * Has the glue use the names that the module has now. Each has to be found, or another version of wasm-bindgen writes its
 * glue in another way.
 *
 * @param {{ imports: [string, string, string][], exports: [string, string][] }} names module and name before, and name now;
 *   name before, and name now
 */
function rename({ imports, exports }) {
  let text = readFileSync(glue, 'utf8');
  /** @param {string} before @param {string} now */
  const replace = (before, now) => {
    if (!text.includes(before)) throw new Error(`the glue has no ${before}`);
    text = text.replaceAll(before, now);
  };
  for (const [, before, now] of imports) replace(`        ${before}: function`, `        ${now}: function`);
  replace('"./repin_widget_bg.js": import0', 'a: import0');
  const called = new Map(exports);
  text = text.replace(/\bwasm\.(\w+)/g, (_, before) => {
    const now = called.get(before);
    if (!now) throw new Error(`the module has no ${before}`);
    return `wasm.${now}`;
  });
  writeFileSync(glue, text);
}
