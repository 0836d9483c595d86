// Every header of every kind of page that the gateway serves, as kept in headers.txt for people to read: a header that
// changes or goes is seen in a review.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Gateway } from '../harness/gateway.mjs';
import { evidence } from '../harness/evidence.mjs';
import { compare } from '../access/harness/kept.mjs';

const ALLOWED = 'https://wallet.example';
/** Of all files: `{hash}` in headers.txt. */
const HASH = readFileSync('dist/hash.txt', 'utf8');
/** One of each kind. */
const PAGES = [
  'GET /',
  `GET /?origin=${ALLOWED}`,
  'GET /?origin=https://evil.example',
  `GET /frame?origin=${ALLOWED}`,
  'GET /frame',
  `GET /recover/${randomUUID()}`,
  `GET /device-id?origin=${ALLOWED}`,
  `GET /social/verify-token?origin=${ALLOWED}`,
  `GET /social/verify-email?origin=${ALLOWED}`,
  'GET /repin.js',
  'GET /repin-worker.js',
  'GET /repin_widget_bg.wasm',
  'GET /repin_kdf_simd.wasm',
  'GET /repin.css',
  'GET /locales/en.json',
  `GET /files/${HASH}/repin.js`,
  `GET /files/${HASH}/locales/en.json`,
  'GET /files/0123456789abcdef/repin.js',
  `GET /files/${HASH}/not-there`,
  'GET /frame.html',
  'GET /not-there',
  'GET /demo',
  'GET /demo/demo.js',
  'GET /openapi.json',
  'GET /health/live',
  'GET /v1/w3s/users',
  `POST /v1/repin/challenges/${randomUUID()}/messages`,
];
/** Different at each answer, or the transport's. */
const CHANGING = ['content-encoding', 'content-length', 'date', 'etag', 'x-request-id', 'connection', 'keep-alive', 'transfer-encoding'];

describe('headers', () => {
  /** @type {Gateway} */
  let gateway;
  /** @type {{ page: string, status: number, headers: [string, string][] }[]} */
  const answers = [];
  before(async () => {
    gateway = await Gateway.start({ REPIN_ALLOWED_ORIGIN: ALLOWED });
    for (const page of PAGES) {
      const [method, path] = page.split(' ');
      const { status, headers } = await fetch(gateway.url + path, { method });
      const kept = [...headers].filter(([name]) => !CHANGING.includes(name)).map(([name, value]) => /** @type {[string, string]} */ ([name, value.replaceAll(HASH, '{hash}')]));
      answers.push({ page: page.replace(/[0-9a-f-]{36}/, '{id}').replace(HASH, '{hash}'), status, headers: kept.sort() });
    }
  });
  after(() => gateway?.end());

  const written = () => answers.map(({ page, status, headers }) => `${page}\n${status}\n${headers.map(([name, value]) => `${name}: ${value}\n`).join('')}`).join('\n');

  test('are those that were kept', () => {
    compare('headers.txt', written(), new URL('./', import.meta.url));
  });

  test('of whatever a browser would draw or run: nobody frames it but who may, no foreign code, no type but the one told', () => {
    for (const { page, headers } of answers) {
      const of = Object.fromEntries(headers);
      assert.equal(of['x-content-type-options'], 'nosniff', page);
      if (!/html|javascript|wasm|css/.test(of['content-type'] ?? '')) continue;
      const policy = of['content-security-policy'] ?? '';
      assert.match(policy, /^default-src 'none'; script-src 'self' 'wasm-unsafe-eval';.*require-trusted-types-for 'script'$/, page);
      assert.doesNotMatch(policy, /unsafe-inline|'unsafe-eval'|\*/, page);
      const ancestors = /frame-ancestors ([^;]+);/.exec(policy)?.[1];
      assert.equal(ancestors, page.endsWith(`?origin=${ALLOWED}`) ? ALLOWED : "'none'", page);
      assert.equal(of['referrer-policy'], 'no-referrer', page);
      assert.match(of['cache-control'], page.includes('/files/{hash}/') ? /immutable/ : /^no-(cache|store)$/, page);
    }
  });

  test('each of which would be missed: the control', () => {
    const kept = readFileSync(new URL('headers.txt', import.meta.url), 'utf8');
    const lines = written().split('\n');
    const without = [...lines.entries()].filter(([, line]) => line.includes(': ')).map(([at]) => lines.toSpliced(at, 1).join('\n'));
    const missed = without.filter((text) => text !== kept).length;
    assert.equal(missed, answers.flatMap(({ headers }) => headers).length);
    evidence(23, `${missed} headers of ${answers.length} kinds of answers are those that are kept in tests/e2e/guard/headers.txt`, `with any one of the ${missed} left out the comparison fails`);
  });
});
