// What hosts do: hand over no session, or something else, or late, or never; and throw where they are told something.
import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import { ENGINES, picture } from '../harness/browser.mjs';
import { App, visitApp } from '../harness/app.mjs';
import { find, until } from '../harness/find.mjs';
import { enrolled, stage } from '../harness/story.mjs';

/** @type {import('../harness/gateway.mjs').Gateway} */
let gateway;
const app = await App.start(() => gateway.url);
after(() => app.close());

for (const engine of ENGINES) {
  stage('failures of the host', engine, (stage) => {
    const begin = () => {
      gateway = stage.gateway;
      app.reset();
    };
    /** @type {import('../harness/story.mjs').Person | undefined} */
    let someone;
    const person = async () => (someone ??= await enrolled(stage));

    for (const [what, prepare] of /** @type {[string, () => void][]} */ ([
      ['rejects', () => { hosts((host) => ({ getSession: () => (host.calls++ ? Promise.resolve(host.session) : Promise.reject(new Error('no login'))) })); }],
      ['throws', () => { hosts((host) => ({ getSession: () => { if (!host.calls++) throw new Error('no login'); return host.session; } })); }],
      ['rejects with nothing', () => { hosts((host) => ({ getSession: () => (host.calls++ ? Promise.resolve(host.session) : Promise.reject()) })); }],
    ])) {
      test(`getSession that ${what}: the person is sent to the app, may try again, and the host hears why`, async () => {
        const { userId } = await person();
        begin();
        await visitApp(stage, app, userId, 'RESTORE_PIN', async ({ widget, page, told }) => {
          await widget.shows('shell.session.title');
          if (what === 'rejects') await picture(page, `failure-session-${engine}`);
          const [error] = (await told()).errors;
          assert.deepEqual([error.kind, error.code], ['session_invalid', -1]);
          if (what !== 'rejects with nothing') assert.equal(error.message, 'no login');
          await widget.press('common.retry');
          await widget.shows('questions.title');
        }, { prepare: withHosts(prepare), options: { session: null } });
      });
    }

    for (const garbage of ['undefined', 'null', '0', '"text"', '[]', '{ userToken: 7, encryptionKey: {}, challengeId: null, appId: 9 }']) {
      test(`a session that is ${garbage} is refused, in words, and nothing is sent`, async () => {
        const { userId } = await person();
        begin();
        const prepare = `window.hostOptions = () => ({ session: undefined, getSession: async () => (${garbage}) })`;
        await visitApp(stage, app, userId, 'RESTORE_PIN', async ({ widget, outcome, witness }) => {
          await widget.shows('errors.155105.title');
          await widget.press('common.close');
          const { status, error } = await outcome();
          assert.deepEqual([status, error.kind], ['failed', 'session_invalid']);
          assert.deepEqual(app.asked.filter((path) => path.includes('/messages')), []);
          assert.deepEqual(witness.console, []);
        }, { prepare: /** @type {any} */ (prepare) });
      });
    }

    test('onForgot that rejects: the host’s code is kept, and the person may try again', async () => {
      const { userId } = await person();
      begin();
      const prepare = () => {
        hosts((host) => ({ onForgot: () => (host.calls++ < 2 ? Promise.reject(Object.assign(new Error('not yet'), { code: 155111 })) : Promise.resolve(host.recovery)) }));
      };
      const recovery = await stage.gateway.session(userId);
      const challengeId = await stage.gateway.challenge(recovery, 'RESTORE_PIN');
      await visitApp(stage, app, userId, 'CHANGE_PIN', async ({ widget, page, told, outcome }) => {
        await page.evaluate((recovery) => void (/** @type {any} */ (window).host.recovery = recovery), { ...recovery, challengeId });
        await widget.shows('current.title');
        await widget.press('current.forgot');
        await widget.shows('shell.session.title');
        await widget.press('common.retry');
        await until('it was asked again', async () => (await told()).errors.length === 2);
        await widget.press('common.retry');
        await widget.shows('questions.title');
        const { errors } = await told();
        assert.deepEqual(errors.map(({ kind, code, message }) => [kind, code, message]), Array(2).fill(['session_invalid', 155111, 'not yet']));
        await widget.press('common.cancel');
        assert.equal((await outcome()).status, 'canceled');
      }, { prepare: withHosts(prepare) });
    });

    test('onForgot that hangs: after a while the person may go back to the PIN', async () => {
      const { userId } = await person();
      begin();
      await visitApp(stage, app, userId, 'CHANGE_PIN', async ({ widget, page }) => {
        await widget.shows('current.title');
        await widget.press('current.forgot');
        await find(page, 'any', '…This is taking longer than it should.…');
        await widget.press('common.retry');
        await widget.shows('current.title');
      }, { prepare: withHosts(() => { hosts(() => ({ onForgot: () => new Promise(() => {}) })); hurry(); }) });
    });

    test('a host that throws at everything it is told does no harm', async () => {
      const { userId, answers } = await enrolled(stage);
      begin();
      const prepare = withHosts(() => {
        const fail = () => { throw new Error('the host’s own'); };
        hosts(() => ({ onStep: fail, onError: fail, onOutcome: fail }));
      });
      await visitApp(stage, app, userId, 'RESTORE_PIN', async ({ widget, outcome, witness }) => {
        await widget.answer(answers);
        await widget.choosePin('518306');
        await widget.shows('done_restore.title');
        await widget.press('common.done');
        assert.equal((await outcome()).status, 'completed');
        assert.ok(witness.console.length > 3 && witness.console.every((line) => line.includes('the host’s own')), witness.console.join('\n'));
      }, { prepare });
    });

    test('an address of the gateway that is a URL and no text is one, too', async () => {
      const { userId } = await person();
      begin();
      const prepare = () => { /** @type {any} */ (window).hostOptions = () => ({ apiBaseUrl: { toString: () => location.origin } }); };
      await visitApp(stage, app, userId, 'RESTORE_PIN', async ({ widget }) => widget.shows('questions.title'), { prepare });
    });
  }, { REPIN_ALLOWED_ORIGIN: app.origin });
}

/** Runs in the page: options of a host that remembers. @param {(host: any) => object} make */
function hosts(make) {
  const host = (/** @type {any} */ (window).host = { calls: 0, session: undefined, recovery: undefined });
  /** @type {any} */ (window).hostOptions = (/** @type {any} */ session) => make(Object.assign(host, { session }));
}

/** Runs in the page, before any of its scripts: what would come after seconds comes after a twentieth of them. */
function hurry() {
  const later = window.setTimeout;
  /** @type {any} */ (window).setTimeout = (/** @type {() => void} */ run, ms = 0) => later(run, ms < 3_000 ? ms : ms / 20);
}

/** The source of a page's first script that may use the two above. @param {() => void} prepare @returns {any} */
function withHosts(prepare) {
  return `${hosts}\n${hurry}\n(${prepare})()`;
}
