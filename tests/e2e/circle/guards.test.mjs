// Pages that should not have the frame, and messages that it should not believe.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { ENGINES, openPage } from '../harness/browser.mjs';
import { count, evidence, times } from '../harness/evidence.mjs';
import { text, until } from '../harness/find.mjs';
import { t } from '../harness/widget.mjs';
import { App, APP, SERVICE } from './harness/app.mjs';
import { condition, countMessages, embed, flood, listen, post } from './harness/hostile.mjs';
import { EVIL, OTHER, stage } from './harness/stage.mjs';

/** Long enough for a frame to say that it is ready: it does so in a tenth of this. */
const SILENCE_MS = 2_000;
const PIN = '738201';
const FLOOD = times(2_000, 50_000);
const FRAME = { src: `${SERVICE}/?origin=${OTHER}` };

for (const engine of ENGINES) {
  stage('guards of the frame', engine, (stage) => {
    /** Ways to frame it that must not work, and those that did. */
    const framing = { tried: 0, heard: 0, violations: 0 };
    test('an allowed page that frames it directly hears that it is ready', async () => {
      await framed(OTHER, FRAME, async ({ page, got }) => {
        await until('ready', async () => (await got()).length);
        assert.deepEqual(await got(), [{ data: { onFrameReady: true }, origin: SERVICE }]);
        const frame = await until('the frame', () => page.frames().find((frame) => frame.url().startsWith(SERVICE)));
        framing.violations = (await frame.evaluate(() => /** @type {any} */ (window).repinSeen().violations)).length;
        assert.equal(framing.violations, 0);
      });
    });

    for (const [why, page, attributes] of /** @type {const} */ ([
      ["a page that names another's origin", EVIL, FRAME],
      ['a page that names its own, which is not allowed', EVIL, { src: `${SERVICE}/?origin=${EVIL}` }],
      ["an allowed page that names another's origin", OTHER, { src: `${SERVICE}/?origin=${APP}` }],
      ['a page that names none', OTHER, { src: `${SERVICE}/` }],
      ['a page that names null', OTHER, { src: `${SERVICE}/?origin=null` }],
      ['a page that names two', OTHER, { src: `${SERVICE}/?origin=${OTHER}&origin=${OTHER}` }],
      ['a page that asks for the file itself', OTHER, { src: `${SERVICE}/frame.html?origin=${OTHER}` }],
      ['a frame in a sandbox, which has no origin', OTHER, { ...FRAME, sandbox: 'allow-scripts' }],
      ['a page in a sandbox, which has no origin', OTHER, { sandbox: 'allow-scripts', srcdoc: inner(FRAME.src) }],
      ['a page of no server', OTHER, { src: `data:text/html,${encodeURIComponent(inner(FRAME.src))}` }],
    ])) {
      test(`${why} hears nothing`, async () => {
        stage.asked.length = 0;
        await framed(page, attributes, async ({ got }) => {
          await sleep(SILENCE_MS);
          framing.tried += 1;
          framing.heard += (await got()).length;
          assert.deepEqual(await got(), []);
        });
        // The browser did not let the page in at all; in a sandbox of its own it is let in, and cannot fetch its script.
        const letIn = /** @type {any} */ (attributes).sandbox && 'src' in attributes;
        assert.equal(stage.asked.some((path) => path.endsWith('/frame.js')), Boolean(letIn));
      });
    }

    test('an allowed page inside a foreign one hears nothing', async () => {
      for (const [top, expected] of /** @type {const} */ ([[OTHER, 1], [EVIL, 0]])) {
        await framed(top, { src: `${OTHER}/` }, async ({ page }) => {
          const middle = await until('the page between', () => page.frames().find((frame) => frame.url() === `${OTHER}/` && frame.parentFrame()));
          await middle.evaluate(listen);
          const heard = () => middle.evaluate(() => /** @type {any} */ (window).got.length);
          await middle.evaluate(embed, 'sdkIframe', FRAME);
          if (expected) await until('it hears', heard);
          await sleep(SILENCE_MS);
          if (!expected) {
            framing.tried += 1;
            framing.heard += await heard();
          }
          assert.equal(await heard(), expected, `inside ${top}`);
        });
      }
      evidence(
        23,
        `${framing.heard} of ${framing.tried} foreign, lying, nested, sandboxed and origin-less parents got the frame in ${engine}; ${framing.violations} CSP and Trusted Types violations in the one that may`,
        'an allowed page, directly and inside a page of its own, hears that the frame is ready',
      );
    });

    test('opened by itself it says what it is for, in words', async () => {
      const { page, context } = await openPage(stage.browser);
      await page.goto(FRAME.src);
      await until('the sentence', async () => (await text(page)).includes(t('frame.refused')));
      const refused = await page.goto(`${SERVICE}/?origin=${EVIL}`);
      assert.equal(refused?.status(), 403);
      assert.match(await text(page), /--allowed-origin/);
      await context.close();
    });

    test('only the page around it is listened to, and only once', async () => {
      const userId = await enrolled();
      const init = await initFor(userId, 'CHANGE_PIN');
      const second = await initFor(userId, 'SET_SECURITY_QUESTIONS');
      await framed(OTHER, FRAME, async ({ page, got, widget }) => {
        await until('ready', async () => (await got()).length);
        for (const sibling of [OTHER, EVIL]) {
          await page.evaluate(embed, 'sibling', { src: `${sibling}/` });
          const frame = await until('the sibling', () => page.frames().find((frame) => frame.url() === `${sibling}/` && frame.parentFrame()));
          await frame.evaluate((init) => window.parent.frames[0].postMessage(init, '*'), init.message);
          await page.evaluate(() => document.getElementById('sibling')?.remove());
        }
        // What is no object named w3s, and what is nearly one.
        for (const message of ['w3s', { w3s: 'x' }, { w3s: null }, [{ w3s: {} }], { W3S: {} }]) await page.evaluate(post, 'sdkIframe', message);
        await sleep(SILENCE_MS);
        assert.equal((await got()).length, 1, 'nothing was shown');
        await page.evaluate(post, 'sdkIframe', init.message);
        await widget.shows('current.title');
        await page.evaluate(post, 'sdkIframe', second.message);
        await widget.pin('current.title', PIN);
        await widget.shows('new.title');
        assert.deepEqual(await got(), [{ onFrameReady: true }, { showUi: true }].map((data) => ({ data, origin: SERVICE })));
        assert.deepEqual([await init.status(), await second.status()], ['IN_PROGRESS', 'PENDING']);
      });
    });

    test('the page around the page around it is not listened to', async () => {
      const init = await initFor(await stage.gateway.user(), 'SET_PIN');
      await framed(OTHER, { src: `${OTHER}/` }, async ({ page }) => {
        const middle = await until('the page between', () => page.frames().find((frame) => frame.url() === `${OTHER}/` && frame.parentFrame()));
        await middle.evaluate(listen);
        const heard = () => middle.evaluate(() => /** @type {any} */ (window).got.length);
        await middle.evaluate(embed, 'sdkIframe', FRAME);
        // It greets the page between, and by then it listens.
        await until('it greets', heard);
        await page.evaluate((init) => window.frames[0].frames[0].postMessage(init, '*'), init.message);
        await sleep(SILENCE_MS);
        assert.deepEqual([await heard(), await init.status()], [1, 'PENDING']);
      });
    });

    test(`${FLOOD} messages of others, of other forms, and second ones change nothing and are not answered; the right one is taken`, async () => {
      const [init, other] = [await initFor(await stage.gateway.user(), 'SET_PIN'), await initFor(await stage.gateway.user(), 'SET_PIN')];
      await framed(OTHER, FRAME, async ({ page, got, widget, witness }) => {
        await until('ready', async () => (await got()).length);
        const frame = await until('the frame', () => page.frames().find((frame) => frame.url().startsWith(SERVICE)));
        let sent = 0;
        /** What came of it, once all has arrived. @param {number} more */
        const after = async (more) => {
          sent += more;
          await until(`${sent} messages have arrived`, async () => (await frame.evaluate(condition)).arrived === sent);
          const { arrived, markup, ...rest } = await frame.evaluate(condition);
          return { ...rest, shows: /<h2[^>]*>(.*?)<\/h2>/.exec(markup)?.[1] ?? null, empty: !markup.includes('<div'), heard: (await got()).map(({ data }) => Object.keys(data).join()) };
        };
        const before = await after(0);
        assert.deepEqual(before, { polluted: null, inherited: [], shows: null, empty: true, heard: ['onFrameReady'] });
        const part = FLOOD / 5;
        for (const sibling of [OTHER, EVIL]) {
          await page.evaluate(embed, 'sibling', { src: `${sibling}/` });
          const neighbour = await until('the sibling', () => page.frames().find((frame) => frame.url() === `${sibling}/` && frame.parentFrame()));
          await neighbour.evaluate(flood, { id: '', seed: 1, count: part, protocol: 'w3s', right: init.message });
          assert.deepEqual(await after(part), before);
          await page.evaluate(() => document.getElementById('sibling')?.remove());
        }
        await page.evaluate(flood, { id: 'sdkIframe', seed: 20261120, count: 2 * part, protocol: 'w3s' });
        assert.deepEqual(await after(2 * part), before);
        assert.equal(await init.status(), 'PENDING');

        await page.evaluate(post, 'sdkIframe', init.message);
        await widget.shows('first.title');
        const running = await after(1);
        assert.deepEqual(running.heard, ['onFrameReady', 'showUi'], 'the right message changes the state: the control');
        assert.deepEqual([running.empty, running.shows?.replace(/<[^>]*>/g, '')], [false, t('first.title')]);
        await page.evaluate(flood, { id: 'sdkIframe', seed: 1, count: part, protocol: 'w3s', right: other.message });
        assert.deepEqual(await after(part), running);
        assert.equal(await other.status(), 'PENDING');
        assert.deepEqual(witness.console, []);
        evidence(
          22,
          `0 of ${count(sent - 1)} messages of wrong source, origin or shape, or after the first, changed the state of the frame of Circle’s SDK or were answered, in ${engine}`,
          'the one right message among them changed it and was answered',
        );
      });
    });

    test(`of ${FLOOD} malformed ones the first is refused in words, and the right one after them is not taken`, async () => {
      const init = await initFor(await stage.gateway.user(), 'SET_PIN');
      await framed(OTHER, FRAME, async ({ page, got, widget, witness }) => {
        await until('ready', async () => (await got()).length);
        await page.evaluate(flood, { id: 'sdkIframe', seed: 155118, count: FLOOD, protocol: 'w3s', objects: true });
        await page.evaluate(post, 'sdkIframe', init.message);
        await widget.shows('errors.155105.title');
        assert.deepEqual((await got()).map(({ data }) => data), [{ onFrameReady: true }, { showUi: true }]);
        await widget.press('common.close');
        await until('an end', async () => (await got()).length === 4);
        assert.deepEqual((await got()).slice(2).map(({ data }) => Object.keys(data)), [['onError', 'error'], ['onClose']]);
        assert.equal(await init.status(), 'PENDING');
        assert.deepEqual(witness.console, []);
      });
    });

    /**
     * @param {string} origin of the page
     * @param {Record<string, string>} attributes of its frame
     * @param {(scene: { page: import('puppeteer-core').Page, got: () => Promise<any[]>, widget: import('../harness/widget.mjs').Widget, witness: import('../harness/browser.mjs').Witness }) => Promise<void>} story
     */
    async function framed(origin, attributes, story) {
      const { page, context, witness } = await openPage(stage.browser);
      try {
        await page.evaluateOnNewDocument(countMessages);
        await page.goto(`${origin}/`);
        await page.evaluate(listen);
        await page.evaluate(embed, 'sdkIframe', attributes);
        await story({ page, got: () => page.evaluate(() => /** @type {any} */ (window).got), widget: new App(page).widget, witness });
      } finally {
        await context.close();
      }
    }

    /** The SDK's message for a new challenge. @param {string} userId @param {import('./harness/stage.mjs').ChallengeType} type */
    async function initFor(userId, type) {
      const session = await stage.gateway.session(userId);
      const challengeId = await stage.gateway.challenge(session, type);
      const appSettings = { appId: await stage.gateway.appId() };
      const message = { w3s: { appSettings, auth: session, challenge: { challengeId }, customizations: {} } };
      return { message, status: async () => (await stage.gateway.status(session, challengeId)).status };
    }

    /** Someone with a PIN. */
    async function enrolled() {
      const userId = await stage.gateway.user();
      const init = await initFor(userId, 'SET_PIN');
      await framed(OTHER, FRAME, async ({ page, widget }) => {
        await page.evaluate(post, 'sdkIframe', init.message);
        await widget.choosePin(PIN);
        await widget.shows('done_pin.title');
      });
      return userId;
    }
  });
}

/** A page around the frame that tells its own parent all it hears. @param {string} src */
function inner(src) {
  return `<iframe id=sdkIframe src="${src}"></iframe><script>onmessage = (e) => parent.postMessage(e.data, '*')</script>`;
}
