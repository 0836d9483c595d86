// A real `repin-server` on a free port with a database of its own, everything it logs at TRACE, and the backend of a
// host application: the calls a developer makes with the API key.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes, randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { freePort } from './port.mjs';

const SERVER = process.env.REPIN_SERVER ?? fileURLToPath(new URL('../../../target/debug/repin-server', import.meta.url));

/**
 * @typedef {'INITIALIZE' | 'SET_PIN' | 'CHANGE_PIN' | 'RESTORE_PIN' | 'SET_SECURITY_QUESTIONS'} ChallengeType
 * @typedef {{ userToken: string, encryptionKey: string }} Session
 * @typedef {{ status: number, body: any }} Reply
 */

/** The call that starts each kind of challenge: method and path. */
const STARTS = {
  INITIALIZE: ['POST', '/v1/w3s/user/initialize'],
  SET_PIN: ['POST', '/v1/w3s/user/pin'],
  CHANGE_PIN: ['PUT', '/v1/w3s/user/pin'],
  RESTORE_PIN: ['POST', '/v1/w3s/user/pin/restore'],
  SET_SECURITY_QUESTIONS: ['POST', '/v1/w3s/user/securityQuestions'],
};

export class Gateway {
  /** Everything it wrote, from its first start on. */
  log = '';
  #secret = `TEST_API_KEY:${randomBytes(16).toString('hex')}:${randomBytes(16).toString('hex')}`;
  #data = mkdtempSync(join(tmpdir(), 'repin-e2e-'));
  #port = 0;
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #process;

  /** @type {Record<string, string>} */
  #settings = {};

  /** @param {Record<string, string>} settings more of its settings, as environment variables */
  static async start(settings = {}) {
    const gateway = new Gateway();
    gateway.#settings = settings;
    gateway.#port = await freePort();
    await gateway.start();
    return gateway;
  }

  get url() {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** What the gateway must never log besides what people type. */
  get apiKey() {
    return this.#secret;
  }

  /** The folder of its database and keys. */
  get data() {
    return this.#data;
  }

  /** Starts, or starts again on the same port and data: its clock is then no longer ahead. Returns when it answers. */
  async start() {
    const args = ['serve', '--demo', '--listen', `127.0.0.1:${this.#port}`, '--data', this.#data, '--log-level', 'trace'];
    const child = spawn(SERVER, args, { env: { ...process.env, ...this.#settings, REPIN_API_KEY: this.#secret } });
    this.#process = child;
    child.stdout.on('data', (bytes) => (this.log += bytes));
    child.stderr.on('data', (bytes) => (this.log += bytes));
    const gone = once(child, 'exit').then(([code]) => {
      throw new Error(`the gateway ended with ${code}:\n${this.log.slice(-2000)}`);
    });
    let ended = false;
    gone.catch(() => (ended = true)); // an end after the start is not ours to report
    // Who asks on after the end keeps the whole run from ending.
    await Promise.race([this.#answers(() => ended), gone]);
  }

  /** @param {() => boolean} ended */
  async #answers(ended) {
    while (!ended()) {
      const ok = await fetch(`${this.url}/health/ready`).then((reply) => reply.ok, () => false);
      if (ok) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Stops as an operator would; the data stays. */
  async stop() {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  }

  /** Stops, and leaves nothing behind. */
  async end() {
    await this.stop();
    rmSync(this.#data, { recursive: true, force: true });
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {{ body?: unknown, userToken?: string }} [options]
   * @returns {Promise<Reply>}
   */
  async call(method, path, { body, userToken } = {}) {
    const reply = await fetch(this.url + path, {
      method,
      headers: {
        authorization: `Bearer ${this.#secret}`,
        ...(userToken && { 'x-user-token': userToken }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    return { status: reply.status, body: await reply.json() };
  }

  /** A call that must succeed. @param {Parameters<Gateway['call']>} args @returns {Promise<any>} */
  async #must(...args) {
    const { status, body } = await this.call(...args);
    if (status >= 300) throw new Error(`${args[0]} ${args[1]}: ${status} ${JSON.stringify(body)}`);
    return body.data;
  }

  /** A new user. @returns {Promise<string>} */
  async user() {
    const userId = `user-${randomUUID()}`;
    await this.#must('POST', '/v1/w3s/users', { body: { userId } });
    return userId;
  }

  /** A session of 60 minutes. @param {string} userId @returns {Promise<Session>} */
  session(userId) {
    return this.#must('POST', '/v1/w3s/users/token', { body: { userId } });
  }

  /** A new challenge. @param {Session} session @param {ChallengeType} type @returns {Promise<string>} */
  async challenge({ userToken }, type) {
    const [method, path] = STARTS[type];
    const body = { idempotencyKey: randomUUID(), ...(type === 'INITIALIZE' && { blockchains: ['ETH-SEPOLIA'] }) };
    return (await this.#must(method, path, { userToken, body })).challengeId;
  }

  /** @param {Session} session @param {string} id @returns {Promise<{ id: string, type: string, status: string, errorCode?: number }>} */
  async status({ userToken }, id) {
    return (await this.#must('GET', `/v1/w3s/user/challenges/${id}`, { userToken })).challenge;
  }

  /** What a backend sees of its user. @param {string} userId */
  async look(userId) {
    return (await this.#must('GET', `/v1/w3s/users/${userId}`)).user;
  }

  async appId() {
    return (await this.#must('GET', '/v1/w3s/config/entity')).appId;
  }

  /** Lets time pass on the gateway's clock. @param {number} ms */
  async advance(ms) {
    const { status } = await this.call('POST', '/demo/api/clock', { body: { advance_ms: ms } });
    if (status !== 200) throw new Error(`the clock answered ${status}`);
  }
}
