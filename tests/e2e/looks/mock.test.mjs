// `repin/mock` in a page: each flow to its end, each scenario as far as it goes, and what marks it as a mock.
import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { ENGINES } from '../harness/browser.mjs';
import { find, until } from '../harness/find.mjs';
import { t } from '../harness/widget.mjs';
import { ANSWERS, PIN, finish, stage } from './stage.mjs';

/** The mock's first private key. */
const KEY = 'ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80';

const STEPS = {
  RESTORE_PIN: 'loading questions new-pin confirm-pin working success',
  CHANGE_PIN: 'loading current-pin new-pin confirm-pin working success',
  SET_PIN: 'loading new-pin confirm-pin working success',
  INITIALIZE: 'loading new-pin confirm-pin questions-intro choose-question choose-question summary agree working success',
  SET_SECURITY_QUESTIONS: 'loading current-pin questions-intro choose-question choose-question summary agree working success',
  SET_RECOVERY: 'loading current-pin ways-back email code success',
  RESTORE_PIN_BY_CODE: 'loading send-code code new-pin confirm-pin working success',
  RESTORE_PIN_BY_CODE_AND_ANSWERS: 'loading send-code code questions new-pin confirm-pin working success',
  CREATE_WALLET: 'loading current-pin working success',
  EXPORT_PRIVATE_KEYS: 'loading current-pin keys-warning keys',
  RECOVER_WALLETS: 'loading questions new-pin confirm-pin working updating-wallets success',
};

for (const engine of ENGINES) {
  describe(`the mock in ${engine}`, async () => {
    const { play, url } = await stage(engine);

    // In Firefox the two that differ most: the flow and the face are the same.
    const flows = Object.entries(STEPS).filter(([flow]) => engine === 'chromium' || /^RESTORE_PIN$|INITIALIZE|EXPORT/.test(flow));
    for (const [flow, steps] of flows) {
      test(`${flow} goes to its end, asks for nothing but its own files, and says that it is a mock`, async () => {
        const { page, widget, witness, heard, outcome, close } = await play({ flow });
        await find(page, 'heading', /./);
        assert.equal(await page.$eval('#widget > *', (host) => /** @type {HTMLElement} */ (host).dataset.mock), 'ok');
        await finish(widget, flow);
        const { status, flow: done } = await outcome();
        assert.deepEqual([status, done], ['completed', flow]);
        assert.equal((await heard()).steps.join(' '), steps);
        assert.deepEqual(witness.requests.filter((address) => address !== 'data:,' && (!address.startsWith(url) || address.includes('/v1/'))), []);
        assert.equal(witness.console.length, 1, `${witness.console}`);
        assert.match(witness.console[0], /^info: repin: a mock plays “ok”/);
        await close();
      });
    }
  });
}

