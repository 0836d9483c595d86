// Challenges: how the host asks for them, once and twice, and reads them back.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

const UUID_V4 = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
const TWO_HOURS = 2 * 60 * 60 * 1000;

/** @param {import('../harness/rows.mjs').AddRow} row @param {import('../harness/stage.mjs').Stage} stage */
export function challenges(row, stage) {
  row('createUserPin: a key of the SDK’s own, X-Request-Id as a header', async () => {
    const { userToken } = await stage.session(await stage.user());
    const xRequestId = randomUUID();
    const [sent] = await stage.recorder.during(async () => {
      const { status, data } = await stage.client.createUserPin({ userToken, xRequestId });
      assert.equal(status, 201);
      assert.match(data.challengeId, UUID_V4);
    });
    assert.match(JSON.parse(sent.body).idempotencyKey, UUID_V4);
    assert.equal(sent.headers['x-request-id'], xRequestId);
  });

  row('createUserPinWithWallets: accountType EOA where none is given', async () => {
    const { userToken } = await stage.session(await stage.user());
    const [sent] = await stage.recorder.during(async () => {
      const { status, data } = await stage.client.createUserPinWithWallets({ userToken, blockchains: ['ETH-SEPOLIA'] });
      const { challenge } = (await stage.client.getUserChallenge({ userToken, challengeId: data.challengeId })).data;
      assert.deepEqual([status, challenge.type, challenge.status], [201, 'INITIALIZE', 'PENDING']);
    });
    assert.equal(JSON.parse(sent.body).accountType, 'EOA');
  });

  row('createUserPinWithWallets with metadata and SCA', async () => {
    const { userToken } = await stage.session(await stage.user());
    const input = { accountType: 'SCA', blockchains: ['MATIC-AMOY'], metadata: [{ name: 'Main', refId: 'ref-1' }] };
    assert.equal((await stage.client.createUserPinWithWallets({ userToken, ...input })).status, 201);
  });

  row('updateUserPin: the SDK drops X-Request-Id', async () => {
    const { userToken } = await stage.session(await stage.enrolled());
    const call = () => stage.client.updateUserPin({ userToken, xRequestId: randomUUID() });
    const [sent] = await stage.recorder.during(call);
    assert.deepEqual([sent.method, sent.status, sent.headers['x-request-id']], ['PUT', 201, undefined]);
  });

  row('restoreUserPin', async () => {
    const { userToken } = await stage.session(await stage.enrolled());
    const { status, data } = await stage.client.restoreUserPin({ userToken });
    const { challenge } = (await stage.client.getUserChallenge({ userToken, challengeId: data.challengeId })).data;
    assert.deepEqual([status, challenge.type, challenge.status], [201, 'RESTORE_PIN', 'PENDING']);
  });

  row('one idempotency key twice: 201, then 200 and the same challenge', async () => {
    const { userToken } = await stage.session(await stage.enrolled());
    for (const method of ['updateUserPin', 'restoreUserPin']) {
      const ask = () => stage.client[method]({ userToken, idempotencyKey });
      const idempotencyKey = randomUUID();
      const [first, second] = [await ask(), await ask()];
      assert.deepEqual([first.status, second.status], [201, 200]);
      assert.equal(first.data.challengeId, second.data.challengeId);
    }
  });

  row('one idempotency key for two different requests: 156020', async () => {
    const { userToken } = await stage.session(await stage.user());
    const idempotencyKey = randomUUID();
    const ask = (/** @type {string} */ chain) =>
      stage.client.createUserPinWithWallets({ userToken, idempotencyKey, blockchains: [chain] });
    assert.equal((await ask('ETH-SEPOLIA')).status, 201);
    await stage.refuses(ask('SOL-DEVNET'), 156020, 403);
  });

  row('getUserChallenge of nobody’s and of somebody else’s: 155116; of no UUID: 156009', async () => {
    const [one, other] = [await stage.session(await stage.user()), await stage.session(await stage.user())];
    const { challengeId } = (await stage.client.createUserPin({ userToken: one.userToken })).data;
    const get = (/** @type {string} */ challengeId) =>
      stage.client.getUserChallenge({ userToken: other.userToken, challengeId });
    await stage.refuses(get(challengeId), 155116, 404);
    await stage.refuses(get(randomUUID()), 155116, 404);
    await stage.refuses(get('not-a-uuid'), 156009, 400);
  });

  row('listUserChallenges, all and by challengeStatus', async () => {
    const userId = await stage.enrolled();
    const { userToken } = await stage.session(userId);
    const { challengeId } = (await stage.client.restoreUserPin({ userToken })).data;
    const list = async (/** @type {string} */ challengeStatus, token = userToken) => {
      const { data } = await stage.client.listUserChallenges({ userToken: token, challengeStatus });
      return data.challenges.map((/** @type {any} */ challenge) => `${challenge.type} ${challenge.status}`);
    };
    const all = await list(/** @type {any} */ (undefined));
    assert.deepEqual(all.sort(), ['INITIALIZE COMPLETE', 'RESTORE_PIN PENDING']);
    assert.deepEqual(await list('PENDING'), ['RESTORE_PIN PENDING']);
    assert.deepEqual(await list('COMPLETE'), ['INITIALIZE COMPLETE']);
    for (const status of ['IN_PROGRESS', 'FAILED', 'EXPIRED']) assert.deepEqual(await list(status), []);
    await stage.refuses(list('LATER'), 2, 400);

    await stage.gateway.advance(TWO_HOURS);
    const { userToken: fresh } = await stage.session(userId);
    assert.deepEqual(await list('EXPIRED', fresh), ['RESTORE_PIN EXPIRED']);
    const { challenge } = (await stage.client.getUserChallenge({ userToken: fresh, challengeId })).data;
    assert.equal(challenge.status, 'EXPIRED');
  });
}
