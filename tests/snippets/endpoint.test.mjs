// The whole endpoint of docs/backend.md, as it stands and started as the quick start says: before a real gateway with the shipped
// vault for the person's part; and before one that is played, for what a real one cannot be made to do at will.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { ANSWERS, PIN, live } from '../conformance/harness/person.mjs';
import { Gateway } from '../e2e/harness/gateway.mjs';
import { freePort } from '../e2e/harness/port.mjs';
import { ofKind } from './blocks.mjs';
import { asTheQuickStartSays, backend } from './programs.mjs';

const MINUTE = 60_000;
const WRONG_ANSWERS = [['one', '19990101'], ['two', '19990202'], ['three', '19990303']];
const [{ at, code }] = ofKind('backend');
const as = asTheQuickStartSays();

/** @typedef {{ url: string, log: () => string }} Host */

/** @param {Host} host @param {string} reason */
const ask = (host, reason) => fetch(`${host.url}/api/pin-session?reason=${reason}`, { method: 'POST' });

/** @param {Pick<Gateway, 'url' | 'apiKey'>} gateway @param {(host: Host) => Promise<void>} work @param {{ TRY_AS?: string }} [settings] */
async function started(gateway, work, settings = as) {
  const host = await backend(gateway, code, await freePort(), settings);
  try {
    await work(host);
  } finally {
    await host.end();
  }
}

/** @param {Record<string, string>} settings @param {(host: Host, gateway: Gateway) => Promise<void>} work */
async function before(settings, work) {
  const gateway = await Gateway.start(settings);
  try {
    await started(gateway, (host) => work(host, gateway));
  } finally {
    await gateway.end();
  }
}

test(`${at} answers nobody until somebody is signed in, and says so`, async () => {
  await started({ url: 'http://127.0.0.1:9', apiKey: 'never asked' }, async (host) => {
    for (const path of ['/api/pin-session', '/api/pin-done?challenge=x', '/']) {
      const reply = await fetch(host.url + path, { method: 'POST', headers: { cookie: 'session=x' } });
      assert.deepEqual([reply.status, await reply.json()], [401, { message: 'Nobody is signed in' }]);
    }
    assert.equal(host.log(), '');
  }, {});
});

test(`${at} gives whom it is started for a good session, and more time for the same challenge`, async () => {
  await before({}, async (host, gateway) => {
    const given = async (/** @type {string} */ reason) => {
      const reply = await ask(host, reason);
      assert.equal(reply.headers.get('cache-control'), 'no-store');
      const session = await reply.json();
      assert.equal(Buffer.from(session.encryptionKey, 'base64').length, 32);
      assert.equal((await gateway.status(session, session.challengeId)).status, 'PENDING');
      return session;
    };
    const session = await given('start');
    const more = await given('expiring');
    assert.equal(more.challengeId, session.challengeId, 'more time is for the same challenge');
    assert.notEqual(more.userToken, session.userToken);
    assert.notEqual((await given('expired')).challengeId, session.challengeId, 'who starts anew gets another');
    const done = await fetch(`${host.url}/api/pin-done?challenge=${session.challengeId}`);
    assert.deepEqual(await done.json(), { done: false });
    assert.equal(host.log(), `For a try alone: whoever asks is taken for ${as.TRY_AS}.\n`, 'it warns, and says nothing else');
  });
});

test(`${at} hands over what shows until when while answers are locked, and the code when nothing is open`, async () => {
  // Challenges live shorter than a lock.
  await before({ REPIN_CHALLENGE_TTL: `${(10 * MINUTE) / 1000}` }, async (host, gateway) => {
    /** The session, and where somebody ends with it. @param {import('../conformance/harness/person.mjs').Typed} typed */
    const visit = async (typed) => {
      const session = await (await ask(host, 'start')).json();
      return { ...session, ...(await live({ ...session, gateway: gateway.url }, typed)) };
    };
    assert.equal((await visit({ newPin: PIN, newAnswers: ANSWERS })).screen, 'Done');
    const locked = await visit({ answers: WRONG_ANSWERS });
    assert.equal(locked.screen, 'Locked');
    const again = await visit({});
    assert.deepEqual([again.screen, again.until, again.challengeId], ['Locked', locked.until, locked.challengeId]);
    assert.notEqual(again.userToken, locked.userToken);

    await gateway.advance(11 * MINUTE);
    const refused = await ask(host, 'start');
    assert.deepEqual([refused.status, (await refused.json()).code], [502, 155120], 'the page can say so');
    const { securityQuestionDetails } = await gateway.look(as.TRY_AS);
    assert.equal(Math.trunc(Date.parse(securityQuestionDetails.lockedExpiryDate) / 1000), Math.trunc(locked.until / 1000), 'and until when');

    await gateway.advance(20 * MINUTE);
    const after = await visit({ answers: [ANSWERS], newPin: '580271' });
    assert.equal(after.screen, 'Done');
    assert.notEqual(after.challengeId, locked.challengeId);
  });
});

test(`${at} takes the newest way back that is open, for a lock alone, and tells what the gateway said and no more`, async () => {
  /** What creating a challenge is answered. @type {{ status: number, body: object | string }} */
  let refusal = { status: 200, body: '' };
  /** @type {{ id: string, type: string }[]} */
  let challenges = [];
  const gateway = createServer((request, response) => {
    /** @type {Record<string, object>} */
    const answers = {
      'POST /v1/w3s/users/token': { userToken: 'a.b.c', encryptionKey: 'AAAA' },
      'GET /v1/w3s/user': { pinStatus: 'ENABLED' },
      'GET /v1/w3s/user/challenges?status=PENDING': { challenges },
    };
    const call = `${request.method} ${request.url}`;
    if (call in answers) return void response.end(JSON.stringify({ data: answers[call] }));
    const { status, body } = call === 'POST /v1/w3s/users' ? { status: 409, body: { code: 155101 } } : refusal;
    response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  await once(gateway, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (gateway.address());
  const open = ['CHANGE_PIN', 'RESTORE_PIN_BY_CODE', 'RESTORE_PIN'].map((type) => ({ id: `a ${type}`, type }));
  try {
    await started({ url: `http://127.0.0.1:${port}`, apiKey: 'TEST_API_KEY:id:secret' }, async (host) => {
      const told = async () => (await ask(host, 'start')).json();
      for (const code of [155119, 155120, 155141]) {
        const body = { code, message: 'locked' };
        refusal = { status: 400, body };
        challenges = open;
        assert.equal((await told()).challengeId, 'a RESTORE_PIN_BY_CODE');
        challenges = open.slice(0, 1);
        assert.deepEqual(await told(), body, 'of another kind');
      }
      challenges = open;
      const disabled = { code: 155109, message: 'disabled' };
      refusal = { status: 409, body: disabled };
      assert.deepEqual(await told(), disabled, 'no lock');
      refusal = { status: 502, body: '<h1>A proxy’s page</h1>' };
      assert.deepEqual(await told(), { message: 'The gateway was not reached' });
      assert.match(await raw(host, 'GET // HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'), /^HTTP\/1\.1 502 /);
      assert.deepEqual(await told(), { message: 'The gateway was not reached' }, 'an address that is none ends no server');
    });
  } finally {
    gateway.closeAllConnections();
    gateway.close();
  }
});

/** What is answered to these bytes. @param {Host} host @param {string} bytes @returns {Promise<string>} */
async function raw(host, bytes) {
  const socket = connect(Number(new URL(host.url).port), '127.0.0.1');
  socket.end(bytes);
  return Buffer.concat(await socket.toArray()).toString();
}
