// The gateway's own pages under the policies that it sends by itself: the single page, the frame and the demo. A proxy in
// front adds nothing but where to report.
import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import { ENGINES, openPage } from '../harness/browser.mjs';
import { App } from '../harness/app.mjs';
import { evidence } from '../harness/evidence.mjs';
import { find, until } from '../harness/find.mjs';
import { execute } from '../harness/host.mjs';
import { enrolled, keepSecret, quiet, stage } from '../harness/story.mjs';
import { Widget } from '../harness/widget.mjs';

/** @type {import('../harness/gateway.mjs').Gateway} */
let gateway;
/** In front of the gateway, and an app that frames it. */
const [app, outer] = await Promise.all([App.start(() => gateway.url), App.start()]);
after(() => [app, outer].forEach((one) => one.close()));

for (const engine of ENGINES) {
  stage('the gateway’s own policies', engine, (stage) => {
    let pages = 0;
    const begin = async () => {
      gateway = stage.gateway;
      app.reset();
      app.gatewaysOwn = true;
      const person = await enrolled(stage);
      app.reports = [];
      const session = await gateway.session(person.userId);
      keepSecret(stage, 'token', session.userToken);
      const challengeId = await gateway.challenge(session, 'RESTORE_PIN');
      return { person, session, challengeId, ...(await openPage(stage.browser)) };
    };
    /** @param {Widget} widget @param {string[]} answers */
    const recover = async (widget, answers) => {
      await widget.answer(answers);
      await widget.choosePin('518306');
      await widget.shows('done_restore.title');
    };
    /** @param {import('puppeteer-core').HTTPResponse | null} reply */
    const strict = (reply) => assert.match(reply?.headers()['content-security-policy'] ?? '', /default-src 'none';.*trusted-types pin-recovery; require-trusted-types-for 'script'/);

    test('a recovery in the single page', async () => {
      const { person, session, challengeId, page, context, witness } = await begin();
      strict(await page.goto(`${app.origin}/`));
      const front = /** @type {any} */ ({ url: app.origin, appId: () => gateway.appId() });
      await recover(await execute(page, front, session, challengeId), person.answers);
      await quiet(witness);
      assert.deepEqual(app.reports, []);
      pages += 1;
      await context.close();
    });

    test('a recovery in the frame', async () => {
      const { person, session, challengeId, page, context, witness } = await begin();
      const src = `${app.origin}/?origin=${outer.origin}`;
      strict(await page.goto(src));
      outer.page = `<!doctype html><html lang="en"><title>app</title><link rel="icon" href="data:,"><body></body></html>`;
      await page.goto(outer.origin);
      await page.evaluate((src, init) => {
        const frame = Object.assign(document.createElement('iframe'), { src, title: 'PIN' });
        frame.style.cssText = 'position: fixed; inset: 0; inline-size: 100%; block-size: 100%; border: 0';
        addEventListener('message', ({ data }) => data.onFrameReady && frame.contentWindow?.postMessage(init, new URL(src).origin));
        document.body.append(frame);
      }, src, { w3s: { auth: session, challenge: { challengeId }, appSettings: { appId: await gateway.appId() } } });
      const frame = await until('the frame is there', () => page.frames().find((frame) => frame.url().startsWith(app.origin)));
      const inside = {
        keyboard: page.keyboard,
        evaluate: frame.evaluate.bind(frame),
        evaluateHandle: frame.evaluateHandle.bind(frame),
        $$: (/** @type {string} */ selector) => frame.$$(selector.replace('#widget', 'body')),
      };
      await recover(new Widget(/** @type {any} */ (inside)), person.answers);
      const seen = await frame.evaluate(() => /** @type {any} */ (window).repinSeen().violations);
      assert.deepEqual({ seen, reports: app.reports, console: witness.console }, { seen: [], reports: [], console: [] });
      pages += 1;
      await context.close();
    });

    test('the demo’s page, before anything is started', async () => {
      const { page, context, witness } = await begin();
      strict(await page.goto(`${app.origin}/demo`));
      await find(page, 'heading', /./);
      const { violations } = await witness.seen();
      assert.deepEqual({ violations, reports: app.reports, console: witness.console }, { violations: [], reports: [], console: [] });
      pages += 1;
      await context.close();
    });

    test('a page of its own that breaks its policy is told of, and reported: the control', async () => {
      app.reset();
      app.gatewaysOwn = true;
      const { page, context, witness } = await openPage(stage.browser);
      await page.goto(`${app.origin}/`);
      await page.evaluate(() => {
        document.body.setAttribute('style', 'color: red');
        try { document.body.innerHTML = '<p>'; } catch { /* told */ }
      });
      await until('both reports are there', () => app.reports.length >= 2);
      const reported = app.reports.map(({ directive }) => directive);
      assert.deepEqual(reported.sort(), ['require-trusted-types-for', 'style-src-attr']);
      assert.equal((await witness.seen()).violations.length, 2);
      evidence(23, `0 CSP and Trusted Types violations on ${pages} pages of the gateway’s own in ${engine}, two of them in a whole recovery`, `a page that breaks its policy twice: ${reported.length} violations seen and reported`);
      await context.close();
    });
  }, { REPIN_ALLOWED_ORIGIN: `${app.origin},${outer.origin}` });
}
