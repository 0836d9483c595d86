// Magic's retired API, simulated by `crates/magic-simulator`, and between it and the gateway a network that can lose and hold.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { recoverAddress } from 'viem';
import { freePort } from './port.mjs';

const SIMULATOR = fileURLToPath(new URL('../../../target/debug/repin-magic-simulator', import.meta.url));

/**
 * @typedef {{ id: string, group: string, address: string, accessKey: string, recoveryKey: string }} MagicWallet
 * @typedef {'lose' | 'hold'} Trouble `lose` lets a recovery happen and its answer never arrive; `hold` lets it wait until it is let go
 */

export class Magic {
  /** @type {import('node:child_process').ChildProcess} */
  #process;
  /** Where it is without a network between. @type {string} */
  #direct;
  /** @type {string} */
  #key;
  #server = createServer((request, response) => void this.#pass(request, response));
  /** What befalls the next recovery of a wallet, by its id. @type {Map<string, Trouble>} */
  #troubles = new Map();
  /** @type {Map<string, () => void>} */
  #held = new Map();
  /** Recoveries that were asked for, by wallet. @type {string[]} */
  recoveries = [];
  /** The recovery keys that they were asked for with. @type {Map<string, string[]>} */
  #used = new Map();
  /** Contexts and keys that crossed this network. @type {Set<string>} */
  secrets = new Set();
  /** Whose keys signed after a recovery, by wallet: addresses in lower case. @type {Map<string, string>} */
  signers = new Map();

  /** @param {import('node:child_process').ChildProcess} process @param {string} direct @param {string} key */
  constructor(process, direct, key) {
    [this.#process, this.#direct, this.#key] = [process, direct, key];
  }

  static async start() {
    const address = `127.0.0.1:${await freePort()}`;
    const child = spawn(SIMULATOR, [address], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    while (!/REPIN_MAGIC_SECRET_KEY=\S+\n/.test(said)) said += (await once(child.stdout, 'data'))[0];
    const magic = new Magic(child, `http://${address}`, /SECRET_KEY=(\S+)/.exec(said)?.[1] ?? '');
    await new Promise((resolve) => magic.#server.listen(0, '127.0.0.1', () => resolve(undefined)));
    return magic;
  }

  /** What a gateway is told of it, as environment variables. */
  get settings() {
    const { port } = /** @type {import('node:net').AddressInfo} */ (this.#server.address());
    return { REPIN_MAGIC_URL: `http://127.0.0.1:${port}`, REPIN_MAGIC_SECRET_KEY: this.#key };
  }

  /** A new wallet, as a host's backend makes one. @returns {Promise<MagicWallet>} */
  async wallet() {
    const group = (await this.#call('/v1/api/wallet_group', { metadata: { resource_id: 'somebody' } })).uuid;
    const made = await this.#call('/v1/api/wallet', { encryption_context: 'the first', network: 'ETH', wallet_group_id: group });
    return { id: made.uuid, group, address: made.public_address, accessKey: made.access_key, recoveryKey: made.recovery_key };
  }

  /** @param {string} wallet @param {Trouble} trouble */
  plan(wallet, trouble) {
    this.#troubles.set(wallet, trouble);
  }

  /** Lets a recovery go that is held, now or when it comes. @param {string} wallet */
  letGo(wallet) {
    this.#troubles.delete(wallet);
    this.#held.get(wallet)?.();
  }

  /** The recovery keys of a wallet's recoveries, in their order. @param {string} wallet */
  keysUsed(wallet) {
    return this.#used.get(wallet) ?? [];
  }

  close() {
    this.#server.closeAllConnections();
    this.#server.close();
    this.#process.kill();
  }

  /** @param {string} path @param {object} body */
  async #call(path, body) {
    const headers = { 'content-type': 'application/json', 'x-magic-secret-key': this.#key };
    const reply = await fetch(this.#direct + path, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!reply.ok) throw new Error(`${path}: ${reply.status}`);
    return (await reply.json()).data;
  }

  /** @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response */
  async #pass(request, response) {
    let body = '';
    for await (const part of request) body += part;
    const asked = JSON.parse(body);
    const isRecovery = request.url === '/v1/api/wallet/recovery/confirm';
    const trouble = isRecovery ? this.#troubles.get(asked.wallet_id) : undefined;
    if (isRecovery) {
      this.recoveries.push(asked.wallet_id);
      this.#used.set(asked.wallet_id, [...this.keysUsed(asked.wallet_id), asked.recovery_key]);
    }
    for (const name of ['encryption_context', 'recovery_key', 'access_key']) if (asked[name]) this.secrets.add(asked[name]);
    if (trouble === 'hold') await new Promise((resolve) => this.#held.set(asked.wallet_id, () => resolve(undefined)));
    const headers = { 'content-type': 'application/json', 'x-magic-secret-key': `${request.headers['x-magic-secret-key']}` };
    const reply = await fetch(`${this.#direct}${request.url}`, { method: 'POST', headers, body });
    const text = await reply.text();
    for (const [, key] of text.matchAll(/"(?:recovery|access)_key":"([^"]+)"/g)) this.secrets.add(key);
    if (trouble === 'lose') {
      this.#troubles.delete(asked.wallet_id);
      return void request.socket.destroy();
    }
    if (!isRecovery && reply.ok) {
      const { r, s, v } = JSON.parse(text).data;
      const signature = /** @type {`0x${string}`} */ (`${r}${s.slice(2)}${v.toString(16)}`);
      const address = await recoverAddress({ hash: asked.raw_data_hash, signature });
      this.signers.set(asked.wallet_id, address.toLowerCase());
    }
    response.writeHead(reply.status, { 'content-type': 'application/json' }).end(text);
  }
}
