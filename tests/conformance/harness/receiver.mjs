// The host's webhook endpoint: answers 200 to everything and keeps it.
import { createServer } from 'node:http';
import { EventEmitter, once } from 'node:events';

/** @typedef {{ method: string, headers: import('node:http').IncomingHttpHeaders, raw: Buffer }} Delivery */

export class Receiver {
  /** @type {Delivery[]} */
  deliveries = [];
  #news = new EventEmitter();
  #server = createServer(async (incoming, outgoing) => {
    const raw = Buffer.concat(await incoming.toArray());
    this.deliveries.push({ method: incoming.method ?? '', headers: incoming.headers, raw });
    outgoing.writeHead(200).end();
    this.#news.emit('delivery');
  });

  static async start() {
    const receiver = new Receiver();
    receiver.#server.listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  get url() {
    const address = /** @type {import('node:net').AddressInfo} */ (this.#server.address());
    return `http://127.0.0.1:${address.port}/webhooks`;
  }

  /**
   * The first notification that is as wanted, or will be.
   * @param {(body: any) => boolean} wanted @returns {Promise<Delivery>}
   */
  async notification(wanted) {
    for (;;) {
      const found = this.deliveries.find(({ method, raw }) => method === 'POST' && wanted(JSON.parse(raw.toString())));
      if (found) return found;
      await once(this.#news, 'delivery');
    }
  }

  async end() {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
