// Harbour's own backend, as this page sees it. An app's backend would have such calls of its own; these exist only with --demo.

/**
 * @typedef {'INITIALIZE' | 'SET_PIN' | 'SET_SECURITY_QUESTIONS' | 'CHANGE_PIN' | 'RESTORE_PIN' | 'CREATE_WALLET' |
 *   'EXPORT_PRIVATE_KEYS'} Flow
 * @typedef {{ appId: string, userToken: string, encryptionKey: string, challengeId: string }} Session
 * @typedef {'ENABLED' | 'UNSET' | 'LOCKED'} Status
 * @typedef {{ failedAttempts: number, lockedExpiryDate?: string }} Details
 * @typedef {{ id: string, pinStatus: Status, securityQuestionStatus: Status, pinDetails?: Details,
 *   securityQuestionDetails?: Details, addresses: string[] }} EndUser
 * @typedef {{ id: string, type: Flow, status: 'PENDING' | 'IN_PROGRESS' | 'COMPLETE' | 'FAILED' | 'EXPIRED',
 *   errorCode?: number, errorMessage?: string }} Challenge
 * @typedef {{ now: number, ahead_ms: number }} Clock
 * @typedef {null | number | string | { bytes: number, hex: string }} Cell
 * @typedef {{ name: string, total: number, columns: string[], rows: Cell[][] }} Table
 * @typedef {{ as: string, where: string, near: string }} Hit
 * @typedef {{ too_short: boolean, encodings: string[], places: { name: string, bytes: number, count: number, hits: Hit[] }[] }} Found
 * @typedef {{ number: number, at: number, challenge_id: string, step: string, run: string, seq: number,
 *   request: { bytes: number, sealed: string },
 *   reply: { status: number, bytes: number, code: number | null, message: string | null, sealed: string } }} Exchange
 */

/** The gateway refused, in Circle's words. */
export class Refused extends Error {
  /** @param {number} status @param {number} code @param {string} message */
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** No answer at all. */
export class Unreachable extends Error {}

/**
 * @param {string} path below /demo/api
 * @param {object} [body] makes it a POST
 * @returns {Promise<any>}
 */
async function call(path, body) {
  const request = body && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(`/demo/api/${path}`, { cache: 'no-store', ...request }).catch(() => null);
  if (!response) throw new Unreachable();
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(response.status, answer.code ?? -1, answer.message ?? response.statusText);
  return answer;
}

export const backend = {
  /** @returns {Promise<{ userId: string }>} */
  createUser: () => call('users', {}),
  /** @param {string} userId @returns {Promise<EndUser>} */
  user: (userId) => call(`users/${encodeURIComponent(userId)}`),
  /** @param {string} userId @param {Flow} flow @returns {Promise<Session>} */
  session: (userId, flow) => call('session', { userId, flow }),
  /** A fresh token for a challenge that has begun. @param {string} userId @param {string} challengeId @returns {Promise<Session>} */
  renew: (userId, challengeId) => call('session/renew', { userId, challengeId }),
  /** @param {string} userId @param {string} id @returns {Promise<Challenge>} */
  challenge: (userId, id) => call(`challenges/${encodeURIComponent(userId)}/${id}`),
  /** @returns {Promise<Clock>} */
  clock: () => call('clock'),
  /** @param {number} ms @returns {Promise<Clock>} */
  advance: (ms) => call('clock', { advance_ms: ms }),
  /** @returns {Promise<{ tables: Table[] }>} */
  store: () => call('store'),
  /** @param {string} text @returns {Promise<Found>} */
  search: (text) => call('store/search', { text }),
  /** @param {number} after @returns {Promise<{ exchanges: Exchange[] }>} */
  wire: (after) => call(`wire?after=${after}`),
};
