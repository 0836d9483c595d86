// A slow link: what passes it waits out a latency, and shares one bandwidth with all that passes at the same time. In the
// server and not by the browser's own throttling, which leaves out what workers ask for.
import { setTimeout as sleep } from 'node:timers/promises';

/** Bytes that are sent at once: small enough that answers take turns. */
const SLICE = 2048;

/** @typedef {{ name: string, latency: number, bandwidth: number }} Speed milliseconds from request to answer, and bits per second */
/** @typedef {{ first: number, last: number }} Passed when an answer began and ended, on the clock of `performance.now()` here */

/** As Chrome's developer tools name them. @type {Speed[]} */
export const SPEEDS = [
  { name: 'Slow 4G', latency: 150, bandwidth: 1.6e6 },
  { name: 'Fast 4G', latency: 60, bandwidth: 9e6 },
];

export class Link {
  /** When the last of what was sent will have passed. */
  #busyUntil = 0;

  /** @param {Speed} speed */
  constructor(speed) {
    this.speed = speed;
  }

  /** @param {import('node:http').ServerResponse} answer @param {number} status @param {import('node:http').OutgoingHttpHeaders} headers @param {Buffer} body @returns {Promise<Passed>} */
  async send(answer, status, headers, body) {
    await sleep(this.speed.latency);
    const first = performance.now();
    answer.writeHead(status, { ...headers, 'content-length': body.length });
    for (let at = 0; at < body.length && !answer.destroyed; at += SLICE) {
      const slice = body.subarray(at, at + SLICE);
      // From when it could have gone, and not from now: a link does not wait while this program is late.
      this.#busyUntil = Math.max(this.#busyUntil, first) + (slice.length * 8000) / this.speed.bandwidth;
      const ahead = this.#busyUntil - performance.now();
      if (ahead > 0) await sleep(ahead);
      answer.write(slice);
    }
    answer.end();
    return { first, last: performance.now() };
  }
}
