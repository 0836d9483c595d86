// What flows leave behind on the gateway's side: its log, its database, the audit rows in it, the bodies of its webhooks and
// of its refusals. And a way to put something into each on purpose.
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Rows of both tables that tell what was done, as text. */
const ROWS = `
import sqlite3, sys
database = sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True)
for table in ("audit", "outbox"):
    for row in database.execute("SELECT * FROM " + table):
        print(table, row)`;
/** An audit row that no code of ours would write. */
const LEAK = `
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], timeout=30)
database.execute("INSERT INTO audit (at, event, subject) VALUES (0, 'test', ?)", sys.argv[2:])
database.commit()`;

/**
 * Each place by name, as text; bytes as Latin-1.
 *
 * @param {import('./gateway.mjs').Gateway} gateway
 * @param {import('./app.mjs').App} app in front of it
 * @param {import('../../conformance/harness/receiver.mjs').Receiver} receiver of its webhooks
 * @returns {Record<string, string>}
 */
export function traces(gateway, app, receiver) {
  const files = readdirSync(gateway.data).filter((name) => name.startsWith('repin.db')).map((name) => join(gateway.data, name));
  return {
    log: gateway.log,
    database: files.filter(existsSync).map((file) => readFileSync(file, 'latin1')).join('\n'),
    audit: execFileSync('python3', ['-c', ROWS, join(gateway.data, 'repin.db')], { encoding: 'utf8', maxBuffer: 2 ** 28 }),
    webhooks: receiver.deliveries.map(({ headers, raw }) => `${JSON.stringify(headers)}\n${raw}`).join('\n'),
    'error bodies': app.refusals.join('\n'),
  };
}

/** Puts a marker into the database and its audit rows, a webhook's body, and a refusal. The log is in the test's own hands. @param {string} marker @param {import('./gateway.mjs').Gateway} gateway @param {import('./app.mjs').App} app @param {import('../../conformance/harness/receiver.mjs').Receiver} receiver */
export async function leave(marker, gateway, app, receiver) {
  execFileSync('python3', ['-c', LEAK, join(gateway.data, 'repin.db'), marker]);
  await fetch(receiver.url, { method: 'POST', body: JSON.stringify({ notificationType: 'test', marker }) });
  app.rules.set('/refused', () => ({ status: 400, body: marker }));
  await fetch(`${app.origin}/refused`);
  gateway.log += marker;
}

/**
 * Requests that a careless gateway would repeat in its answer: secrets where none belong. Not in `X-Request-Id`, which is the
 * caller's to choose and repeated on purpose.
 *
 * @param {import('./app.mjs').App} app
 * @param {string[]} secrets
 */
export async function provoke(app, secrets) {
  for (const secret of secrets) {
    const said = encodeURIComponent(secret);
    const plain = secret.replace(/[^!-~]/g, '');
    const body = JSON.stringify({ userId: secret, pin: secret, idempotencyKey: secret, blockchains: [secret] });
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${plain}`, 'x-user-token': plain };
    for (const path of [`/v1/w3s/users/${said}`, `/v1/w3s/users?pageBefore=${said}`, `/v1/${said}`, `/v1/w3s/user/challenges/${said}`]) await fetch(app.origin + path, { headers });
    for (const path of ['/v1/w3s/users', '/v1/w3s/user/pin', `/v1/repin/challenges/${randomUUID()}/messages`, `/v1/repin/challenges/${said}/messages`]) {
      await fetch(app.origin + path, { method: 'POST', headers, body });
      await fetch(app.origin + path, { method: 'POST', headers, body: `{"${body}` });
    }
  }
}
