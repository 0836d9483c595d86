// Wallets that Magic holds: a forgotten PIN brings each of them a new context, and the person is told how far that is, and only what
// is known.
import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { openPage, picture } from '../harness/browser.mjs';
import { collect } from '../harness/collector.mjs';
import { count, evidence } from '../harness/evidence.mjs';
import { find, until } from '../harness/find.mjs';
import { execute } from '../harness/host.mjs';
import { Magic } from '../harness/magic.mjs';
import { freePort } from '../harness/port.mjs';
import { inText } from '../harness/secrets.mjs';
import { accepts, enrolled, keepSecret, run, stage } from '../harness/story.mjs';
import { t } from '../harness/widget.mjs';

const [MAGIC, TRACES, METRICS] = await Promise.all([Magic.start(), collect(), freePort().then((port) => `127.0.0.1:${port}`)]);
after(() => [MAGIC, TRACES].forEach((one) => one.close()));
const [NEW, NEWER] = ['730562', '815937'];

stage('wallets that Magic holds', 'chromium', (stage) => {
  [NEW, NEWER].forEach((pin) => keepSecret(stage, 'typed', pin));

  /** @param {string} path @param {object} body */
  async function ask(path, body) {
    const { status, body: answer } = await stage.gateway.call('POST', `/v1/magic${path}`, { body: { idempotencyKey: randomUUID(), ...body } });
    assert.equal(status, 201, JSON.stringify(answer));
    return answer.data;
  }

  /** Someone with a PIN, answers and wallets. @param {string[]} labels */
  async function owner(labels) {
    const person = await enrolled(stage);
    const wallets = [];
    for (const label of labels) {
      const wallet = await MAGIC.wallet();
      const { id: walletId, group: walletGroupId, accessKey, recoveryKey } = wallet;
      [accessKey, recoveryKey].forEach((key) => keepSecret(stage, 'key', key));
      await ask('/wallets', { userId: person.userId, walletId, walletGroupId, accessKey, recoveryKey, network: 'ETH', label });
      wallets.push(wallet);
    }
    return { ...person, wallets };
  }

  /**
   * Opens a recovery in a browser that has never been here.
   *
   * @param {string} userId
   * @param {string} [challengeId] one that was begun before
   */
  async function recovery(userId, challengeId) {
    const session = await stage.gateway.session(userId);
    keepSecret(stage, 'token', session.userToken);
    keepSecret(stage, 'encryption key', session.encryptionKey);
    const id = challengeId ?? (await ask('/recoveries', { userId })).challengeId;
    const { page, context } = await openPage(stage.browser);
    const widget = await execute(page, stage.gateway, session, id);
    const close = () => context.close();
    const status = async () => (await stage.gateway.status(session, id)).status;
    return { page, widget, id, status, close };
  }

  /** @param {import('puppeteer-core').Page} page @param {string} name @param {() => Promise<void>} story */
  async function pictured(page, name, story) {
    await story().catch(async (error) => {
      await picture(page, `failed-magic-${name}`).catch(() => {});
      throw error;
    });
  }

  /** What the host's backend is told. @param {string} userId @returns {Promise<any[]>} */
  const told = async (userId) => (await stage.gateway.call('GET', `/v1/magic/wallets?userId=${userId}`)).body.data.wallets;

  test('a forgotten passphrase and a lost device are made good by the answers, and each wallet keeps its address', async () => {
    const person = await owner(['Savings', 'Spending']);
    const { page, widget, status, close } = await recovery(person.userId);
    await pictured(page, 'answers', async () => {
      await widget.answer(person.answers);
      await widget.choosePin(NEW);
      await widget.shows('done_restore.title');
    });
    assert.equal(await status(), 'COMPLETE');
    await until('both are done', async () => (await told(person.userId)).every(({ state }) => state === 'DONE'));
    for (const { id, address } of person.wallets) {
      assert.equal(MAGIC.signers.get(id), address.toLowerCase(), 'the new keys sign for the same address');
    }
    await close();
    // The PIN opens what the contexts come from, on a device that was never here: nothing is to be rotated for it.
    const before = MAGIC.recoveries.length;
    await run(stage, person.userId, 'CHANGE_PIN', async ({ widget }) => {
      await widget.pin('current.title', NEW);
      await widget.choosePin(NEWER);
      await widget.shows('done_restore.title');
    });
    assert.equal(MAGIC.recoveries.length, before, 'another PIN needs no recovery key');
    assert.ok(await accepts(stage, person.userId, NEWER));
  });

  test('the keys that a recovery brought are the ones that the next one goes by', async () => {
    const person = await owner(['Savings']);
    const [{ id, address }] = person.wallets;
    for (const [version, pin] of [[1, NEW], [2, NEWER]]) {
      const { page, widget, close } = await recovery(person.userId);
      await pictured(page, `recovery-${version}`, async () => {
        await widget.answer(person.answers);
        await widget.choosePin(`${pin}`);
        await widget.shows('done_restore.title');
      });
      await close();
      const [wallet] = await until('it is done', async () => {
        const wallets = await told(person.userId);
        return wallets[0].state === 'DONE' ? wallets : undefined;
      });
      assert.equal(wallet.contextVersion, version);
      assert.equal(MAGIC.signers.get(id), address.toLowerCase());
    }
    // A recovery key is good once: the second call was made with the one that the first brought.
    const [first, second] = MAGIC.keysUsed(id);
    assert.equal(first, person.wallets[0].recoveryKey);
    assert.ok(second && second !== first);
  });

  test('someone with several wallets sees how far each is, also after a reload, up to the last', async () => {
    const person = await owner(['Savings', 'Spending', 'Pocket']);
    const [, , slow] = person.wallets;
    MAGIC.plan(slow.id, 'hold');
    const { page, widget, id, status, close } = await recovery(person.userId);
    await pictured(page, 'several', async () => {
      await widget.answer(person.answers);
      await widget.choosePin(NEW);
      await widget.says('updating.count', { n: 2, total: 3 });
      await widget.says('updating.moving');
      assert.equal(await status(), 'COMPLETE', 'the PIN waits for no wallet');
    });
    await close();

    // The page is loaded anew: the challenge is complete, and its progress can be read without a proof.
    const again = await recovery(person.userId, id);
    await pictured(again.page, 'reloaded', async () => {
      await again.widget.says('updating.count', { n: 2, total: 3 });
      MAGIC.letGo(slow.id);
      await again.widget.shows('done_restore.title');
      await until('the end is told', async () => !(await again.widget.has('any', 'updating.lead')));
    });
    assert.equal(MAGIC.signers.get(slow.id), slow.address.toLowerCase());
    await again.close();
  });

  test('what is not known is not called done or failed, and a wallet without its keys is told to the end', async () => {
    const person = await owner(['Savings', 'Spending']);
    const [, unlucky] = person.wallets;
    MAGIC.plan(unlucky.id, 'lose');
    const { page, widget, close } = await recovery(person.userId);
    await pictured(page, 'unknown', async () => {
      await widget.answer(person.answers);
      await widget.choosePin(NEW);
      await widget.says('updating.unknown');
      await widget.says('updating.count', { n: 1, total: 2 });
      assert.equal(await widget.has('button', 'common.retry'), false, 'nobody is asked to try again');
      // A minute later it is asked once more; Magic had rotated, and refuses.
      await stage.gateway.advance(60_000);
      await widget.says('updating.frozen');
    });
    assert.equal(MAGIC.recoveries.filter((wallet) => wallet === unlucky.id).length, 2, 'once more, and never again');
    assert.deepEqual((await told(person.userId)).map(({ state }) => state), ['DONE', 'FROZEN']);
    assert.ok(await accepts(stage, person.userId, NEW), 'the PIN is the new one all the same');
    await find(page, 'button', t('common.close'));
    await close();
  });

  test('no context and no key of a wallet is in the log at TRACE, in the metrics or in a trace', async () => {
    const metrics = await (await fetch(`http://${METRICS}/metrics`)).text();
    const spans = await until('spans of the relay have come', () => (TRACES.seen().includes('messages') ? TRACES.seen() : undefined));
    const secrets = Object.fromEntries([...MAGIC.secrets].map((secret, at) => [`secret ${at}`, secret]));
    const places = { log: stage.gateway.log, metrics, spans };
    assert.match(metrics, /repin_magic_rotations_total\{outcome="done"\} \d/);
    let caught = 0;
    for (const text of Object.values(places)) {
      assert.deepEqual(inText(text, secrets), []);
      const [[name, secret]] = Object.entries(secrets);
      caught += Number(inText(`${text} ${Buffer.from(secret).toString('base64')}`, { [name]: secret }).length > 0);
    }
    evidence(
      18,
      `0 of ${count(MAGIC.secrets.size)} encryption contexts and keys of Magic’s wallets in the log at TRACE, the metrics and ${count(spans.length)} bytes of traces of ${count(MAGIC.recoveries.length)} recoveries of a wallet`,
      `one put into each of the 3 places in base64 was found in ${caught}`,
    );
    assert.equal(caught, 3);
  });
}, { ...MAGIC.settings, REPIN_METRICS_LISTEN: METRICS, REPIN_OTLP_ENDPOINT: TRACES.url });
