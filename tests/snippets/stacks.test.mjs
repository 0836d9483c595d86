// The quick start's examples, each put where it says into what a newcomer to that stack has, built by the stack's own tools
// with the packed package, and used in Chromium.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT, ofKind } from './blocks.mjs';
import { walks } from './walk.mjs';

const STACKS = join(ROOT, 'tests/snippets/stacks');
const PACKED = join(ROOT, 'target/package/repin-0.1.0.tgz');
const VITE = { commands: [['vite', 'build', '--logLevel', 'error']], out: 'dist' };
const WASM = 'wasm32-unknown-unknown';
/** @type {Record<string, { commands: string[][], out: string }>} */
const TOOLS = {
  vite: VITE,
  react: VITE,
  vue: VITE,
  svelte: VITE,
  next: { commands: [['next', 'build']], out: 'out' },
  webpack: { commands: [['webpack', '--stats', 'errors-only']], out: 'dist' },
  esbuild: { commands: [['esbuild', 'src/index.js', '--bundle', '--format=esm', '--outfile=dist/main.js', '--log-level=warning']], out: 'dist' },
  leptos: {
    commands: [
      ['cargo', 'build', '--quiet', '--target', WASM],
      ['wasm-bindgen', '--target', 'web', '--no-typescript', '--out-dir', 'dist', join(ROOT, `target/${WASM}/debug/repin-leptos-host.wasm`)],
    ],
    out: 'dist',
  },
};

install();

/** `run: stack NAME,NAME FILE`, and what `walk.mjs` understands. */
for (const { at, code, what = '' } of ofKind('stack')) {
  const [, names, file, rest] = /^stack (\S+) (\S+)(.*)$/.exec(what) ?? assert.fail(`${at}: which stack and file?`);
  for (const name of names.split(',')) {
    test(`${at} is built by ${name}`, () => build(name, file, code));
    const built = `target/snippets/stacks/${name}`;
    // Read when it is served: it is built by then.
    walks(`${at} (${name})`, () => readFileSync(join(ROOT, built, 'index.html'), 'utf8'), `stack${rest}`, `${built}/`);
  }
}

/** As `npm install ./repin-0.1.0.tgz` would. */
function install() {
  const place = join(STACKS, 'node_modules/repin');
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  execFileSync('tar', ['-xzf', PACKED, '-C', place, '--strip-components=1']);
}

/** @param {string} name @param {string} file @param {string} code */
function build(name, file, code) {
  const folder = join(STACKS, name);
  const { commands, out } = TOOLS[name] ?? assert.fail(`no stack ${name}`);
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), code);
  rmSync(join(folder, out), { recursive: true, force: true });
  for (const [program, ...words] of commands) {
    const own = join(STACKS, 'node_modules/.bin', program);
    execFileSync(existsSync(own) ? own : program, words, {
      cwd: folder,
      env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
  const built = join(ROOT, 'target/snippets/stacks', name);
  rmSync(built, { recursive: true, force: true });
  cpSync(join(folder, out), built, { recursive: true });
  if (!existsSync(join(built, 'index.html'))) cpSync(join(folder, 'index.html'), join(built, 'index.html'));
}
