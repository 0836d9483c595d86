// `cargo xtask bench frame`: how long the gateway's frame takes until a question can be answered, for whoever opens it first and
// for whoever comes back; beside the same without names that can be kept and without files that are fetched ahead. In turns.
import { createServer, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { launch } from '../e2e/harness/browser.mjs';
import { Gateway } from '../e2e/harness/gateway.mjs';
import { enrolled } from '../e2e/harness/story.mjs';
import { Link, SPEEDS } from '../e2e/compare/link.mjs';
import { framing } from './framing.mjs';
import { install, serve } from './host.mjs';

const RUNS = 7;
/** For what is fetched while the person reads. */
const READING_MS = 1_500;

install();
const host = await serve();
const gateway = await Gateway.start({ REPIN_ALLOWED_ORIGIN: host.origin });
const browser = await launch('chromium');
const person = await enrolled({ gateway, browser, secrets: {} });
const front = { link: new Link(SPEEDS[0]), plain: false, asked: 0 };
const server = createServer(pass);
await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
const origin = `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}`;

/** @type {Map<string, { took: number, asked: number }[]>} */
const seen = new Map();
for (let run = 0; run < RUNS; run += 1) {
  for (const speed of SPEEDS) {
    for (const plain of run % 2 ? [true, false] : [false, true]) {
      Object.assign(front, { link: new Link(speed), plain });
      await visits(`${speed.name} | ${plain ? 'asked for each time' : 'kept, and fetched ahead'}`);
    }
  }
}
console.log('| Link | Files | First: ms | Requests | Again: ms | Requests |\n|---|---|---|---|---|---|');
for (const row of [...seen.keys()].filter((row) => !row.endsWith('again'))) console.log(`| ${row} | ${told(row)} | ${told(`${row} again`)} |`);
await browser.close();
await gateway.end();
server.close();
host.close();

/** Twice in one browser, with a session of its own each. @param {string} row */
async function visits(row) {
  await framing(browser, host.origin, origin, async ({ page, escape, widget, outcome }) => {
    for (const name of [row, `${row} again`]) {
      const made = await gateway.session(person.userId);
      const session = { ...made, challengeId: await gateway.challenge(made, 'RESTORE_PIN') };
      front.asked = 0;
      const from = performance.now();
      await page.evaluate((session) => void /** @type {any} */ (window).show({}, [session]), session);
      await widget.shows('questions.title');
      const found = seen.get(name) ?? [];
      seen.set(name, [...found, { took: performance.now() - from, asked: front.asked }]);
      await sleep(READING_MS);
      await escape();
      await outcome();
    }
  });
}

/** @param {string} row */
function told(row) {
  const middle = (/** @type {number[]} */ values) => values.toSorted((a, b) => a - b)[values.length >> 1];
  const all = seen.get(row) ?? [];
  return `${middle(all.map(({ took }) => took)).toFixed(0)} | ${middle(all.map(({ asked }) => asked))}`;
}

/** @param {import('node:http').IncomingMessage} asked @param {import('node:http').ServerResponse} answer */
function pass(asked, answer) {
  front.asked += 1;
  const { plain, link } = front;
  const isPage = Boolean(asked.url?.startsWith('/frame?'));
  const headers = { ...asked.headers, ...(plain && isPage && { 'accept-encoding': 'identity' }) };
  const passed = request(gateway.url + asked.url, { method: asked.method, headers }, async (reply) => {
    let body = Buffer.concat(await reply.toArray());
    const told = { ...reply.headers, ...(plain && { link: undefined }) };
    if (plain && isPage) body = Buffer.from(body.toString().replace(/\/files\/\w+/, ''));
    await link.send(answer, reply.statusCode ?? 502, Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined)), body);
  });
  asked.pipe(passed);
}
