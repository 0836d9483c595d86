// What keeps the widget from starting: each time a calm card in place, a failure of the right kind for the host, and
// where trying again can help, it does. The files come from a real server that fails as servers do.
import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { ENGINES, picture } from '../harness/browser.mjs';
import { App, visitApp } from '../harness/app.mjs';
import { find, until } from '../harness/find.mjs';
import { enrolled, stage } from '../harness/story.mjs';
import { policyOf } from '../guard/policies.mjs';

/** @type {import('../harness/gateway.mjs').Gateway} */
let gateway;
const app = await App.start(() => gateway.url);
after(() => app.close());

const PORTAL = { headers: { 'content-type': 'text/html' }, body: '<!doctype html><title>Welcome to the hotel</title>' };
const OFFLINE = 'shell.offline.title';

/** What is wrong, with which file, and the way it is. @type {[string, string, import('../harness/app.mjs').Rule][]} */
const LOST = [
  ['the connection breaks at the glue', 'repin_widget.js', () => 'drop'],
  ['the glue has the type of a text', 'repin_widget.js', () => ({ headers: { 'content-type': 'text/plain' }, body: readFileSync('dist/repin_widget.js') })],
  ['the server fails at the module', '_bg.wasm', () => ({ status: 503, body: 'busy' })],
  ['a hotel’s page comes in place of the module', '_bg.wasm', () => PORTAL],
  ['the worker’s script is not there', 'repin-worker.js', () => ({ status: 404 })],
  ['the worker’s script has the type of a text', 'repin-worker.js', () => ({ headers: { 'content-type': 'text/plain' }, body: readFileSync('dist/repin-worker.js') })],
];

/**
 * @typedef {object} Asked
 * @property {string} url
 * @property {boolean} given and not left hanging
 */

/**
 * What hangs, and how the next request passes those before it: a browser's cache lets one request
 * for an address wait for another, for 20 seconds.
 *
 * @type {[string, (fresh: Asked[]) => boolean][]}
 */
const HANGING = [
  ['_bg.wasm', renamed],
  ['repin_widget.js', renamed],
  ['repin-worker.js', renamed],
  ['locales/de', () => true],
  ['getSession', () => true],
];

/** @param {Asked[]} fresh */
function renamed(fresh) {
  return fresh.length > 0 && fresh.every(({ url }) => url.endsWith('?1'));
}

