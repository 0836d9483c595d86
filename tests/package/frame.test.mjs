// `openFrame` of `repin/frame` from the packed tarball: a host with no more policy than it needs, a real gateway on
// another origin, and those who would like to take part.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { ENGINES, picture } from '../e2e/harness/browser.mjs';
import { until } from '../e2e/harness/find.mjs';
import { inText } from '../e2e/harness/secrets.mjs';
import { enrolled, keepSecret, stage } from '../e2e/harness/story.mjs';
import { condition, countMessages, flood } from '../e2e/circle/harness/hostile.mjs';
import { count, evidence, times } from '../e2e/harness/evidence.mjs';
import { between, framing } from './framing.mjs';
import { install, serve, sessionFor } from './host.mjs';

install();
const host = await serve();
/** Isolates itself, so that it frames only what lets it. */
const isolated = await serve({ headers: { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' } });
/** Nobody has told the gateway of this one. */
const stranger = await serve();
after(() => [host, isolated, stranger].forEach(({ close }) => close()));

/** Long enough for a frame to do what it should not: it greets in a tenth of this. */
const SILENCE_MS = 1_500;

const FLOOD = times(2_000, 50_000);

/** The options, by the page's own names. @param {import('puppeteer-core').Page} page @param {any} options @param {any[]} [sessions] */
const show = (page, options, sessions) => page.evaluate((options, sessions) => void /** @type {any} */ (window).show(options, sessions), options, sessions ?? []);
/** @param {import('puppeteer-core').Page} page */
const left = (page) => page.evaluate(() => [...document.body.children].map(({ tagName }) => tagName));
const CLEAN = ['P', 'BUTTON'];

for (const engine of ENGINES) {
  stage('openFrame', engine, (stage) => {
    /** @type {import('../e2e/harness/story.mjs').Person} */
    let person;
    before(async () => {
      person = await enrolled(stage);
    });
    /** @param {Parameters<typeof framing>[3]} story @param {{ width?: number, height?: number }} [viewport] @param {() => void} [first] */
    const framed = (story, viewport, first) => framing(stage.browser, host.origin, stage.gateway.url, story, viewport, first);
    const session = (/** @type {import('../e2e/harness/gateway.mjs').ChallengeType} */ type) => sessionFor(stage, person.userId, type);

    test('recovers a PIN; the host hears steps and the outcome, and nothing else; the focus comes back', async () => {
      const given = await session('RESTORE_PIN');
      await framed(async ({ page, last, widget, witness, outcome, heard, inside }) => {
        await page.evaluate((given) => {
          const opener = /** @type {HTMLButtonElement} */ (document.querySelector('#opener'));
          opener.onclick = () => /** @type {any} */ (window).show({ flow: 'RESTORE_PIN' }, [given]);
        }, given);
        await page.focus('#opener');
        await page.keyboard.press('Enter');
        await widget.shows('questions.title');
        const frame = await page.evaluate(() => {
          const root = /** @type {ShadowRoot} */ (document.body.lastElementChild?.shadowRoot);
          const iframe = /** @type {HTMLIFrameElement} */ (root.querySelector('iframe'));
          const { width, height } = iframe.getBoundingClientRect();
          return {
            title: iframe.title, sandbox: iframe.sandbox.value, allow: iframe.allow, referrerPolicy: iframe.referrerPolicy,
            modal: root.querySelector('dialog')?.matches(':modal'), name: root.querySelector('dialog')?.ariaLabel,
            covers: width === innerWidth && height === innerHeight, focused: root.activeElement === iframe,
          };
        });
        assert.deepEqual(frame, {
          title: 'Recover your PIN', sandbox: 'allow-scripts allow-same-origin allow-forms allow-downloads allow-popups allow-popups-to-escape-sandbox', allow: 'clipboard-write',
          referrerPolicy: 'origin', modal: true, name: 'Recover your PIN', covers: true, focused: true,
        });
        await until('the focus is in the widget', () => inside()?.evaluate(() => document.hasFocus() && Boolean(document.body.lastElementChild?.shadowRoot?.activeElement)));
        await picture(page, `frame-${engine}`);
        await widget.answer(person.answers);
        person.pin = '580271';
        keepSecret(stage, 'typed', person.pin);
        await widget.choosePin(person.pin);
        await widget.shows('done_restore.title');
        const windows = await inside()?.evaluate(() => /** @type {any} */ (window).heard.windows);
        await last('common.done');
        assert.deepEqual(await outcome(), { status: 'completed', flow: 'RESTORE_PIN', challengeId: given.challengeId });
        assert.deepEqual(await left(page), CLEAN);
        assert.equal(await page.evaluate(() => document.activeElement?.id), 'opener');
        assert.equal(await page.evaluate(() => /** @type {any} */ (window).signal.aborted), true);

        const all = await heard();
        assert.deepEqual(all.windows, [{ data: { repin: 1 }, origin: stage.gateway.url }]);
        assert.deepEqual(windows, [{ data: { repin: 1, start: { locale: 'en', flow: 'RESTORE_PIN', renews: true, handsOver: false } }, origin: host.origin }]);
        assert.deepEqual(all.port.map((message) => Object.keys(message).join()), ['ask,id', ...all.steps.map(() => 'step'), 'outcome']);
        assert.deepEqual(all.steps, ['loading', 'questions', 'new-pin', 'confirm-pin', 'working', 'success']);
        assert.deepEqual(inText(JSON.stringify([all, windows]), stage.secrets), [], 'nothing secret by message to the host, nor by windows at all');
        const { strings, violations, stored } = await witness.seen();
        assert.deepEqual(inText(strings.join('\n'), stage.secrets), [], 'nor in the host’s document');
        assert.deepEqual({ violations, stored, console: witness.console }, { violations: [], stored: [], console: [] });
      });
    });

    test('a session that is no session, and one that cannot be had, are told to the developer and to the person', async () => {
      await framed(async ({ page, last, widget, outcome, heard }) => {
        await show(page, {}, [{ data: 'wrapped' }]);
        await widget.shows('shell.session.title');
        await last('common.close');
        assert.match((await outcome()).error.message, /getSession gave no/);
        await page.evaluate(() => void /** @type {any} */ (window).show({ getSession: () => Promise.reject(new Error('server says 503')) }));
        await widget.shows('shell.session.title');
        await last('common.close');
        const { status, error } = await outcome();
        assert.deepEqual([status, error.kind, error.message], ['failed', 'session_invalid', 'server says 503']);
        assert.deepEqual((await heard()).errors.map(({ kind }) => kind), ['session_invalid', 'session_invalid'], 'each is told once');
      });
    });

    test('Escape closes; what was typed is asked for first; a signal closes at once', async () => {
      const given = await session('RESTORE_PIN');
      await framed(async ({ page, last, escape, widget, outcome }) => {
        await page.focus('#opener');
        await show(page, { session: given });
        await widget.shows('questions.title');
        await until('the focus is inside', () => page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.tagName === 'IFRAME'));
        await escape();
        assert.deepEqual(await outcome(), { status: 'canceled', reason: 'user', step: 'questions' });
        assert.equal(await page.evaluate(() => document.activeElement?.id), 'opener');

        await show(page, { session: given });
        await (await widget.answerFields())[0].type('half an answer');
        // As if the focus were in the host's dialog: a phone's back gesture.
        await page.evaluate(() => document.body.lastElementChild?.shadowRoot?.querySelector('dialog')?.dispatchEvent(new Event('cancel', { cancelable: true })));
        await widget.shows('leave.title');
        await last('leave.go');
        assert.equal((await outcome()).reason, 'user');

        await page.evaluate((given) => {
          const leaving = new AbortController();
          Object.assign(window, { leaving });
          /** @type {any} */ (window).show({ session: given, signal: leaving.signal });
        }, given);
        await widget.shows('questions.title');
        await page.evaluate(() => /** @type {any} */ (window).leaving.abort());
        assert.deepEqual(await outcome(), { status: 'canceled', reason: 'host', step: 'questions' });
        assert.deepEqual(await left(page), CLEAN);
      });
    });

    test('a second Escape, which browsers obey, closes nothing that cannot be left, and loses nothing that is done', async () => {
      const given = await session('RESTORE_PIN');
      let hangs = false;
      /** @type {(() => void)[]} */
      const held = [];
      const front = await between((_, pass) => void (hangs ? held.push(pass) : pass()), stage.gateway.url);
      await framing(stage.browser, host.origin, front.origin, async ({ page, widget, outcome }) => {
        const close = () => page.evaluate(() => {
          const dialog = document.body.lastElementChild?.shadowRoot?.querySelector('dialog');
          return new Promise((resolve) => {
            dialog?.addEventListener('close', () => setTimeout(() => resolve(dialog.open)));
            dialog?.close();
          });
        });
        await show(page, { session: given });
        await widget.answer(person.answers);
        await widget.shows('new.title');
        hangs = true;
        person.pin = '274951';
        await widget.choosePin(person.pin);
        await widget.shows('working.title');
        assert.equal(await close(), true, 'it is open again');
        await widget.shows('working.title');
        hangs = false;
        held.forEach((pass) => pass());
        await widget.shows('done_restore.title');
        await close();
        assert.deepEqual(await outcome(), { status: 'completed', flow: 'RESTORE_PIN', challengeId: given.challengeId });
        assert.deepEqual(await left(page), CLEAN);

        await show(page, { session: await session('RESTORE_PIN') });
        await widget.shows('questions.title');
        await close();
        assert.deepEqual(await outcome(), { status: 'canceled', reason: 'user', step: 'questions' });
      });
      front.close();
    });

    test('a page that takes it out, as one that turns to another view, hears of its end', async () => {
      const given = await session('RESTORE_PIN');
      await framed(async ({ page, widget, outcome }) => {
        await show(page, { session: given });
        await widget.shows('questions.title');
        await page.evaluate(() => document.body.lastElementChild?.remove());
        const { status, reason } = await outcome();
        assert.deepEqual({ status, reason }, { status: 'canceled', reason: 'host' });
      });
    });

    test('a page that isolates itself frames it too', async () => {
      const given = await session('RESTORE_PIN');
      await framing(stage.browser, isolated.origin, stage.gateway.url, async ({ page, widget, outcome }) => {
        assert.equal(await page.evaluate(() => self.crossOriginIsolated), true);
        await show(page, { session: given });
        // The gateway's first answer came through the worker. Firefox's driver types into no frame of such a page.
        await widget.shows('questions.title');
        await page.evaluate(() => document.body.lastElementChild?.remove());
        assert.equal((await outcome()).status, 'canceled');
      });
    });

    test('language, direction and theme pass through; questions of a host in its colours too', async () => {
      const given = await session('RESTORE_PIN');
      await framed(async ({ page, escape, outcome, inside }) => {
        await show(page, { session: given, locale: 'ar', theme: 'dark', customizations: { localizations: { common: { continue: 'Yalla' } } } });
        const dress = await until('the widget', () => inside()?.evaluate(() => {
          const root = document.body.lastElementChild?.shadowRoot;
          const dialog = /** @type {HTMLElement | null | undefined} */ (root?.querySelector('.repin'));
          const texts = dialog?.innerText ?? '';
          return dialog?.querySelector('form') && texts.includes('Yalla') && { dir: dialog.dir, lang: dialog.lang, theme: dialog.dataset.theme, page: document.documentElement.dir, where: dialog.querySelector('.where')?.textContent };
        }).catch(() => undefined));
        const { where, ...rest } = /** @type {any} */ (dress);
        assert.deepEqual(rest, { dir: 'rtl', lang: 'ar', theme: 'dark', page: 'rtl' });
        assert.ok(where.includes(new URL(stage.gateway.url).host), 'the line that says where the person is');
        await picture(page, `frame-arabic-${engine}`);
        await escape();
        assert.equal((await outcome()).status, 'canceled');
      }, { width: 390, height: 844 });
    });

    test('an appearance passes as far as it is colours, lengths and a theme; what it may not say is named', async () => {
      const given = await session('RESTORE_PIN');
      await framed(async ({ page, escape, outcome, inside, widget, witness }) => {
        const variables = { '--pr-accent': '#0b6e4f', '--pr-radius': '4px', '--pr-text': 'url(https://evil.example/x)', '--pr-font': 'Evil' };
        await show(page, { session: given, theme: 'light', appearance: { theme: 'rounded', variables, disableAnimations: true } });
        await widget.shows('questions.title');
        const dress = await inside()?.evaluate(() => {
          const root = document.body.lastElementChild?.shadowRoot;
          const style = (/** @type {string} */ name) => getComputedStyle(/** @type {Element} */ (root?.querySelector(name)));
          const { backgroundColor, borderTopLeftRadius } = style('.main');
          return { backgroundColor, borderTopLeftRadius, text: style('h2').color, evil: style('h2').fontFamily.includes('Evil'), moves: style('.card > *').animationName };
        });
        // The text is that of the theme, whose field-radius is its own.
        assert.deepEqual(dress, { backgroundColor: 'rgb(11, 110, 79)', borderTopLeftRadius: '4px', text: 'rgb(36, 26, 53)', evil: false, moves: 'none' });
        assert.deepEqual(witness.console.filter((line) => line.includes('appearance')), ['warn: repin appearance: --pr-text: not a colour']);
        assert.deepEqual(witness.requests.filter((url) => url.includes('evil')), []);
        await escape();
        assert.equal((await outcome()).status, 'canceled');
      });
    });

    test('a challenge of another kind ends before anything is asked', async () => {
      const given = await session('CHANGE_PIN');
      await framed(async ({ page, outcome, heard }) => {
        await show(page, { session: given, flow: 'RESTORE_PIN' });
        const { status, error } = await outcome();
        assert.deepEqual([status, error.kind, error.message], ['failed', 'challenge_invalid', 'the challenge is CHANGE_PIN, not RESTORE_PIN']);
        assert.deepEqual((await heard()).steps, ['loading']);
      });
    });

    test('a forgotten PIN: the host gives a session for the recovery, or takes over', async () => {
      const [change, restore] = [await session('CHANGE_PIN'), await session('RESTORE_PIN')];
      await framed(async ({ page, escape, last, widget, outcome }) => {
        await page.evaluate((change, restore) => void /** @type {any} */ (window).show({ session: change, flow: 'CHANGE_PIN', onForgot: async () => restore }), change, restore);
        await widget.shows('current.title');
        await widget.press('current.forgot');
        await widget.shows('questions.title');
        await escape();
        await outcome();
        await page.evaluate((change) => void /** @type {any} */ (window).show({ session: change, onForgot() {} }), change);
        await widget.shows('current.title');
        await last('current.forgot');
        assert.deepEqual(await outcome(), { status: 'forgot' });
      });
    });

    test('a host that the gateway does not know gets a clear failure, and is not asked for a session', async () => {
      await framing(stage.browser, stranger.origin, stage.gateway.url, async ({ page, outcome, heard }) => {
        await page.focus('#opener');
        await show(page, {}, []);
        const { status, error } = await outcome();
        assert.deepEqual([status, error.kind], ['failed', 'blocked_by_csp']);
        assert.match(error.message, new RegExp(`must allow ${stranger.origin} \\(--allowed-origin\\)`));
        const { asked, errors } = await heard();
        assert.deepEqual({ asked, errors: errors.length }, { asked: [], errors: 1 });
        assert.deepEqual(await left(page), CLEAN);
        assert.equal(await page.evaluate(() => document.activeElement?.id), 'opener');
      });
    });

    test('a gateway that is not there, and one that never answers: told, or left by Escape', async () => {
      const silent = await between(() => {});
      const gone = await between(() => {});
      gone.close();
      await framed(async ({ page, escape, outcome }) => {
        await show(page, { apiBaseUrl: gone.origin });
        const { status, error } = await outcome();
        assert.deepEqual([status, error.kind, error.retryable], ['failed', 'network', true]);
        await page.focus('#opener');
        await show(page, { apiBaseUrl: silent.origin });
        await escape();
        assert.deepEqual(await outcome(), { status: 'canceled', reason: 'user', step: 'loading' });
        assert.equal(await page.evaluate(() => document.activeElement?.id), 'opener');
        await show(page, { apiBaseUrl: silent.origin });
        assert.equal((await outcome()).status, 'failed', 'the watchdog');
      });
      silent.close();
    });

    test('a loader that does not come is said in the frame, and comes on the second try', async () => {
      let visits = 0;
      const front = await between((path, pass, response) => {
        visits += Number(path.startsWith('/frame'));
        if (visits === 1 && path.endsWith('/repin.js')) response.writeHead(503).end();
        else pass();
      }, stage.gateway.url);
      const given = await session('RESTORE_PIN');
      await framing(stage.browser, host.origin, front.origin, async ({ page, escape, widget, outcome, heard }) => {
        await show(page, {}, [given, given]);
        await widget.shows('shell.offline.title');
        await widget.press('common.retry');
        await widget.shows('questions.title');
        const { asked, windows } = await heard();
        assert.deepEqual([asked, windows.length], [['start', 'start'], 2]);
        await escape();
        assert.equal((await outcome()).reason, 'user');
      });
      front.close();
    });

    test('each file is fetched once, and none by whoever comes back', async () => {
      /** @type {string[]} */
      let asked = [];
      const front = await between((path, pass) => {
        asked.push(path);
        pass();
      }, stage.gateway.url);
      // Argon2id comes while the person reads, and not for whoever leaves before.
      const files = () => asked.filter((path) => /\.\w+$/.test(path) && !path.includes('_kdf_'));
      const [first, second] = [await session('RESTORE_PIN'), await session('RESTORE_PIN')];
      await framing(stage.browser, host.origin, front.origin, async ({ page, escape, widget, outcome }) => {
        for (const given of [first, second]) {
          asked = [];
          await show(page, {}, [given]);
          await widget.shows('questions.title');
          await escape();
          await outcome();
          if (given === first) assert.deepEqual(files().toSorted(), [...new Set(files())].toSorted(), 'each once');
        }
        assert.ok(asked.some((path) => path.startsWith('/frame')) && asked.some((path) => path.endsWith('/messages')), `${asked}`);
        assert.deepEqual(files(), []);
      });
      front.close();
    });

    test('the host believes the frame’s window at the gateway’s origin, once', async () => {
      const given = await session('RESTORE_PIN');
      await framed(async ({ page, widget, outcome, inside, heard }) => {
        await show(page, {}, [given]);
        await widget.shows('questions.title');
        // The page itself; a real frame of the gateway, but another; and forms that are none.
        await page.evaluate((src) => {
          for (const message of [{ repin: 1 }, 'repin', null, { repin: '1' }]) postMessage(message);
          const other = document.createElement('iframe');
          other.src = src;
          document.body.append(other);
        }, `${stage.gateway.url}/frame?origin=${host.origin}`);
        await until('the other frame greets', async () => (await heard()).windows.filter(({ origin }) => origin === stage.gateway.url).length === 2);
        await sleep(SILENCE_MS);
        assert.deepEqual((await heard()).asked, ['start']);
        await widget.shows('questions.title');
        // The frame's own window says it again: whoever does that now is not the one that was given the port.
        await inside()?.evaluate((origin) => window.parent.postMessage({ repin: 1 }, origin), host.origin);
        const { status, error } = await outcome();
        assert.deepEqual([status, error.kind, error.message], ['failed', 'internal', 'the frame was loaded anew']);
        assert.deepEqual((await heard()).asked, ['start'], 'no second port, no second session');
      });
    });

    test('a frame that goes to another origin before it greets is not greeted', async () => {
      // No gateway: a stand-in for one that was made to lead elsewhere.
      const evil = await between((_, __, response) => {
        response.setHeader('content-type', 'text/html');
        response.end("<script>parent.postMessage({ repin: 1 }, '*'); onmessage = ({ data, ports }) => parent.postMessage({ stolen: data, ports: ports.length }, '*')</script>");
      });
      const led = await between((_, __, response) => response.writeHead(302, { location: `${evil.origin}/` }).end());
      await framed(async ({ page, outcome, heard }) => {
        await show(page, { apiBaseUrl: led.origin });
        const { status, error } = await outcome();
        assert.deepEqual([status, error.kind], ['failed', 'blocked_by_csp'], 'no answer from the gateway');
        const { windows, asked } = await heard();
        assert.deepEqual([windows, asked], [[{ data: { repin: 1 }, origin: evil.origin }], []]);
      });
      [evil, led].forEach(({ close }) => close());
    });

    test('the frame takes one port, from the page around it alone', async () => {
      const sibling = await between((_, __, response) => {
        response.setHeader('content-type', 'text/html');
        response.end(`<script>
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = ({ data }) => parent.postMessage({ stolen: data }, '*');
          parent.frames[0].postMessage({ repin: 1 }, '*', [port2]);
        </script>`);
      });
      await framed(async ({ page, heard }) => {
        await page.evaluate((src) => {
          const frame = document.createElement('iframe');
          frame.src = src;
          document.body.append(frame);
        }, `${stage.gateway.url}/frame?origin=${host.origin}`);
        await until('the frame greets', async () => (await heard()).windows.length);
        await page.evaluate((src) => {
          const frame = document.createElement('iframe');
          frame.src = src;
          document.body.append(frame);
        }, sibling.origin);
        const asked = await page.evaluate(async (silence) => {
          const frame = /** @type {Window} */ (window.frames[0]);
          const wait = () => new Promise((resolve) => setTimeout(resolve, silence));
          /** @type {Record<string, any[]>} */
          const asked = {};
          const send = (/** @type {string} */ name, /** @type {any} */ message, ports = 1) => {
            const channels = Array.from({ length: ports }, () => new MessageChannel());
            asked[name] = [];
            for (const { port1 } of channels) port1.onmessage = ({ data }) => asked[name].push(data);
            frame.postMessage(message, '*', channels.map(({ port2 }) => port2));
          };
          send('no greeting', { start: {} });
          send('another version', { repin: 2 });
          send('no port', { repin: 1 }, 0);
          send('two ports', { repin: 1 }, 2);
          await wait();
          send('the first', { repin: 1, start: { locale: 'no tag at all', theme: 7, dir: 'up', flow: '__proto__', successAutoCloseMs: NaN, customizations: 1, appearance: { theme: '__proto__', variables: { '--pr-bg': 'url(x)' } } } });
          await wait();
          send('the second', { repin: 1 });
          await wait();
          return asked;
        }, SILENCE_MS);
        assert.deepEqual(asked, {
          'no greeting': [], 'another version': [], 'no port': [], 'two ports': [], 'the first': [{ ask: 'start', id: 1 }], 'the second': [],
        });
        const { windows } = await heard();
        assert.deepEqual(windows.filter(({ origin }) => origin === sibling.origin), []);
      });
      sibling.close();
    });

    test(`${FLOOD} messages of others, of other forms, with other ports, and second ones change nothing and are not answered; the right one is taken`, async () => {
      const given = await session('RESTORE_PIN');
      const foreign = await between((_, __, response) => response.setHeader('content-type', 'text/html').end('<!doctype html><title>empty</title>'));
      const greeting = { repin: 1, start: {} };
      await framed(async ({ page, heard, inside, witness }) => {
        await page.evaluate((src) => document.body.append(Object.assign(document.createElement('iframe'), { id: 'frame', src })), `${stage.gateway.url}/frame?origin=${host.origin}`);
        await until('the frame greets', async () => (await heard()).windows.length);
        const frame = await until('the frame', inside);
        let sent = 0;
        /** What came of it, once all has arrived. @param {number} more */
        const after = async (more) => {
          sent += more;
          await until(`${sent} messages have arrived`, async () => (await frame.evaluate(condition)).arrived === sent);
          const { arrived, markup, ...rest } = await frame.evaluate(condition);
          return { ...rest, empty: !markup.includes('<div'), windows: (await heard()).windows.length };
        };
        const before = await after(0);
        assert.deepEqual(before, { polluted: null, inherited: [], empty: true, windows: 1 });
        const part = FLOOD / 5;
        // An empty frame is of the page's own origin.
        for (const src of ['about:blank', foreign.origin]) {
          await page.evaluate((src) => document.body.append(Object.assign(document.createElement('iframe'), { id: 'neighbour', src })), src);
          const neighbour = await until('the neighbour', () => page.frames().find((frame) => frame.parentFrame() && frame.url().startsWith(src)));
          await neighbour.evaluate(flood, { id: '', seed: 1, count: part, protocol: 'repin', right: greeting });
          assert.deepEqual(await after(part), before);
          await page.evaluate(() => document.getElementById('neighbour')?.remove());
        }
        await page.evaluate(flood, { id: 'frame', seed: 20261129, count: part, protocol: 'repin' });
        assert.deepEqual(await after(part), before);

        await page.evaluate((greeting) => {
          const { port1, port2 } = new MessageChannel();
          const host = Object.assign(/** @type {any} */ (window), { port: port1, answers: [] });
          port1.onmessage = ({ data }) => host.answers.push(data);
          window.frames[0].postMessage(greeting, '*', [port2]);
        }, greeting);
        const answers = async () => /** @type {any[]} */ (JSON.parse(await page.evaluate(() => JSON.stringify(/** @type {any} */ (window).answers))));
        await until('it asks for a session', async () => (await answers()).length);
        assert.deepEqual(await answers(), [{ ask: 'start', id: 1 }], 'the right message changes the state: the control');
        sent += 1;

        // A second port, and what is no answer by the first.
        await page.evaluate(flood, { id: 'frame', seed: 1, count: part, protocol: 'repin', right: greeting });
        await page.evaluate((count) => {
          const noise = [undefined, null, 'answer', [], { answer: 2, session: {} }, { answer: '1' }, { ANSWER: 1 }, { cancel: 'x' }, { ['__proto__']: { polluted: true, answer: 1 } }, { session: {} }, new Map([['answer', 1]]), { error: 'x' }];
          for (let sent = 0; sent < count; sent += 1) /** @type {any} */ (window).port.postMessage(noise[sent % noise.length]);
        }, part);
        const second = await after(part);
        assert.deepEqual([second.inherited, second.polluted, second.windows, await answers()], [[], null, 1, [{ ask: 'start', id: 1 }]]);
        // Ports deliver in order: with this answer the frame has seen all of the noise before it.
        await page.evaluate((session) => /** @type {any} */ (window).port.postMessage({ answer: 1, session }), given);
        await until('the questions are there', async () => (await answers()).some(({ step }) => step?.step === 'questions'));
        assert.deepEqual((await answers()).map((message) => Object.keys(message).join()).filter((kind) => kind !== 'step'), ['ask,id']);
        assert.deepEqual(witness.console, []);
        evidence(
          22,
          `0 of ${count(sent - 1 + part)} messages of wrong source, origin, shape or port, or after the first, changed the state of the frame of openFrame or were answered, in ${engine}`,
          'the one right greeting among them, and the one right answer, changed it and were answered',
        );
      }, undefined, countMessages);
      foreign.close();
    });

    // Last: it puts the gateway's clock forward for all.
    test('when the session has run out, the host is asked for another, and it goes on', async () => {
      const sessions = [await session('RESTORE_PIN')];
      await framed(async ({ page, last, widget, outcome, heard }) => {
        await page.evaluate((sessions) => void /** @type {any} */ (window).show({}, Object.assign(window, { sessions }).sessions), sessions);
        await widget.shows('questions.title');
        await stage.gateway.advance(61 * 60_000);
        const fresh = await session('RESTORE_PIN');
        await page.evaluate((fresh) => void /** @type {any} */ (window).sessions.push(fresh), fresh);
        await widget.answer(person.answers);
        await widget.shows('expired.title');
        await widget.press('expired.again');
        await widget.answer(person.answers);
        await widget.shows('new.title');
        assert.deepEqual((await heard()).asked, ['start', 'expired']);
        await widget.press('common.cancel');
        await last('leave.go');
        assert.equal((await outcome()).status, 'canceled');
      });
    });
  }, { REPIN_ALLOWED_ORIGIN: [host, isolated].map(({ origin }) => origin).join() });
}

describe('misuse', () => {
  for (const [why, options, error] of /** @type {const} */ ([
    ['no session', { apiBaseUrl: 'https://pin.example', title: 'x' }, /no getSession/],
    ['the page’s own origin', { apiBaseUrl: 'https://host.example/pin', title: 'x', session: {} }, /another origin/],
    ['an address that is no server', { apiBaseUrl: 'javascript:alert(1)', title: 'x', session: {} }, /another origin/],
    ['no address', { title: 'x', session: {} }, /Invalid URL/],
  ])) {
    test(`${why} is a TypeError`, async () => {
      // Node has all of the page that is looked at before anything is shown: where it is.
      Object.assign(globalThis, { location: new URL('https://host.example/') });
      const path = new URL('../../target/package/repin/dist/frame.js', import.meta.url).href;
      const { openFrame } = await import(path);
      await assert.rejects(openFrame(options), (thrown) => thrown instanceof TypeError && error.test(thrown.message));
    });
  }
});
