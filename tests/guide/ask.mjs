// Somebody who asks all the time, while an operator works.
import { Agent, request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';

/** Between two requests, in milliseconds. */
const PAUSE = 20;

/**
 * Begins; what is returned ends it, and tells how many there were and how many got another answer than 200.
 *
 * @param {{ name: string, address: string }} gateway
 * @param {string} ca
 * @returns {() => Promise<{ all: number, wrong: number }>}
 */
export function ask({ name, address }, ca) {
  const count = { all: 0, wrong: 0 };
  let going = true;
  const agent = new Agent({ keepAlive: true, ca });
  const once = () => new Promise((resolve) => {
    const options = { host: address, servername: name, headers: { host: name }, path: '/health/ready', agent };
    request(options, (answer) => answer.resume().once('end', () => resolve(answer.statusCode))).once('error', () => resolve(0)).end();
  });
  const asking = (async () => {
    while (going) {
      count.all += 1;
      if ((await once()) !== 200) count.wrong += 1;
      await sleep(PAUSE);
    }
  })();
  return async () => {
    going = false;
    await asking;
    agent.destroy();
    return count;
  };
}
