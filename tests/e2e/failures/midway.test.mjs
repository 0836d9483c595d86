// What goes wrong once the widget stands: nothing typed is lost, nothing is charged twice, and no screen freezes.
import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { ENGINES, picture } from '../harness/browser.mjs';
import { App, visitApp } from '../harness/app.mjs';
import { breakFaces, watchEngines } from '../harness/engines.mjs';
import { evidence } from '../harness/evidence.mjs';
import { find, until } from '../harness/find.mjs';
import { enrolled, stage } from '../harness/story.mjs';

/** @type {import('../harness/gateway.mjs').Gateway} */
let gateway;
const app = await App.start(() => gateway.url);
after(() => app.close());

const MESSAGES = '/messages';
const sent = () => app.asked.filter((path) => path.endsWith(MESSAGES)).length;
/** The memory of a small device. */
const DEVICE_MIB = 48;
const WRONG = ['Cousin Ermintrude', 'Valparaiso bay'];
const DIALOG = '#widget >>> dialog';

for (const engine of ENGINES) {
  stage('failures midway', engine, (stage) => {
    const begin = () => {
      gateway = stage.gateway;
      app.reset();
    };
    /** @param {import('../harness/widget.mjs').Widget} widget */
    const typed = async (widget) => Promise.all((await widget.answerFields()).map((field) => field.evaluate(({ value }) => value)));

    /** As far as the COMMIT, which nobody answers. @param {import('../harness/widget.mjs').Widget} widget @param {import('../harness/story.mjs').Person} person */
    const commit = async (widget, person) => {
      await widget.answer(person.answers);
      await widget.shows('new.title');
      app.rules.set(MESSAGES, () => 'hang');
      await widget.choosePin('518306');
      await widget.shows('working.title');
    };

    for (const [what, rule] of /** @type {[string, import('../harness/app.mjs').Rule][]} */ ([
      ['fails', () => ({ status: 500, body: '{"code":5}' })],
      ['is behind a proxy that fails', () => ({ status: 502, headers: { 'content-type': 'text/html' }, body: '<h1>Bad gateway</h1>' })],
      ['is behind a hotel’s page', () => ({ status: 200, headers: { 'content-type': 'text/html' }, body: '<h1>Welcome</h1>' })],
      ['is unplugged', () => 'drop'],
      ['answers into a connection that breaks', () => 'lose'],
    ])) {
      test(`the gateway ${what}: what was typed stays, and a wrong try counts once`, async () => {
        const person = await enrolled(stage);
        begin();
        await visitApp(stage, app, person.userId, 'RESTORE_PIN', async ({ widget, page }) => {
          await widget.shows('questions.title');
          app.rules.set(MESSAGES, rule);
          await widget.answer(WRONG);
          await widget.shows('offline.title');
          const before = sent();
          await widget.press('common.retry');
          // It asks twice before it says so again: what shows from then on is not what showed before.
          await until('it asked again', () => sent() >= before + 2);
          await widget.shows('offline.title');
          app.rules.clear();
          await widget.press('common.retry');
          // Three tries, and one of them was used: not two, and not none.
          await widget.says('questions.tries', { n: 2 });
          assert.deepEqual(await typed(widget), WRONG);
          await widget.answer(person.answers);
          await widget.shows('new.title');
          assert.ok(page);
        });
      });
    }

    test('a vault that dies is replaced when the person tries again, with what was typed still there', async () => {
      const person = await enrolled(stage);
      begin();
      const alive = readFileSync('dist/repin-worker.js', 'utf8');
      // A real trap, in a task of its own, as a panic in the vault is.
      app.rules.set('repin-worker.js', () => ({ headers: { 'content-type': 'text/javascript' }, body: `${alive};new BroadcastChannel('trap').onmessage = () => {
        const bytes = new Uint8Array([0,97,115,109,1,0,0,0,1,4,1,96,0,0,3,2,1,0,7,5,1,1,102,0,0,10,5,1,3,0,0,11]);
        new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports.f();
      }` }));
      await visitApp(stage, app, person.userId, 'RESTORE_PIN', async ({ widget, page, outcome, status }) => {
        const fields = await widget.answerFields();
        for (const [index, answer] of person.answers.entries()) await fields[index].type(answer);
        await page.evaluate(() => new BroadcastChannel('trap').postMessage(0));
        await widget.shows('errors.-1.title');
        await picture(page, `failure-vault-${engine}`);
        await widget.press('common.retry');
        await widget.shows('questions.title');
        assert.deepEqual(await typed(widget), person.answers);
        await widget.press('common.continue');
        await widget.choosePin('518306');
        await widget.shows('done_restore.title');
        await widget.press('common.done');
        assert.equal((await outcome()).status, 'completed');
        assert.equal(await status(), 'COMPLETE');
      });
    });

    test('a face that breaks gives its place to a card, ends the vault, and starts again', async () => {
      const person = await enrolled(stage);
      begin();
      await visitApp(stage, app, person.userId, 'RESTORE_PIN', async ({ widget, page, told, outcome }) => {
        const fields = await widget.answerFields();
        await breakFaces(page);
        await fields[0].type('x');
        await find(page, 'button', 'Try again');
        await widget.shows('errors.-1.title');
        assert.equal(await focused(page), 'Try again', 'the focus, which was in a field that is gone');
        await picture(page, `failure-face-${engine}`);
        assert.deepEqual((await told()).errors.map(({ kind }) => kind), ['internal']);
        assert.equal(await page.evaluate(() => /** @type {any} */ (window).workers.every((/** @type {any} */ worker) => worker.ended)), true);
        await widget.press('common.retry');
        await widget.answer(person.answers);
        await widget.choosePin('518306');
        await widget.shows('done_restore.title');
        await widget.press('common.done');
        assert.equal((await outcome()).status, 'completed');
      }, { prepare: watchEngines });
    });

    test('a device without memory for the protection is told so, and no try is used', async () => {
      const person = await enrolled(stage);
      begin();
      app.rules.set('_simd.wasm', () => ({ headers: { 'content-type': 'application/wasm' }, body: small(readFileSync('dist/repin_kdf_simd.wasm')) }));
      await visitApp(stage, app, person.userId, 'RESTORE_PIN', async ({ widget, page, status }) => {
        await widget.answer(WRONG);
        await widget.shows('errors.155707.title');
        await picture(page, `failure-memory-${engine}`);
        await widget.press('common.retry');
        await widget.shows('questions.title');
        assert.deepEqual(await typed(widget), WRONG);
        await widget.leave();
        await until('it stays open', async () => (await status()) === 'PENDING');
      });
      begin();
      await visitApp(stage, app, person.userId, 'RESTORE_PIN', async ({ widget }) => {
        await widget.answer(WRONG);
        await widget.says('questions.tries', { n: 2 });
      });
      evidence(
        29,
        `in ${engine} Argon2id's memory ends at ${DEVICE_MIB} MiB: the person is told so, and no try is used`,
        'without the limit the same wrong answers are stretched, and use one',
      );
    });

    test('without the module of Argon2id the person is told to try again, no try is used, and it works when the file is there', async () => {
      const person = await enrolled(stage);
      begin();
      app.rules.set('_simd.wasm', () => ({ status: 404 }));
      await visitApp(stage, app, person.userId, 'RESTORE_PIN', async ({ widget, status }) => {
        await widget.answer(person.answers);
        await widget.shows('offline.title');
        app.rules.clear();
        await widget.press('common.retry');
        await widget.choosePin('718306');
        await widget.shows('done_restore.title');
        await until('it is done', async () => (await status()) === 'COMPLETE');
      });
    });

    test('taken out of the page it ends: the vault is gone, and the host is told', async () => {
      const person = await enrolled(stage);
      begin();
      await visitApp(stage, app, person.userId, 'RESTORE_PIN', async ({ widget, page, outcome, status }) => {
        await widget.answer(person.answers);
        await widget.shows('new.title');
        await page.evaluate(() => document.getElementById('widget')?.remove());
        assert.deepEqual(await outcome(), { status: 'canceled', reason: 'host', step: 'new-pin' });
        await until('the worker is ended', () => page.evaluate(() => /** @type {any} */ (window).workers.every((/** @type {any} */ worker) => worker.ended)));
        await until('the gateway heard of it', async () => (await status()) === 'PENDING');
      }, { prepare: watchEngines });
    });

    test('moved within the page it goes on, with what was typed', async () => {
      const person = await enrolled(stage);
      begin();
      await visitApp(stage, app, person.userId, 'RESTORE_PIN', async ({ widget, page }) => {
        const [first] = await widget.answerFields();
        await first.type(person.answers[0]);
        await page.evaluate(() => {
          const place = /** @type {HTMLElement} */ (document.getElementById('widget'));
          document.body.append(Object.assign(document.createElement('section'), { className: 'elsewhere' }));
          document.querySelector('.elsewhere')?.append(place);
        });
        assert.equal((await typed(widget))[0], person.answers[0]);
        await widget.answer(person.answers);
        await widget.shows('new.title');
      });
    });

    test('a dialog that the browser closes by itself, as for a second Escape or Back, ends as if the person had closed it', async () => {
      const person = await enrolled(stage);
      begin();
      await visitApp(stage, app, person.userId, 'RESTORE_PIN', async ({ widget, page, outcome, status }) => {
        const [first] = await widget.answerFields();
        await first.type(WRONG[0]);
        // A browser does so when it is asked a second time with no press in between; a driver's keys count as presses.
        await page.$eval(DIALOG, (dialog) => /** @type {HTMLDialogElement} */ (dialog).close());
        await until('the dialog is gone', async () => !(await page.$(DIALOG)));
        assert.deepEqual(await outcome(), { status: 'canceled', reason: 'user', step: 'questions' });
        await until('the gateway heard of it', async () => (await status()) === 'PENDING');
      }, { options: { presentation: 'dialog' } });
    });

    test('a dialog in which a new PIN is being set is shown again when the browser closes it', async () => {
      const person = await enrolled(stage);
      begin();
      await visitApp(stage, app, person.userId, 'RESTORE_PIN', async ({ widget, page }) => {
        await commit(widget, person);
        await page.$eval(DIALOG, (dialog) => /** @type {HTMLDialogElement} */ (dialog).close());
        await until('it is modal again', () => page.$eval(DIALOG, (dialog) => dialog.matches(':modal')));
        await widget.shows('working.title');
      }, { options: { presentation: 'dialog' } });
    });

    test('two widgets on a page do not know of each other', async () => {
      const [one, two] = [await enrolled(stage), await enrolled(stage)];
      begin();
      await visitApp(stage, app, one.userId, 'RESTORE_PIN', async ({ widget, page, told }) => {
        await widget.shows('questions.title');
        const session = await stage.gateway.session(two.userId);
        const challengeId = await stage.gateway.challenge(session, 'CHANGE_PIN');
        await page.evaluate(async (session) => {
          const loader = '/repin.js';
          const { mount } = await import(loader);
          document.body.append(Object.assign(document.createElement('div'), { id: 'other' }));
          /** @type {any} */ (window).other = mount('#other', { session });
        }, { ...session, challengeId });
        await widget.typePin('current.title', two.pin);
        await page.keyboard.press('Enter');
        await widget.shows('new.title');
        await page.evaluate(async () => {
          /** @type {any} */ (window).other.unmount();
          await /** @type {any} */ (window).other.done;
        });
        await widget.answer(one.answers);
        await widget.shows('new.title');
        assert.deepEqual((await told()).errors, []);
      });
    });

    test('a page that is left and brought back says that the session has ended', async () => {
      const person = await enrolled(stage);
      begin();
      await visitApp(stage, app, person.userId, 'RESTORE_PIN', async ({ widget, page }) => {
        await widget.answer(person.answers);
        await widget.shows('new.title');
        await leaveAndComeBack(page);
        await widget.shows('expired.title');
        await widget.says('expired.text');
        await until('the worker is ended', () => page.evaluate(() => /** @type {any} */ (window).workers.every((/** @type {any} */ worker) => worker.ended)));
      }, { prepare: watchEngines });
    });

    test('a page that is left while the new PIN is being set does not say that nothing was changed', async () => {
      const person = await enrolled(stage);
      begin();
      await visitApp(stage, app, person.userId, 'RESTORE_PIN', async ({ widget, page }) => {
        await commit(widget, person);
        await leaveAndComeBack(page);
        await widget.shows('expired.title');
        await widget.says('expired.unsure');
      });
    });

    for (const years of [-1, 1]) {
      test(`a clock that is ${years} year off changes nothing`, async () => {
        const person = await enrolled(stage);
        begin();
        const prepare = years > 0 ? () => shift(1) : () => shift(-1);
        const whole = `${shift}`;
        await visitApp(stage, app, person.userId, 'RESTORE_PIN', async ({ widget, page }) => {
          assert.ok(Math.abs((await page.evaluate(() => Date.now())) - Date.now()) > 3e10, 'the page’s clock is off');
          for (const left of [2, 1]) {
            await widget.answer(WRONG);
            await widget.says('questions.tries', { n: left });
          }
          await widget.press('common.continue');
          await widget.shows('locked.title');
          const [minutes] = (await page.$eval('#widget >>> [role=timer]', (clock) => clock.textContent ?? '')).split(':');
          assert.ok(Number(minutes) >= 28 && Number(minutes) <= 30, minutes);
        }, { prepare: /** @type {any} */ (`(() => { const shift = ${whole}; (${prepare})(); })()`) });
      });
    }
  }, { REPIN_ALLOWED_ORIGIN: app.origin });
}

