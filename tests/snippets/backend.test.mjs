// The examples for a host's backend, each as it stands, against a real gateway. The whole endpoint is in endpoint.test.mjs.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Gateway } from '../e2e/harness/gateway.mjs';
import { ofKind } from './blocks.mjs';
import { circle, python, shell } from './programs.mjs';

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

/** What was printed must be a session that the gateway knows. @param {string} printed */
async function isSession(printed) {
  const session = JSON.parse(printed);
  assert.match(session.challengeId, UUID);
  assert.equal(Buffer.from(session.encryptionKey, 'base64').length, 32);
  assert.equal((await gateway.status(session, session.challengeId)).status, 'PENDING');
  return session;
}
