// Webhooks: a subscription, a recovery, and a notification that Circle's own instructions verify.
import assert from 'node:assert/strict';
import { createPublicKey, createVerify, randomUUID } from 'node:crypto';
import { ANSWERS } from '../harness/person.mjs';

/** @param {import('../harness/rows.mjs').AddRow} row @param {import('../harness/stage.mjs').Stage} stage */
export function subscriptions(row, stage) {
  /** @type {string} */
  let id;

  row('createSubscription: HEAD and a test notification', async () => {
    const { status, data } = await stage.client.createSubscription({ endpoint: stage.receiver.url });
    id = data.id;
    assert.deepEqual([status, data.endpoint, data.enabled], [200, stage.receiver.url, true]);
    const { raw } = await stage.receiver.notification(({ notificationType }) => notificationType === 'webhooks.test');
    assert.deepEqual(JSON.parse(raw.toString()).notification, { hello: 'world' });
    assert.equal(stage.receiver.deliveries[0].method, 'HEAD');
  });

  row('listSubscriptions, getSubscription', async () => {
    const listed = (await stage.client.listSubscriptions()).data;
    assert.deepEqual(listed.map((/** @type {any} */ subscription) => subscription.id), [id]);
    assert.deepEqual((await stage.client.getSubscription(id)).data, listed[0]);
  });

  row('RESTORE_PIN to webhook: challenges.restorePin, verified with getNotificationSignature', async () => {
    assert.ok(id, 'there is a subscription');
    const userId = await stage.enrolled();
    const { challenge } = await stage.carryOut(userId, 'restoreUserPin', { answers: [ANSWERS], newPin: '730562' });
    const { raw, headers } = await stage.receiver.notification(
      ({ notificationType, notification }) =>
        notificationType === 'challenges.restorePin' && notification.id === challenge.id,
    );
    const { notificationId, timestamp, ...rest } = JSON.parse(raw.toString());
    assert.match(notificationId, /^[\da-f-]{36}$/);
    assert.ok(!Number.isNaN(Date.parse(timestamp)));
    assert.deepEqual(rest, {
      subscriptionId: id,
      notificationType: 'challenges.restorePin',
      notification: {
        ...{ id: challenge.id, userId, type: 'RESTORE_PIN', status: 'COMPLETE' },
        ...{ correlationIds: challenge.correlationIds, errorCode: 0, errorMessage: '' },
      },
      version: 2,
    });
    const { data } = await stage.client.getNotificationSignature(headers['x-circle-key-id']);
    assert.equal(data.algorithm, 'ECDSA_SHA_256');
    const signature = String(headers['x-circle-signature']);
    assert.ok(verifies(data.publicKey, signature, raw), 'over the raw body, as Circle says today');
    const again = Buffer.from(JSON.stringify(JSON.parse(raw.toString())));
    assert.ok(verifies(data.publicKey, signature, again), 'over the parsed body written again, as Circle said before');
    const forged = Buffer.from(raw.toString().replace('COMPLETE', 'FAILED'));
    assert.ok(!verifies(data.publicKey, signature, forged), 'and over nothing else');
  });

  row('updateSubscription', async () => {
    const { data } = await stage.client.updateSubscription({ id, name: 'Recoveries', enabled: false });
    assert.deepEqual([data.id, data.name, data.enabled], [id, 'Recoveries', false]);
  });

  row('deleteSubscription', async () => {
    assert.equal((await stage.client.deleteSubscription(id)).status, 204);
    assert.deepEqual((await stage.client.listSubscriptions()).data, []);
    const error = await stage.client.getSubscription(id).catch((/** @type {any} */ error) => error);
    assert.equal(error.response?.status ?? error.status, 404);
  });

  row('getNotificationSignature of nobody’s key', async () => {
    const error = await stage.client.getNotificationSignature(randomUUID()).catch((/** @type {any} */ error) => error);
    assert.equal(error.response?.status ?? error.status, 404);
  });
}

/**
 * In the words of Circle's instructions: a base64 SPKI key, ECDSA over SHA-256, a base64 DER signature.
 * @param {string} publicKey @param {string} signature @param {Buffer} message
 */
function verifies(publicKey, signature, message) {
  const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
  return createVerify('SHA256').update(message).verify(key, Buffer.from(signature, 'base64'));
}