for (const engine of ENGINES) {
  stage('failures of loading', engine, (stage) => {
    const begin = () => {
      gateway = stage.gateway;
      app.reset();
    };
    /** @type {import('../harness/story.mjs').Person | undefined} */
    let someone;
    const person = async () => (someone ??= await enrolled(stage));

    for (const [what, file, rule] of LOST) {
      test(`${what}: the person is told to try again, and it works when the file is there`, async () => {
        const { userId } = await person();
        begin();
        app.rules.set(file, rule);
        await visitApp(stage, app, userId, 'RESTORE_PIN', async ({ widget, page, told, status }) => {
          await widget.shows(OFFLINE);
          if (file === '_bg.wasm') await picture(page, `failure-${file.replace(/\W/g, '')}-${engine}`);
          const [error, ...more] = (await told()).errors;
          assert.deepEqual([error.kind, error.code, error.retryable, more], ['network', -1, true, []]);
          assert.equal(await status(), 'PENDING');
          app.rules.clear();
          await widget.press('common.retry');
          await widget.shows('questions.title');
        });
      });
    }

    test('a module with any type of file is a module', async () => {
      const { userId } = await person();
      begin();
      const body = readFileSync('dist/repin_widget_bg.wasm');
      app.rules.set('_bg.wasm', () => ({ headers: { 'content-type': 'text/plain' }, body }));
      await visitApp(stage, app, userId, 'RESTORE_PIN', async ({ widget }) => widget.shows('questions.title'));
    });

    for (const [what, change] of /** @type {const} */ ([
      ['WebAssembly', ["'wasm-unsafe-eval'", '']],
      ['workers', ["worker-src 'self'", "worker-src 'none'"]],
      ['what the loader fetches', ["connect-src 'self'", "connect-src 'none'"]],
    ])) {
      test(`a policy that forbids ${what} is called one: nothing to try again, and the host is told`, async () => {
        const { userId } = await person();
        begin();
        app.policy = policyOf('In the page', { 'https://pin.example.com': '' }).replace(change[0], change[1]);
        await visitApp(stage, app, userId, 'RESTORE_PIN', async ({ widget, page, told, outcome, status }) => {
          await widget.shows('shell.blocked.title');
          assert.equal(await widget.has('button', 'common.retry'), false);
          assert.deepEqual((await told()).errors.map(({ kind }) => kind), ['blocked_by_csp']);
          await picture(page, `failure-blocked-${what.split(' ')[0]}-${engine}`);
          await widget.press('common.close');
          assert.equal((await outcome()).error.kind, 'blocked_by_csp');
          assert.equal(await status(), 'PENDING');
        });
      });
    }

    for (const [what, prepare] of /** @type {const} */ ([
      ['WebAssembly, as in Lockdown Mode', () => { delete (/** @type {any} */ (window).WebAssembly); }],
      ['constructable style sheets', () => { delete (/** @type {any} */ (Document.prototype).adoptedStyleSheets); }],
    ])) {
      for (const presentation of /** @type {const} */ (['inline', 'dialog'])) {
        test(`a browser without ${what} is called too old, ${presentation}`, async () => {
          const { userId } = await person();
          begin();
          await visitApp(stage, app, userId, 'RESTORE_PIN', async ({ widget, page, told, outcome }) => {
            await widget.shows('shell.unsupported.title');
            await picture(page, `failure-old-${what.split(/\W/)[0]}-${presentation}-${engine}`);
            assert.deepEqual((await told()).errors.map(({ kind }) => kind), ['unsupported_browser']);
            await widget.press('common.close');
            assert.equal((await outcome()).error.kind, 'unsupported_browser');
          }, { prepare, options: { presentation } });
        });
      }
    }

    test('a browser without <dialog> shows a dialog in its place in the page', async () => {
      const { userId } = await person();
      begin();
      const prepare = () => {
        delete (/** @type {any} */ (window).HTMLDialogElement.prototype).showModal;
        // Where there is no such element, nothing hides it while it is not open.
        const attach = Element.prototype.attachShadow;
        Element.prototype.attachShadow = function (init) {
          const root = attach.call(this, init);
          new MutationObserver(() => root.querySelector('dialog')?.setAttribute('open', '')).observe(root, { childList: true });
          return root;
        };
      };
      await visitApp(stage, app, userId, 'RESTORE_PIN', async ({ widget }) => widget.shows('questions.title'), { prepare, options: { presentation: 'dialog' } });
    });

    for (const [file, passes] of HANGING) {
      test(`${file} that hangs: a word after a while, then a way to try again, which does not wait for it`, async () => {
        const { userId } = await person();
        begin();
        /** @type {Asked[]} */
        const asked = [];
        let hangs = true;
        app.rules.set(file, (request) => {
          asked.push({ url: request.url ?? '', given: !hangs });
          return hangs ? 'hang' : undefined;
        });
        const options = file.startsWith('locales') ? { locale: 'de' } : file === 'getSession' ? { session: null } : {};
        await visitApp(stage, app, userId, 'RESTORE_PIN', async ({ page }) => {
          await find(page, 'any', `…${t('loading.slow', 'en')}…`);
          const again = await find(page, 'button', new RegExp(`^(${t('common.retry', 'en')}|${t('common.retry', 'de')})$`));
          await picture(page, `failure-hang-${file.replace(/\W/g, '')}-${engine}`);
          hangs = false;
          await page.evaluate(() => void (/** @type {any} */ (window).answered = true));
          await again.click();
          await find(page, 'heading', new RegExp(`^(${t('questions.title', 'en')}|${t('questions.title', 'de')})$`));
          assert.ok(passes(asked.filter(({ given }) => given)), `a browser's cache may have waited: ${JSON.stringify(asked)}`);
        }, { prepare: hurry, options });
      });
    }

    for (const [when, rule, sign, ends] of /** @type {const} */ ([
      ['still loads', 'hang', 'common.cancel', { status: 'canceled', reason: 'user', step: 'loading' }],
      ['could not be loaded', 'drop', 'common.retry', { status: 'failed', kind: 'network' }],
    ])) {
      test(`Escape closes a dialog that ${when}`, async () => {
        const { userId } = await person();
        begin();
        app.rules.set('_bg.wasm', () => rule);
        await visitApp(stage, app, userId, 'RESTORE_PIN', async ({ widget, page, outcome }) => {
          await find(page, 'button', t(sign, 'en'));
          await page.keyboard.press('Escape');
          const { error, ...rest } = await outcome();
          assert.deepEqual({ ...rest, ...(error && { kind: error.kind }) }, ends);
          assert.equal(await widget.has('button', 'common.cancel'), false);
          assert.equal(await page.$$eval('#widget > div', (hosts) => hosts.length), 0);
        }, { options: { presentation: 'dialog' } });
      });
    }

    test('storage that is closed to the page is not missed', async () => {
      const { userId, answers } = await enrolled(stage);
      begin();
      const prepare = () => {
        for (const name of ['localStorage', 'sessionStorage', 'indexedDB', 'caches', 'cookieStore']) {
          Object.defineProperty(window, name, { get() { throw new DOMException('closed', 'SecurityError'); } });
        }
      };
      await visitApp(stage, app, userId, 'RESTORE_PIN', async ({ widget, witness }) => {
        await widget.answer(answers);
        await widget.choosePin('518306');
        await widget.shows('done_restore.title');
        assert.deepEqual(witness.console, []);
      }, { prepare });
    });

    test('the module evaluated twice, as by a hot reload: both copies work', async () => {
      const { userId } = await person();
      begin();
      await visitApp(stage, app, userId, 'RESTORE_PIN', async ({ widget, page, session }) => {
        await widget.shows('questions.title');
        await page.evaluate(async (session) => {
          /** @type {any} */ (window).mounted.unmount();
          await /** @type {any} */ (window).mounted.done;
          const again = '/repin.js?again';
          const { mount } = await import(again);
          mount('#widget', { session });
        }, session);
        await widget.shows('questions.title');
        await until('one widget stands', () => page.$$eval('#widget > div', (hosts) => hosts.length === 1));
      });
    });
  }, { REPIN_ALLOWED_ORIGIN: app.origin });
}

/** @param {string} key @param {string} tag @returns {string} */
function t(key, tag) {
  return key.split('.').reduce((node, part) => node[part], JSON.parse(readFileSync(`locales/${tag}.json`, 'utf8')));
}

/** Runs in the page, before any of its scripts: what would come after seconds comes after a twentieth of them. */
function hurry() {
  const later = window.setTimeout;
  /** @type {any} */ (window).setTimeout = (/** @type {() => void} */ run, ms = 0) => later(run, ms < 3_000 ? ms : ms / 20);
  /** @type {any} */ (window).hostOptions = (/** @type {any} */ session) => ({
    getSession: () => (/** @type {any} */ (window).answered ? Promise.resolve(session) : new Promise(() => {})),
  });
}
