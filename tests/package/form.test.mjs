// The tarball as those who install it get it: its form, its types, its weight, and that a server can import it.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { brotliCompressSync } from 'node:zlib';
import { cpSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { FOLDER, install, TARBALL } from './host.mjs';

install();
const PACKAGE = `${FOLDER}/node_modules/repin`;
const described = JSON.parse(readFileSync(`${PACKAGE}/package.json`, 'utf8'));
const entries = Object.keys(described.exports).filter((entry) => described.exports[entry].default).map((entry) => entry.slice(1));

test('publint finds nothing', () => {
  const { status, stdout } = spawnSync('publint', [TARBALL, '--strict'], { encoding: 'utf8' });
  assert.equal(status, 0, stdout);
  assert.match(stdout, /All good/);
});

test('every entry has types that every resolver of modules finds', () => {
  // `repin/wasm` is no script.
  const { status, stdout } = spawnSync('attw', [TARBALL, '--profile', 'esm-only', '--exclude-entrypoints', 'wasm', '--format', 'ascii'], { encoding: 'utf8' });
  assert.equal(status, 0, stdout);
});

for (const [module, moduleResolution] of [['esnext', 'bundler'], ['nodenext', 'nodenext']]) {
  test(`the whole API compiles, and what must not does not, with moduleResolution ${moduleResolution}`, () => {
    cpSync('tests/package/types/api.ts', `${FOLDER}/api.ts`);
    const compilerOptions = { strict: true, noEmit: true, target: 'es2022', lib: ['es2023', 'dom', 'dom.iterable'], types: [], module, moduleResolution };
    writeFileSync(`${FOLDER}/tsconfig.json`, JSON.stringify({ compilerOptions, files: ['api.ts'] }));
    const { status, stdout } = spawnSync('tsc', ['--project', `${FOLDER}/tsconfig.json`], { encoding: 'utf8' });
    assert.equal(status, 0, stdout);
  });
}

test('a server imports every entry, and nothing happens', () => {
  const peers = ['/react', '/vue'];
  const script = entries.filter((entry) => !peers.includes(entry)).map((entry) => `await import('repin${entry}');`).join('');
  const after = "const { open, mount, preload, define } = await import('repin'); define(); await preload(); console.log(typeof open, typeof mount);";
  const out = execFileSync('node', ['--input-type=module', '--eval', script + after], { cwd: FOLDER, encoding: 'utf8' });
  assert.equal(out, 'function function\n');
});

/** Bytes of brotli of what a host's bundle gets from an import; the widget itself comes later. @param {string} contents */
async function bundled(contents) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: FOLDER },
    bundle: true,
    minify: true,
    format: 'esm',
    splitting: true,
    outdir: 'out',
    write: false,
    logLevel: 'silent',
  });
  const [entry] = outputFiles.filter(({ path }) => path.endsWith('stdin.js'));
  const text = new TextDecoder().decode(entry.contents);
  const statics = [...text.matchAll(/(?:from|import)"\.\/([^"]+)"/g)].map(([, name]) => name);
  const files = outputFiles.filter(({ path }) => path.endsWith('stdin.js') || statics.some((name) => path.endsWith(name)));
  return files.reduce((sum, { contents }) => sum + brotliCompressSync(contents).length, 0);
}

test('the frame’s side in a host’s bundle is 2 KiB at most', async () => {
  const bytes = await bundled("import { openFrame } from 'repin/frame'; globalThis.x = openFrame;");
  console.log(`openFrame: ${bytes} bytes of brotli`);
  assert.ok(bytes <= 2 * 1024, `${bytes} bytes`);
});

test('a host’s bundle grows by 3 KiB at most', async () => {
  const bytes = await bundled("import { mount, open, define } from 'repin'; globalThis.x = [mount, open, define];");
  console.log(`mount, open, define: ${bytes} bytes of brotli`);
  assert.ok(bytes <= 3 * 1024, `${bytes} bytes`);
  const nothing = await bundled("import { mount } from 'repin';");
  assert.ok(nothing < 20, `an import that is not used weighs ${nothing} bytes`);
});

test('`repin/inline` speaks other languages where a bundler follows no addresses', async () => {
  const contents = "import { mount } from 'repin/inline'; globalThis.x = mount;";
  const { outputFiles } = await build({ stdin: { contents, resolveDir: FOLDER }, bundle: true, format: 'esm', splitting: true, minify: true, charset: 'utf8', outdir: 'out', write: false });
  const { shell } = JSON.parse(readFileSync(`${PACKAGE}/dist/locales/de.json`, 'utf8'));
  assert.ok(outputFiles.some(({ text }) => text.includes(shell.offline.title)), 'its words are among what is made');
  assert.ok(outputFiles.every(({ text }) => !text.includes('/locales/')), 'and nothing has to be followed');
});

test('the package carries no source of ours, no map and no test', () => {
  const files = readdirSync(PACKAGE, { recursive: true, encoding: 'utf8' });
  assert.deepEqual(files.filter((name) => /\.map$|test|(?<!\.d)\.ts$|\.br$|page\.|frame\.html$/.test(name)), []);
  const text = files.filter((name) => /\.(js|json|ts|txt)$/.test(name)).map((name) => readFileSync(`${PACKAGE}/${name}`, 'utf8')).join();
  assert.ok(!text.includes(process.cwd()), 'no path of the machine that built it');
});
