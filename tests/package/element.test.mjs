// `<pin-recovery>` from the packed tarball, in a page with a strict policy and Trusted Types, against a real gateway.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { ENGINES } from '../e2e/harness/browser.mjs';
import { find, until } from '../e2e/harness/find.mjs';
import { inText } from '../e2e/harness/secrets.mjs';
import { enrolled, quiet, stage } from '../e2e/harness/story.mjs';
import { FOLDER, VERSION, install, serve, sessionFor, visit } from './host.mjs';

install();
const host = await serve({ hangs: '/hangs/' });
after(() => host.close());
const [{ declarations: [manifest] }] = JSON.parse(readFileSync(`${FOLDER}/node_modules/repin/dist/custom-elements.json`, 'utf8')).modules;
const GERMAN = JSON.parse(readFileSync(new URL('../../locales/de.json', import.meta.url), 'utf8'));
/** @param {{ name: string }[]} list */
const names = (list) => list.map(({ name }) => name).sort();

for (const engine of ENGINES) {
  stage('the element', engine, (stage) => {
    /** @type {import('../e2e/harness/story.mjs').Person} */
    let person;
    before(async () => {
      person = await enrolled(stage);
    });

    test('recovers a PIN, tells it in events, and shows no secret anywhere', async () => {
      const session = await sessionFor(stage, person.userId, 'RESTORE_PIN');
      await visit(stage, host.origin, async ({ page, widget, witness }) => {
        const parts = new Set();
        const look = async () => {
          const found = await page.$eval('pin-recovery', (element) => [.../** @type {ShadowRoot} */ (element.shadowRoot).querySelectorAll('[part]')].flatMap((part) => [...part.part]));
          found.forEach((part) => parts.add(part));
        };
        await page.evaluate((session, apiBaseUrl) => {
          const { repin } = /** @type {any} */ (window);
          repin.define();
          const element = document.createElement('pin-recovery');
          element.id = 'one';
          const footer = document.createElement('p');
          footer.slot = 'footer';
          footer.textContent = 'Help: 555 0100';
          element.append(footer);
          document.querySelector('#widget')?.append(element);
          /** @type {any} */ (window).outcome = element.start({ getSession: async () => session, apiBaseUrl, flow: 'RESTORE_PIN' });
        }, session, stage.gateway.url);
        await widget.shows('questions.title');
        assert.equal(await page.$eval('pin-recovery', (element) => element.matches(':state(ready)')), true);
        assert.equal(await page.$eval('pin-recovery p', (footer) => footer.checkVisibility() && footer.assignedSlot?.name), 'footer');
        await look();
        await widget.answer(person.answers);
        await widget.shows('new.title');
        await look();
        person.pin = '580271';
        await widget.choosePin(person.pin);
        await widget.shows('done_restore.title');
        await look();
        assert.equal(await page.$eval('pin-recovery', (element) => element.matches(':state(done):not(:state(ready))')), true, 'one state at a time');
        const slots = await page.$eval('pin-recovery', (element) => [.../** @type {ShadowRoot} */ (element.shadowRoot).querySelectorAll('slot')].map(({ name }) => ({ name })));
        assert.deepEqual(names(slots), names(manifest.slots), 'the slots are those of the manifest');
        await widget.press('common.done');
        const outcome = await page.evaluate(() => /** @type {any} */ (window).outcome);
        assert.deepEqual(outcome, { status: 'completed', flow: 'RESTORE_PIN', challengeId: session.challengeId });

        const heard = await page.evaluate(() => /** @type {any[]} */ (/** @type {any} */ (window).heard));
        const steps = heard.map(({ type, detail }) => (type === 'pr-step' ? detail.step : type));
        assert.deepEqual(steps, ['pr-loaderstart', 'loading', 'pr-ready', 'questions', 'new-pin', 'confirm-pin', 'working', 'success', 'pr-complete']);
        assert.deepEqual(heard.at(-1), { type: 'pr-complete', detail: outcome, id: 'one' });
        for (const part of parts) assert.ok(names(manifest.cssParts).includes(part), `${part} is in the manifest`);
        for (const part of ['card', 'title', 'label', 'input', 'button-primary', 'pin', 'pin-slot', 'close', 'illustration']) assert.ok(parts.has(part), `${part} was there`);

        assert.equal(await page.$eval('pin-recovery', (element) => element.shadowRoot?.children.length), 0, 'nothing is left in the element');
        assert.equal(await page.$eval('pin-recovery', (element) => /** @type {any} */ (element).state), 'idle');
        const { strings } = await witness.seen();
        const secrets = Object.fromEntries(Object.entries(stage.secrets).filter(([name]) => /token|key/.test(name)));
        assert.deepEqual(inText(`${strings.join('\n')}\n${JSON.stringify(heard)}`, secrets), [], 'no token or key in the page');
        assert.deepEqual(inText(JSON.stringify(heard), stage.secrets), [], 'nothing typed in an event');
        await quiet(witness);
      });
    });

    test('Svelte’s action calls nobody when Svelte takes it out, and the host when the person closes', async () => {
      const session = await sessionFor(stage, person.userId, 'RESTORE_PIN');
      await visit(stage, host.origin, async ({ page, widget }) => {
        const act = () => page.evaluate(async (session, apiBaseUrl) => {
          const entry = '/svelte.js';
          const { pinRecovery } = await import(entry);
          const own = /** @type {any} */ (window);
          own.told = [];
          const tell = (/** @type {string} */ name) => (/** @type {any} */ { step, status }) => own.told.push(`${name} ${status ?? step}`);
          own.action = pinRecovery(document.querySelector('#widget'), { session, apiBaseUrl, onStep: tell('step'), onError: tell('error'), onOutcome: tell('outcome') });
        }, session, stage.gateway.url);
        /** Only the event of the element says when it is over. @param {number} times */
        const closed = (times) => until('it has closed', () => page.evaluate((times) => /** @type {any} */ (window).heard.filter((/** @type {any} */ { type }) => type === 'pr-complete').length === times, times));
        const told = () => page.evaluate(() => /** @type {any} */ (window).told);
        await act();
        await widget.shows('questions.title');
        await page.evaluate(() => /** @type {any} */ (window).action.destroy());
        await closed(1);
        assert.deepEqual(await told(), ['step loading', 'step questions']);
        assert.equal((await page.$$('pin-recovery')).length, 0);
        await act();
        await widget.shows('questions.title');
        await widget.press('common.cancel');
        await closed(2);
        assert.deepEqual(await told(), ['step loading', 'step questions', 'outcome canceled']);
      });
    });

    test('a secret in an attribute is taken away, once told, and never used', async () => {
      await visit(stage, host.origin, async ({ page, witness }) => {
        const left = await page.evaluate(async () => {
          const { repin } = /** @type {any} */ (window);
          const element = document.createElement('pin-recovery');
          element.setAttribute('user-token', 'header.payload.signature');
          element.setAttribute('encryption-key', 'c2VjcmV0');
          document.body.append(element);
          repin.define();
          element.setAttribute('challenge-id', '5b1c…');
          const misused = await /** @type {any} */ (element).start().catch((/** @type {Error} */ error) => `${error.name}: ${error.message}`);
          return { attributes: element.getAttributeNames(), misused };
        });
        assert.deepEqual(left, { attributes: [], misused: 'TypeError: repin: no getSession' });
        const errors = witness.console.filter((line) => line.startsWith('error: '));
        assert.equal(errors.length, 1);
        assert.match(errors[0], /^error: repin: took the attribute [a-z-]+ away/);
        assert.ok(!witness.console.join().includes('signature'), 'the value is not told');
      });
    });

    test('what was set before the element was defined counts; attributes and properties reflect', async () => {
      await visit(stage, host.origin, async ({ page }) => {
        const seen = await page.evaluate(() => {
          const { repin } = /** @type {any} */ (window);
          const element = /** @type {any} */ (document.createElement('pin-recovery'));
          element.options = { apiBaseUrl: 'https://pin.example' };
          element.locale = 'de';
          element.disabled = true;
          document.body.append(element);
          const before = element.constructor.name;
          repin.define();
          repin.define();
          element.theme = 'dark';
          element.setAttribute('api-base-url', 'https://other.example');
          return {
            before, options: element.options, locale: element.getAttribute('locale'), theme: element.getAttribute('theme'),
            inert: element.inert, apiBaseUrl: element.apiBaseUrl, state: element.state, version: element.version,
            observed: repin.PinRecoveryElement.observedAttributes,
          };
        });
        const { observed, ...rest } = seen;
        assert.deepEqual(rest, {
          before: 'HTMLElement', options: { apiBaseUrl: 'https://pin.example' }, locale: 'de', theme: 'dark', inert: true,
          apiBaseUrl: 'https://other.example', state: 'idle', version: VERSION,
        });
        const secret = ['challenge-id', 'encryption-key', 'session', 'user-token'];
        assert.deepEqual([...observed].sort(), [...names(manifest.attributes), ...secret].sort(), 'the attributes are those of the manifest');
      });
    });

    test('two on a page do not know of each other; one that is moved goes on, one that is removed ends', async () => {
      const [one, two] = [await sessionFor(stage, person.userId, 'RESTORE_PIN'), await sessionFor(stage, person.userId, 'CHANGE_PIN')];
      await visit(stage, host.origin, async ({ page, widget, witness }) => {
        await page.evaluate((one, two, apiBaseUrl) => {
          const { repin } = /** @type {any} */ (window);
          const first = repin.mount('#widget', { session: one, apiBaseUrl });
          const second = repin.mount('#second', { session: two, apiBaseUrl });
          Object.assign(window, { first, second });
        }, one, two, stage.gateway.url);
        await widget.shows('questions.title');
        await widget.shows('current.title');
        const [field] = await widget.answerFields();
        await field.type('half an answer');
        await page.evaluate(() => document.querySelector('#second')?.append(/** @type {any} */ (window).first.element));
        assert.equal(await field.evaluate((field) => field.isConnected && field.value), 'half an answer', 'what was typed is still there');
        assert.equal(await page.evaluate(() => /** @type {any} */ (window).first.element.state), 'questions');
        await page.evaluate(() => /** @type {any} */ (window).first.element.remove());
        const outcome = await page.evaluate(() => /** @type {any} */ (window).first.done);
        assert.deepEqual(outcome, { status: 'canceled', reason: 'host', step: 'questions' });
        assert.equal(await page.evaluate(() => /** @type {any} */ (window).second.element.state), 'current-pin');
        await widget.shows('current.title');
        await page.evaluate(() => /** @type {any} */ (window).second.cancel());
        assert.equal((await page.evaluate(() => /** @type {any} */ (window).second.done)).status, 'canceled');
        assert.equal(await page.$('pin-recovery'), null, 'mount leaves nothing behind');
        await quiet(witness);
      });
    });

    test('open is a modal dialog: the focus goes in, Escape closes, the focus returns; again works at once', async () => {
      const session = await sessionFor(stage, person.userId, 'RESTORE_PIN');
      await visit(stage, host.origin, async ({ page, widget, witness }) => {
        await page.evaluate((session, apiBaseUrl) => {
          const { repin } = /** @type {any} */ (window);
          const opener = /** @type {HTMLButtonElement} */ (document.querySelector('#opener'));
          void repin.preload();
          opener.onclick = () => (/** @type {any} */ (window).outcome = repin.open({ getSession: async () => session, apiBaseUrl }));
        }, session, stage.gateway.url);
        for (const time of ['first', 'second']) {
          await page.focus('#opener');
          await page.keyboard.press('Enter');
          await widget.shows('questions.title');
          await until('the focus is in the dialog', () => page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.closest('dialog')?.matches(':modal')));
          await page.keyboard.press('Escape');
          const outcome = await page.evaluate(() => /** @type {any} */ (window).outcome);
          assert.deepEqual(outcome, { status: 'canceled', reason: 'user', step: 'questions' }, time);
          assert.equal(await page.evaluate(() => document.activeElement?.id), 'opener', time);
        }
        const heard = await page.evaluate(() => /** @type {any} */ (window).heard.map((/** @type {any} */ { type }) => type).filter((/** @type {string} */ type) => type !== 'pr-step'));
        const once = ['pr-loaderstart', 'pr-ready', 'pr-cancel', 'pr-complete'];
        assert.deepEqual(heard, [...once, ...once]);
        await quiet(witness);
      });
    });

    test('a preload that failed is not what the next start gets', async () => {
      const session = await sessionFor(stage, person.userId, 'RESTORE_PIN');
      await visit(stage, host.origin, async ({ page, widget, witness }) => {
        const lost = await page.evaluate(async () => {
          const { repin, fetch } = /** @type {any} */ (window);
          let lost = 0;
          window.fetch = (...asked) => {
            if (!/wasm$/.test(`${asked[0]}`)) return fetch(...asked);
            window.fetch = fetch;
            lost += 1;
            return Promise.reject(new TypeError('lost'));
          };
          await repin.preload();
          return lost;
        });
        assert.equal(lost, 1);
        await page.evaluate((session, apiBaseUrl) => {
          Object.assign(window, { run: /** @type {any} */ (window).repin.mount('#widget', { session, apiBaseUrl }) });
        }, session, stage.gateway.url);
        await widget.shows('questions.title');
        const errors = await page.evaluate(() => /** @type {any} */ (window).heard.filter((/** @type {any} */ { type }) => /error/.test(type)));
        assert.deepEqual(errors, []);
        await quiet(witness);
      });
    });

    test('what a host’s functions throw is reported, and changes nothing', async () => {
      const session = await sessionFor(stage, person.userId, 'RESTORE_PIN');
      await visit(stage, host.origin, async ({ page, widget }) => {
        await page.evaluate((session, apiBaseUrl) => {
          const own = /** @type {any} */ (window);
          own.thrown = [];
          // What a console shows of it; browsers tell a page little of errors in scripts of a driver's.
          own.reportError = (/** @type {Error} */ { message }) => own.thrown.push(message);
          const refuse = (/** @type {string} */ what) => () => {
            throw new Error(what);
          };
          own.repin.define();
          own.element = document.createElement('pin-recovery');
          document.querySelector('#widget')?.append(own.element);
          own.element.options = { apiBaseUrl, session, onStep: refuse('step'), onError: refuse('error'), onOutcome: refuse('outcome') };
          own.outcome = own.element.start({ flow: 'CHANGE_PIN' });
        }, session, stage.gateway.url);
        assert.equal((await page.evaluate(() => /** @type {any} */ (window).outcome)).status, 'failed', 'another kind than was wanted');
        await page.evaluate(() => void (/** @type {any} */ (window).outcome = /** @type {any} */ (window).element.start()));
        await widget.shows('questions.title');
        await widget.press('common.cancel');
        assert.equal((await page.evaluate(() => /** @type {any} */ (window).outcome)).status, 'canceled');
        const thrown = await page.evaluate(() => /** @type {any} */ (window).thrown);
        assert.deepEqual(thrown, ['step', 'error', 'outcome', 'step', 'step', 'outcome']);
      });
    });

    test('who leaves while the files hang has left; a language chosen before they are there counts', async () => {
      const session = await sessionFor(stage, person.userId, 'RESTORE_PIN');
      await visit(stage, host.origin, async ({ page, witness }) => {
        const outcome = await page.evaluate((session, apiBaseUrl) => {
          const hanging = /** @type {any} */ (window).repin.mount('#widget', { session, apiBaseUrl, assetsUrl: '/hangs/' });
          setTimeout(() => hanging.cancel());
          return hanging.done;
        }, session, stage.gateway.url);
        assert.deepEqual(outcome, { status: 'canceled', reason: 'host', step: 'loading' });
        await page.evaluate((session, apiBaseUrl) => {
          void /** @type {any} */ (window).repin.mount('#widget', { session, apiBaseUrl }).setLocale('de');
        }, session, stage.gateway.url);
        await find(page, 'heading', GERMAN.questions.title);
        await quiet(witness);
      });
    });

    test('a challenge of another kind ends before anything is asked', async () => {
      const session = await sessionFor(stage, person.userId, 'CHANGE_PIN');
      await visit(stage, host.origin, async ({ page }) => {
        const { outcome, heard } = await page.evaluate(async (session, apiBaseUrl) => {
          const { repin } = /** @type {any} */ (window);
          // Begins with the same screen as what was opened.
          const { done } = repin.mount('#widget', { session, apiBaseUrl, flow: 'SET_RECOVERY' });
          return { outcome: await done, heard: /** @type {any} */ (window).heard.map((/** @type {any} */ { type, detail }) => detail?.step ?? type) };
        }, session, stage.gateway.url);
        assert.equal(outcome.status, 'failed');
        assert.deepEqual(outcome.error, {
          code: -1, kind: 'challenge_invalid', message: 'the challenge is CHANGE_PIN, not SET_RECOVERY', retryable: false, docUrl: 'errors#challenge_invalid',
        });
        assert.deepEqual(heard, ['pr-loaderstart', 'loading', 'pr-loaderror', 'pr-complete']);
      });
    });

    test('of the kind that is wanted it goes on, and after "Forgot PIN?" with what the host gave', async () => {
      const [change, restore] = [await sessionFor(stage, person.userId, 'CHANGE_PIN'), await sessionFor(stage, person.userId, 'RESTORE_PIN')];
      await visit(stage, host.origin, async ({ page, widget, witness }) => {
        await page.evaluate((session, restore, apiBaseUrl) => {
          /** @type {any} */ (window).repin.mount('#widget', { session, apiBaseUrl, flow: 'CHANGE_PIN', onForgot: async () => restore });
        }, change, restore, stage.gateway.url);
        await widget.shows('current.title');
        await widget.press('current.forgot');
        await widget.shows('questions.title');
        const heard = await page.evaluate(() => /** @type {any} */ (window).heard.map((/** @type {any} */ { type, detail }) => [type, detail?.step, detail?.flow].filter(Boolean).join(' ')));
        assert.deepEqual(heard, [
          'pr-loaderstart', 'pr-step loading', 'pr-ready current-pin', 'pr-step current-pin CHANGE_PIN', 'pr-step forgot CHANGE_PIN', 'pr-forgot',
          'pr-step loading', 'pr-step questions RESTORE_PIN',
        ]);
        await quiet(witness);
      });
    });

    test('an element that is not in the page is refused at once', async () => {
      await visit(stage, host.origin, async ({ page }) => {
        const refused = await page.evaluate(() => {
          const apart = document.createElement('div');
          try {
            /** @type {any} */ (window).repin.mount(apart, { getSession: async () => ({}) });
            return 'nothing';
          } catch (error) {
            return `${error}, and ${apart.children.length} elements in it`;
          }
        });
        assert.equal(refused, 'TypeError: repin: the element is not in the page, and 0 elements in it');
      });
    });

    test('start, cancel, start at once, as React does in development: one widget, and two outcomes', async () => {
      const session = await sessionFor(stage, person.userId, 'RESTORE_PIN');
      await visit(stage, host.origin, async ({ page, widget, witness }) => {
        await page.evaluate((session, apiBaseUrl) => {
          const { repin } = /** @type {any} */ (window);
          repin.define();
          const element = /** @type {any} */ (document.createElement('pin-recovery'));
          document.querySelector('#widget')?.append(element);
          const first = element.start({ session, apiBaseUrl });
          element.cancel();
          const over = new AbortController();
          /** @type {AbortSignal[]} */
          const signals = [];
          const second = element.start({ apiBaseUrl, signal: over.signal, getSession: async (/** @type {string} */ _, /** @type {any} */ { signal }) => (signals.push(signal), session) });
          Object.assign(window, { element, first, second, over, signals });
        }, session, stage.gateway.url);
        assert.deepEqual(await page.evaluate(() => /** @type {any} */ (window).first), { status: 'canceled', reason: 'host', step: 'loading' });
        await widget.shows('questions.title');
        assert.equal(await page.evaluate(() => /** @type {any} */ (window).element.shadowRoot.children.length), 1);
        assert.equal(await page.evaluate(() => /** @type {any} */ (window).signals[0].aborted), false);
        await page.evaluate(() => /** @type {any} */ (window).over.abort());
        assert.deepEqual(await page.evaluate(() => /** @type {any} */ (window).second), { status: 'canceled', reason: 'host', step: 'questions' });
        assert.equal(await page.evaluate(() => /** @type {any} */ (window).signals[0].aborted), true);
        await quiet(witness);
      });
    });

    test('a session that is none is told to the developer and to the person', async () => {
      await visit(stage, host.origin, async ({ page, widget }) => {
        await page.evaluate((apiBaseUrl) => {
          const { repin } = /** @type {any} */ (window);
          const run = repin.mount('#widget', { apiBaseUrl, getSession: async () => ({ data: 'wrapped' }) });
          Object.assign(window, { run });
        }, stage.gateway.url);
        await widget.shows('shell.session.title');
        const [error] = await page.evaluate(() => /** @type {any} */ (window).heard.filter((/** @type {any} */ { type }) => type === 'pr-loaderror'));
        assert.equal(error.detail.kind, 'session_invalid');
        assert.match(error.detail.message, /getSession gave no/);
        assert.equal(await page.evaluate(() => /** @type {any} */ (window).run.element.matches(':state(error)')), true);
        await widget.press('common.close');
        assert.equal((await page.evaluate(() => /** @type {any} */ (window).run.done)).status, 'failed');
      });
    });
  }, { REPIN_ALLOWED_ORIGIN: host.origin });
}

describe('the manifest', () => {
  test('names the events that the types name', () => {
    const types = readFileSync(`${FOLDER}/node_modules/repin/dist/types/types.d.ts`, 'utf8');
    const typed = [...types.matchAll(/'(pr-[a-z-]+)': CustomEvent/g)].map(([, name]) => name).sort();
    assert.deepEqual(names(manifest.events), typed);
  });
});
