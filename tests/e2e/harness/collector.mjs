// Where a gateway sends its traces: everything that came, as Latin-1.
import { createServer } from 'node:http';

/** @typedef {{ url: string, seen: () => string, close: () => void }} Collector */

/** @returns {Promise<Collector>} */
export async function collect() {
  let seen = '';
  const server = createServer(async (request, response) => {
    for await (const part of request) seen += part.toString('latin1');
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { url: `http://127.0.0.1:${port}`, seen: () => seen, close: () => server.close() };
}
