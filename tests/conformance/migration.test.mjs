// docs/migrating-from-circle.md: what a reader copies must run. Blocks marked with this file's name are run as they stand, with the SDK
// that the reader would have installed.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Gateway } from '../e2e/harness/gateway.mjs';
import { PYTHON } from './harness/stage.mjs';

const GUIDE = readFileSync(new URL('../../docs/migrating-from-circle.md', import.meta.url), 'utf8');
const BLOCKS = [...GUIDE.matchAll(/<!-- run by tests\/conformance\/migration.test.mjs -->\n```(\w+)\n([^]*?)```/g)].map(([, language, code]) => ({ language, code }));
const HERE = fileURLToPath(new URL('.', import.meta.url));

/** @type {Gateway} */
let gateway;
before(async () => void (gateway = await Gateway.start()));
after(() => gateway?.end());

const [sideBySide, node, python, webhook] = BLOCKS;

test('the guide has four blocks to run', () => {
  assert.deepEqual(BLOCKS.map(({ language }) => language), ['js', 'js', 'python', 'js']);
});

for (const name of ['circle-9', 'circle-10']) {
  test(`both side by side, with ${name}`, () => runJs(name, sideBySide.code));
  test(`Node backend, with ${name}`, () =>
    runJs(name, `${node.code}\nif (!session.challengeId) throw new Error('no challenge');`));
}

test('Python backend', () => run(PYTHON, ['-'], `${python.code}\nassert tokens.user_token and configurations_client\n`));

test('webhook verification', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  const body = Buffer.from('{"version":2}');
  const source = `data:text/javascript,${encodeURIComponent(webhook.code)}`;
  const { isGenuine } = await import(source);
  const client = { getNotificationSignature: async () => ({ data: { publicKey: spki } }) };
  const headers = { 'x-circle-key-id': 'k', 'x-circle-signature': sign('SHA256', body, privateKey).toString('base64') };
  assert.equal(await isGenuine(client, headers, body), true);
  assert.equal(await isGenuine(client, headers, Buffer.from('{"version":3}')), false);
});

/** @param {string} name as installed here @param {string} code */
function runJs(name, code) {
  const named = code.replaceAll("'@circle-fin/user-controlled-wallets'", `'${name}'`);
  assert.notEqual(named, code);
  return run(process.execPath, ['--input-type=module'], named);
}

/** @param {string} program @param {string[]} args @param {string} code */
async function run(program, args, code) {
  const env = { ...process.env, PIN_URL: gateway.url, PIN_API_KEY: gateway.apiKey, CIRCLE_API_KEY: 'TEST_API_KEY:a:b' };
  const child = spawn(program, args, { cwd: HERE, env, stdio: ['pipe', 'inherit', 'inherit'] });
  child.stdin.end(code);
  assert.equal(await new Promise((resolve, reject) => child.once('exit', resolve).once('error', reject)), 0);
}
