// Whole flows in a host's page under the policy that docs/security-headers.md tells people to copy: nothing violates it,
// by three witnesses. The page sees its own violations; the console tells; and the browser reports to a server, for
// workers too.
import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { ENGINES, picture } from '../harness/browser.mjs';
import { evidence } from '../harness/evidence.mjs';
import { App, visitApp } from '../harness/app.mjs';
import { find, until } from '../harness/find.mjs';
import { enrolled, quiet, stage } from '../harness/story.mjs';
import { policyOf } from './policies.mjs';

/** @type {import('../harness/gateway.mjs').Gateway} */
let gateway;
const app = await App.start(() => gateway.url);
after(() => app.close());

const ARABIC = JSON.parse(readFileSync('locales/ar.json', 'utf8'));
const CUSTOMISATION = {
  localizations: { common: { continue: 'Go on' } },
  themeColor: { textMain: '#202030', mainBtnBg: '#204060' },
};

for (const engine of ENGINES) {
  stage('strict policy', engine, (stage) => {
    let flows = 0;
    /** Nobody saw a violation. @param {import('../harness/app.mjs').Visit} visit */
    const clean = async ({ witness, page }) => {
      flows += 1;
      await quiet(witness);
      // Reports are sent in the background: the page's own request makes the queue before it leave first.
      await settle(page);
      assert.deepEqual(app.reports, []);
    };
    const begin = (headline = 'In the page') => {
      gateway = stage.gateway;
      app.reset();
      app.policy = policyOf(headline, { 'https://pin.example.com': gateway.url });
    };

    test('a recovery in the page, with the gateway on the page’s own origin', async () => {
      const person = await enrolled(stage);
      begin();
      await visitApp(stage, app, person.userId, 'RESTORE_PIN', async (visit) => {
        await recover(visit.widget, person);
        await visit.widget.press('common.done');
        assert.equal((await visit.outcome()).status, 'completed');
        await clean(visit);
      }, { prepare: watchPolicies });
    });

    test('a recovery in a dialog, in Arabic, in the host’s colours and words, with the gateway elsewhere', async () => {
      const person = await enrolled(stage);
      begin();
      const options = { presentation: 'dialog', locale: 'ar', apiBaseUrl: gateway.url };
      await visitApp(stage, app, person.userId, 'RESTORE_PIN', async (visit) => {
        const { page, widget } = visit;
        await find(page, 'heading', arabic('questions.title'));
        assert.equal(await page.$eval('#widget >>> .repin', (frame) => frame.matches('dialog:modal[dir=rtl]')), true);
        const fields = /** @type {import('puppeteer-core').ElementHandle[]} */ (await page.$$('#widget >>> form input:not([type=checkbox])'));
        for (const [index, answer] of person.answers.entries()) await fields[index].type(answer);
        await (await find(page, 'button', 'Go on')).click();
        await find(page, 'heading', arabic('new.title'));
        await picture(page, `guard-arabic-${engine}`);
        for (const [title, submit] of [['new.title', 'Go on'], ['confirm.title', arabic('confirm.submit')]]) {
          await widget.fill(`${arabic(title)}…`, '518306');
          await (await find(page, 'button', submit)).click();
        }
        await find(page, 'heading', arabic('done_restore.title'));
        await clean(visit);
      }, { options, customisation: CUSTOMISATION });
    });

    test('Trusted Types: one policy, by name, and out of it comes the worker’s own address alone', async () => {
      const person = await enrolled(stage);
      begin();
      await visitApp(stage, app, person.userId, 'RESTORE_PIN', async ({ page, widget }) => {
        await widget.shows('questions.title');
        assert.deepEqual(await page.evaluate(() => /** @type {any} */ (window).policies.map((/** @type {any} */ policy) => policy.name)), ['pin-recovery']);
        const through = (/** @type {string} */ method, /** @type {string} */ value) =>
          page.evaluate((method, value) => {
            try {
              return `${/** @type {any} */ (window).policies[0][method](value)}`;
            } catch (error) {
              return /** @type {Error} */ (error).name;
            }
          }, method, value);
        const worker = `${app.origin}/repin-worker.js`;
        for (const other of ['https://evil.example/x.js', 'data:text/javascript,0', `${app.origin}/x.js`, `blob:${app.origin}/0`, '']) {
          assert.equal(await through('createScriptURL', other), worker, `what came of ${other}`);
        }
        assert.equal(await through('createHTML', '<b>'), 'TypeError');
        assert.equal(await through('createScript', '0'), 'TypeError');
      }, { prepare: watchPolicies });
    });

    test('a page that does not allow the policy by name is told so, calmly, and nothing is asked of the gateway', async () => {
      const person = await enrolled(stage);
      begin();
      app.policy = app.policy.replace('trusted-types pin-recovery', 'trusted-types another');
      await visitApp(stage, app, person.userId, 'RESTORE_PIN', async ({ page, widget, outcome, told, status }) => {
        await widget.shows('shell.blocked.title');
        const [error] = (await told()).errors;
        assert.deepEqual([error.kind, error.code], ['blocked_by_csp', -1]);
        await picture(page, `guard-blocked-${engine}`);
        await widget.press('common.close');
        assert.equal((await outcome()).error.kind, 'blocked_by_csp');
        assert.equal(await status(), 'PENDING');
        assert.deepEqual(app.asked.filter((path) => path.startsWith('/v1/')), []);
      });
    });

    test('what violates the policy is caught by all three witnesses: the control', async () => {
      const person = await enrolled(stage);
      begin();
      const eager = readFileSync('dist/repin-worker.js', 'utf8');
      app.rules.set('repin-worker.js', () => ({ headers: { 'content-type': 'text/javascript' }, body: `${eager};fetch('https://settle.invalid/worker').catch(() => {})` }));
      await visitApp(stage, app, person.userId, 'RESTORE_PIN', async ({ page, widget, witness }) => {
        await widget.shows('questions.title');
        // What Leptos' static markup would do, and what a careless script does.
        await page.evaluate(() => {
          try { document.createElement('template').innerHTML = '<p>'; } catch { /* told */ }
          try { new Worker('/repin-worker.js'); } catch { /* told */ }
          document.body.append(Object.assign(document.createElement('style'), { textContent: 'p {}' }));
          document.body.setAttribute('style', 'color: red');
        });
        const reported = () => new Set(app.reports.map(({ directive }) => directive));
        for (const directive of ['require-trusted-types-for', 'style-src-elem', 'style-src-attr']) {
          await until(`the page sees ${directive}`, async () => (await witness.seen()).violations.some((line) => line.includes(directive)));
          await until(`${directive} is reported`, () => reported().has(directive));
        }
        assert.ok(witness.console.length >= 1, 'the console tells');
        await until('what the worker tried is reported', () => app.reports.some(({ blocked }) => blocked.startsWith('https://settle.invalid')));
        evidence(23, `0 CSP and Trusted Types violations in ${flows} whole recoveries under the policy of docs/security-headers.md in ${engine}, by three witnesses`, `a page that breaks it in four ways: ${reported().size} directives reported, the console told`);
      });
    });
  }, { REPIN_ALLOWED_ORIGIN: app.origin });
}

