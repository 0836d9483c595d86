// From the host's call to the person's last tap and back: what the SDK shows of it.
import assert from 'node:assert/strict';
import { ANSWERS, PIN } from '../harness/person.mjs';

const NEW_PIN = '730562';
const WRONG = ['111222', '222333', '333444'];
const WRONG_ANSWERS = [['one', '19990101'], ['two', '19990202'], ['three', '19990303']];
const HALF_AN_HOUR = 30 * 60 * 1000;

/** @param {import('../harness/rows.mjs').AddRow} row @param {import('../harness/stage.mjs').Stage} stage */
export function flows(row, stage) {
  row('INITIALIZE: PIN and questions set', async () => {
    const userId = await stage.user();
    const end = await stage.carryOut(userId, 'createUserPinWithWallets', { newPin: PIN, newAnswers: ANSWERS });
    assert.equal(end.screen, 'Done');
    assert.deepEqual([end.challenge.type, end.challenge.status], ['INITIALIZE', 'COMPLETE']);
    assert.equal(end.challenge.errorCode, undefined);
    const { pinStatus, securityQuestionStatus } = await stage.look(userId);
    assert.deepEqual([pinStatus, securityQuestionStatus], ['ENABLED', 'ENABLED']);
  });

  row('CHANGE_PIN: the current PIN, then a new one', async () => {
    const userId = await stage.enrolled();
    const end = await stage.carryOut(userId, 'updateUserPin', { pins: [PIN], newPin: NEW_PIN });
    assert.deepEqual([end.screen, end.challenge.type, end.challenge.status], ['Done', 'CHANGE_PIN', 'COMPLETE']);
    const again = await stage.carryOut(userId, 'updateUserPin', { pins: [PIN, NEW_PIN], newPin: '604918' });
    assert.equal(again.screen, 'Done', 'the new PIN counts, and the old one no more');
  });

  row('RESTORE_PIN: the answers, then a new PIN', async () => {
    const userId = await stage.enrolled();
    const end = await stage.carryOut(userId, 'restoreUserPin', { answers: [ANSWERS], newPin: NEW_PIN });
    assert.deepEqual([end.screen, end.challenge.type, end.challenge.status], ['Done', 'RESTORE_PIN', 'COMPLETE']);
    assert.equal(end.challenge.correlationIds.length, 1);
    const after = await stage.carryOut(userId, 'updateUserPin', { pins: [NEW_PIN], newPin: PIN });
    assert.equal(after.screen, 'Done');
  });

  row('three wrong PINs: LOCKED with its dates, 155119, recovery open, and half an hour later ENABLED', async () => {
    const userId = await stage.enrolled();
    const end = await stage.carryOut(userId, 'updateUserPin', { pins: WRONG });
    assert.deepEqual([end.screen, end.challenge.status], ['Locked', 'PENDING']);
    const { pinStatus, securityQuestionStatus, pinDetails } = await stage.look(userId);
    assert.deepEqual([pinStatus, securityQuestionStatus, pinDetails.failedAttempts], ['LOCKED', 'ENABLED', 3]);
    const lasts = Date.parse(pinDetails.lockedExpiryDate) - Date.parse(pinDetails.lockedDate);
    assert.equal(lasts, HALF_AN_HOUR);
    const { userToken } = await stage.session(userId);
    await stage.refuses(stage.client.updateUserPin({ userToken }), 155119, 400);
    assert.equal((await stage.client.restoreUserPin({ userToken })).status, 201);
    await stage.gateway.advance(HALF_AN_HOUR);
    const after = await stage.look(userId);
    assert.deepEqual([after.pinStatus, after.pinDetails], ['ENABLED', { failedAttempts: 0 }]);
  });

  row('three wrong answers: LOCKED with its dates, 155120, and the PIN still works', async () => {
    const userId = await stage.enrolled();
    const end = await stage.carryOut(userId, 'restoreUserPin', { answers: WRONG_ANSWERS });
    assert.deepEqual([end.screen, end.challenge.status], ['Locked', 'PENDING']);
    const { pinStatus, securityQuestionStatus, securityQuestionDetails } = await stage.look(userId);
    assert.deepEqual([pinStatus, securityQuestionStatus], ['ENABLED', 'LOCKED']);
    assert.equal(securityQuestionDetails.failedAttempts, 3);
    const { userToken } = await stage.session(userId);
    await stage.refuses(stage.client.restoreUserPin({ userToken }), 155120, 400);
    assert.equal((await stage.client.updateUserPin({ userToken })).status, 201);
  });

  row('a locked PIN that the operator unlocked: ENABLED, with lastLockOverrideDate', async () => {
    const userId = await stage.enrolled();
    await stage.carryOut(userId, 'updateUserPin', { pins: WRONG });
    await stage.admin('user', 'unlock', userId, 'pin');
    const { pinStatus, pinDetails } = await stage.look(userId);
    assert.equal(pinStatus, 'ENABLED');
    assert.ok(!Number.isNaN(Date.parse(pinDetails.lastLockOverrideDate)));
  });
}
