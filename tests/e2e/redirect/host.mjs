// An app that was written for Planbok: its backend asks for challenges, its page waits for them as Planbok's demo does.
import { createServer } from 'node:http';

/** Asks once after the other until it is over, and says what it was. */
const DONE = `<!doctype html><meta charset="utf-8"><title>app</title><h1>waiting</h1><script>
  const poll = async () => {
    const { status } = await (await fetch('/status' + location.search)).json();
    if (status === 'pending') return setTimeout(poll, 100);
    document.querySelector('h1').textContent = status;
  };
  poll();
</script>`;

/**
 * @typedef {object} App
 * @property {string} origin
 * @property {(gateway: import('../harness/gateway.mjs').Gateway) => Promise<Customer>} customer a new customer of this gateway
 * @property {(gateway: import('../harness/gateway.mjs').Gateway, url: string, events: string[]) => Promise<{ secret: string }>} subscribe
 * @property {() => void} close
 *
 * @typedef {object} Customer
 * @property {string} id
 * @property {(what: string, key?: string) => Promise<{ challengeId: string, redirectUrl: string }>} ask
 * @property {(challengeId: string) => Promise<any>} poll
 */

/** @returns {Promise<App>} */
export async function serveApp() {
  /** @type {Map<string, Customer>} whose challenge is which */
  const challenges = new Map();
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://app');
    if (url.pathname !== '/status') return void response.writeHead(200, { 'content-type': 'text/html' }).end(DONE);
    const challengeId = url.searchParams.get('challengeId') ?? '';
    const shown = await challenges.get(challengeId)?.poll(challengeId);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(shown ?? { status: 'unknown' }));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  // Under a name, so that for browsers it is not even the gateway's site.
  const origin = `http://localhost:${port}`;
  return {
    origin,
    close: () => server.close(),
    subscribe: (gateway, url, events) => caller(gateway)('POST', '/webhooks', { url, events }),
    async customer(gateway) {
      const call = caller(gateway);
      const { id } = await call('POST', '/customers', { name: 'Ada' });
      /** @type {Customer} */
      const customer = {
        id,
        async ask(what, idempotencyKey) {
          const asked = await call('POST', `/customers/${id}/${what}`, { redirectUrl: `${origin}/done?step=verify`, idempotencyKey });
          challenges.set(asked.challengeId, customer);
          return asked;
        },
        poll: (challengeId) => call('GET', `/customers/${id}/challenges/${challengeId}`),
      };
      return customer;
    },
  };
}

/** Calls of Planbok's own client. @param {import('../harness/gateway.mjs').Gateway} gateway */
function caller(gateway) {
  /** @param {string} method @param {string} path @param {object} [body] */
  return async (method, path, body) => {
    const headers = { 'PLANBOK-X-API-KEY': gateway.apiKey, 'content-type': 'application/json' };
    const reply = await fetch(`${gateway.url}/v2${path}`, { method, headers, body: body && JSON.stringify(body) });
    const { success, data, message } = await reply.json();
    if (!success) throw new Error(`${method} ${path}: ${message}`);
    return data;
  };
}
