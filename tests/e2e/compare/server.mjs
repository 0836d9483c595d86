// One server for all that are compared: the bundles of the others with brotli as strong as ours, and everything of ours
// from a real gateway behind it. Counts what leaves it.
import { readFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { brotliCompressSync } from 'node:zlib';
import { Link } from './link.mjs';

const BUNDLES = new URL('../../../target/compare/', import.meta.url);
const PAGES = new URL('./pages/', import.meta.url);
const TYPES = /** @type {Record<string, string>} */ ({ html: 'text/html', js: 'text/javascript', css: 'text/css' });

/** @typedef {{ status: number, headers: import('node:http').OutgoingHttpHeaders, body: Buffer }} Reply */
/** @typedef {{ path: string, bytes: number, at: number, first: number, last: number }} Sent one answer: what was asked for, its body's length, and when it was asked for, began and ended, on the clock of `performance.now()` here */

export class Server {
  /** Every answer since the last `forget`. @type {Sent[]} */
  sent = [];
  link = new Link({ name: 'as it is', latency: 0, bandwidth: Infinity });
  /** Its URL, once there is one. */
  gateway = '';
  /** @type {Map<string, Buffer>} */
  #compressed = new Map();

  static async start() {
    const server = new Server();
    await new Promise((resolve) => server.http.listen(0, '127.0.0.1', () => resolve(undefined)));
    return server;
  }

  constructor() {
    this.http = createServer(async (asked, answer) => {
      const path = (asked.url ?? '/').split('?')[0];
      const sent = { path, bytes: 0, at: performance.now(), first: Infinity, last: Infinity };
      this.sent.push(sent);
      const { status, headers, body } = this.#file(path) ?? (await this.#pass(asked).catch(() => MISSING));
      sent.bytes = body.length;
      Object.assign(sent, await this.link.send(answer, status, headers, body));
    });
  }

  get url() {
    const address = /** @type {import('node:net').AddressInfo} */ (this.http.address());
    return `http://127.0.0.1:${address.port}`;
  }

  end() {
    this.http.closeAllConnections();
    this.http.close();
  }

  /** A file of the others', or of our host page. @param {string} path @returns {Reply | undefined} */
  #file(path) {
    const own = path === '/ours.html';
    if (!own && !/^\/(circle|altcha)\//.test(path)) return undefined;
    try {
      const body = this.#compressed.get(path) ?? brotliCompressSync(readFileSync(new URL(`.${path}`, own ? PAGES : BUNDLES)));
      this.#compressed.set(path, body);
      const type = TYPES[path.split('.').pop() ?? ''] ?? 'application/octet-stream';
      return { status: 200, headers: { 'content-type': type, 'content-encoding': 'br', 'cache-control': 'no-cache' }, body };
    } catch {
      return MISSING;
    }
  }

  /** What is the gateway's. @param {import('node:http').IncomingMessage} asked @returns {Promise<Reply>} */
  #pass(asked) {
    return new Promise((resolve, reject) => {
      const passed = request(this.gateway + asked.url, { method: asked.method, headers: asked.headers }, (reply) => {
        /** @type {Buffer[]} */
        const chunks = [];
        reply.on('data', (chunk) => chunks.push(chunk));
        reply.on('end', () => resolve({ status: reply.statusCode ?? 502, headers: reply.headers, body: Buffer.concat(chunks) }));
        reply.on('error', reject);
      });
      passed.on('error', reject);
      asked.pipe(passed);
    });
  }
}

/** @type {Reply} */
const MISSING = { status: 404, headers: {}, body: Buffer.alloc(0) };
