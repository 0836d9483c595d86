// Refusals, as each major version tells them: an AxiosError in 9, the SDK's own classes in 10.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { PIN } from '../harness/person.mjs';

/** @param {import('../harness/rows.mjs').AddRow} row @param {import('../harness/stage.mjs').Stage} stage */
export function errors(row, stage) {
  row('an API key that cannot be read: 401; one that is not known: 156007', async () => {
    const list = (/** @type {string} */ apiKey) => stage.connect({ apiKey }).createUser({ userId: randomUUID() });
    await stage.refuses(list('no-key'), 401, 401);
    await stage.refuses(list(`TEST_API_KEY:${randomUUID()}:nobody`), 156007, 401);
  });

  row('a userToken that is none of ours: 155105', async () => {
    const { userToken } = await stage.session(await stage.user());
    await stage.refuses(stage.client.getUserStatus({ userToken: `${userToken}x` }), 155105, 403);
    await stage.refuses(stage.client.getUserStatus({ userToken: 'user.jwt.token' }), 155105, 403);
  });

  row('a userId of four characters: 2', async () => {
    await stage.refuses(stage.client.createUser({ userId: 'four' }), 2, 400);
  });

  row('an idempotency key that is no UUID: 2', async () => {
    const { userToken } = await stage.session(await stage.user());
    await stage.refuses(stage.client.createUserPin({ userToken, idempotencyKey: 'once' }), 2, 400);
  });

  row('before anything is set: updateUserPin 155110, restoreUserPin 155111', async () => {
    const { userToken } = await stage.session(await stage.user());
    await stage.refuses(stage.client.updateUserPin({ userToken }), 155110, 400);
    await stage.refuses(stage.client.restoreUserPin({ userToken }), 155111, 400);
  });

  row('a PIN without answers: createUserPin 155107, restoreUserPin 155111', async () => {
    const userId = await stage.user();
    const end = await stage.carryOut(userId, 'createUserPin', { newPin: PIN });
    assert.deepEqual([end.screen, end.challenge.type, end.challenge.status], ['Done', 'SET_PIN', 'COMPLETE']);
    const { userToken } = await stage.session(userId);
    await stage.refuses(stage.client.createUserPin({ userToken }), 155107, 409);
    await stage.refuses(stage.client.restoreUserPin({ userToken }), 155111, 400);
  });

  row('after enrolment: createUserPinWithWallets 155106, createUserPin 155107', async () => {
    const { userToken } = await stage.session(await stage.enrolled());
    const blockchains = ['ETH-SEPOLIA'];
    await stage.refuses(stage.client.createUserPinWithWallets({ userToken, blockchains }), 155106, 409);
    await stage.refuses(stage.client.createUserPin({ userToken }), 155107, 409);
  });

  row('a user whom the operator disabled: 155109, and DISABLED', async () => {
    const userId = await stage.enrolled();
    const { userToken } = await stage.session(userId);
    await stage.admin('user', 'disable', userId);
    await stage.refuses(stage.client.createUserToken({ userId }), 155109, 409);
    await stage.refuses(stage.client.restoreUserPin({ userToken }), 155109, 409);
    assert.equal((await stage.look(userId)).status, 'DISABLED');
    await stage.admin('user', 'enable', userId);
    assert.equal((await stage.client.createUserToken({ userId })).status, 200);
  });
}
