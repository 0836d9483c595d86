// A wallet's site, under one origin as behind any reverse proxy: its backend, the gateway, and for all else the app.
import { createServer, request } from 'node:http';
import { connect } from 'node:net';

/**
 * @typedef {object} Answered
 * @property {string} method
 * @property {string} path
 * @property {number} status
 * @property {Buffer} body
 *
 * @typedef {object} Site
 * @property {string} origin
 * @property {Answered[]} answered every request that was answered, in the order of their ends
 * @property {() => void} close
 */

/**
 * @param {string} app where the app is served
 * @param {string} gateway
 * @param {() => Promise<unknown>} recovery what `POST /api/recovery` answers: the app's own backend
 * @returns {Promise<Site>}
 */
export async function openSite(app, gateway, recovery) {
  /** @type {Answered[]} */
  const answered = [];
  const server = createServer((asked, answer) => {
    const { method = '', url: path = '/' } = asked;
    if (method === 'POST' && path === '/api/recovery') {
      void recovery().then((session) => {
        answer.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(session));
      });
      return;
    }
    // Uncompressed, so that all are measured in the same way.
    const headers = { ...asked.headers, 'accept-encoding': 'identity' };
    const passed = request(new URL(path, path.startsWith('/v1/') ? gateway : app), { method, headers }, (reply) => {
      answer.writeHead(reply.statusCode ?? 502, reply.headers);
      /** @type {Buffer[]} */
      const chunks = [];
      reply.on('data', (chunk) => chunks.push(chunk)).pipe(answer);
      reply.on('end', () => answered.push({ method, path, status: reply.statusCode ?? 502, body: Buffer.concat(chunks) }));
    });
    passed.on('error', () => answer.destroy());
    asked.pipe(passed);
  });
  // A development server tells its pages of changes by a socket.
  server.on('upgrade', (asked, socket, head) => {
    const { hostname, port } = new URL(app);
    const lines = [`GET ${asked.url} HTTP/1.1`];
    for (let at = 0; at < asked.rawHeaders.length; at += 2) lines.push(`${asked.rawHeaders[at]}: ${asked.rawHeaders[at + 1]}`);
    const other = connect(Number(port), hostname);
    other.write(`${lines.join('\r\n')}\r\n\r\n`);
    other.write(head);
    socket.pipe(other).pipe(socket);
    for (const end of [socket, other]) end.on('error', () => (socket.destroy(), other.destroy()));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { origin: `http://localhost:${port}`, answered, close: () => (server.close(), server.closeAllConnections()) };
}
