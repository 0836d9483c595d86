// A port for a program that has to be told one.
import { createServer } from 'node:net';

/** Below what the kernel gives to whoever asks for any port: a browser, or another test, that starts meanwhile takes none of these. */
const FIRST = 20_000;
const EACH = 100;
/** Each process has a hundred of its own, as far as they go. */
const OWN = FIRST + (process.pid % 125) * EACH;

let given = 0;

/** One that nobody listens on, and that this process was not given before. @returns {Promise<number>} */
export async function freePort() {
  while (given < EACH) {
    const port = OWN + given++;
    if (await isFree(port)) return port;
  }
  throw new Error(`no port is free from ${OWN} on`);
}

/** @param {number} port @returns {Promise<boolean>} */
function isFree(port) {
  return new Promise((resolve) => {
    const probe = createServer().listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
    probe.once('error', () => resolve(false));
  });
}
