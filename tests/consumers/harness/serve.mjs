// Serves an app: its files, or by the server it comes with.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { serveFiles } from '../../e2e/harness/files.mjs';
import { freePort } from '../../e2e/harness/port.mjs';
import { command, folder } from './apps.mjs';

/** @typedef {import('./apps.mjs').App} App */
/** @typedef {{ url: string, close: () => unknown }} Served */

/** @param {App} app @param {string[]} folders @returns {Promise<Served>} */
export async function served(app, folders) {
  return app.hasServer ? run(app, 'next', ['start', '--port']) : serveFiles(folders);
}

/** Vite's development server. Afresh: it would keep what it made of the tarball before. @param {App} app */
export const developed = (app) => run(app, 'vite', ['--force', '--host', '127.0.0.1', '--strictPort', '--port']);

/** @param {App} app @param {string} name @param {string[]} words the last takes a port @returns {Promise<Served>} */
async function run(app, name, words) {
  const port = await freePort();
  const env = { ...process.env, NODE_ENV: undefined, NEXT_TELEMETRY_DISABLED: '1' };
  const child = spawn(command(app, name), [...words, `${port}`], { cwd: folder(app), env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (log += bytes));
  const gone = once(child, 'exit');
  const url = `http://127.0.0.1:${port}`;
  while (!(await fetch(url).then((reply) => reply.ok, () => false))) {
    if (child.exitCode !== null) throw new Error(`${app.name}: ${name} ended with ${child.exitCode}:\n${log}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  // With its children.
  return { url, close: () => (process.kill(-(child.pid ?? 0), 'SIGTERM'), gone) };
}
