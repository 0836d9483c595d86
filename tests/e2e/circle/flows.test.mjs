// Circle's unmodified web SDK at its hard-coded address, from the app's first call to its callback.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { colour, ENGINES, openPage } from '../harness/browser.mjs';
import { until } from '../harness/find.mjs';
import { App, SERVICE } from './harness/app.mjs';
import { flow } from './harness/results.mjs';
import { keep, run, stage } from './harness/stage.mjs';

const READY = { onFrameReady: true };
const SHOW = { showUi: true };
const FORGOT = { onForgotPin: true };
const CLOSE = { onClose: true };
/** @param {string} type */
const completed = (type) => ({ onComplete: true, result: { type, status: 'COMPLETE' } });
/** @param {number} code @param {string} message */
const failed = (code, message) => ({ onError: true, error: { code, message } });
const CANCELED = failed(155701, 'User canceled');

const ANSWERS = ['Aunt Philomena', 'Zanzibar harbour'];

for (const engine of ENGINES) {
  stage("Circle's web SDK", engine, (stage) => {
    let userId = '';
    let pin = '493817';

    flow(engine, 'INITIALIZE', async () => {
      userId = await stage.gateway.user();
      keep(stage.secrets, pin, ...ANSWERS);
      await run(stage, userId, 'INITIALIZE', async ({ app, status, challengeId }) => {
        await app.widget.choosePin(pin);
        await app.widget.chooseQuestions(ANSWERS.map((answer, question) => ({ question, answer })));
        await app.widget.shows('done_all.title');
        // Success is shown first; the app hears of it when the person is done.
        assert.equal(await status(), 'COMPLETE');
        assert.deepEqual(await app.messages(), [READY, SHOW]);
        await app.widget.press('common.done');
        await ends(app, [READY, SHOW, completed('INITIALIZE')]);
        assert.deepEqual(await app.calls(), [{ challengeId, result: completed('INITIALIZE').result }]);
        const received = await app.received();
        assert.ok(received.every(({ origin }) => origin === SERVICE));
      });
      assert.equal((await stage.gateway.look(userId)).pinStatus, 'ENABLED');
    });

    flow(engine, 'CHANGE_PIN', async () => {
      await run(stage, userId, 'CHANGE_PIN', async ({ app, status }) => {
        await app.widget.pin('current.title', '111222');
        await app.widget.says('current.tries', { n: 2 });
        assert.deepEqual(await app.messages(), [READY, SHOW], 'a wrong PIN stays in the frame');
        await app.widget.pin('current.title', pin);
        pin = '604218';
        keep(stage.secrets, pin);
        await app.widget.choosePin(pin);
        await app.widget.shows('done_restore.title');
        // Nobody presses Done: the frame goes by itself.
        await ends(app, [READY, SHOW, completed('CHANGE_PIN')]);
        assert.equal(await status(), 'COMPLETE');
      }, { leaves: true });
    });

    flow(engine, 'RESTORE_PIN', async () => {
      await run(stage, userId, 'RESTORE_PIN', async ({ app, status }) => {
        await app.widget.answer(ANSWERS);
        pin = '850146';
        keep(stage.secrets, pin);
        await app.widget.choosePin(pin);
        await app.widget.shows('done_restore.title');
        await app.widget.press('common.done');
        await ends(app, [READY, SHOW, completed('RESTORE_PIN')]);
        assert.equal(await status(), 'COMPLETE');
      });
    });

    flow(engine, 'SET_PIN, then SET_SECURITY_QUESTIONS', async () => {
      const another = await stage.gateway.user();
      await run(stage, another, 'SET_PIN', async ({ app }) => {
        await app.widget.choosePin('738201');
        await app.widget.shows('done_pin.title');
        await app.widget.press('common.done');
        await ends(app, [READY, SHOW, completed('SET_PIN')]);
      });
      await run(stage, another, 'SET_SECURITY_QUESTIONS', async ({ app }) => {
        await app.widget.pin('current.title', '738201');
        await app.widget.chooseQuestions(ANSWERS.map((answer, question) => ({ question, answer })));
        await app.widget.shows('done_answers.title');
        await app.widget.press('common.done');
        await ends(app, [READY, SHOW, completed('SET_SECURITY_QUESTIONS')]);
      });
      assert.equal((await stage.gateway.look(another)).securityQuestionStatus, 'ENABLED');
    });

    for (const closeFirst of [false, true]) {
      flow(engine, `forgot PIN, chained into RESTORE_PIN, ${closeFirst ? 'the app closing the frame first' : 'in the same frame'}`, async () => {
        /** @type {string} */
        let restoreId = '';
        const before = async (/** @type {any} */ app, /** @type {any} */ session) => {
          restoreId = await stage.gateway.challenge(session, 'RESTORE_PIN');
          await app.page.evaluate((/** @type {any[]} */ ...args) => /** @type {any} */ (window).app.recoverWith(...args), restoreId, closeFirst);
        };
        await run(stage, userId, 'CHANGE_PIN', async ({ app, status }) => {
          await app.widget.shows('current.title');
          await app.widget.press('current.forgot');
          await app.widget.answer(ANSWERS);
          pin = closeFirst ? '395028' : '728164';
          keep(stage.secrets, pin);
          await app.widget.choosePin(pin);
          await app.widget.shows('done_restore.title');
          await app.widget.press('common.done');
          await ends(app, [READY, SHOW, FORGOT, READY, SHOW, completed('RESTORE_PIN')]);
          // The first callback is never called: that is how the SDK is.
          assert.deepEqual(await app.calls(), [{ challengeId: restoreId, result: completed('RESTORE_PIN').result }]);
          assert.equal(await status(), 'FAILED', 'a new PIN ends what was meant for the old one');
        }, { before });
      });
    }

    flow(engine, 'forgot PIN in an app that does not handle it', async () => {
      await run(stage, userId, 'CHANGE_PIN', async ({ app }) => {
        await app.widget.shows('current.title');
        await app.widget.press('current.forgot');
        await app.widget.shows('frame.forgot.title');
        assert.deepEqual(await app.messages(), [READY, SHOW, FORGOT]);
        await app.widget.press('frame.back');
        await app.widget.pin('current.title', pin);
        await app.widget.shows('new.title');
        await app.widget.press('common.cancel');
        await app.widget.press('leave.go');
        await ends(app, [READY, SHOW, FORGOT, CANCELED, CLOSE]);
      });
    });

    flow(engine, 'nothing is shown before the gateway has agreed, or eight seconds have passed', async () => {
      for (const patient of [true, false]) {
        let agree = () => {};
        stage.held = new Promise((resolve) => (agree = resolve));
        await run(stage, userId, 'CHANGE_PIN', async ({ app }) => {
          await until('the widget waits for the gateway', () => app.frame()?.$('body >>> .card').catch(() => null));
          assert.deepEqual([await app.messages(), await app.iframe()], [[READY], 'hidden']);
          if (!patient) await until('it shows that it waits', async () => (await app.iframe()) === 'shown');
          agree();
          await app.widget.shows('current.title');
          await until('it shows', async () => (await app.iframe()) === 'shown');
          assert.deepEqual(await app.messages(), [READY, SHOW]);
        });
      }
    });

    flow(engine, 'the person cancels', async () => {
      await run(stage, userId, 'RESTORE_PIN', async ({ app, status, challengeId }) => {
        await app.widget.shows('questions.title');
        await app.hasFocus();
        await app.escape();
        await ends(app, [READY, SHOW, CANCELED, CLOSE]);
        assert.deepEqual(await app.calls(), [{ challengeId, error: CANCELED.error }]);
        assert.equal(await status(), 'PENDING');
      });
    });

    flow(engine, 'leaving after typing is asked about first', async () => {
      await run(stage, userId, 'CHANGE_PIN', async ({ app }) => {
        await app.widget.typePin('current.title', '12');
        await app.escape();
        await app.widget.shows('leave.title');
        await app.widget.press('leave.stay');
        await app.widget.leave();
        await ends(app, [READY, SHOW, CANCELED, CLOSE]);
      });
    });

    flow(engine, 'three wrong PINs, and the lock', async () => {
      const locked = failed(155119, "The user's PIN input is locked. It will be unlocked after the cooldown period.");
      const another = await stage.gateway.user();
      await run(stage, another, 'SET_PIN', async ({ app }) => {
        await app.widget.choosePin('738201');
        await app.widget.press('common.done');
        await ends(app, [READY, SHOW, completed('SET_PIN')]);
      });
      await run(stage, another, 'CHANGE_PIN', async ({ app, challengeId }) => {
        for (const [wrong, left] of /** @type {const} */ ([['111222', 2], ['222333', 1]])) {
          await app.widget.pin('current.title', wrong);
          await app.widget.says('current.tries', { n: left });
        }
        await app.widget.pin('current.title', '333444');
        await app.widget.shows('locked.title_pin');
        assert.deepEqual(await app.messages(), [READY, SHOW]);
        await app.widget.press('common.close');
        await ends(app, [READY, SHOW, locked, CLOSE]);
        assert.deepEqual(await app.calls(), [{ challengeId, error: locked.error }]);
      });
    });

    flow(engine, 'unknown challenge', async () => {
      const unknown = failed(155116, "The challenge ID doesn't exist in the system.");
      for (const challengeId of [randomUUID(), 'not-an-id', '']) {
        await run(stage, userId, 'CHANGE_PIN', async ({ app }) => {
          await app.widget.shows('errors.155122.title');
          await app.widget.press('common.close');
          await ends(app, [READY, SHOW, unknown, CLOSE]);
        }, { change: { challengeId } });
      }
    });

    flow(engine, 'app id, token and key that do not fit', async () => {
      const cases = [
        [{ appId: randomUUID() }, failed(155114, 'Provided app ID is not recognized in the system.')],
        [{ appId: '' }, failed(155114, 'Provided app ID is not recognized in the system.')],
        [{ userToken: 'x' }, failed(155105, 'The userToken is invalid.')],
        [{ encryptionKey: Buffer.alloc(32, 7).toString('base64') }, failed(155118, "Encryption key does not match with the user's token. Call POST /users/token to get the correct token encryption key pair.")],
      ];
      for (const [change, error] of /** @type {[any, any][]} */ (cases)) {
        await run(stage, userId, 'CHANGE_PIN', async ({ app }) => {
          await app.widget.shows('errors.155105.title');
          await app.widget.press('common.close');
          await ends(app, [READY, SHOW, error, CLOSE]);
        }, { change });
      }
    });

    flow(engine, 'theme, texts, pictures, links and questions of the app', async () => {
      const before = (/** @type {any} */ app) =>
        app.page.evaluate(() => {
          const sdk = /** @type {any} */ (window).app.sdk();
          sdk.setThemeColor({ bg: '#102030', textMain: '#ffffff', mainBtnBg: 'url(javascript:1)' });
          sdk.setLocalizations({ common: { continue: 'Next' }, recoverPincode: { headline: '<b>Recover</b>' } });
          sdk.setResources({ naviClose: 'javascript:alert(1)' });
          sdk.setCustomLinks({ learnMoreUrl: 'javascript:alert(1)' });
          sdk.setCustomSecurityQuestions([{ question: 'Which street?', type: 'TEXT' }], 1, ['I know.']);
        });
      await run(stage, userId, 'RESTORE_PIN', async ({ app }) => {
        // What of it shows is tested where it is decided; here, that it does no harm.
        await until('the questions', () => app.frame()?.$('body >>> form input').catch(() => null));
        await app.hasFocus();
        await app.escape();
        await ends(app, [READY, SHOW, CANCELED, CLOSE]);
      }, { before });
    });

    flow(engine, 'the app is seen through the frame, light and dark', async () => {
      for (const [look, lightest] of /** @type {const} */ ([['', 200], ['dark', 60]])) {
        const before = (/** @type {any} */ app) =>
          app.page.evaluate((/** @type {string} */ look) => void (document.documentElement.dataset.look = look), look);
        await run(stage, userId, 'CHANGE_PIN', async ({ app }) => {
          const uncovered = await colour(app.page, 1200, 850);
          await app.widget.shows('current.title');
          const seen = await until('the frame is drawn', async () => {
            const now = await colour(app.page, 1200, 850);
            return `${now}` === `${uncovered}` ? undefined : now;
          });
          assert.ok(seen.every((part, index) => part < lightest && part < uncovered[index]), `${uncovered} became ${seen}`);
          assert.ok(look || seen.every((part) => part > 60), `${seen} is the page, dimmed`);
        }, { before });
      }
    });

    flow(engine, 'getDeviceId', async () => {
      const { page, context } = await openApp(stage);
      const ask = () => page.evaluate(() => /** @type {any} */ (window).app.sdk().getDeviceId());
      const id = await ask();
      assert.match(id, /^[0-9a-f]{8}-[0-9a-f-]{27}$/);
      assert.equal(await ask(), id, 'it stays the same');
      assert.equal(await page.evaluate(() => document.getElementById('sdkIframe')), null);
      await context.close();
      const elsewhere = await openApp(stage);
      assert.notEqual(await elsewhere.page.evaluate(() => /** @type {any} */ (window).app.sdk().getDeviceId()), id);
      await elsewhere.context.close();
    });

    flow(engine, 'social and e-mail login are answered', async () => {
      const login = { code: 155145, message: 'This gateway offers no social or e-mail login.' };
      const { page, app, context } = await openApp(stage);
      const sdk = (/** @type {string} */ method) => page.evaluate((method) => void (/** @type {any} */ (window).app.sdk()[method]()), method);
      await sdk('verifyTokenViaService');
      await ends(app, [{ onSocialLoginVerified: { error: login } }]);
      await sdk('verifyOtp');
      await app.widget.shows('frame.sign_in.title');
      await app.widget.press('common.close');
      await ends(app, [{ onSocialLoginVerified: { error: login } }, READY, { onEmailLoginVerified: { error: login } }, CLOSE]);
      await context.close();
    });

    flow(engine, 'the gateway cannot be reached', async () => {
      await run(stage, userId, 'RESTORE_PIN', async ({ app }) => {
        await app.widget.answerFields();
        await stage.gateway.stop();
        await app.widget.answer(ANSWERS);
        await app.widget.shows('offline.title');
        await app.widget.press('common.close');
        await ends(app, [READY, SHOW, failed(155706, 'Network error'), CLOSE]);
        await stage.gateway.start();
      });
    });

    for (const [what, lost] of /** @type {const} */ ([['loader', /\/repin\.js/], ['WebAssembly', /\.wasm$/]])) {
      flow(engine, `the ${what} cannot be loaded at first`, async () => {
        const before = async () => void (stage.lost = lost);
        const network = failed(155706, 'Network error');
        await run(stage, userId, 'CHANGE_PIN', async ({ app }) => {
          await app.widget.shows('shell.offline.title');
          assert.deepEqual(await app.messages(), [READY, SHOW]);
          await app.widget.press('common.close');
          await ends(app, [READY, SHOW, network, CLOSE]);
          await app.execute();
          await app.widget.shows('shell.offline.title');
          stage.lost = undefined;
          await app.widget.press('common.retry');
          await app.widget.shows('current.title');
        }, { before });
      });
    }

    // Last: it puts the gateway's clock forward for all.
    flow(engine, 'expired token', async () => {
      const expired = failed(155104, 'The userToken had expired.');
      const before = () => stage.gateway.advance(61 * 60 * 1000);
      await run(stage, userId, 'CHANGE_PIN', async ({ app }) => {
        await until('an end', async () => (await app.widget.has('heading', 'expired.title')) || (await app.widget.has('heading', 'errors.155105.title')));
        await app.widget.press('common.close');
        await ends(app, [READY, SHOW, expired, CLOSE]);
      }, { before });
    });
  });
}

