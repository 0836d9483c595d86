// The gateway stands on another origin than the page: the widget's files and its worker come from the page's, and the
// gateway is told which pages may speak to it.
import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import { ENGINES } from '../harness/browser.mjs';
import { serveHost, visit } from '../harness/elsewhere.mjs';
import { until } from '../harness/find.mjs';
import { accepts, enrolled, keepSecret, quiet, stage } from '../harness/story.mjs';

const [FRIEND, STRANGER] = await Promise.all([serveHost(), serveHost()]);
after(() => [FRIEND, STRANGER].forEach((host) => host.close()));

for (const engine of ENGINES) {
  stage('elsewhere', engine, (stage) => {
    test('a recovery runs in a page that the gateway allows', async () => {
      const person = await enrolled(stage);
      await visit(stage, FRIEND, person.userId, 'RESTORE_PIN', async ({ widget, witness, status }) => {
        keepSecret(stage, 'new PIN', '518306');
        await widget.answer(person.answers);
        await widget.choosePin('518306');
        await widget.shows('done_restore.title');
        assert.equal(await status(), 'COMPLETE');
        await quiet(witness);
        const origins = new Set(witness.requests.filter((url) => url.startsWith('http')).map((url) => new URL(url).origin));
        assert.deepEqual([...origins].filter((origin) => ![FRIEND.origin, stage.gateway.url].includes(origin)), []);
      });
      assert.ok(await accepts(stage, person.userId, '518306'));
    });

    test('a page that it does not allow is told at once that there is no connection, and nothing is opened', async () => {
      const person = await enrolled(stage);
      await visit(stage, STRANGER, person.userId, 'RESTORE_PIN', async ({ widget, page, status }) => {
        const before = refusals(stage.gateway.log);
        // A browser tells no script why: the reason stands in its console and in the gateway's log.
        await widget.shows('offline.title');
        await until('the gateway logged the refusal', () => refusals(stage.gateway.log) > before);
        const asked = refusals(stage.gateway.log);
        await widget.press('common.retry');
        await until('it asked again', () => refusals(stage.gateway.log) > asked);
        await widget.shows('offline.title');
        assert.equal(await status(), 'PENDING');
        await widget.press('common.close');
        const { status: ended, error } = await page.evaluate(() => /** @type {any} */ (window).outcome);
        assert.deepEqual([ended, error.kind], ['failed', 'network']);
      });
    });
  }, { REPIN_ALLOWED_ORIGIN: FRIEND.origin });
}

/** How many requests of the protocol were refused. @param {string} log */
function refusals(log) {
  return log.match(/\/v1\/repin\/.*"status":403/g)?.length ?? 0;
}
