// The built site as a reader's browser meets it: under a path of its host, not at its root.
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const SITE = join(ROOT, 'target/site');
/** What `cargo xtask test --only site` builds it for. */
export const BASE = '/docs/';

/** @type {Record<string, string>} */
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.webp': 'image/webp',
  '.png': 'image/png',
  '.wasm': 'application/wasm',
};

/** The file of the site at this path of its host. @param {string} path @returns {string | undefined} */
export function fileAt(path) {
  if (!path.startsWith(BASE)) return undefined;
  const file = join(SITE, decodeURIComponent(path.slice(BASE.length)));
  return [file, join(file, 'index.html')].find((file) => existsSync(file) && statSync(file).isFile());
}

/** Every page, by its path on the host. @returns {string[]} */
export function pages() {
  return readdirSync(SITE).filter((file) => file.endsWith('.html') && file !== '404.html').map((file) => BASE + file);
}

/** @param {string} path */
export function read(path) {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** @returns {Promise<{ origin: string, close: () => void }>} */
export async function serve() {
  const server = createServer((request, response) => {
    const file = fileAt(new URL(request.url ?? '/', 'http://host').pathname);
    if (!file) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'text/plain; charset=utf-8' }).end(readFileSync(file));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { origin: `http://127.0.0.1:${port}`, close: () => server.close() };
}
