// `cargo xtask bench compare`: this widget beside Circle's web SDK and ALTCHA, each as its documentation has developers put
// it into a page, on the networks and the processor of the design. Runs take turns, so that whatever else the machine does
// meets all of them alike. Writes docs/performance.md, and docs/pictures/load.svg, which `cargo xtask bench path` writes alone.
import { readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { launch } from '../harness/browser.mjs';
import { Gateway } from '../harness/gateway.mjs';
import { enrolled } from '../harness/story.mjs';
import { Link, SPEEDS } from './link.mjs';
import { PRODUCTS, load } from './load.mjs';
import { picture } from './picture.mjs';
import { HEADING } from '../../argon2/report.mjs';
import { report } from './report.mjs';
import { Server } from './server.mjs';
import { tasks } from './trace.mjs';
import { keys, warm } from './warm.mjs';

/** @typedef {import('./load.mjs').Product} Product */

const RUNS = 21;
const SLOWER = 4;

const server = await Server.start();
const gateway = await Gateway.start({ REPIN_ALLOWED_ORIGIN: server.url });
const browser = await launch('chromium');
try {
  server.gateway = gateway.url;
  const stage = { gateway, browser, server };
  const person = await enrolled({ gateway, browser, secrets: {} });
  /** @param {import('../harness/gateway.mjs').ChallengeType} type */
  const session = async (type) => {
    const made = await gateway.session(person.userId);
    return encodeURIComponent(JSON.stringify({ ...made, challengeId: await gateway.challenge(made, type) }));
  };

  await draw();
  if (process.argv[2] !== 'path') await compare();

  async function draw() {
    const fast = SPEEDS[1];
    server.link = new Link(fast);
    const { sent, shell = NaN, typeable = NaN, trace = [] } = await load(stage, 'Repin', await session('RESTORE_PIN'), SLOWER, true);
    const title = `A cold load on ${fast.name}, the processor slowed ${SLOWER} times, in milliseconds`;
    const drawn = picture(title, { sent, ...tasks(trace), marks: [['shell', shell], ['question', typeable]] });
    writeFileSync(new URL('../../../docs/pictures/load.svg', import.meta.url), drawn);
  }

  async function compare() {
    const load1 = loadavg()[0];
    /** @type {Record<string, Record<Product, import('./load.mjs').Loaded[]>>} */
    const loaded = {};
    for (const speed of SPEEDS) {
      const here = (loaded[speed.name] = /** @type {Record<Product, import('./load.mjs').Loaded[]>} */ ({ Repin: [], Circle: [], ALTCHA: [] }));
      for (let run = 0; run < RUNS; run += 1) {
        for (const product of /** @type {Product[]} */ (Object.keys(PRODUCTS))) {
          server.link = new Link(speed);
          here[product].push(await load(stage, product, await session('RESTORE_PIN'), SLOWER));
        }
        process.stderr.write('.');
      }
    }
    server.link = new Link({ name: 'as it is', latency: 0, bandwidth: Infinity });
    const opened = [];
    for (let run = 0; run < RUNS; run += 1) opened.push(await warm(stage, [await session('CHANGE_PIN'), await session('CHANGE_PIN')], SLOWER));
    const slots = await keys(stage, await session('CHANGE_PIN'), SLOWER);

    const loads = [load1, loadavg()[0]];
    const text = report({ loaded, opened, slots, runs: RUNS, slower: SLOWER, speeds: SPEEDS, loads, chromium: await browser.version() });
    const paper = new URL('../../../docs/performance.md', import.meta.url);
    // What `cargo xtask bench argon2` wrote stays.
    const [, argon2] = readFileSync(paper, 'utf8').split(`${HEADING}\n`);
    writeFileSync(paper, argon2 ? `${text.trimEnd()}\n\n${HEADING}\n${argon2}` : text);
    console.log(`\n${text}`);
  }
} finally {
  await browser.close();
  await gateway.end();
  server.end();
}