/** Runs in the page, before any of its scripts: another year. @param {number} years */
function shift(years) {
  const Real = Date;
  const off = years * 365 * 86_400_000;
  // @ts-expect-error the other ways to call it are not used
  window.Date = class extends Real {
    constructor(/** @type {any[]} */ ...args) {
      // @ts-expect-error as it came
      super(...(args.length ? args : [Real.now() + off]));
    }
    static now = () => Real.now() + off;
  };
}

/**
 * The browsers' drivers keep pages from their cache of whole pages: the event is the page's part of it.
 *
 * @param {import('puppeteer-core').Page} page
 */
async function leaveAndComeBack(page) {
  await page.evaluate(() => window.dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })));
}

/** What the button that has the focus says. @param {import('puppeteer-core').Page} page */
const focused = (page) => page.$eval('#widget >>> .repin', (frame) => /** @type {ShadowRoot} */ (frame.getRootNode()).activeElement?.textContent);

/** The same module with a memory that ends below what one stretching takes. @param {Buffer} module */
function small(module) {
  const MEMORY = 5;
  const PAGES = DEVICE_MIB * 16; // of 64 KiB
  for (let at = 8; at < module.length; ) {
    const [size, begin] = leb(module, at + 1);
    if (module[at] === MEMORY) {
      // One memory, without a limit: flags 0, and what it has at first.
      const [minimum] = leb(module, begin + 2);
      assert.deepEqual([module[begin], module[begin + 1]], [1, 0]);
      const section = Buffer.from([1, 1, ...unsigned(minimum), ...unsigned(PAGES)]);
      return Buffer.concat([module.subarray(0, at), Buffer.from([MEMORY, section.length]), section, module.subarray(begin + size)]);
    }
    at = begin + size;
  }
  throw new Error('the module has no memory');
}

/** A number in LEB128, and where it ends. @param {Buffer} bytes @param {number} at */
function leb(bytes, at) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    value |= (bytes[at] & 127) << shift;
    if (!(bytes[at++] & 128)) return [value, at];
  }
}

/** @param {number} value @returns {number[]} */
function unsigned(value) {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >> 7)];
}
