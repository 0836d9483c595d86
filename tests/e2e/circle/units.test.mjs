// The frame's rules by themselves: who may be talked with, what is read of a message, what is said and when no more.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** A module of the frame. @param {string} name @returns {Promise<any>} */
async function frame(name) {
  const { outputFiles } = await build({ entryPoints: [`${ROOT}npm/src/frame/${name}.ts`], bundle: true, format: 'esm', write: false });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}

const { embedder } = await frame('embedder');
const { read } = await frame('init');
const { speakTo } = await frame('voice');
const { MESSAGES, errorOf } = await frame('ending');

const APP = 'https://app.example';
const AROUND = { search: `?origin=${APP}`, own: 'https://pin.example', isTop: false, ancestors: [APP], referrer: `${APP}/wallet?x=1` };

test('the page that frames is the one that the URL names, all the way up', () => {
  assert.equal(embedder(AROUND), APP);
  assert.equal(embedder({ ...AROUND, ancestors: undefined, referrer: '' }), APP, 'where the browser tells nothing');
  assert.equal(embedder({ ...AROUND, ancestors: [APP, APP] }), APP, 'an app in its own frame');
  for (const wrong of [
    { isTop: true },
    { own: 'null' },
    { ancestors: ['https://evil.example'] },
    { ancestors: [APP, 'https://evil.example'] },
    { ancestors: ['null'] },
    { referrer: 'https://evil.example/' },
    { referrer: 'about:client' },
    { search: '' },
    { search: '?origin=null' },
    { search: '?origin=*' },
    { search: `?origin=${APP}/` },
    { search: `?origin=${APP}:443` },
    { search: '?origin=HTTPS://app.example' },
    { search: `?origin=${APP}&x=1` },
    { search: `?x=1&origin=${APP}` },
    { search: '?origin=javascript:alert(1)' },
  ]) {
    assert.equal(embedder({ ...AROUND, ...wrong }), undefined, JSON.stringify(wrong));
  }
});

test('only an object named w3s is an init, and each value of it is taken only in its form', () => {
  for (const none of [undefined, null, 0, 'w3s', [], {}, { w3s: undefined }, { w3s: null }, { w3s: 'x' }, Object.create({ w3s: {} })]) {
    assert.equal(read(none), undefined);
  }
  const session = { userToken: 'token', encryptionKey: 'key', challengeId: 'id', appId: 'app' };
  const { userToken, encryptionKey, challengeId, appId } = session;
  const w3s = { appSettings: { appId }, auth: { userToken, encryptionKey }, challenge: { challengeId }, customizations: { x: 1 } };
  assert.deepEqual(read({ w3s }), { session, customizations: { x: 1 } });
  const nothing = { userToken: '', encryptionKey: '', challengeId: '', appId: '' };
  const long = 'x'.repeat(5000);
  for (const wrong of [
    {},
    { appSettings: undefined, auth: undefined, challenge: undefined },
    { appSettings: { appId: 1 }, auth: { userToken: {}, encryptionKey: ['key'] }, challenge: 'id' },
    { appSettings: { appId: long }, auth: { userToken: long, encryptionKey: long }, challenge: { challengeId: long } },
    { auth: Object.create({ userToken }), appSettings: new Map([['appId', appId]]) },
  ]) {
    assert.deepEqual(read({ w3s: wrong }).session, nothing, JSON.stringify(wrong).slice(0, 80));
  }
});

test('each message has one key of its own, one target, and none follows the end', () => {
  /** @type {any[]} */
  const said = [];
  const page = { postMessage: (/** @type {any} */ message, /** @type {any} */ target) => said.push([message, target]) };
  const error = { code: 155701, message: 'User canceled' };
  /** @type {any} */
  const ends = { complete: ['RESTORE_PIN'], fail: [error], refuseSocialLogin: [error], refuseEmailLogin: [error], device: ['x'] };
  for (const [end, args] of Object.entries(ends)) {
    said.length = 0;
    const voice = speakTo(APP, page);
    voice.ready();
    assert.deepEqual([voice.show(), voice.show()], [true, false], 'shown once');
    voice[end](...args);
    const count = said.length;
    for (const [late, args] of Object.entries(ends)) voice[late](...args);
    voice.forgot();
    assert.deepEqual([said.length, voice.show()], [count, false], `after ${end}`);
    assert.ok(said.every(([, target]) => target === APP));
    assert.ok(said.every(([message]) => Object.keys(message).filter((key) => !['error', 'result'].includes(key)).length === 1));
  }
  said.length = 0;
  speakTo(APP, page).complete('CHANGE_PIN');
  assert.deepEqual(said.map(([message]) => message), [{ onComplete: true, result: { type: 'CHANGE_PIN', status: 'COMPLETE' } }], 'no onClose after it');
});

/** The core's codes that never end a run in the frame: */
const ELSEWHERE = [
  // answers to a host's backend,
  2, 401, 413, 155101, 155102, 155199, 156007, 156009, 156012, 156014, 156020,
  // a lost connection, to the person,
  429,
  // what they typed, which they are told in the widget and may type again.
  155112, 155115, 155130, 155132, 155134, 155135, 155703, 155704, 155705,
];

test('every code of the core that can end a run has its words', () => {
  const core = readFileSync(`${ROOT}crates/core/src/error.rs`, 'utf8');
  const codes = [...core.matchAll(/^ +\w+ = (-?\d+), \d+, (\w+), "(.*)";$/gm)].map(([, code, origin, message]) => ({ code, origin, message }));
  assert.ok(codes.length > 60, 'the core was understood');
  const ours = codes.filter(({ code, origin }) => origin !== 'Circle' && !ELSEWHERE.includes(Number(code)));
  assert.deepEqual(MESSAGES, Object.fromEntries(ours.map(({ code, message }) => [code, message])));
  assert.deepEqual(ELSEWHERE.filter((code) => !codes.some((known) => known.code === `${code}`)), [], 'each is one of the core’s');
});

test('an outcome is called what Circle calls it', () => {
  const code = (/** @type {any} */ outcome) => errorOf(outcome).code;
  const failed = (/** @type {number} */ code, kind = 'internal') => ({ status: 'failed', error: { code, kind, message: '' } });
  assert.equal(code({ status: 'canceled' }), 155701);
  assert.equal(code({ status: 'locked', factor: 'pin' }), 155119);
  assert.equal(code({ status: 'locked', factor: 'answers' }), 155120);
  assert.equal(code({ status: 'locked', factor: 'code' }), 155141);
  for (const known of Object.keys(MESSAGES).map(Number).filter((known) => known !== -1)) {
    assert.deepEqual(errorOf(failed(known)), { code: known, message: MESSAGES[known] });
  }
  assert.equal(code(failed(-1, 'network')), 155706);
  assert.equal(code(failed(-1, 'blocked_by_csp')), 155702);
  assert.equal(code(failed(-1, 'unsupported_browser')), 155702);
  assert.equal(code(failed(-1)), -1);
  assert.equal(code(failed(424242)), -1, 'a number we have no words for');
});
