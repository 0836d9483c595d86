// A small server of files: the first folder that has the path wins.
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** @type {Record<string, string>} */
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};

/**
 * @param {string[]} folders relative to the project's root
 * @param {{ headers?: Record<string, string>, hangs?: string }} [options] headers of every answer, and the beginning of paths that get none
 * @returns {Promise<{ url: string, close: () => void }>}
 */
export async function serveFiles(folders, { headers = {}, hangs } = {}) {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://host').pathname.replace(/\/$/, '/index.html'));
    if (hangs && path.startsWith(hangs)) return;
    const file = folders.map((folder) => join(ROOT, folder, path)).find((file) => existsSync(file) && statSync(file).isFile());
    if (!file) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream', ...headers });
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { url: `http://127.0.0.1:${port}/`, close: () => (server.close(), server.closeAllConnections()) };
}
