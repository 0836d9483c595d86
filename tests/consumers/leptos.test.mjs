// An app in Leptos that has the crate: the face in its own WASM, the vault as it is shipped.
import { after, before, test } from 'node:test';
import { cpSync } from 'node:fs';
import { enrolled, stage } from '../e2e/harness/story.mjs';
import { serveFiles } from '../e2e/harness/files.mjs';
import { ROOT } from './harness/apps.mjs';
import { recover } from './harness/recovery.mjs';
import { Rows } from './harness/rows.mjs';

const OUT = 'target/consumers/leptos';
const rows = new Rows('leptos.json');
cpSync(`${ROOT}tests/consumers/leptos/index.html`, `${ROOT}${OUT}/index.html`);
cpSync(`${ROOT}dist`, `${ROOT}${OUT}/repin`, { recursive: true });

stage('apps built', 'chromium', (stage) => {
  /** @type {import('../e2e/harness/story.mjs').Person} */
  let person;
  before(async () => {
    person = await enrolled(stage);
  });
  after(() => rows.write());

  test('leptos recovers a PIN', () => rows.add({ app: 'leptos', versions: 'leptos 0.8.23', mode: 'dev', browser: 'chromium', note: 'the crate; the vault from `dist/`; unoptimised' }, async () => {
    const site = await serveFiles([OUT]);
    try {
      // The app's own, which nobody optimised, says nothing of what a page weighs.
      await recover(stage, person, site.url, { name: 'leptos', hasElement: false, modules: 2 });
    } finally {
      site.close();
    }
  }));
});
