// Tokens: how a session begins, what the SDK does behind the caller's back, and how it ends.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mock } from 'node:test';

const MINUTE = 60_000;

/** @param {import('../harness/rows.mjs').AddRow} row @param {import('../harness/stage.mjs').Stage} stage */
export function sessions(row, stage) {
  row('createUserToken', async () => {
    const userId = await stage.user();
    const { status, data } = await stage.client.createUserToken({ userId });
    assert.deepEqual([status, Object.keys(data).sort()], [200, ['encryptionKey', 'userToken']]);
    assert.equal(Buffer.from(data.encryptionKey, 'base64').length, 32);
    const claims = JSON.parse(Buffer.from(data.userToken.split('.')[1], 'base64url').toString());
    assert.deepEqual([claims.sub, claims.exp - claims.iat], [userId, 3600]);
  });

  row('createUserToken with xRequestId: the answer carries it', async () => {
    const [userId, xRequestId] = [await stage.user(), randomUUID()];
    const { headers } = await stage.client.createUserToken({ userId, xRequestId });
    assert.equal(headers['x-request-id'], xRequestId);
  });

  row('createUserToken for nobody: 155102', async () => {
    await stage.refuses(stage.client.createUserToken({ userId: randomUUID() }), 155102, 404);
  });

  row('getUserStatus: the user directly under data', async () => {
    const userId = await stage.user();
    const { userToken } = await stage.session(userId);
    const { status, data } = await stage.client.getUserStatus({ userToken });
    assert.deepEqual([status, data.id, data.pinStatus, data.user], [200, userId, 'UNSET', undefined]);
  });

  row('userId in place of userToken: one hidden createUserToken, then its cache', async () => {
    const userId = await stage.user();
    const client = stage.connect();
    const sent = await stage.recorder.during(async () => {
      await client.createUserPin({ userId });
      await client.createUserPin({ userId });
    });
    assert.deepEqual(sent.map(({ url, status }) => `${url} ${status}`), [
      '/v1/w3s/users/token 200',
      '/v1/w3s/user/pin 201',
      '/v1/w3s/user/pin 201',
    ]);
  });

  row('base URL with a slash at its end', async () => {
    const client = stage.connect({ baseUrl: `${stage.recorder.url}/` });
    const [sent] = await stage.recorder.during(async () => {
      assert.equal((await client.createUser({ userId: randomUUID() })).status, 201);
    });
    assert.equal(sent.url, '//v1/w3s/users');
  });

  row('a token after its 60 minutes: 155104, and a new one works', async () => {
    const userId = await stage.user();
    const { userToken } = await stage.session(userId);
    await stage.gateway.advance(61 * MINUTE);
    await stage.refuses(stage.client.getUserStatus({ userToken }), 155104, 403);
    await stage.refuses(stage.client.createUserPin({ userToken }), 155104, 403);
    const { userToken: fresh } = await stage.session(userId);
    assert.equal((await stage.client.getUserStatus({ userToken: fresh })).status, 200);
  });

  row('userId in place of userToken, an hour later: 9 sends the old token and hears 155104, 10 fetches one', async () => {
    const userId = await stage.user();
    const client = stage.connect();
    await client.createUserPin({ userId });
    await stage.gateway.advance(61 * MINUTE);
    // The SDK asks its own clock when its cached token is old.
    mock.timers.enable({ apis: ['Date'], now: Date.now() + 61 * MINUTE });
    try {
      if (stage.major === 9) await stage.refuses(client.createUserPin({ userId }), 155104, 403);
      else assert.equal((await client.createUserPin({ userId })).status, 201);
    } finally {
      mock.timers.reset();
    }
  });
}
