// A host application made of the papers' own parts: the page that a reader copies, the backend that a reader copies, started as the
// quick start says, and a gateway.
import { readFileSync, existsSync, statSync } from 'node:fs';
import { createServer, request as ask } from 'node:http';
import { extname, join } from 'node:path';
import { Gateway } from '../e2e/harness/gateway.mjs';
import { freePort } from '../e2e/harness/port.mjs';
import { ROOT, ofKind } from './blocks.mjs';
import { asTheQuickStartSays, backend } from './programs.mjs';

/** @type {Record<string, string>} */
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};
/** Where the papers tell a reader to put the widget's files. */
const FILES = [
  ['/repin/', 'target/package/repin/dist/'],
  ['/', 'dist/'],
  ['/', 'target/mock/'],
];

/**
 * @typedef {object} Host
 * @property {string} url
 * @property {Gateway} gateway
 * @property {() => Promise<void>} end
 */

/**
 * Serves a page, and what was built beside it. In them `https://pin.wallet.example` is the gateway; where they do not name
 * one, `/v1` leads there.
 * @param {string} html
 * @param {string} [built] a folder below the root
 * @param {{ TRY_AS?: string }} [as] whom everybody is taken for
 * @returns {Promise<Host>}
 */
export async function serve(html, built, as = asTheQuickStartSays()) {
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const gateway = await Gateway.start({ REPIN_ALLOWED_ORIGIN: url });
  const [{ code }] = ofKind('backend');
  const own = await backend(gateway, code, await freePort(), as);
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', url);
    if (pathname.startsWith('/api/')) return pass(own.url, request, response);
    if (pathname.startsWith('/v1/')) return pass(gateway.url, request, response);
    if (pathname === '/') {
      response.writeHead(200, { 'content-type': TYPES['.html'] });
      return void response.end(page(html).replaceAll('https://pin.wallet.example', gateway.url));
    }
    const file = find(pathname, built ? [['/', built], ...FILES] : FILES);
    if (!file) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' });
    const bytes = readFileSync(file);
    response.end(/\.m?js$/.test(file) ? bytes.toString().replaceAll('https://pin.wallet.example', gateway.url) : bytes);
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(undefined)));
  const end = async () => {
    server.closeAllConnections();
    server.close();
    await own.end();
    await gateway.end();
  };
  return { url, gateway, end };
}

/** @param {string} to @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response */
function pass(to, request, response) {
  const { method, headers, url } = request;
  const onward = ask(to + url, { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', () => response.destroy());
  request.pipe(onward);
}

/** @param {string} path @param {string[][]} folders */
function find(path, folders) {
  return folders.filter(([prefix]) => path.startsWith(prefix))
    .map(([prefix, folder]) => join(ROOT, folder, path.slice(prefix.length)))
    .find((file) => existsSync(file) && statSync(file).isFile());
}

/** A whole page around what is only its body. @param {string} html */
function page(html) {
  if (/<!doctype html>/i.test(html)) return html.replace('<head>', '<head><link rel="icon" href="data:,">');
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><link rel="icon" href="data:,"><title>A host</title></head><body>${html}</body></html>`;
}