describe('the mock’s scenarios', async () => {
  const { play } = await stage('chromium');

  test('wrong-answers: twice wrong, then right', async () => {
    const { widget, outcome, close } = await play({ scenario: 'wrong-answers' });
    await widget.answer(ANSWERS);
    await widget.says('questions.tries', { n: 2 });
    await widget.press('common.continue');
    await widget.says('questions.tries', { n: 1 });
    await finish(widget, 'RESTORE_PIN');
    assert.equal((await outcome()).status, 'completed');
    await close();
  });

  test('wrong-answers three times locks, and the lock ends by itself', async () => {
    const { widget, page, close } = await play({ scenario: 'wrong-answers', flow: 'CHANGE_PIN', wrong: 3, lockMs: 8_000 });
    for (let n = 0; n < 3; n += 1) {
      await widget.pin('current.title', '493817');
      if (n < 2) await widget.says('current.tries', { n: 2 - n });
    }
    await widget.shows('locked.title_pin');
    await widget.shows('current.title');
    assert.ok(await page.$('#widget'));
    await close();
  });

  test('weak-pin: the first new PIN is refused, whichever it is', async () => {
    const { widget, outcome, close } = await play({ scenario: 'weak-pin', flow: 'SET_PIN' });
    await widget.pin('first.title', PIN);
    await widget.warns('new.weak');
    await finish(widget, 'SET_PIN');
    assert.equal((await outcome()).status, 'completed');
    await close();
  });

  test('locked: says when it ends, and the host hears so', async () => {
    const { widget, outcome, close } = await play({ scenario: 'locked' });
    await widget.shows('locked.title');
    await widget.press('common.close');
    const { status, factor } = await outcome();
    assert.deepEqual([status, factor], ['locked', 'answers']);
    await close();
  });

  test('offline: what was typed goes on when the connection is back', async () => {
    const { widget, close } = await play({ scenario: 'offline' });
    await widget.answer(ANSWERS);
    await widget.shows('offline.title');
    await widget.press('common.retry');
    await widget.shows('new.title');
    await close();
  });

  test('expiring: the host is asked for more time, and has it', async () => {
    const { widget, page, close } = await play({ scenario: 'expiring' });
    await widget.shows('questions.title');
    await widget.press('expiring.more');
    await until('no notice', async () => !(await widget.has('button', 'expiring.more')));
    assert.ok(await page.$('[data-mock=expiring]'));
    await close();
  });

  test('expired: starting again goes on', async () => {
    const { widget, outcome, close } = await play({ scenario: 'expired' });
    await widget.shows('expired.title');
    await widget.press('expired.again');
    await finish(widget, 'RESTORE_PIN');
    assert.equal((await outcome()).status, 'completed');
    await close();
  });

  test('error: the last step fails once, and the same can be tried again', async () => {
    const { widget, outcome, close } = await play({ scenario: 'error', flow: 'SET_PIN' });
    await widget.choosePin(PIN);
    await widget.shows('errors.155707.title');
    await widget.press('common.retry');
    await widget.shows('done_pin.title');
    await widget.press('common.done');
    assert.equal((await outcome()).status, 'completed');
    await close();
  });

  /** @type {[played: object, title: string, kind: string][]} */
  const ENDS = [
    [{ scenario: 'failed' }, 'errors.155122.title', 'challenge_invalid'],
    [{ scenario: 'failed', code: 155105 }, 'errors.155105.title', 'session_invalid'],
    [{ scenario: 'no-questions' }, 'no_questions.title', 'questions_not_set'],
    [{ scenario: 'disabled' }, 'disabled.title', 'user_disabled'],
    [{ scenario: 'no-session' }, 'shell.session.title', 'session_invalid'],
    [{ scenario: 'csp-blocked' }, 'shell.blocked.title', 'blocked_by_csp'],
    [{ scenario: 'unsupported' }, 'shell.unsupported.title', 'unsupported_browser'],
  ];
  for (const [played, title, kind] of ENDS) {
    test(`${Object.values(played).join(' ')}: ends as ${kind}`, async () => {
      const { page, outcome, close } = await play(played);
      await find(page, 'heading', t(title));
      // The last: where it may be tried again, that comes first.
      await (await page.$$('#widget >>> .btn')).at(-1)?.click();
      const { status, error } = await outcome();
      assert.deepEqual([status, error.kind], ['failed', kind]);
      await close();
    });
  }

  test('unreachable: trying again goes on', async () => {
    const { widget, close } = await play({ scenario: 'unreachable' });
    await widget.shows('shell.offline.title');
    await widget.press('common.retry');
    await widget.shows('questions.title');
    await close();
  });

  test('slow: a step takes as long as it is told to', async () => {
    const { widget, page, close } = await play({ scenario: 'slow', delayMs: 8_000 });
    await page.waitForSelector('#widget >>> .card');
    assert.equal(await widget.has('heading', 'questions.title'), false);
    await widget.shows('questions.title');
    await close();
  });

  test('no such scenario, no such flow: a TypeError that names it', async () => {
    for (const wrong of [{ scenario: 'okay' }, { flow: 'RESTORE' }]) {
      await assert.rejects(play(wrong), /repin mock: no (scenario okay|flow RESTORE)/);
    }
  });

  test('a mock’s session is refused by the real vault before anything is sent', async () => {
    const { page, heard, witness, close } = await play({}, {}, async (page) => {
      await page.evaluate(() => Object.assign(window, { play: /** @type {any} */ (window).playFalse }));
    });
    await find(page, 'heading', t('errors.155105.title'));
    assert.equal((await heard()).steps.at(-1), 'error');
    assert.deepEqual(witness.requests.filter((address) => address.includes('/v1/')), []);
    await close();
  });
});

for (const engine of ENGINES) {
  describe(`a wallet’s keys in ${engine}`, async () => {
    const { play } = await stage(engine);

    test('are saved as a whole file, are nowhere before they are shown, and are gone once hidden', async () => {
      const { page, widget, close } = await play({ flow: 'EXPORT_PRIVATE_KEYS' });
      await page.evaluate(() => {
        // What the browser is given to download, and whether its address still leads somewhere afterwards.
        const host = /** @type {any} */ (window);
        const make = URL.createObjectURL;
        URL.createObjectURL = (file) => {
          host.saved = /** @type {Blob} */ (file).text();
          return (host.address = make.call(URL, file));
        };
      });
      await widget.pin('current.title', '493817');
      await widget.shows('keys.warn');
      await widget.agree('keys.get');
      await widget.shows('keys.title');
      const shows = () => page.evaluate((key) => document.querySelector('#widget > *')?.shadowRoot?.innerHTML.includes(key), KEY);
      assert.equal(await shows(), false);
      await widget.press('keys.show');
      await until('the key', shows);
      await widget.press('keys.hide');
      assert.equal(await shows(), false);
      await widget.press('keys.save');
      await widget.says('keys.saved', { file: 'wallet-keys.csv' });
      const { text, leads } = await page.evaluate(async () => {
        const host = /** @type {any} */ (window);
        return { text: await host.saved, leads: await fetch(host.address).then(() => true, () => false) };
      });
      assert.equal(text.split('\r\n').length, 4, 'a header and two lines');
      assert.ok(text.includes(KEY));
      assert.equal(leads, false, 'the file has no address any more');
      await close();
    });
  });
}
