// The apps: how each is built and served, and what it is there to show.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The project's root, as all paths here are relative to it. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const APPS = 'tests/consumers';
const OUT = 'target/consumers';

/**
 * @typedef {object} App
 * @property {string} name of its folder
 * @property {string} [home] the folder that has its `node_modules`
 * @property {string[]} uses packages whose versions the table names
 * @property {(app: App) => string[]} build builds it, and tells the folders to serve, the first first
 * @property {boolean} [hasServer] the folder is not served: `serve` is
 * @property {boolean} [startsItself] nobody has to press a button
 * @property {'emitted' | 'beside' | 'inline'} files where the WASM is: found and moved by the bundler, copied by hand, in the script
 * @property {string} note
 */

const vite = (/** @type {App} */ app) => {
  tool(app, 'vite', ['build', '--outDir', `${ROOT}${OUT}/${app.name}`, '--emptyOutDir', '--logLevel', 'warn']);
  return [`${OUT}/${app.name}`];
};

const esbuild = (/** @type {App} */ app) => {
  const out = fresh(app);
  tool(app, 'esbuild', ['main.js', '--bundle', '--minify', '--splitting', '--format=esm', `--outdir=${ROOT}${out}`, '--log-level=warning']);
  cpSync(`${folder(app)}/index.html`, `${ROOT}${out}/index.html`);
  if (app.files === 'beside') beside(app, out);
  // The texts of other languages are not in the script.
  else cpSync(`${modules(app)}/repin/dist/locales`, `${ROOT}${out}/locales`, { recursive: true });
  return [out];
};

/** @type {App[]} */
export const NPM_APPS = [
  { name: 'html', uses: [], build: copied, files: 'beside', note: '`repin/auto`, the element; files copied' },
  { name: 'vite-8', uses: ['vite'], build: vite, files: 'emitted', note: '`open`' },
  { name: 'vite-7', home: `${APPS}/vite-7`, uses: ['vite'], build: vite, files: 'emitted', note: '`open`; its dev server needs `repin/vite`' },
  { name: 'webpack', uses: ['webpack'], build: webpack, files: 'emitted', note: '`mount`' },
  { name: 'esbuild', uses: ['esbuild'], build: esbuild, files: 'beside', note: '`open` with `assetsUrl`; files copied' },
  { name: 'esbuild-inline', uses: ['esbuild'], build: esbuild, files: 'inline', note: '`repin/inline`; languages copied' },
  { name: 'react', uses: ['react', 'vite'], build: vite, files: 'emitted', note: '`repin/react`, in `StrictMode`' },
  { name: 'vue', uses: ['vue', 'vite'], build: vite, files: 'emitted', note: '`repin/vue`' },
  { name: 'svelte', uses: ['svelte', 'vite'], build: vite, files: 'emitted', note: '`repin/svelte`' },
  { name: 'next', home: `${APPS}/next`, uses: ['next', 'react'], build: next, hasServer: true, startsItself: true, files: 'emitted', note: '`repin/react`, rendered by the server, hydrated; starts with the page' },
];

/** @param {string} name @returns {App} */
export function appNamed(name) {
  const app = NPM_APPS.find((app) => app.name === name);
  if (!app) throw new Error(`no app ${name}`);
  return app;
}

/** Where its sources are. @param {App} app */
export const folder = ({ name }) => `${ROOT}${APPS}/${name}`;

/** @param {App} app */
export const modules = ({ home = APPS }) => `${ROOT}${home}/node_modules`;

/** What the table calls it, such as `vite 8.3.8`. @param {App} app */
export function versions(app) {
  const version = (/** @type {string} */ name) => JSON.parse(readFileSync(`${modules(app)}/${name}/package.json`, 'utf8')).version;
  return app.uses.map((name) => `${name} ${version(name)}`).join(', ');
}

/** Puts the packed tarball where apps find packages. @param {string} tarball */
export function install(tarball) {
  for (const home of new Set(NPM_APPS.map(({ home = APPS }) => home))) {
    rmSync(`${ROOT}${home}/node_modules/repin`, { recursive: true, force: true });
    const words = ['install', '--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline', tarball];
    execFileSync('npm', words, { cwd: `${ROOT}${home}`, stdio: 'pipe' });
  }
}

/** The command line of a tool that the app has installed. @param {App} app @param {string} name */
export const command = (app, name) => `${modules(app)}/.bin/${name}`;

/** @param {App} app @param {string} name @param {string[]} words */
function tool(app, name, words) {
  const env = { ...process.env, NODE_ENV: undefined, NEXT_TELEMETRY_DISABLED: '1' };
  try {
    execFileSync(command(app, name), words, { cwd: folder(app), stdio: 'pipe', encoding: 'utf8', env });
  } catch (error) {
    const { stdout, stderr } = /** @type {{ stdout: string, stderr: string }} */ (error);
    throw new Error(`${app.name}: ${name} ${words[0]} failed:\n${stdout}${stderr}`);
  }
}

/** @param {App} app */
function webpack(app) {
  const out = fresh(app);
  tool(app, 'webpack', ['build', '--output-path', `${ROOT}${out}`]);
  cpSync(`${folder(app)}/index.html`, `${ROOT}${out}/index.html`);
  return [out];
}

/** @param {App} app */
function next(app) {
  rmSync(`${folder(app)}/.next`, { recursive: true, force: true });
  tool(app, 'next', ['build']);
  return [`${APPS}/next/.next/static`];
}

/** @param {App} app */
function copied(app) {
  const out = fresh(app);
  cpSync(folder(app), `${ROOT}${out}`, { recursive: true });
  beside(app, out);
  return [out];
}

/** @param {App} app @param {string} out */
const beside = (app, out) => cpSync(`${modules(app)}/repin/dist`, `${ROOT}${out}/repin`, { recursive: true });

/** An empty folder for what is built. @param {App} app */
function fresh({ name }) {
  rmSync(`${ROOT}${OUT}/${name}`, { recursive: true, force: true });
  mkdirSync(`${ROOT}${OUT}/${name}`, { recursive: true });
  return `${OUT}/${name}`;
}
