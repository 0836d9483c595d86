// What stands between a person and the first question, by its order: what takes long to begin is begun first, and what can wait
// does. How long it all takes `cargo xtask bench compare` measures.
import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { App, visitApp } from '../harness/app.mjs';
import { ENGINES, openPage } from '../harness/browser.mjs';
import { until } from '../harness/find.mjs';
import { enrolled, stage } from '../harness/story.mjs';

/** @type {import('../harness/gateway.mjs').Gateway} */
let gateway;
const app = await App.start(() => gateway.url);
after(() => app.close());

/** Runs in the worker before its script: says what it does. */
const TELLS = `
const said = new BroadcastChannel('start');
const ask = self.fetch;
self.fetch = (...asked) => (said.postMessage("request"), ask(...asked));
Intl.DateTimeFormat = class extends Intl.DateTimeFormat {
  constructor(...given) {
    said.postMessage('language data');
    super(...given);
  }
};
`;

for (const engine of ENGINES) {
  stage('a start', engine, (stage) => {
    test('begins the worker in the call of mount, and asks for no styles', async () => {
      app.reset();
      const { page, context } = await openPage(stage.browser);
      await page.goto(`${app.origin}/`);
      const [begun, dressed] = await page.evaluate(async () => {
        let begun = 0;
        const Real = Worker;
        /** @type {any} */ (self).Worker = class extends Real {
          constructor(/** @type {[string | URL, WorkerOptions?]} */ ...given) {
            super(...given);
            begun += 1;
          }
        };
        const script = '/repin.js';
        const { mount } = await import(script);
        const place = /** @type {HTMLElement} */ (document.querySelector('#widget'));
        mount(place, { getSession: () => new Promise(() => {}) });
        const atOnce = begun;
        const root = () => place.firstElementChild?.shadowRoot;
        while (!root()?.querySelector('.card .sk')) await new Promise((resolve) => setTimeout(resolve, 10));
        return [atOnce, getComputedStyle(/** @type {Element} */ (root()?.querySelector('.card'))).display];
      });
      assert.deepEqual([begun, dressed], [1, 'grid']);
      assert.deepEqual(app.asked.filter((path) => path.endsWith('.css')), []);
      await context.close();
    });

    test('loads the language’s data once it has asked the gateway, and not before', async () => {
      const { userId } = await enrolled(stage);
      gateway = stage.gateway;
      app.reset();
      app.rules.set('repin-worker.js', () => ({ headers: { 'content-type': 'text/javascript' }, body: TELLS + readFileSync('dist/repin-worker.js') }));
      const prepare = () => {
        const heard = new BroadcastChannel('start');
        Object.assign(window, { heard, order: [] });
        heard.onmessage = ({ data }) => /** @type {any} */ (window).order.push(data);
      };
      const story = async (/** @type {import('../harness/app.mjs').Visit} */ { page, widget }) => {
        await widget.shows('questions.title');
        const order = () => page.evaluate(() => /** @type {string[]} */ (/** @type {any} */ (window).order));
        await until('language data', async () => (await order()).includes('language data'));
        assert.deepEqual((await order()).slice(0, 2), ['request', 'language data']);
      };
      await visitApp(stage, app, userId, 'RESTORE_PIN', story, { prepare });
    });
  });
}
