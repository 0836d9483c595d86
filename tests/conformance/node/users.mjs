// Users, as a host's backend creates, finds and lists them.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { PIN } from '../harness/person.mjs';

/** @typedef {import('../harness/rows.mjs').AddRow} AddRow */
/** @typedef {import('../harness/stage.mjs').Stage} Stage */

/** @param {AddRow} row @param {Stage} stage */
export function users(row, stage) {
  row('createUser', async () => {
    const userId = randomUUID();
    const { status, data } = await stage.client.createUser({ userId });
    assert.equal(status, 201);
    const { createDate, ...rest } = data;
    assert.ok(!Number.isNaN(Date.parse(createDate)));
    const never = { failedAttempts: 0 };
    assert.deepEqual(rest, {
      ...{ id: userId, status: 'ENABLED', pinStatus: 'UNSET', securityQuestionStatus: 'UNSET' },
      ...{ pinDetails: never, securityQuestionDetails: never },
    });
  });

  row('createUser with xRequestId, which the SDK puts into the body', async () => {
    const [userId, xRequestId] = [randomUUID(), randomUUID()];
    const [sent] = await stage.recorder.during(() => stage.client.createUser({ userId, xRequestId }));
    assert.deepEqual([sent.status, JSON.parse(sent.body)], [201, { userId, xRequestId }]);
    assert.equal(sent.headers['x-request-id'], undefined);
  });

  row('createUser of somebody who exists: 155101', async () => {
    const userId = await stage.user();
    await stage.refuses(stage.client.createUser({ userId }), 155101, 409);
  });

  row('getUser, with a content type on a GET', async () => {
    const userId = await stage.user();
    const [sent] = await stage.recorder.during(async () => {
      const { status, data } = await stage.client.getUser({ userId });
      assert.deepEqual([status, Object.keys(data), data.user.id], [200, ['user'], userId]);
    });
    assert.equal(sent.headers['content-type'], 'application/json');
  });

  row('getUser of nobody: 155102', async () => {
    await stage.refuses(stage.client.getUser({ userId: randomUUID() }), 155102, 404);
  });

  row('listUsers by pinStatus and securityQuestionStatus', async () => {
    const [nothing, pinOnly] = [await stage.user(), await stage.user()];
    assert.equal((await stage.carryOut(pinOnly, 'createUserPin', { newPin: PIN })).screen, 'Done');
    const listed = async (/** @type {object} */ filter) =>
      (await everyone(stage, filter)).filter((id) => [nothing, pinOnly].includes(id));
    assert.deepEqual(await listed({ pinStatus: 'UNSET' }), [nothing]);
    assert.deepEqual(await listed({ pinStatus: 'ENABLED' }), [pinOnly]);
    assert.deepEqual(await listed({ pinStatus: 'LOCKED' }), []);
    assert.deepEqual(await listed({ pinStatus: 'ENABLED', securityQuestionStatus: 'UNSET' }), [pinOnly]);
    assert.deepEqual(await listed({ securityQuestionStatus: 'ENABLED' }), []);
  });

  row('listUsers by page: pageSize, pageAfter, pageBefore, order', async () => {
    for (let count = 0; count < 3; count += 1) await stage.user();
    const all = await everyone(stage, {});
    const page = async (/** @type {object} */ input) => ids(await stage.client.listUsers(input));
    assert.deepEqual(await page({ pageSize: 2 }), all.slice(0, 2));
    assert.deepEqual(await page({ pageSize: 2, pageAfter: all[1] }), all.slice(2, 4));
    assert.deepEqual(await page({ pageSize: 2, pageBefore: all[3] }), all.slice(1, 3));
    assert.deepEqual(await page({ pageSize: 2, order: 'ASC' }), all.toReversed().slice(0, 2));
  });

  row('listUsers by date: from, to', async () => {
    const userId = await stage.user();
    const { createDate } = await stage.look(userId);
    const created = Date.parse(createDate);
    const at = (/** @type {number} */ ms) => new Date(created + ms).toISOString();
    assert.ok((await everyone(stage, { from: at(0), to: at(0) })).includes(userId), 'both ends are inclusive');
    assert.ok(!(await everyone(stage, { from: at(1) })).includes(userId));
    assert.ok(!(await everyone(stage, { to: at(-1) })).includes(userId));
  });

  row('listUsers with a cursor that is no UUID, or nobody’s: 156014, 156012', async () => {
    await stage.refuses(stage.client.listUsers({ pageAfter: 'a' }), 156014, 400);
    await stage.refuses(stage.client.listUsers({ pageAfter: randomUUID() }), 156012, 404);
  });
}

/** @param {any} response @returns {string[]} */
const ids = (response) => response.data.users.map((/** @type {{ id: string }} */ user) => user.id);

/** All users that match, page by page, in the default order. @param {Stage} stage @param {object} filter */
async function everyone(stage, filter) {
  /** @type {string[]} */
  const all = [];
  for (;;) {
    const pageAfter = all.at(-1);
    const page = ids(await stage.client.listUsers({ ...filter, pageSize: 50, ...(pageAfter && { pageAfter }) }));
    all.push(...page);
    if (page.length < 50) return all;
  }
}
