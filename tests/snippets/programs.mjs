// Runs an example as its reader would: by its own program, with the two variables that the papers name.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import assert from 'node:assert/strict';
import { ROOT } from './blocks.mjs';

const CONFORMANCE = join(ROOT, 'tests/conformance');
const PYTHON = process.env.REPIN_PYTHON ?? join(ROOT, '.tools/python/bin/python');
const STAGED = join(ROOT, 'target/snippets');

/** @typedef {import('../e2e/harness/gateway.mjs').Gateway} Gateway */

/** @param {Pick<Gateway, 'url' | 'apiKey'>} gateway @returns {NodeJS.ProcessEnv} */
const settings = (gateway) => ({ ...process.env, PIN_URL: gateway.url, PIN_API_KEY: gateway.apiKey });

/** @param {Gateway} gateway @param {string} code @returns {Promise<string>} what it printed */
export const shell = (gateway, code) => run(gateway, 'bash', ['-euo', 'pipefail'], code);

/** @param {Gateway} gateway @param {string} code */
export const python = (gateway, code) => run(gateway, PYTHON, ['-'], code);

/** With the SDK of Circle's that is installed under this name. @param {Gateway} gateway @param {string} sdk @param {string} code */
export function circle(gateway, sdk, code) {
  const named = code.replaceAll("'@circle-fin/user-controlled-wallets'", `'${sdk}'`);
  assert.notEqual(named, code, 'it does not import the SDK');
  return run(gateway, process.execPath, ['--input-type=module'], named);
}

/** @param {Gateway} gateway @param {string} program @param {string[]} args @param {string} code @returns {Promise<string>} */
async function run(gateway, program, args, code) {
  const child = spawn(program, args, { cwd: CONFORMANCE, env: settings(gateway), stdio: ['pipe', 'pipe', 'inherit'] });
  let printed = '';
  child.stdout.on('data', (bytes) => (printed += bytes));
  child.stdin.end(code);
  assert.equal(await new Promise((resolve, reject) => child.once('exit', resolve).once('error', reject)), 0);
  return printed;
}

/** Whom everybody is taken for, as the line of the quick start that starts the backend says. @returns {{ TRY_AS: string }} */
export function asTheQuickStartSays() {
  const paper = readFileSync(join(ROOT, 'docs/quick-start.md'), 'utf8');
  const [, TRY_AS] = /^ {4}PIN_URL=\S+ PIN_API_KEY=\S+ TRY_AS=(\S+) node backend\.mjs$/m.exec(paper) ?? assert.fail('how is the backend started?');
  return { TRY_AS };
}

/**
 * Starts the backend of the papers. Without more settings nobody is signed in.
 * @param {Pick<Gateway, 'url' | 'apiKey'>} gateway @param {string} code @param {number} port @param {{ TRY_AS?: string }} [more]
 * @returns {Promise<{ url: string, log: () => string, end: () => Promise<void> }>}
 */
export async function backend(gateway, code, port, more = {}) {
  mkdirSync(STAGED, { recursive: true });
  const file = join(STAGED, 'backend.mjs');
  writeFileSync(file, code);
  const child = spawn(process.execPath, [file], { env: { ...settings(gateway), ...more, PORT: `${port}` }, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (log += bytes));
  const gone = new Promise((resolve) => child.once('exit', resolve));
  const url = `http://127.0.0.1:${port}`;
  while (!(await fetch(url).then(() => true, () => false))) {
    assert.equal(child.exitCode, null, `the backend ended:\n${log}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { url, log: () => log, end: async () => void (child.kill(), await gone) };
}
