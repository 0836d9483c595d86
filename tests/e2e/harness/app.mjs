// A host application's server that can be told how to be: which policy it sends, which of its files fail and how. It
// serves its page and the widget's files, passes the protocol on to the gateway, and collects what browsers report.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer, request as ask } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openPage, picture } from './browser.mjs';
import { keepSecret } from './story.mjs';
import { Widget } from './widget.mjs';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** @type {Record<string, string>} */
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};
const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <link rel="icon" href="data:,">
    <title>A host application</title>
  </head>
  <body><main id="widget"></main></body>
</html>`;

/**
 * @typedef {{ status?: number, headers?: Record<string, string>, body?: string | Buffer }} Answer
 * @typedef {(request: import('node:http').IncomingMessage) => Answer | 'hang' | 'drop' | 'lose' | undefined | Promise<Answer | undefined>} Rule
 *   `hang` never answers, `drop` closes the connection, `lose` lets the gateway do it and closes the connection then;
 *   nothing is the usual answer
 */

export class App {
  /** Sent with every page and file. */
  policy = '';
  /** What browsers reported, and where. @type {{ directive: string, blocked: string, document: string }[]} */
  reports = [];
  /** By a part of the path. @type {Map<string, Rule>} */
  rules = new Map();
  /** Of all requests. @type {string[]} */
  asked = [];
  /** Where browsers said they came from, with each request. @type {string[]} */
  referrers = [];
  /** What was answered with an error: headers and body. @type {string[]} */
  refusals = [];
  /** The host's page. */
  page = PAGE;
  /** Set for pages that are the gateway's own: then nothing but the reporting is added to what it sends. */
  gatewaysOwn = false;
  #gateway;
  #server;

  /** @param {() => string} gateway its URL */
  constructor(gateway) {
    this.#gateway = gateway;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  /** @param {() => string} gateway its URL */
  static async start(gateway = () => '') {
    const app = new App(gateway);
    await new Promise((resolve) => app.#server.listen(0, '127.0.0.1', () => resolve(undefined)));
    return app;
  }

  /** Under a name, so that for browsers it is another site than the gateway. */
  get origin() {
    return `http://localhost:${/** @type {import('node:net').AddressInfo} */ (this.#server.address()).port}`;
  }

  /** As it was at first. */
  reset() {
    Object.assign(this, { policy: '', reports: [], asked: [], referrers: [], refusals: [], page: PAGE, gatewaysOwn: false });
    this.rules.clear();
  }

  close() {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response */
  async #answer(request, response) {
    const path = new URL(request.url ?? '/', 'http://host').pathname;
    if (path === '/reports') return this.#collect(request, response);
    this.asked.push(path);
    this.referrers.push(request.headers.referer ?? '');
    const rule = [...this.rules].find(([part]) => path.includes(part))?.[1];
    const told = await rule?.(request);
    if (told === 'hang') return;
    if (told === 'drop') return void request.socket.destroy();
    if (told === 'lose') return this.#pass(request, response, true);
    if (told) {
      if ((told.status ?? 200) >= 400) this.refusals.push(`${told.body}`);
      response.writeHead(told.status ?? 200, { ...this.#headers(), ...told.headers });
      return void response.end(told.body);
    }
    if (path.startsWith('/v1/') || this.gatewaysOwn) return this.#pass(request, response);
    if (path === '/') return void response.writeHead(200, { 'content-type': TYPES['.html'], ...this.#headers() }).end(this.page);
    const file = join(ROOT, 'dist', normalize(path));
    if (!existsSync(file) || !statSync(file).isFile()) return void response.writeHead(404).end();
    const type = TYPES[extname(file)] ?? 'application/octet-stream';
    response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store', ...this.#headers() }).end(readFileSync(file));
  }

  #headers() {
    return this.policy ? reporting(this.policy) : {};
  }

  /** On to the gateway, as an operator's proxy does. @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response @param {boolean} [lose] */
  #pass(request, response, lose) {
    const { method, url: path, headers } = request;
    const { hostname, port } = new URL(this.#gateway());
    const onward = ask({ hostname, port, method, path, headers }, (answer) => {
      const policy = answer.headers['content-security-policy'];
      if (lose) return void answer.resume().on('end', () => response.destroy());
      if (Number(answer.statusCode) >= 400) {
        const at = this.refusals.push(answer.rawHeaders.join('\n')) - 1;
        answer.on('data', (bytes) => (this.refusals[at] += `\n${bytes}`));
      }
      response.writeHead(answer.statusCode ?? 502, { ...answer.headers, ...(this.gatewaysOwn && policy && reporting(`${policy}`)) });
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  }

  /** @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response */
  async #collect(request, response) {
    let text = '';
    for await (const part of request) text += part;
    const report = JSON.parse(text)['csp-report'];
    this.reports.push({
      directive: report['effective-directive'] ?? report['violated-directive'],
      blocked: report['blocked-uri'],
      document: report['document-uri'],
    });
    response.writeHead(204).end();
  }
}

/**
 * A policy, and whom to tell what violates it. Not by `report-to`: Chromium keeps such reports for up to a minute, and
 * sends none by `report-uri` where both stand.
 *
 * @param {string} policy
 */
function reporting(policy) {
  return { 'content-security-policy': `${policy}; report-uri /reports` };
}

/**
 * @typedef {object} Visit
 * @property {Widget} widget
 * @property {import('puppeteer-core').Page} page
 * @property {import('./browser.mjs').Witness} witness
 * @property {() => Promise<any>} outcome once the widget has gone
 * @property {() => Promise<{ steps: string[], errors: any[] }>} told what the host heard so far
 * @property {() => Promise<string>} status the challenge's status, by REST
 * @property {import('./gateway.mjs').Session & { challengeId: string }} session
 *
 * @typedef {object} How
 * @property {object} [options] for `mount`, as far as they are data
 * @property {() => void} [prepare] runs before the page's scripts; may set `window.hostOptions`, which makes the rest of
 *   the options from the session
 * @property {(page: import('puppeteer-core').Page) => Promise<unknown>} [before] the page is loaded
 * @property {object} [customisation] as Circle's SDK sends it
 * @property {number} [width]
 */

/**
 * Runs a challenge in the app's page, and takes the page away. A failed test leaves a picture.
 *
 * @param {import('./story.mjs').Stage} stage
 * @param {App} app
 * @param {string} userId
 * @param {import('./gateway.mjs').ChallengeType} type
 * @param {(visit: Visit) => Promise<void>} story
 * @param {How} [how]
 */
export async function visitApp(stage, app, userId, type, story, { options, prepare, before, customisation, width } = {}) {
  const { gateway, browser } = stage;
  const session = await gateway.session(userId);
  keepSecret(stage, 'token', session.userToken);
  keepSecret(stage, 'encryption key', session.encryptionKey);
  const challengeId = await gateway.challenge(session, type);
  const { page, context, witness } = await openPage(browser, { width });
  if (prepare) await page.evaluateOnNewDocument(prepare);
  await before?.(page);
  try {
    await page.goto(`${app.origin}/`);
    await page.evaluate(start, { ...session, challengeId }, options ?? {}, customisation);
    await story({
      widget: new Widget(page),
      page,
      witness,
      session: { ...session, challengeId },
      outcome: () => page.evaluate(() => /** @type {any} */ (window).mounted.done),
      told: () => page.evaluate(() => /** @type {any} */ (window).told),
      status: async () => (await gateway.status(session, challengeId)).status,
    });
  } catch (error) {
    await picture(page, `failed-app-${type}-${challengeId}`).catch(() => {});
    throw error;
  } finally {
    await context.close();
  }
}

/** Runs in the page. @param {object} session @param {object} options @param {object} [customisation] */
async function start(session, options, customisation) {
  const page = /** @type {any} */ (window);
  page.told = { steps: [], errors: [] };
  const load = (/** @type {string} */ path) => import(path);
  const { mount } = await load('/repin.js');
  const worn = customisation && (await load('/repin-customise.js')).customise(customisation);
  page.mounted = mount('#widget', {
    session,
    customisation: worn,
    onStep: (/** @type {any} */ { step }) => page.told.steps.push(step),
    onError: (/** @type {any} */ error) => page.told.errors.push(error),
    ...options,
    ...page.hostOptions?.(session),
  });
}