/** @param {import('../harness/widget.mjs').Widget} widget @param {import('../harness/story.mjs').Person} person */
async function recover(widget, person) {
  await widget.answer(person.answers);
  await widget.choosePin('518306');
  await widget.shows('done_restore.title');
}

/** Runs in the page, before any of its scripts: keeps every Trusted Types policy that is made. */
function watchPolicies() {
  const page = /** @type {any} */ (window);
  page.policies = [];
  const create = page.trustedTypes.createPolicy;
  page.trustedTypes.createPolicy = (/** @type {any[]} */ ...args) => {
    const policy = create.apply(page.trustedTypes, args);
    page.policies.push(policy);
    return policy;
  };
}

/** @param {string} key @returns {string} */
function arabic(key) {
  return key.split('.').reduce((node, part) => node[part], ARABIC);
}

/** Until what browsers had to report is with the server: a violation of our own making comes last. @param {import('puppeteer-core').Page} page */
async function settle(page) {
  await page.evaluate(() => void (new Image().src = 'https://settle.invalid/'));
  const ours = () => app.reports.findIndex(({ directive, blocked }) => directive === 'img-src' && blocked.startsWith('https://settle.invalid'));
  await until('the report arrives', () => ours() >= 0);
  app.reports.splice(ours(), 1);
}