for (const engine of ENGINES) {
  const service = 'https://pin.example';
  stage("Circle's web SDK with another serviceUrl", engine, (stage) => {
    flow(engine, 'SET_PIN, through sdk.serviceUrl', async () => {
      keep(stage.secrets, '738201');
      await run(stage, await stage.gateway.user(), 'SET_PIN', async ({ app, status }) => {
        await app.widget.choosePin('738201');
        await app.widget.shows('done_pin.title');
        await app.widget.press('common.done');
        await ends(app, [READY, SHOW, completed('SET_PIN')]);
        assert.ok((await app.received()).every(({ origin }) => origin === service));
        assert.equal(await status(), 'COMPLETE');
      }, { service });
    });
  }, service);
}

/** The messages come to these, and none after them; the frame is gone. @param {import('./harness/app.mjs').App} app @param {any[]} expected */
async function ends(app, expected) {
  /** @type {any[]} */
  let came = [];
  const all = async () => (came = await app.messages()).length >= expected.length;
  await until(() => `${expected.length} messages, only ${JSON.stringify(came)}`, all);
  // Long enough for a message that should not be there.
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.deepEqual(await app.messages(), expected);
  assert.equal(await app.iframe(), 'none');
}

/** The app's page without a challenge. @param {import('./harness/stage.mjs').Stage} stage */
async function openApp(stage) {
  const { page, context } = await openPage(stage.browser);
  const app = new App(page);
  await app.open({ appId: await stage.gateway.appId(), userToken: '', encryptionKey: '', challengeId: '' });
  return { page, context, app };
}
