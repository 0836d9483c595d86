// The examples for a host's backend, each as it stands, against a real gateway.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Gateway } from '../e2e/harness/gateway.mjs';
import { freePort } from '../e2e/harness/port.mjs';
import { ofKind } from './blocks.mjs';
import { backend, circle, python, shell } from './programs.mjs';

const UUID = /^[0-9a-f-]{36}$/;

/** @type {Gateway} */
let gateway;
before(async () => void (gateway = await Gateway.start()));
after(() => gateway?.end());

for (const { at, code, what } of ofKind('sh')) {
  test(`${at} runs in a shell`, async () => {
    const printed = await shell(gateway, code);
    // `run: sh says COMPLETE`: what the last lines must say.
    for (const word of /^sh says (.*)$/.exec(what ?? '')?.[1].split(' ') ?? []) assert.ok(printed.includes(word), printed);
  });
}

for (const { at, code } of ofKind('circle')) {
  for (const sdk of ['circle-9', 'circle-10']) {
    test(`${at} runs with ${sdk}, and its session is good`, async () => isSession(await circle(gateway, sdk, code)));
  }
}

for (const { at, code } of ofKind('python')) {
  test(`${at} runs with Circle’s SDK for Python, and its session is good`, async () => isSession(await python(gateway, code)));
}

for (const { at, code } of ofKind('verify')) {
  test(`${at} accepts the webhook that Circle documents, and no other body`, async () => {
    const sample = readFileSync(new URL('../vectors/circle-webhook.json', import.meta.url), 'utf8');
    const call = (/** @type {string} */ body) => `is_genuine(${body}, sample["signature"], sample["publicKey"])`;
    const read = `import json\nsample = json.loads(${JSON.stringify(sample)})\nbody = sample["body"].encode()`;
    assert.equal(await python(gateway, `${code}\n${read}\nprint(${call('body')}, ${call('body + b" "')})\n`), 'True False\n');
  });
}

for (const { at, code } of ofKind('backend')) {
  test(`${at} answers who is signed in alone, its session is good, and more time is for the same challenge`, async () => {
    const host = await backend(gateway, code, await freePort());
    try {
      assert.equal((await fetch(`${host.url}/api/pin-session`, { method: 'POST' })).status, 401);
      const headers = { cookie: 'session=x' };
      const reply = await fetch(`${host.url}/api/pin-session`, { method: 'POST', headers });
      assert.equal(reply.headers.get('cache-control'), 'no-store');
      const session = await isSession(await reply.text());
      const ask = async (/** @type {string} */ reason) => {
        const answer = await fetch(`${host.url}/api/pin-session?reason=${reason}`, { method: 'POST', headers });
        return isSession(await answer.text());
      };
      const more = await ask('expiring');
      assert.equal(more.challengeId, session.challengeId, 'more time is for the same challenge');
      assert.notEqual(more.userToken, session.userToken);
      assert.notEqual((await ask('expired')).challengeId, session.challengeId, 'who starts anew gets another');
      const done = await fetch(`${host.url}/api/pin-done?challenge=${session.challengeId}`, { headers });
      assert.deepEqual(await done.json(), { done: false });
      assert.equal(host.log(), '');
    } finally {
      await host.end();
    }
  });
}

/** What was printed must be a session that the gateway knows. @param {string} printed */
async function isSession(printed) {
  const session = JSON.parse(printed);
  assert.match(session.challengeId, UUID);
  assert.equal(Buffer.from(session.encryptionKey, 'base64').length, 32);
  assert.equal((await gateway.status(session, session.challengeId)).status, 'PENDING');
  return session;
}
