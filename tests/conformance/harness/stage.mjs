// One SDK of Circle's before one real gateway: the host's backend, the person, and the host's webhook endpoint.
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import assert from 'node:assert/strict';
import { Gateway } from '../../e2e/harness/gateway.mjs';
import { ANSWERS, PIN, live } from './person.mjs';
import { Receiver } from './receiver.mjs';
import { Recorder } from './recorder.mjs';

export const SERVER =
  process.env.REPIN_SERVER ?? fileURLToPath(new URL('../../../target/debug/repin-server', import.meta.url));

/** With Circle's SDK for Python installed. */
export const PYTHON =
  process.env.REPIN_PYTHON ?? fileURLToPath(new URL('../../../.tools/python/bin/python', import.meta.url));

/** A test has neither a certificate nor a public address for its webhook endpoint. */
export const WEBHOOK_SETTINGS = { REPIN_WEBHOOK_ALLOW_NETWORK: '127.0.0.0/8', REPIN_WEBHOOK_ALLOW_HTTP: 'true' };

export class Stage {
  /** The SDK, as imported. @type {any} */
  sdk;
  /** A client of the SDK, through the recorder. @type {any} */
  client;
  gateway = /** @type {Gateway} */ (/** @type {unknown} */ (undefined));
  recorder = /** @type {Recorder} */ (/** @type {unknown} */ (undefined));
  receiver = /** @type {Receiver} */ (/** @type {unknown} */ (undefined));

  /** @param {string} name of the installed package @param {string} version */
  constructor(name, version) {
    this.name = name;
    /** 9 or 10. */
    this.major = Number(version.split('.')[0]);
  }

  async start() {
    this.sdk = await import(this.name);
    this.gateway = await Gateway.start(WEBHOOK_SETTINGS);
    this.recorder = await Recorder.start(this.gateway.url);
    this.receiver = await Receiver.start();
    this.client = this.connect();
  }

  async end() {
    await this.receiver?.end();
    await this.recorder?.end();
    await this.gateway?.end();
  }

  /** Another client. @param {object} [options] over the usual ones */
  connect(options = {}) {
    const usual = { apiKey: this.gateway.apiKey, baseUrl: this.recorder.url };
    return this.sdk.initiateUserControlledWalletsClient({ ...usual, ...options });
  }

  /** Somebody new. @returns {Promise<string>} their id */
  async user() {
    const userId = randomUUID();
    await this.client.createUser({ userId });
    return userId;
  }

  /** Somebody with PIN and answers. @returns {Promise<string>} their id */
  async enrolled() {
    const userId = await this.user();
    const end = await this.carryOut(userId, 'createUserPinWithWallets', { newPin: PIN, newAnswers: ANSWERS });
    assert.equal(end.screen, 'Done');
    return userId;
  }

  /**
   * Creates a challenge with the SDK's method and has the person carry it out.
   * @param {string} userId
   * @param {'createUserPin' | 'createUserPinWithWallets' | 'updateUserPin' | 'restoreUserPin'} method
   * @param {import('./person.mjs').Typed} typed
   * @returns {Promise<import('./person.mjs').End & { challenge: any }>} where they ended, and the challenge then
   */
  async carryOut(userId, method, typed) {
    const { userToken, encryptionKey } = await this.session(userId);
    const blockchains = ['ETH-SEPOLIA'];
    const { challengeId } = (await this.client[method]({ userToken, blockchains })).data;
    const end = await live({ gateway: this.gateway.url, userToken, encryptionKey, challengeId }, typed);
    const { challenge } = (await this.client.getUserChallenge({ userToken, challengeId })).data;
    return { ...end, challenge };
  }

  /** @param {string} userId @returns {Promise<{ userToken: string, encryptionKey: string }>} */
  async session(userId) {
    return (await this.client.createUserToken({ userId })).data;
  }

  /** What the host sees of somebody. @param {string} userId @returns {Promise<any>} */
  async look(userId) {
    return (await this.client.getUser({ userId })).data.user;
  }

  /**
   * The call must fail with Circle's code, told the way this major version tells it.
   * @param {Promise<unknown>} call @param {number} code @param {number} status
   */
  async refuses(call, code, status) {
    /** @type {any} */
    const error = await call.then(
      () => assert.fail(`answered, where ${code} was due`),
      (/** @type {unknown} */ error) => error,
    );
    if (this.major === 9) {
      assert.ok(error.isAxiosError, `${error}`);
      assert.deepEqual([error.response?.data?.code, error.response?.status], [code, status]);
      assert.equal(typeof error.response.data.message, 'string');
    } else {
      assert.ok(error instanceof this.sdk.HttpResponseError, `${error}`);
      assert.deepEqual([error.code, error.status], [code, status]);
      if (code > 155100) assert.equal(error.constructor, this.sdk[`Error${code}`]);
    }
  }

  /** What an operator types. @param {string[]} words */
  async admin(...words) {
    await promisify(execFile)(SERVER, ['admin', '--data', this.gateway.data, '--by', 'conformance', ...words]);
  }
}
