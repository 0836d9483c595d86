// Small apps that have the packed tarball installed, each built with its own tools and driven through a whole recovery.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ENGINES } from '../e2e/harness/browser.mjs';
import { enrolled, stage } from '../e2e/harness/story.mjs';
import { TARBALL } from '../package/host.mjs';
import { breakAndGoOn } from './harness/broken.mjs';
import { NPM_APPS, ROOT, appNamed, install, modules, versions } from './harness/apps.mjs';
import { recover } from './harness/recovery.mjs';
import { Rows } from './harness/rows.mjs';
import { developed, served } from './harness/serve.mjs';

/** What a WASM module begins with, as base64. */
const INLINE_WASM = /AGFzbQ/;
/** How the worker's script listens, and no other. */
const WORKER = /onmessage=(?:async ?)?\(\{data:/;
/** The element as it is, a bundler, and a wrapper. */
const IN_FIREFOX = ['html', 'vite-8', 'react'];
/** Whose development servers are tried: the plain two, and React for what its `StrictMode` does only there. */
const DEVELOPED = ['vite-8', 'vite-7', 'react'];

/** Whose bundlers name the widget's files: by numbers, or not at all, for all is one. */
const NAMED_ANEW = ['webpack', 'esbuild-inline'];

const rows = new Rows('npm.json');
install(TARBALL);
const LANGUAGES = readdirSync(`${modules(appNamed('html'))}/repin/dist/locales`).filter((name) => name.endsWith('.json')).length;
/** @type {Map<string, string[]>} folders to serve, by app */
const built = new Map();

test('a server renders the place of the widget', async () => {
  const next = appNamed('next');
  const site = await served(next, build(next));
  try {
    assert.match(await fetch(site.url).then((reply) => reply.text()), /<pin-recovery><\/pin-recovery>/);
  } finally {
    await site.close();
  }
});

for (const engine of ENGINES) {
  const apps = NPM_APPS.filter(({ name }) => engine === 'chromium' || IN_FIREFOX.includes(name));
  stage('apps built', engine, (stage) => {
    /** @type {import('../e2e/harness/story.mjs').Person} */
    let person;
    before(async () => {
      person = await enrolled(stage);
    });
    after(() => rows.write());

    for (const app of apps) {
      test(`${app.name} recovers a PIN`, () => rows.add({ app: app.name, versions: versions(app), mode: 'build', browser: engine, note: app.note }, async () => {
        const folders = build(app);
        emitted(app, folders);
        const site = await served(app, folders);
        try {
          return await recover(stage, person, site.url, { ...app, modules: app.files === 'inline' ? 0 : 2 });
        } finally {
          await site.close();
        }
      }));
    }
    for (const app of NAMED_ANEW.map(appNamed)) {
      test(`${app.name}: a face that breaks gives its place to a card, and starts again`, async () => {
        const site = await served(app, build(app));
        try {
          await breakAndGoOn(stage, person, site.url);
        } finally {
          await site.close();
        }
      });
    }
    for (const app of engine === 'chromium' ? DEVELOPED.map(appNamed) : []) {
      test(`${app.name} recovers a PIN on its development server`, () => rows.add({ app: app.name, versions: versions(app), mode: 'dev', browser: engine, note: app.note }, async () => {
        const site = await developed(app);
        try {
          await recover(stage, person, site.url, { ...app, name: `${app.name}-dev`, talks: true });
        } finally {
          await site.close();
        }
      }));
    }
  });
}

/** @param {import('./harness/apps.mjs').App} app */
function build(app) {
  const folders = built.get(app.name) ?? app.build(app);
  built.set(app.name, folders);
  return folders;
}

/** Of the package, where all of it is copied: entries that the app does not import. */
const OTHERS = /\/repin\/(inline|frame|.*mock.*)\.(js|wasm)$/;

/** What the bundler found of the package's files, and that it left them files. @param {import('./harness/apps.mjs').App} app @param {string[]} folders */
function emitted(app, folders) {
  const files = folders.flatMap((folder) => readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(ROOT, folder, name)));
  const count = (/** @type {RegExp} */ wanted) => files.filter((file) => wanted.test(file) && !OTHERS.test(file)).length;
  const scripts = files.filter((file) => file.endsWith('.js') && !OTHERS.test(file));
  const having = (/** @type {RegExp} */ wanted) => scripts.filter((file) => wanted.test(readFileSync(file, 'utf8'))).length;
  const inline = having(INLINE_WASM);
  if (app.files === 'inline') return assert.deepEqual({ wasm: count(/\.wasm$/), inline }, { wasm: 0, inline: 1 });
  const languages = app.files === 'emitted' ? count(/\.json$/) : LANGUAGES;
  assert.deepEqual({ wasm: count(/\.wasm$/), workers: having(WORKER), languages, inline }, { wasm: 4, workers: 1, languages: LANGUAGES, inline: 0 });
}
