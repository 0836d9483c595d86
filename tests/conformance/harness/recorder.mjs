// Stands between an SDK and the gateway, passes everything on byte for byte, and remembers what the SDK really sent.
import { createServer, request } from 'node:http';
import { once } from 'node:events';

/**
 * @typedef {object} Exchange
 * @property {string} method
 * @property {string} url as sent: with its double slashes and its query
 * @property {import('node:http').IncomingHttpHeaders} headers
 * @property {string} body
 * @property {number} status of the reply
 */

export class Recorder {
  /** @type {Exchange[]} in the order of the replies */
  exchanges = [];
  #server = createServer();

  /** @param {string} target the gateway's URL */
  static async start(target) {
    const recorder = new Recorder();
    recorder.#server.on('request', (incoming, outgoing) => void recorder.#pass(target, incoming, outgoing));
    recorder.#server.listen(0, '127.0.0.1');
    await once(recorder.#server, 'listening');
    return recorder;
  }

  get url() {
    const address = /** @type {import('node:net').AddressInfo} */ (this.#server.address());
    return `http://127.0.0.1:${address.port}`;
  }

  /** What was exchanged while something ran. @param {() => Promise<unknown>} work @returns {Promise<Exchange[]>} */
  async during(work) {
    const before = this.exchanges.length;
    await work();
    return this.exchanges.slice(before);
  }

  async end() {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /**
   * @param {string} target
   * @param {import('node:http').IncomingMessage} incoming
   * @param {import('node:http').ServerResponse} outgoing
   */
  async #pass(target, incoming, outgoing) {
    const body = Buffer.concat(await incoming.toArray());
    const { method = '', url = '', headers } = incoming;
    const { hostname, port } = new URL(target);
    const onward = request({ hostname, port, method, path: url, headers: { ...headers, host: `${hostname}:${port}` } });
    onward.once('error', (error) => outgoing.destroy(error));
    onward.once('response', async (reply) => {
      const bytes = Buffer.concat(await reply.toArray());
      this.exchanges.push({ method, url, headers, body: body.toString(), status: reply.statusCode ?? 0 });
      outgoing.writeHead(reply.statusCode ?? 502, reply.headers).end(bytes);
    });
    onward.end(body);
  }
}
