// A host that pins the widget: an import map with the hashes of `dist/integrity.json`, under the policy that
// docs/security-headers.md tells people to copy. A script with one byte more does not run.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ENGINES, launch, openPage } from '../harness/browser.mjs';
import { App, visitApp } from '../harness/app.mjs';
import { enrolled, quiet, stage } from '../harness/story.mjs';
import { policyOf } from './policies.mjs';

/** @type {import('../harness/gateway.mjs').Gateway} */
let gateway;
const app = await App.start(() => gateway.url);
after(() => app.close());

/** @type {Record<string, string>} */
const HASHES = JSON.parse(readFileSync('dist/integrity.json', 'utf8'));
/** Scripts that the page imports. The frame's and the gateway's own page are no host's, and a worker has no import map. */
const SCRIPTS = Object.keys(HASHES).filter((file) => file.endsWith('.js') && !['page.js', 'frame.js', 'redirect.js', 'repin-worker.js'].includes(file));
const MAP = JSON.stringify({ integrity: Object.fromEntries(SCRIPTS.map((file) => [`/${file}`, HASHES[file]])) });

/** The host's page with the map, and the policy that lets this one script of the page itself be. */
function pin() {
  app.reset();
  app.page = app.page.replace('</head>', `<script type="importmap">${MAP}</script></head>`);
  const hash = `'sha256-${createHash('sha256').update(MAP).digest('base64')}'`;
  app.policy = policyOf('In the page').replace("script-src 'self'", `script-src 'self' ${hash}`);
}

/** One byte more, which changes nothing of what the script does. @param {string} file */
function tamper(file) {
  const body = `${readFileSync(`dist/${file}`, 'utf8')}\n`;
  app.rules.set(file, () => ({ headers: { 'content-type': 'text/javascript' }, body }));
}

for (const engine of ENGINES) {
  describe(`integrity in ${engine}`, () => {
    /** @type {import('puppeteer-core').Browser} */
    let browser;
    before(async () => void (browser = await launch(engine)));
    after(() => browser.close());

    /** @param {string} file */
    const imported = async (file) => {
      const { page, context } = await openPage(browser);
      await page.goto(`${app.origin}/`);
      const result = await page.evaluate((path) => import(path).then(() => 'ran', (error) => error.name), `/${file}`);
      await context.close();
      return result;
    };

    test('every script that a page imports runs as it was published, and with one byte more does not', async () => {
      assert.ok(SCRIPTS.includes('repin.js') && SCRIPTS.includes('repin_widget.js'), `${SCRIPTS}`);
      for (const file of SCRIPTS) {
        pin();
        assert.equal(await imported(file), 'ran', file);
        tamper(file);
        assert.equal(await imported(file), 'TypeError', `${file}, changed`);
      }
    });

    test('and it is the map that refuses it: without one, the changed script runs', async () => {
      app.reset();
      tamper('repin.js');
      assert.equal(await imported('repin.js'), 'ran');
    });
  });

  stage('integrity, whole', engine, (stage) => {
    test('a recovery with every script of the page pinned', async () => {
      const person = await enrolled(stage);
      gateway = stage.gateway;
      pin();
      await visitApp(stage, app, person.userId, 'RESTORE_PIN', async ({ widget, outcome, witness }) => {
        await widget.answer(person.answers);
        await widget.choosePin('518306');
        await widget.shows('done_restore.title');
        await widget.press('common.done');
        assert.equal((await outcome()).status, 'completed');
        await quiet(witness);
      });
    });
  }, { REPIN_ALLOWED_ORIGIN: app.origin });
}
