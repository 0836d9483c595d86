// The world as a browser sees it through a proxy: a few names under https, with a certificate made for this run, and
// nothing else. Circle's SDK keeps its hard-coded address, and neither port 443 nor any privilege is needed.
import { execFileSync } from 'node:child_process';
import { createReadStream, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, request as ask } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const HOST_PAGE = fileURLToPath(new URL('../../../../target/circle-web/', import.meta.url));
/** @type {Record<string, string>} */
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css' };

/**
 * @typedef {import('node:http').RequestListener} Site
 * @typedef {object} Front
 * @property {number} port of the proxy
 * @property {string[]} refused names that a browser wanted and that are not here
 * @property {() => void} close
 */

/**
 * @param {Record<string, Site>} sites by host name
 * @returns {Promise<Front>}
 */
export async function openFront(sites) {
  const secure = createSecureServer(certificate(Object.keys(sites)), (request, response) => {
    const site = sites[request.headers.host ?? ''];
    if (site) site(request, response);
    else response.writeHead(421).end();
  });
  /** @type {string[]} */
  const refused = [];
  const proxy = createServer((request, response) => {
    refused.push(request.url ?? '');
    response.writeHead(502).end();
  });
  proxy.on('connect', (request, client) => {
    const name = `${request.url}`.replace(/:443$/, '');
    client.on('error', () => {});
    if (!(name in sites)) {
      refused.push(name);
      return void client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    }
    const server = connect(portOf(secure), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      server.pipe(client).pipe(server);
    });
    server.on('error', () => client.destroy());
    client.on('close', () => server.destroy());
  });
  for (const server of [secure, proxy]) await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const close = () => {
    secure.closeAllConnections();
    for (const server of [secure, proxy]) server.close();
  };
  return { port: portOf(proxy), refused, close };
}

/** A server without TLS, as it stands behind its operator's proxy. @param {string} url @returns {Site} */
export function behind(url) {
  const { hostname, port } = new URL(url);
  return (request, response) => {
    const { method, url: path, headers } = request;
    const onward = ask({ hostname, port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  };
}

/** The app's bundled page. @type {Site} */
export function hostPage(request, response) {
  const path = normalize(new URL(request.url ?? '/', 'https://host').pathname.replace(/\/$/, '/index.html'));
  const file = join(HOST_PAGE, path);
  if (!existsSync(file) || !statSync(file).isFile()) return void response.writeHead(404).end();
  response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' });
  createReadStream(file).pipe(response);
}

/** A page with nothing on it, for tests to fill. @type {Site} */
export function emptyPage(_request, response) {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
  response.end('<!doctype html><html lang="en"><title>empty</title><link rel="icon" href="data:,"><body></body></html>');
}

/** @param {import('node:net').Server} server */
function portOf(server) {
  return /** @type {import('node:net').AddressInfo} */ (server.address()).port;
}

/** Signed by itself, for two days. @param {string[]} names */
function certificate(names) {
  const folder = mkdtempSync(join(tmpdir(), 'repin-tls-'));
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => join(folder, name));
  const options = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc', '-days', '2', '-subj', '/CN=repin-tests'];
  const alternatives = `subjectAltName=${names.map((name) => `DNS:${name}`).join(',')}`;
  execFileSync('openssl', ['req', ...options, '-keyout', key, '-out', cert, '-addext', alternatives], { stdio: 'pipe' });
  const pair = { key: readFileSync(key), cert: readFileSync(cert) };
  rmSync(folder, { recursive: true });
  return pair;
}
