// Circle's server SDK for Python, unmodified, against a real gateway. The rows are in python/; here they are started and
// reported like all others.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Gateway } from '../e2e/harness/gateway.mjs';
import { PERSON } from './harness/person.mjs';
import { forget, save } from './harness/rows.mjs';
import { PYTHON, SERVER, WEBHOOK_SETTINGS } from './harness/stage.mjs';

const MAIN = fileURLToPath(new URL('python/main.py', import.meta.url));

describe('circle-user-controlled-wallets', () => {
  /** @type {Gateway} */
  let gateway;
  before(async () => void (gateway = await Gateway.start(WEBHOOK_SETTINGS)));
  after(() => gateway?.end());

  test('every row', async (context) => {
    forget('python.json');
    const env = {
      ...process.env,
      ...{ REPIN_GATEWAY: gateway.url, REPIN_API_KEY: gateway.apiKey, REPIN_DATA: gateway.data },
      ...{ REPIN_PERSON: PERSON, REPIN_SERVER: SERVER, PYTHONDONTWRITEBYTECODE: '1' },
    };
    const python = spawn(PYTHON, [MAIN], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = new Promise((resolve, reject) => python.once('exit', resolve).once('error', reject));
    /** @type {import('./harness/rows.mjs').Row[]} */
    const results = [];
    for await (const line of createInterface({ input: python.stdout })) {
      const { sdk, version, flow, problem } = JSON.parse(line);
      results.push({ sdk, version, flow, result: problem ? 'failed' : 'passed' });
      await context.test(flow, () => void (problem && assert.fail(problem)));
    }
    assert.equal(await ended, 0);
    save('python.json', results);
  });
});
