// What is shipped, read as bytes: it makes no markup and no code out of text, names no folder of who built it, and is what
// `integrity.json` says.
import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { filesBelow, integrity } from '../../xtask/integrity.mjs';

/** What a host serves, and what the tarball is packed from. */
const SHIPPED = { 'dist/': 'dist', 'the package': 'target/package/repin' };
/** Ways from a text to markup or code (W3C Trusted Types, the sinks), as a script writes them. */
const SINKS = [
  /\binnerHTML\b/,
  /\bouterHTML\b/,
  /\binsertAdjacentHTML\b/,
  /\bsetHTMLUnsafe\b/,
  /\bcreateContextualFragment\b/,
  /\bparseFromString\b/,
  /\bsrcdoc\b/,
  /\bdocument\s*\.\s*write(ln)?\b/,
  /(?<![\w$.])eval\s*\(/,
  /(?:\bnew\s+)?(?<![\w$.])Function\s*\(/,
  /\bset(?:Timeout|Interval)\s*\(\s*["'`]/,
];
const PATHS = [process.cwd(), homedir(), 'registry/src/'];

/** @param {string} text */
const sinksIn = (text) => SINKS.filter((sink) => sink.test(text)).map(String);
/** @param {Uint8Array} bytes */
const pathsIn = (bytes) => PATHS.filter((path) => Buffer.from(bytes).includes(path));

for (const [name, folder] of Object.entries(SHIPPED)) {
  const files = filesBelow(folder);

  test(`no script of ${name} makes markup or code out of text`, () => {
    const scripts = files.filter((file) => file.endsWith('.js'));
    assert.ok(scripts.some((file) => file.endsWith('repin_widget.js')) && scripts.some((file) => file.endsWith('repin.js')), 'glue and loader are among them');
    const found = scripts.map((file) => [file, ...sinksIn(readFileSync(join(folder, file), 'utf8'))]).filter(({ length }) => length > 1);
    assert.deepEqual(found, []);
  });

  test(`no file of ${name} names a folder of the machine that built it`, () => {
    assert.deepEqual(files.filter((file) => pathsIn(readFileSync(join(folder, file))).length > 0), []);
  });

  test(`every file of ${name} is in integrity.json, with its hash`, () => {
    const base = folder === 'dist' ? folder : join(folder, 'dist');
    const told = JSON.parse(readFileSync(join(base, 'integrity.json'), 'utf8'));
    const served = filesBelow(base).filter((file) => !file.endsWith('.br') && file !== 'integrity.json');
    assert.deepEqual(told, Object.fromEntries(served.map((file) => [file, integrity(readFileSync(join(base, file)))])));
    assert.ok(served.length > 40, `${served.length} files`);
  });
}

describe('the control', () => {
  /** @type {[string, string][]} */
  const BAD = [
    ['markup', 'a.innerHTML=b'],
    ['markup by name', 'Reflect.set(a,"innerHTML",b)'],
    ['an element replaced', 'a.outerHTML = b'],
    ['markup beside', 'a.insertAdjacentHTML("beforeend",b)'],
    ['a document written', 'document.write(b)'],
    ['eval', 'let a=eval(b)'],
    ['a function from text', 'new Function("return 1")'],
    ['a function from text, without new', 'a=Function(b)'],
    ['a timer with text', 'setTimeout("go()",1)'],
  ];
  for (const [what, script] of BAD) {
    test(`${what} is found`, () => assert.equal(sinksIn(script).length, 1));
  }

  test('names that only look alike are not', () => {
    assert.deepEqual(sinksIn('a.evaluate(b);retrieval(c);isFunction(d);x.eval(e);a instanceof Function;setTimeout(go,1)'), []);
  });

  test('a folder of this machine in the middle of a module is found', () => {
    const module = Buffer.concat([readFileSync('dist/repin_widget_bg.wasm'), Buffer.from(`${process.cwd()}/src/face.rs`)]);
    assert.deepEqual(pathsIn(module), [process.cwd()]);
  });
});
